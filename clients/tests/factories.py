from datetime import date, timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from clients.choices import Priorite, StatutContrat, TypeContrat
from clients.models import Client, Contact, Contrat, EngagementSLA, Site


def aujourdhui() -> date:
    return timezone.localdate()


class ClientFactory(DjangoModelFactory):
    class Meta:
        model = Client

    nom_entreprise = factory.Sequence(lambda n: f"Société {n}")
    ville = "Casablanca"
    notes_commerciales = "Négocie toujours les délais."


class ContactFactory(DjangoModelFactory):
    """A person at the client's; `portail=True` gives him an account of role client."""

    class Meta:
        model = Contact

    client = factory.SubFactory(ClientFactory)
    nom = factory.Sequence(lambda n: f"Contact {n}")
    email = factory.Sequence(lambda n: f"contact{n}@example.com")

    class Params:
        portail = factory.Trait(user=factory.SubFactory(UserFactory, client=True))


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    client = factory.SubFactory(ClientFactory)
    nom = factory.Sequence(lambda n: f"Site {n}")
    ville = "Casablanca"
    latitude = Decimal("33.573110")
    longitude = Decimal("-7.589843")


class ContratFactory(DjangoModelFactory):
    """An active contract of a year around today."""

    class Meta:
        model = Contrat

    client = factory.SubFactory(ClientFactory)
    numero = factory.Sequence(lambda n: f"CTR-{n:05}")
    type_contrat = TypeContrat.MAINTENANCE_COMPLETE
    statut = StatutContrat.ACTIF
    date_debut = factory.LazyFunction(lambda: aujourdhui() - timedelta(days=180))
    date_fin = factory.LazyFunction(lambda: aujourdhui() + timedelta(days=185))
    montant_annuel = Decimal("120000.00")

    class Params:
        brouillon = factory.Trait(statut=StatutContrat.BROUILLON)


class EngagementFactory(DjangoModelFactory):
    class Meta:
        model = EngagementSLA

    contrat = factory.SubFactory(ContratFactory)
    priorite = Priorite.URGENTE
    reponse_heures = 1
    resolution_heures = 4
