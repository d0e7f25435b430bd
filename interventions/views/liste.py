from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Client
from equipment.models import Equipement
from erp.affichage import RIEN, TIRET, TIRET_PALE, Lecture, adresse_fixe, html, lien_de_ligne
from erp.enonces import Requete as Enonce
from erp.models import ParametresSociete
from erp.pages import (
    JOUR,
    LISTE,
    OUI,
    RECHERCHE,
    Colonne,
    Critere,
    Onglet,
    colonnes_montrees,
    preparer_liste,
    rendre,
)
from interventions import groupees
from interventions.choices import Priorite, Statut, TypeIntervention
from interventions.filters import TRIS, InterventionFiltres
from interventions.models import Intervention
from interventions.permissions import peut_creer
from interventions.templatetags.interventions import echeance_lue
from technicians.models import Technicien

ONGLETS_GESTION = (
    Onglet(_("Toutes"), {}),
    Onglet(_("À affecter"), {"statut": Statut.OUVERTE}, "inbox"),
    Onglet(_("En cours"), {"statut": Statut.EN_COURS}, "player-play"),
    Onglet(_("En attente"), {"statut": Statut.EN_ATTENTE}, "player-pause"),
    Onglet(_("À risque"), {"a_risque": "true"}, "hourglass"),
    Onglet(_("En retard"), {"en_retard": "true"}, "flame"),
    Onglet(_("Clôturées"), {"statut": Statut.CLOTUREE}, "check"),
)
ONGLETS_TERRAIN = (
    Onglet(_("À faire"), {"actives": "true"}, "list-check"),
    Onglet(_("Toutes"), {}),
    Onglet(_("En retard"), {"en_retard": "true"}, "flame"),
    Onglet(_("Clôturées"), {"statut": Statut.CLOTUREE}, "check"),
)
ONGLETS_CLIENT = (
    Onglet(_("Toutes"), {}),
    Onglet(_("En cours de traitement"), {"actives": "true"}, "player-play"),
    Onglet(_("Clôturées"), {"statut": Statut.CLOTUREE}, "check"),
)


@dataclass
class LectureInterventions(Lecture):
    """With the company's alert delay, which makes a deadline amber, and whether the type has a column of its own."""

    alerte: timedelta
    type_a_part: bool


def _titre(i: Intervention, c: LectureInterventions) -> str:
    return html(
        '{}<small class="chiffres">{}{}</small>',
        lien_de_ligne("interventions:detail", i.pk, i.titre),
        i.reference,
        "" if c.type_a_part else f" · {c.libelle(i, 'type_intervention')}",
    )


# the names of what a row belongs to come with it (`_NOMS`)
def _equipement(i: Any, _c: Lecture) -> str:
    return html("{}<small>{}</small>", i.equipement_nom, i.client_nom)


def _site(i: Any, _c: Lecture) -> str:
    return i.site_nom or ""


def _technicien(i: Any, _c: Lecture) -> str:
    return i.technicien_nom or TIRET_PALE


def _duree(i: Intervention, c: Lecture) -> str:
    return c.duree(i.duree_estimee) if i.duree_estimee else TIRET


def _satisfaction(i: Intervention, _c: Lecture) -> str:
    return f"{i.satisfaction_client}/5" if i.satisfaction_client else RIEN


NOM = "interventions"
COLONNES = (
    Colonne("titre", _("Intervention"), "titre", fixe=True, case="carte-titre", cellule=_titre),
    Colonne(
        "equipement",
        _("Équipement"),
        "equipement_nom",
        case="carte-ligne",
        cellule=_equipement,
    ),
    Colonne("site", _("Site"), defaut=False, case="carte-ligne", cellule=_site),
    Colonne("statut", _("Statut"), "statut", cellule=lambda i, c: c.badge(i, "statut")),
    Colonne("priorite", _("Priorité"), "priorite", cellule=lambda i, c: c.badge(i, "priorite")),
    Colonne(
        "type",
        _("Type"),
        "type_intervention",
        defaut=False,
        cellule=lambda i, c: c.libelle(i, "type_intervention"),
    ),
    Colonne("technicien", _("Technicien"), "technicien_nom", cellule=_technicien),
    Colonne(
        "echeance",
        _("Échéance"),
        "date_limite",
        case="court",
        mot=_("Échéance"),
        cellule=lambda i, c: echeance_lue(i, c, c.alerte),
    ),
    Colonne(
        "duree",
        _("Durée estimée"),
        "",
        "nombre",
        defaut=False,
        case="nombre",
        mot=_("Durée"),
        cellule=_duree,
    ),
    Colonne(
        "creee",
        _("Créée"),
        "date_creation",
        case="court carte-absent",
        cellule=lambda i, c: c.relatif(i.date_creation),
    ),
    Colonne(
        "cloturee",
        _("Clôturée"),
        "date_cloture",
        defaut=False,
        case="court",
        mot=_("Clôturée"),
        cellule=lambda i, c: c.moment(i.date_cloture),
    ),
    Colonne(
        "satisfaction",
        _("Satisfaction"),
        "satisfaction_client",
        "nombre",
        defaut=False,
        case="nombre",
        mot=_("Satisfaction"),
        cellule=_satisfaction,
    ),
)
# A technicien's list is his own.
COLONNES_TERRAIN = tuple(colonne for colonne in COLONNES if colonne.nom != "technicien")
# What only a column asked for reads.
_EN_PLUS = {
    "duree": "duree_estimee",
    "cloturee": "date_cloture",
    "satisfaction": "satisfaction_client",
}

