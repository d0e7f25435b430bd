from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from equipment.tests.factories import EquipementFactory
from interventions.tests.factories import InterventionFactory
from planning.choices import EtatProposition
from planning.models import (
    AbonnementCalendrier,
    Gamme,
    Inspection,
    PlanMaintenance,
    PointGamme,
    PropositionPlanning,
    Reserve,
)


class GammeFactory(DjangoModelFactory):
    """A work order of an hour; `points=[…]` are the labels of its checklist."""

    class Meta:
        model = Gamme
        skip_postgeneration_save = True

    titre = factory.Sequence(lambda n: f"Visite trimestrielle {n}")
    description = "Contrôler, nettoyer, graisser et relever les mesures."

    @factory.post_generation
    def points(self, create, extracted, **kwargs):
        for ordre, libelle in enumerate(extracted or ()):
            PointGamme.objects.create(gamme=self, ordre=ordre, libelle=libelle)


class PlanFactory(DjangoModelFactory):
    """A quarterly plan that is due in three days."""

    class Meta:
        model = PlanMaintenance

    equipement = factory.SubFactory(EquipementFactory)
    gamme = factory.SubFactory(GammeFactory)
    regle = "FREQ=MONTHLY;INTERVAL=3"
    date_depart = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=3))
    prochaine_echeance = factory.SelfAttribute("date_depart")


class PropositionFactory(DjangoModelFactory):
    """A proposal for tomorrow that is ready, and changes nothing."""

    class Meta:
        model = PropositionPlanning

    demandee_par = factory.SubFactory(UserFactory, responsable=True)
    debut = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=1))
    fin = factory.SelfAttribute("debut")
    etat = EtatProposition.PRETE


class AbonnementFactory(DjangoModelFactory):
    """An address whose token nobody knows."""

    class Meta:
        model = AbonnementCalendrier

    user = factory.SubFactory(UserFactory, responsable=True)
    nom = "Mon téléphone"
    empreinte = factory.Sequence(lambda n: f"{n:064x}")


class ControleFactory(PlanFactory):
    """A yearly inspection that a text demands."""

    regle = "FREQ=YEARLY"
    reglementaire = True
    texte_legal = "Arrêté 2-12-431, article 7"
    organisme = "Bureau de contrôle agréé"


class InspectionFactory(DjangoModelFactory):
    class Meta:
        model = Inspection

    plan = factory.SubFactory(ControleFactory)
    date_visite = factory.LazyFunction(timezone.localdate)
    organisme = "Bureau de contrôle agréé"
    conclusion = "avec_reserves"


class ReserveFactory(DjangoModelFactory):
    class Meta:
        model = Reserve

    inspection = factory.SubFactory(InspectionFactory)
    numero = 1
    libelle = "Garde-corps desserré"
    intervention = factory.SubFactory(
        InterventionFactory, equipement=factory.SelfAttribute("..inspection.plan.equipement")
    )
