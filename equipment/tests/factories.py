from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from clients.tests.factories import ClientFactory, ContratFactory
from equipment.choices import StatutEquipement
from equipment.models import Compteur, CouvertureContrat, Equipement, ReleveCompteur


class EquipementFactory(DjangoModelFactory):
    class Meta:
        model = Equipement

    client = factory.SubFactory(ClientFactory)
    nom = factory.Sequence(lambda n: f"Compresseur {n}")
    code_interne = factory.Sequence(lambda n: f"EQ-{n:05}")
    type_equipement = "Compresseur"
    marque = "Atlas Copco"
    cout_acquisition = Decimal("85000.00")

    class Params:
        en_panne = factory.Trait(statut=StatutEquipement.PANNE)
        en_maintenance = factory.Trait(statut=StatutEquipement.MAINTENANCE)
        retire = factory.Trait(statut=StatutEquipement.RETIRE)


class CouvertureFactory(DjangoModelFactory):
    """A contract covering an équipement of the same client."""

    class Meta:
        model = CouvertureContrat

    contrat = factory.SubFactory(ContratFactory)
    equipement = factory.SubFactory(
        EquipementFactory, client=factory.SelfAttribute("..contrat.client")
    )


class CompteurFactory(DjangoModelFactory):
    class Meta:
        model = Compteur

    equipement = factory.SubFactory(EquipementFactory)
    nom = factory.Sequence(lambda n: f"Heures {n}")


class ReleveFactory(DjangoModelFactory):
    class Meta:
        model = ReleveCompteur

    compteur = factory.SubFactory(CompteurFactory)
    valeur = Decimal("100.00")
    date_releve = factory.LazyFunction(timezone.now)
