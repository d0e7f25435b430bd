import factory
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from search.choices import Entite
from search.models import FiltreEnregistre


class FiltreFactory(DjangoModelFactory):
    class Meta:
        model = FiltreEnregistre

    user = factory.SubFactory(UserFactory, responsable=True)
    entite = Entite.INTERVENTIONS
    nom = factory.Sequence(lambda n: f"Filtre {n}")
    parametres = {"statut": ["ouverte", "affectee"]}
