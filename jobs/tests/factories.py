import factory
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from jobs.choices import StatutTravail
from jobs.models import Travail


class TravailFactory(DjangoModelFactory):
    """A job that is done and made no file; `en_attente` for one that nobody took yet, `export` for an export."""

    class Meta:
        model = Travail

    user = factory.SubFactory(UserFactory, responsable=True)
    role = factory.LazyAttribute(lambda travail: travail.user.role)
    tache = "transfers.tasks.importer"
    titre = "Import : clients"
    parametres = factory.LazyFunction(
        lambda: {"entite": "clients", "essai": True, "mode": "lignes"}
    )
    statut = StatutTravail.TERMINE

    class Params:
        en_attente = factory.Trait(statut=StatutTravail.EN_ATTENTE)
        export = factory.Trait(
            tache="transfers.tasks.exporter",
            titre="Export : interventions (CSV)",
            parametres={"export": "interventions", "format": "csv", "colonnes": [], "requete": ""},
        )
