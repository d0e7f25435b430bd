from datetime import timedelta
from decimal import Decimal

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from equipment.tests.factories import EquipementFactory
from interventions.choices import ActionJournal, MotifAttente, Priorite, Statut, TypeIntervention
from interventions.models import (
    HistoriqueIntervention,
    Intervention,
    InterventionPiece,
    Planning,
    PointControle,
    TempsPasse,
)
from stock.choices import TypeMouvement
from stock.tests.factories import MouvementFactory
from technicians.tests.factories import TechnicienFactory


def il_y_a(**delai):
    """A lazy moment in the past: `il_y_a(hours=2)`."""
    return factory.LazyFunction(lambda: timezone.now() - timedelta(**delai))


# What each statut of the life needs; a later one builds on the earlier.
_AFFECTEE = {
    "technicien": factory.SubFactory(TechnicienFactory),
    "date_affectation": il_y_a(hours=3),
}
_COMMENCEE = {**_AFFECTEE, "date_debut": il_y_a(hours=2)}
_FINIE = {
    **_COMMENCEE,
    "date_fin": il_y_a(hours=1),
    "date_cloture": il_y_a(hours=1),
    "duree_reelle": 60,
    "diagnostic": "Roulement usé.",
    "solution": "Roulement remplacé.",
}


class InterventionFactory(DjangoModelFactory):
    """An open corrective job without a journal; one trait per later statut, each inserted in a consistent state.

    `competences=[…]` are the skills it requires.
    """

    class Meta:
        model = Intervention
        skip_postgeneration_save = True

    equipement = factory.SubFactory(EquipementFactory)
    client = factory.SelfAttribute("equipement.client")
    site = factory.SelfAttribute("equipement.site")
    titre = factory.Sequence(lambda n: f"Intervention {n}")
    description = "Le compresseur ne démarre plus depuis ce matin."
    type_intervention = TypeIntervention.CORRECTIVE
    priorite = Priorite.NORMALE
    date_creation = il_y_a(hours=4)

    class Params:
        affectee = factory.Trait(statut=Statut.AFFECTEE, **_AFFECTEE)
        en_cours = factory.Trait(statut=Statut.EN_COURS, **_COMMENCEE)
        en_attente = factory.Trait(
            statut=Statut.EN_ATTENTE,
            motif_attente=MotifAttente.PIECES,
            en_attente_depuis=il_y_a(hours=1),
            **_COMMENCEE,
        )
        cloturee = factory.Trait(statut=Statut.CLOTUREE, **_FINIE)
        annulee = factory.Trait(
            statut=Statut.ANNULEE, motif_annulation="Demande retirée par le client."
        )
        archivee = factory.Trait(statut=Statut.ARCHIVEE, **_FINIE)

    @factory.post_generation
    def competences(self, create, extracted, **kwargs):
        if extracted:
            self.competences_requises.set(extracted)


class HistoriqueFactory(DjangoModelFactory):
    class Meta:
        model = HistoriqueIntervention

    intervention = factory.SubFactory(InterventionFactory)
    action = ActionJournal.CREATION
    nouveau_statut = factory.SelfAttribute("intervention.statut")


class CreneauFactory(DjangoModelFactory):
    """An open slot of two hours, tomorrow at this hour, of the intervention's technicien."""

    class Meta:
        model = Planning

    intervention = factory.SubFactory(InterventionFactory, affectee=True)
    technicien = factory.SelfAttribute("intervention.technicien")
    debut = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))
    fin = factory.LazyAttribute(lambda o: o.debut + timedelta(hours=2))


class TempsFactory(DjangoModelFactory):
    class Meta:
        model = TempsPasse

    intervention = factory.SubFactory(InterventionFactory, en_cours=True)
    technicien = factory.SelfAttribute("intervention.technicien")
    debut = il_y_a(hours=2)
    fin = factory.LazyAttribute(lambda o: o.debut + timedelta(hours=1))


class PointControleFactory(DjangoModelFactory):
    class Meta:
        model = PointControle

    intervention = factory.SubFactory(InterventionFactory, en_cours=True)
    libelle = factory.Sequence(lambda n: f"Vérifier le niveau {n}")


class PieceUtiliseeFactory(DjangoModelFactory):
    """One part taken from the stock for the job, with its movement; `mouvement__piece=…` chooses it."""

    class Meta:
        model = InterventionPiece

    intervention = factory.SubFactory(InterventionFactory, en_cours=True)
    quantite = Decimal(1)
    mouvement = factory.SubFactory(
        MouvementFactory,
        type_mouvement=TypeMouvement.SORTIE,
        quantite=factory.SelfAttribute("..quantite"),
    )
    piece = factory.SelfAttribute("mouvement.piece")
    prix_unitaire = factory.SelfAttribute("mouvement.prix_unitaire")
