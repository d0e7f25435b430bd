"""Interventions on the wire: what is sent, and what the detail adds to its columns."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from erp.api.fields import EntierField, IdField, MomentField, MontantField, TexteField
from erp.api.schema import compose, sortie
from interventions.api.columns import COMPETENCES, CONTROLES, INTERVENTION, JOURNAL, PIECES, TEMPS
from interventions.choices import (
    MotifAttente,
    Priorite,
    ResultatControle,
    Statut,
    TypeIntervention,
    TypeTemps,
)
from stock.choices import TypeMouvement

# --- In --------------------------------------------------------------------------------------


class PointEntree(serializers.Serializer[Any]):
    libelle = serializers.CharField(max_length=300)
    obligatoire = serializers.BooleanField(required=False)
    unite = TexteField(20)


class _Demande(serializers.Serializer[Any]):
    """What was asked for, whether it is new or changed."""

    description = serializers.CharField(min_length=10, max_length=2000)
    type_intervention = serializers.ChoiceField(choices=TypeIntervention.choices)
    priorite = serializers.ChoiceField(choices=Priorite.choices, required=False)
    urgence = serializers.BooleanField(required=False)
    titre = TexteField(200)
    site_id = IdField(required=False, allow_null=True)
    contrat_id = IdField(required=False, allow_null=True)
    date_limite = MomentField(required=False, allow_null=True)
    duree_estimee = EntierField(
        min_value=1, required=False, allow_null=True, help_text=_("minutes")
    )
    competences = serializers.ListField(child=IdField(), max_length=50, required=False)
    cout_estime = MontantField(required=False, allow_null=True)


class InterventionEntree(_Demande):
    equipement_id = IdField()
    technicien_id = IdField(required=False, allow_null=True)
    debut = MomentField(required=False, allow_null=True)
    fin = MomentField(required=False, allow_null=True)
    controles = serializers.ListField(child=PointEntree(), max_length=200, required=False)


class InterventionModification(_Demande):
    """PATCH changes the named fields only; the assigned technicien may change the last three."""

    diagnostic = TexteField(5000)
    solution = TexteField(5000)
    notes_techniques = TexteField(5000)


class StatutEntree(serializers.Serializer[Any]):
    statut = serializers.ChoiceField(choices=Statut.choices)
    remarque = TexteField(2000)
    interne = serializers.BooleanField(
        required=False, help_text=_("Le client ne voit pas la remarque.")
    )
    motif_attente = serializers.ChoiceField(choices=MotifAttente.choices, required=False)
    diagnostic = TexteField(5000)
    solution = TexteField(5000)
    notes_techniques = TexteField(5000)
    toujours_en_panne = serializers.BooleanField(required=False)
    motif_annulation = TexteField(500)
    technicien_id = IdField(required=False)
    debut = MomentField(required=False)
    fin = MomentField(required=False)


class AffectationEntree(serializers.Serializer[Any]):
    technicien_id = IdField()
    debut = MomentField(required=False)
    fin = MomentField(required=False)
    remarque = TexteField(2000)


class PlanificationEntree(serializers.Serializer[Any]):
    debut = MomentField()
    fin = MomentField()
    confirme = serializers.BooleanField(required=False)
    notes = TexteField(500)


class RemarqueEntree(serializers.Serializer[Any]):
    remarque = serializers.CharField(max_length=2000)
    interne = serializers.BooleanField(required=False)


class PieceUtiliseeEntree(serializers.Serializer[Any]):
    piece_id = IdField()
    quantite = serializers.DecimalField(max_digits=12, decimal_places=2)
    type_mouvement = serializers.ChoiceField(
        choices=[
            (TypeMouvement.SORTIE.value, TypeMouvement.SORTIE.label),
            (TypeMouvement.RETOUR.value, TypeMouvement.RETOUR.label),
        ],
        required=False,
    )


class TempsEntree(serializers.Serializer[Any]):
    debut = MomentField()
    fin = MomentField()
    type_temps = serializers.ChoiceField(choices=TypeTemps.choices, required=False)
    note = TexteField(300)
    technicien_id = IdField(
        required=False, help_text=_("Un autre que le technicien affecté (responsables).")
    )


class ReponseEntree(serializers.Serializer[Any]):
    resultat = serializers.ChoiceField(choices=ResultatControle.choices)
    valeur_mesuree = serializers.DecimalField(
        max_digits=14, decimal_places=4, required=False, allow_null=True
    )
    note = TexteField(500)


class SatisfactionEntree(serializers.Serializer[Any]):
    note = EntierField(min_value=1, max_value=5)
    commentaire = TexteField(2000)


class DemandeAnnulationEntree(serializers.Serializer[Any]):
    motif = serializers.CharField(max_length=500)


# --- Out: the schema of what the columns answer ----------------------------------------------


class TransitionSortie(serializers.Serializer[Any]):
    """A change of statut that the caller may make now."""

    statut = serializers.ChoiceField(choices=Statut.choices)
    libelle = serializers.CharField()
    exige = serializers.ListField(child=serializers.CharField())
    accepte = serializers.ListField(child=serializers.CharField())


LigneJournalSortie = sortie("LigneJournal", JOURNAL)
InterventionSortie = compose(
    "Intervention",
    sortie("InterventionColonnes", INTERVENTION),
    # costs are for those who run the operations, technical notes for the house
    **{
        nom: serializers.DecimalField(12, 2, required=False, allow_null=True)
        for nom in ("cout_estime", "cout_main_oeuvre", "cout_pieces")
    },
    notes_techniques=serializers.CharField(required=False),
)
InterventionDetailSortie = compose(
    "InterventionDetail",
    InterventionSortie,
    competences=sortie("CompetenceRequise", COMPETENCES)(many=True),
    transitions=TransitionSortie(many=True),
    historique=LigneJournalSortie(many=True),
)
PieceUtiliseeSortie = compose(
    "PieceUtilisee",
    sortie("PieceUtiliseeColonnes", PIECES),
    prix_unitaire=serializers.DecimalField(12, 2, required=False),
)
TempsSortie = sortie("Temps", TEMPS)
ControleSortie = sortie("Controle", CONTROLES)