# What a row shows and reckons with: whole rows of five tables, telephones and all, cost more than the page, and so do
# objects of which one name is read.
_MONTRES = (
    "reference",
    "titre",
    "type_intervention",
    "statut",
    "priorite",
    "motif_attente",
    "date_creation",
    "date_limite",
    "date_fin",
)
_NOMS = {
    "equipement_nom": F("equipement__nom"),
    "client_nom": F("client__nom_entreprise"),
    "technicien_nom": F("technicien__user__full_name"),
}


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    """Every filter combined, the URL as its state; by default the newest first."""
    user = request.user
    colonnes = COLONNES_TERRAIN if user.est_technicien else COLONNES
    montre = colonnes_montrees(request, NOM, colonnes)
    en_plus = [champ for nom, champ in _EN_PLUS.items() if montre[nom]]
    noms = {**_NOMS, "site_nom": F("site__nom")} if montre["site"] else _NOMS
    page = preparer_liste(
        request,
        Intervention.objects.visible_to(user).only(*_MONTRES, *en_plus),
        filtres=InterventionFiltres,
        tris=TRIS,
        tri="-date_creation",
        noms=noms,
        criteres=_criteres(user),
        onglets=_onglets(user),
        nom=NOM,
        colonnes=colonnes,
        selection=groupees.LOT.selection(user),
        lecture=LectureInterventions(
            timedelta(hours=ParametresSociete.actuels().delai_alerte_heures), montre["type"]
        ),
    )
    return rendre(
        request,
        "interventions/liste.html",
        {"liste": page, "peut_creer": peut_creer(user)},
        fragment="liste",
    )


def _onglets(user: User) -> tuple[Onglet, ...]:
    if user.est_gestion:
        return ONGLETS_GESTION
    return ONGLETS_TERRAIN if user.est_technicien else ONGLETS_CLIENT


_TECHNICIENS = Enonce(
    lambda user: (
        Technicien.objects.visible_to(user)
        .actifs()
        .select_related("user")
        .only("user__full_name")
        .order_by("user__full_name")
    )
)


_CHOIX = (
    Critere("statut", _("Statut"), choix=Statut.choices),
    Critere("priorite", _("Priorité"), choix=Priorite.choices),
    Critere("type_intervention", _("Type"), choix=TypeIntervention.choices),
)
_SAISIES = (
    Critere("date_creation_gte", _("Créée depuis le"), JOUR),
    Critere("date_creation_lte", _("Créée jusqu’au"), JOUR),
    Critere("date_limite_lte", _("À finir avant le"), JOUR),
    Critere("urgence", _("Urgences seulement"), OUI),
    Critere("en_retard", _("En retard"), OUI),
    Critere("a_risque", _("À risque"), OUI),
    Critere("actives", _("Non closes"), OUI),
)


def _criteres(user: User) -> list[Critere]:
    """What the reader may filter by: a technicien has one technicien, a client one client."""
    criteres = list(_CHOIX)
    if user.est_gestion:
        criteres += [
            Critere(
                "technicien_id",
                _("Technicien"),
                LISTE,
                choix=lambda: _TECHNICIENS(user),
            ),
            Critere(
                "client_id",
                _("Client"),
                RECHERCHE,
                choix=Client.objects.visible_to(user),
                url=adresse_fixe("clients:chercher"),
            ),
        ]
    criteres += [
        Critere(
            "equipement_id",
            _("Équipement"),
            RECHERCHE,
            choix=Equipement.objects.visible_to(user),
            url=adresse_fixe("interventions:equipements"),
        ),
        *_SAISIES,
    ]
    return criteres
