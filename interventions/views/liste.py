from datetime import timedelta

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Client
from equipment.models import Equipement
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


NOM = "interventions"
COLONNES = (
    Colonne("titre", _("Intervention"), "titre", fixe=True),
    Colonne("equipement", _("Équipement"), "equipement_nom"),
    Colonne("site", _("Site"), defaut=False),
    Colonne("statut", _("Statut"), "statut"),
    Colonne("priorite", _("Priorité"), "priorite"),
    Colonne("type", _("Type"), "type_intervention", defaut=False),
    Colonne("technicien", _("Technicien"), "technicien_nom"),
    Colonne("echeance", _("Échéance"), "date_limite"),
    Colonne("duree", _("Durée estimée"), "", "nombre", defaut=False),
    Colonne("creee", _("Créée"), "date_creation"),
    Colonne("cloturee", _("Clôturée"), "date_cloture", defaut=False),
    Colonne("satisfaction", _("Satisfaction"), "satisfaction_client", "nombre", defaut=False),
)
# A technicien's list is his own.
COLONNES_TERRAIN = tuple(colonne for colonne in COLONNES if colonne.nom != "technicien")
# What only a column asked for reads.
_EN_PLUS = {
    "site": "site__nom",
    "duree": "duree_estimee",
    "cloturee": "date_cloture",
    "satisfaction": "satisfaction_client",
}

# What a row shows and reckons with: whole rows of five tables, telephones and all, cost more than the page.
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
    "equipement__nom",
    "client__nom_entreprise",
    "technicien__user__full_name",
)


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    """Every filter combined, the URL as its state; by default the newest first."""
    user = request.user
    colonnes = COLONNES_TERRAIN if user.est_technicien else COLONNES
    montre = colonnes_montrees(request, NOM, colonnes)
    en_plus = [champ for nom, champ in _EN_PLUS.items() if montre[nom]]
    lignes = Intervention.objects.visible_to(user).for_list()
    if montre["site"]:
        lignes = lignes.select_related("site")
    page = preparer_liste(
        request,
        lignes.only(*_MONTRES, *en_plus),
        filtres=InterventionFiltres,
        tris=TRIS,
        tri="-date_creation",
        criteres=_criteres(user),
        onglets=_onglets(user),
        nom=NOM,
        colonnes=colonnes,
        selection=groupees.LOT.selection(user),
    )
    alerte = timedelta(hours=ParametresSociete.actuels().delai_alerte_heures)
    return rendre(
        request,
        "interventions/liste.html",
        {"liste": page, "instant": (timezone.now(), alerte), "peut_creer": peut_creer(user)},
        fragment="liste",
    )


def _onglets(user: User) -> tuple[Onglet, ...]:
    if user.est_gestion:
        return ONGLETS_GESTION
    return ONGLETS_TERRAIN if user.est_technicien else ONGLETS_CLIENT


def _criteres(user: User) -> list[Critere]:
    """What the reader may filter by: a technicien has one technicien, a client one client."""
    criteres = [
        Critere("statut", _("Statut"), choix=Statut.choices),
        Critere("priorite", _("Priorité"), choix=Priorite.choices),
        Critere("type_intervention", _("Type"), choix=TypeIntervention.choices),
    ]
    if user.est_gestion:
        techniciens = (
            Technicien.objects.visible_to(user)
            .actifs()
            .select_related("user")
            .only("user__full_name")
        )
        criteres += [
            Critere(
                "technicien_id",
                _("Technicien"),
                LISTE,
                choix=techniciens.order_by("user__full_name"),
            ),
            Critere(
                "client_id",
                _("Client"),
                RECHERCHE,
                choix=Client.objects.visible_to(user),
                url=reverse("clients:chercher"),
            ),
        ]
    criteres += [
        Critere(
            "equipement_id",
            _("Équipement"),
            RECHERCHE,
            choix=Equipement.objects.visible_to(user),
            url=reverse("interventions:equipements"),
        ),
        Critere("date_creation_gte", _("Créée depuis le"), JOUR),
        Critere("date_creation_lte", _("Créée jusqu’au"), JOUR),
        Critere("date_limite_lte", _("À finir avant le"), JOUR),
        Critere("urgence", _("Urgences seulement"), OUI),
        Critere("en_retard", _("En retard"), OUI),
        Critere("a_risque", _("À risque"), OUI),
        Critere("actives", _("Non closes"), OUI),
    ]
    return criteres
