from datetime import timedelta
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.models import ParametresSociete
from erp.pages import rendre
from interventions import permissions
from interventions.choices import ActionJournal, ResultatControle, Transition
from interventions.forms import RemarqueForm
from interventions.horloge import horloge
from interventions.journal import lignes
from interventions.models import (
    HistoriqueIntervention,
    Intervention,
    InterventionPiece,
    Planning,
    PointControle,
    TempsPasse,
)
from interventions.permissions import transitions_permises
from interventions.views._commun import la_fiche
from technicians.models import Competence

VISITES = 5  # earlier interventions on the machine
# Made with one touch; the others ask something first.
IMMEDIATES = frozenset({ActionJournal.DEMARRAGE, ActionJournal.REPRISE})
PRINCIPALES = frozenset(
    {
        ActionJournal.AFFECTATION,
        ActionJournal.DEMARRAGE,
        ActionJournal.MISE_EN_ATTENTE,
        ActionJournal.REPRISE,
        ActionJournal.CLOTURE,
    }
)


@connexion_requise
@require_GET
def detail(request: Requete, pk: int) -> HttpResponseBase:
    """Everything about one intervention, and exactly what this user may do to it now."""
    intervention = la_fiche(request.user, pk)
    return rendre(request, "interventions/fiche.html", contexte_fiche(request.user, intervention))


def contexte_fiche(user: User, intervention: Intervention) -> dict[str, Any]:
    """What the page shows; each part comes from what the user sees of it."""
    transitions = transitions_permises(user, intervention)
    alerte = timedelta(hours=ParametresSociete.actuels().delai_alerte_heures)
    temps = list(
        TempsPasse.objects.visible_to(user)
        .filter(intervention=intervention)
        .select_related("technicien__user")
    )
    historique = HistoriqueIntervention.objects.visible_to(user).for_list()
    precedentes = (
        Intervention.objects.visible_to(user)
        .filter(equipement=intervention.equipement_id)
        .exclude(pk=intervention.pk)
        .select_related("technicien__user")
    )
    return {
        "intervention": intervention,
        "horloge": horloge(intervention, alerte),
        "alerte_minutes": int(alerte.total_seconds() // 60),
        "maintenant": timezone.now(),
        "creneau": Planning.objects.visible_to(user).filter(intervention=intervention).last(),
        "journal": lignes(historique.filter(intervention=intervention), user),
        "temps": temps,
        "minutes_travail": sum(t.minutes for t in temps if t.type_temps == "travail"),
        "pieces": list(
            InterventionPiece.objects.visible_to(user)
            .filter(intervention=intervention)
            .select_related("piece")
        ),
        "precedentes": list(precedentes[:VISITES]),
        "competences": list(Competence.objects.visible_to(user).filter(interventions=intervention)),
        "peut": _droits(user, intervention),
        "voit_terrain": not user.est_client,
        "voit_couts": permissions.peut_voir_couts(user),
        "remarque_form": RemarqueForm(user=user),
        **_boutons(transitions),
        **contexte_controles(user, intervention),
    }


def contexte_controles(user: User, intervention: Intervention) -> dict[str, Any]:
    """The checklist, alone: what an answer swaps."""
    controles = list(
        PointControle.objects.visible_to(user)
        .filter(intervention=intervention)
        .select_related("user")
    )
    return {
        "intervention": intervention,
        "controles": controles,
        "controles_faits": sum(bool(point.resultat) for point in controles),
        "resultats": ResultatControle.choices,
        "saisit": permissions.peut_saisir(user, intervention),
        "ajoute_controle": permissions.peut_modifier(user, intervention),
    }


def _boutons(transitions: list[Transition]) -> dict[str, Any]:
    return {
        "principales": [ligne for ligne in transitions if ligne.action in PRINCIPALES],
        "secondaires": [ligne for ligne in transitions if ligne.action not in PRINCIPALES],
        "immediates": [ligne.action for ligne in transitions if ligne.action in IMMEDIATES],
    }


def _droits(user: User, intervention: Intervention) -> dict[str, bool]:
    return {
        "modifier": permissions.peut_modifier(user, intervention),
        "saisir": permissions.peut_saisir(user, intervention),
        "affecter": permissions.peut_affecter(user, intervention),
        "planifier": permissions.peut_planifier(user, intervention),
        "remarquer": permissions.peut_remarquer(user, intervention),
        "noter": permissions.peut_noter(user, intervention),
        "demander_annulation": permissions.peut_demander_annulation(user, intervention),
        "supprimer": permissions.peut_supprimer(user, intervention),
    }
