from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from technicians.choices import StatutAbsence, TypeAbsence
from technicians.models import Competence, Disponibilite, Outil, Technicien, TechnicienCompetence


class CompetenceFactory(DjangoModelFactory):
    class Meta:
        model = Competence

    nom = factory.Sequence(lambda n: f"Compétence {n}")


class OutilFactory(DjangoModelFactory):
    class Meta:
        model = Outil

    nom = factory.Sequence(lambda n: f"Outil {n}")


class TechnicienFactory(DjangoModelFactory):
    """A technicien with his account; `competences=[…]` gives him skills that do not expire."""

    class Meta:
        model = Technicien
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory, technicien=True)
    matricule = factory.Sequence(lambda n: f"T{n:04}")
    specialite = "Électromécanique"
    cout_horaire = Decimal("150.00")
    notes_privees = "Préfère le nord de la ville."

    @factory.post_generation
    def competences(self, create, extracted, **kwargs):
        for competence in extracted or ():
            TechnicienCompetenceFactory(technicien=self, competence=competence)


class TechnicienCompetenceFactory(DjangoModelFactory):
    class Meta:
        model = TechnicienCompetence

    technicien = factory.SubFactory(TechnicienFactory)
    competence = factory.SubFactory(CompetenceFactory)


class DisponibiliteFactory(DjangoModelFactory):
    """An accepted day off, tomorrow at this hour."""

    class Meta:
        model = Disponibilite

    technicien = factory.SubFactory(TechnicienFactory)
    type = TypeAbsence.CONGE
    debut = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))
    fin = factory.LazyAttribute(lambda o: o.debut + timedelta(days=1))

    class Params:
        demandee = factory.Trait(statut=StatutAbsence.DEMANDEE)
        refusee = factory.Trait(statut=StatutAbsence.REFUSEE)
