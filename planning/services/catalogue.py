"""Gammes (reusable work orders) and preventive plans: what is to be done, and when it is due."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from equipment.models import Compteur, Equipement
from erp.exceptions import BusinessRuleError, ValidationError
from erp.validation import choisir, ecrire, effacer, exiger, trouver
from planning import permissions
from planning.models import Gamme, PieceGamme, PlanMaintenance, PointGamme
from planning.recurrence import echeance_suivante, premiere_echeance
from stock.models import PieceDetachee
from technicians.models import Competence, Technicien
from technicians.services import choisir_outils

# A plan that began before or after these was mistyped.
DEPART_MIN, DEPART_MAX = date(2000, 1, 1), date(2100, 12, 31)


class ChampsGamme(TypedDict, total=False):
    titre: str
    description: str
    type_intervention: str
    priorite: str
    duree_estimee: int
    is_active: bool


class ChampsPoint(TypedDict):
    """One item of the checklist; the order is that of the list."""

    libelle: str
    obligatoire: NotRequired[bool]
    unite: NotRequired[str]


class ChampsPieceGamme(TypedDict):
    piece_id: int
    quantite: Decimal


class ChampsPlan(TypedDict, total=False):
    gamme_id: int
    regle: str
    compteur_id: int | None
    intervalle_compteur: Decimal | None
    date_depart: date
    jours_avance: int
    mode: str
    technicien_id: int | None
    jour_ferme: str
    reglementaire: bool
    texte_legal: str
    organisme: str
    actif: bool


@transaction.atomic
def creer_gamme(
    *,
    par: User,
    points: Iterable[ChampsPoint] = (),
    pieces: Iterable[ChampsPieceGamme] = (),
    competences: Iterable[int] = (),
    outils: Iterable[int] = (),
    **champs: Unpack[ChampsGamme],
) -> Gamme:
    """A work order with its checklist, the parts it expects to use, the skills and the tools (ids) it requires."""
    exiger(permissions.peut_gerer(par))
    gamme = ecrire(Gamme(), champs)
    _poser_points(gamme, points)
    _poser_pieces(par, gamme, pieces)
    _poser_competences(par, gamme, competences)
    gamme.outils.set(choisir_outils(par, outils))
    return gamme


@transaction.atomic
def modifier_gamme(
    *,
    par: User,
    gamme_id: int,
    points: Iterable[ChampsPoint] | None = None,
    pieces: Iterable[ChampsPieceGamme] | None = None,
    competences: Iterable[int] | None = None,
    outils: Iterable[int] | None = None,
    **champs: Unpack[ChampsGamme],
) -> Gamme:
    """Change the named fields; a list that is given replaces the one there was.

    Interventions already made keep what they were made with.
    """
    gamme = trouver(Gamme.objects.visible_to(par), gamme_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    ecrire(gamme, champs)
    if points is not None:
        gamme.points.all().delete()
        _poser_points(gamme, points)
    if pieces is not None:
        gamme.pieces.all().delete()
        _poser_pieces(par, gamme, pieces)
    if competences is not None:
        _poser_competences(par, gamme, competences)
    if outils is not None:
        gamme.outils.set(choisir_outils(par, outils))
    return gamme


@transaction.atomic
def supprimer_gamme(*, par: User, gamme_id: int) -> None:
    """Delete a gamme that no plan uses; else BusinessRuleError UTILISE: make it inactive instead."""
    gamme = trouver(Gamme.objects.visible_to(par), gamme_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    effacer(gamme, _("Des plans de maintenance utilisent cette gamme : désactivez-la plutôt."))


@transaction.atomic
def creer_plan(*, par: User, equipement_id: int, **champs: Unpack[ChampsPlan]) -> PlanMaintenance:
    """A preventive plan of a machine: by `regle` (RFC 5545, whole days), by a meter, or by whichever comes first.

    `prochaine_echeance` is the first day of the rule on or after `date_depart`; `prochaine_valeur` the meter's last
    reading and one interval. `gamme_id` and `date_depart` are required. Raises ValidationError for a rule that cannot
    be read or names no day, for a meter of another machine.
    """
    exiger(permissions.peut_gerer(par))
    equipement = choisir(
        Equipement.objects.visible_to(par).en_service(), "equipement_id", equipement_id
    )
    plan = PlanMaintenance(equipement=equipement)
    valeurs = _resoudre(par, plan, champs)
    return ecrire(plan, {**valeurs, **_echeances(plan, valeurs)})


@transaction.atomic
def modifier_plan(*, par: User, plan_id: int, **champs: Unpack[ChampsPlan]) -> PlanMaintenance:
    """Change the named fields.

    What is due next is counted anew, from today, only when the rule, the start or the meter changes; and when a plan is
    switched on again after its date has passed, so that what was left out meanwhile is not made all at once.
    """
    plan = trouver(PlanMaintenance.objects.visible_to(par), plan_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    valeurs = _resoudre(par, plan, champs)
    return ecrire(plan, {**valeurs, **_echeances(plan, valeurs)})


@transaction.atomic
def activer_plan(*, par: User, plan_id: int, actif: bool) -> PlanMaintenance:
    """Switch a plan on or off; what it already made stays."""
    return modifier_plan(par=par, plan_id=plan_id, actif=actif)


@transaction.atomic
def supprimer_plan(*, par: User, plan_id: int) -> None:
    """Delete a plan that has made no intervention yet; else BusinessRuleError UTILISE: switch it off instead."""
    plan = trouver(PlanMaintenance.objects.visible_to(par), plan_id, verrou=True)
    exiger(permissions.peut_gerer(par))
    if plan.occurrences.exists():
        raise BusinessRuleError(
            _("Ce plan a déjà créé des interventions : désactivez-le plutôt."), code="UTILISE"
        )
    effacer(plan, _("Ce plan a déjà créé des interventions : désactivez-le plutôt."))


def _poser_points(gamme: Gamme, points: Iterable[ChampsPoint]) -> None:
    for ordre, point in enumerate(points):
        ecrire(PointGamme(gamme=gamme), {"ordre": ordre, **point})


def _poser_pieces(par: User, gamme: Gamme, pieces: Iterable[ChampsPieceGamme]) -> None:
    for ligne in pieces:
        piece = choisir(PieceDetachee.objects.visible_to(par), "piece_id", ligne["piece_id"])
        if ligne["quantite"] <= 0:
            raise ValidationError.champ(
                "quantite", _("La quantité doit être supérieure à zéro."), "QUANTITE_INVALIDE"
            )
        ecrire(PieceGamme(gamme=gamme), {"piece": piece, "quantite": ligne["quantite"]})


def _poser_competences(par: User, gamme: Gamme, competences: Iterable[int]) -> None:
    voulues = set(competences)
    connues = set(
        Competence.objects.visible_to(par).filter(pk__in=voulues).values_list("pk", flat=True)
    )
    if voulues - connues:
        raise ValidationError.champ("competences", _("Cet élément n’existe pas."), "INCONNU")
    gamme.competences.set(connues)


def _resoudre(par: User, plan: PlanMaintenance, champs: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with their `…_id` looked up among what the user sees; the meter is one of the machine's."""
    valeurs = dict(champs)
    if "gamme_id" in valeurs:
        valeurs["gamme"] = choisir(
            Gamme.objects.visible_to(par), "gamme_id", valeurs.pop("gamme_id")
        )
    if "compteur_id" in valeurs:
        pk = valeurs.pop("compteur_id")
        siens = Compteur.objects.visible_to(par).filter(equipement_id=plan.equipement_id)
        valeurs["compteur"] = None if pk is None else choisir(siens, "compteur_id", pk)
    if "technicien_id" in valeurs:
        pk = valeurs.pop("technicien_id")
        valeurs["technicien"] = (
            None if pk is None else choisir(Technicien.objects.visible_to(par), "technicien_id", pk)
        )
    if valeurs.get("regle"):
        valeurs["regle"] = valeurs["regle"].strip().upper().removeprefix("RRULE:")
    return valeurs


