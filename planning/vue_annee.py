"""The page of the year: plans down, grouped by client or by machine, twelve months across."""

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Client
from equipment.choices import StatutEquipement
from equipment.models import Equipement
from erp.filters import Tris
from erp.models import CleTri
from erp.pages import LISTE, OUI, RECHERCHE, Critere, Liste, preparer_liste, rendre
from erp.societe import calendrier_societe
from erp.validation import exiger
from planning import permissions
from planning.annee import (
    ANNEES_PREVUES,
    douze_mois,
    fait_quelque_chose,
    fin_de,
    marques,
    par_mois,
)
from planning.choices import EtatVisite
from planning.filters import filtres_de_plan
from planning.models import Gamme, PlanMaintenance
from technicians.models import Competence, Technicien

_MACHINE = (CleTri("equipement__nom"), "equipement_id")
#: What the rows may be grouped by is what they are sorted by.
TRIS_ANNEE: Tris = {
    "client": (CleTri("equipement__client__nom_entreprise"), *_MACHINE, CleTri("gamme__titre")),
    "equipement": (*_MACHINE, CleTri("gamme__titre")),
    "gamme": (CleTri("gamme__titre"), *_MACHINE),
}
ANNEE_MIN, ANNEE_MAX = 2000, 2100


def mois_demande(texte: str, jour: date) -> date:
    """The month of `?debut=2026-11`; that of `jour` when it says nothing that can be read."""
    annee, _tiret, mois = texte.partition("-")
    chiffres = texte.isascii() and annee.isdigit() and mois.isdigit() and len(texte) <= 7
    if chiffres and ANNEE_MIN <= int(annee) <= ANNEE_MAX and 1 <= int(mois) <= 12:
        return date(int(annee), int(mois), 1)
    return jour.replace(day=1)


@connexion_requise
@require_GET
def annee(request: Requete) -> HttpResponseBase:
    """`?debut=2026-11` is the first of the twelve months, this one by default; `?sort=` groups the rows."""
    user = request.user
    exiger(permissions.peut_voir_plans(user))
    jour = timezone.localdate()
    debut = mois_demande(request.GET.get("debut", ""), jour)
    plans = PlanMaintenance.objects.visible_to(user).for_list()
    liste = preparer_liste(
        request,
        plans.select_related("equipement__site", "compteur"),
        filtres=filtres_de_plan(user),
        tris=TRIS_ANNEE,
        tri="client" if permissions.peut_gerer(user) else "equipement",
        criteres=_criteres(user),
    )
    mois = douze_mois(debut)
    contexte: dict[str, Any] = {
        "liste": liste,
        "rangees": _rangees(liste, user, mois, jour),
        "mois": mois,
        "ce_mois": jour.replace(day=1),
        "fin": fin_de(debut),
        "etats": EtatVisite,
        "gestion": permissions.peut_gerer(user),
        "liens": _liens(liste, debut, jour),
        "groupements": _groupements(liste, user),
    }
    return rendre(request, "planning/annee.html", contexte, fragment="liste")


def _rangees(
    liste: Liste[PlanMaintenance], user: User, mois: list[date], jour: date
) -> list[dict[str, Any]]:
    """The plans of the page with their months; the first of a group carries its heading."""
    trouvees = marques(
        liste.objets, user, mois[0], fin_de(mois[0]), calendrier_societe(), jour=jour
    )
    rangees: list[dict[str, Any]] = []
    precedent: object = None
    for plan in liste.objets:
        groupe = {"equipement": plan.equipement, "gamme": plan.gamme}.get(
            liste.tri.removeprefix("-"), plan.equipement.client
        )
        rangees.append(
            {
                "plan": plan,
                "groupe": groupe if groupe != precedent else None,
                "arret": _arret(plan),
                "cases": par_mois(trouvees[plan.pk], mois),
            }
        )
        precedent = groupe
    return rangees


def _arret(plan: PlanMaintenance) -> str:
    """Why nothing is to come of a plan, in a word."""
    if not plan.actif:
        return _("inactif")
    if not fait_quelque_chose(plan):
        retire = plan.equipement.statut == StatutEquipement.RETIRE
        return _("équipement retiré") if retire else _("client inactif")
    return ""


def _liens(liste: Liste[PlanMaintenance], debut: date, jour: date) -> dict[str, str]:
    """Twelve months before and after, from this month, and the calendar year."""

    def depuis(mois: date) -> str:
        ici = mois == jour.replace(day=1)
        return liste.url(debut=None if ici else f"{mois:%Y-%m}", page=None)

    an = relativedelta(years=1)
    return {
        "avant": depuis(debut - an) if debut.year > ANNEE_MIN else "",
        "apres": depuis(debut + an) if debut.year < jour.year + ANNEES_PREVUES else "",
        "maintenant": depuis(jour.replace(day=1)) if debut != jour.replace(day=1) else "",
        "civile": depuis(date(debut.year, 1, 1)) if debut.month != 1 else "",
    }


def _groupements(liste: Liste[PlanMaintenance], user: User) -> list[tuple[str, str, bool]]:
    """(words, URL, in force) of the ways to group the rows."""
    noms = {"client": _("Client"), "equipement": _("Équipement"), "gamme": _("Gamme")}
    if not permissions.peut_gerer(user):
        del noms["client"]
    return [
        (mots, liste.url(sort=cle, page=None), liste.tri.removeprefix("-") == cle)
        for cle, mots in noms.items()
    ]


def _criteres(user: User) -> list[Critere]:
    equipements = Equipement.objects.visible_to(user)
    adresse = reverse("planning:chercher_equipement")
    criteres = [Critere("equipement_id", _("Équipement"), RECHERCHE, equipements, adresse)]
    if permissions.peut_gerer(user):
        techniciens = Technicien.objects.visible_to(user).select_related("user")
        criteres = [
            Critere("client_id", _("Client"), LISTE, Client.objects.visible_to(user)),
            *criteres,
            Critere("gamme_id", _("Gamme"), LISTE, Gamme.objects.visible_to(user)),
            Critere("competence_id", _("Compétence"), LISTE, Competence.objects.visible_to(user)),
            Critere("technicien_id", _("Technicien habituel"), LISTE, techniciens),
        ]
    return [*criteres, Critere("reglementaire", _("Contrôles réglementaires seuls"), OUI)]