def _echeances(plan: PlanMaintenance, valeurs: Mapping[str, Any]) -> dict[str, Any]:
    """What is due first under new terms: the day by the rule, the value by the meter."""

    def terme(nom: str) -> Any:
        return valeurs.get(nom, getattr(plan, nom))

    dues: dict[str, Any] = {}
    regle, depart = terme("regle"), terme("date_depart")
    nouveaux_termes = (regle, depart) != (plan.regle, plan.date_depart)
    aujourdhui = timezone.localdate()
    depasse = plan.prochaine_echeance is not None and plan.prochaine_echeance < aujourdhui
    if plan._state.adding:
        dues["prochaine_echeance"] = _echeance(regle, depart)
    elif nouveaux_termes or (terme("actif") and not plan.actif and depasse):
        dues["prochaine_echeance"] = _echeance(regle, depart, a_partir_de=aujourdhui)
    compteur, intervalle = terme("compteur"), terme("intervalle_compteur")
    if (compteur, intervalle) != (plan.compteur, plan.intervalle_compteur):
        dernier = (
            compteur.releves.order_by("-date_releve").first() if compteur is not None else None
        )
        dues["prochaine_valeur"] = (
            (dernier.valeur if dernier is not None else Decimal(0)) + intervalle
            if compteur is not None and intervalle is not None
            else None
        )
    return dues


def _echeance(regle: str, depart: date | None, *, a_partir_de: date | None = None) -> date | None:
    """The first day of the rule, not before `a_partir_de`; None for a plan that only a meter drives."""
    if depart is None:
        raise ValidationError.champ("date_depart", _("Ce champ est obligatoire."), "OBLIGATOIRE")
    if not DEPART_MIN <= depart <= DEPART_MAX:
        raise ValidationError.champ(
            "date_depart", _("Donnez une date entre 2000 et 2100."), "HORS_LIMITES"
        )
    if not regle:
        return None
    try:
        if a_partir_de is None or a_partir_de <= depart:
            return premiere_echeance(regle, depart)
        return echeance_suivante(regle, depart, a_partir_de - timedelta(days=1))
    except ValueError as erreur:
        raise ValidationError.champ(
            "regle",
            _(
                "Cette récurrence ne se lit pas. Exemple : FREQ=MONTHLY;INTERVAL=3 (tous les trois mois)."
            ),
            "REGLE_INVALIDE",
        ) from erreur
