from datetime import timedelta
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Client, Site
from dashboard import services
from dashboard.demande import PARAMETRES, Demande, demande_par_defaut, lire_demande
from dashboard.indicateurs import fiche_client, fiche_equipement, fiche_technicien, tableau
from dashboard.periodes import Genre, Periode
from dashboard.presentation import carte, en_mots, periode_en_mots
from equipment.models import Equipement
from erp.exceptions import ValidationError
from erp.filters import valeurs_de_liste
from erp.models import ParametresSociete
from erp.pages import LISTE, RECHERCHE, Critere, CritereLie, est_fragment, rendre, url_avec
from technicians.models import Technicien
from technicians.permissions import peut_voir_emploi_du_temps


class Presentation(NamedTuple):
    """How a number is shown: its words, its icon, and what it means when it is not zero."""

    libelle: str | Promise
    icone: str
    ton: str


PRESENTATIONS = {
    "a_affecter": Presentation(_("À affecter"), "inbox", "douce"),
    "en_retard": Presentation(_("En retard"), "flame", "forte"),
    "a_risque": Presentation(_("À risque"), "hourglass", "douce"),
    "en_attente": Presentation(_("En attente"), "player-pause", ""),
    "annulations": Presentation(_("Annulations demandées"), "ban", "douce"),
    "sous_minimum": Presentation(_("Pièces sous le minimum"), "package", "douce"),
    "absences": Presentation(_("Absences à décider"), "beach", "douce"),
    "actives": Presentation(_("Non closes"), "list-check", ""),
    "en_cours": Presentation(_("En cours"), "player-play", ""),
    "a_noter": Presentation(_("À noter"), "star", ""),
}
# Shown only when there is something to do.
DISCRETS = frozenset({"annulations", "sous_minimum", "absences", "a_noter"})


class Indicateur(NamedTuple):
    presentation: Presentation
    valeur: int
    note: str
    url: str

    @property
    def alerte(self) -> str:
        return self.presentation.ton if self.valeur else ""


@connexion_requise
@require_GET
def accueil(request: Requete) -> HttpResponseBase:
    """What needs me now, then today."""
    user = request.user
    alerte = timedelta(hours=ParametresSociete.actuels().delai_alerte_heures)
    return rendre(
        request,
        "dashboard/accueil.html",
        {
            "indicateurs": [
                _indicateur(nombre)
                for nombre in services.a_traiter(user)
                if nombre.valeur or nombre.cle not in DISCRETS
            ],
            "pressantes": services.les_plus_pressantes(user),
            "journee": services.planning_du_jour(user),
            "a_noter": services.a_noter(user) if user.est_client else [],
            "maintenant": timezone.now(),
            "instant": (timezone.now(), alerte),
            "url_indicateurs": _url_indicateurs(request.GET),
        },
    )


def _indicateur(nombre: services.Nombre) -> Indicateur:
    url = url_avec(reverse(nombre.liste), QueryDict(), **nombre.params)
    return Indicateur(PRESENTATIONS[nombre.cle], nombre.valeur, _note(nombre), url)


def _note(nombre: services.Nombre) -> str:
    """« dont 3 urgentes »"""
    urgentes, pieces = nombre.dont.get("urgentes", 0), nombre.dont.get("pieces", 0)
    if urgentes:
        return ngettext("dont %(n)d urgente", "dont %(n)d urgentes", urgentes) % {"n": urgentes}
    if pieces:
        return ngettext("dont %(n)d pour une pièce", "dont %(n)d pour des pièces", pieces) % {
            "n": pieces
        }
    return ""


# --- Figures --------------------------------------------------------------------------------------


@connexion_requise
@require_GET
def indicateurs(request: Requete) -> HttpResponseBase:
    """The figures of a period, narrowed by client, site or technicien; the URL is their state.

    The dashboard fetches them into itself (fragment `tableau`), its filters only the figures (`chiffres`). What does
    not fit is told above the figures of the last 30 days.
    """
    erreurs: list[str] = []
    params = _connus(request.GET)
    try:
        demande = lire_demande(request.user, params)
    except ValidationError as refus:
        erreurs = [f"{erreur.field} : {erreur.message}" for erreur in refus.errors]
        demande = demande_par_defaut(request.user)
    cartes, panneaux = en_mots(tableau(demande))
    des_filtres = request.htmx.target == "chiffres"
    reponse = rendre(
        request,
        "dashboard/indicateurs.html",
        {
            "periode": demande.periode,
            "quand": periode_en_mots(demande.periode),
            "quand_avant": _a_la_periode(demande.periode.precedente()),
            "genres": Genre.choices,
            "criteres": [] if des_filtres else _criteres(request.user, params),
            "cartes": cartes,
            "panneaux": panneaux,
            "erreurs": erreurs,
        },
        fragment="chiffres" if des_filtres else "tableau",
    )
    if des_filtres and est_fragment(request):
        page = request.htmx.current_url_abs_path or ""
        ici = reverse("dashboard:accueil") if page.split("?")[0] == "/" else request.path
        reponse["HX-Push-Url"] = _avec(ici, params)
    return reponse


def _a_la_periode(periode: Periode) -> str:
    return gettext("à la période %(periode)s") % {"periode": periode_en_mots(periode)}


def _connus(params: QueryDict) -> QueryDict:
    """Those of the parameters that figures have; the two days only when they are asked for."""
    siens = QueryDict(mutable=True)
    for nom in PARAMETRES:
        if valeurs := [valeur for valeur in params.getlist(nom) if valeur.strip()]:
            siens.setlist(nom, valeurs)
    if siens.get("periode", Genre.LIBRE) != Genre.LIBRE:
        siens.pop("debut", None)
        siens.pop("fin", None)
    return siens


def _avec(chemin: str, params: QueryDict) -> str:
    return f"{chemin}?{params.urlencode()}" if params else chemin


def _url_indicateurs(params: QueryDict) -> str:
    return _avec(reverse("dashboard:indicateurs"), _connus(params))


def _criteres(user: User, params: QueryDict) -> list[CritereLie]:
    """Whoever sees several clients may choose among them; sites for all, techniciens for those who lead them."""
    sites = Site.objects.visible_to(user).order_by("nom")
    lieux = Critere("site_id", _("Site"), RECHERCHE, sites, reverse("clients:chercher_site"))
    if user.est_client:
        criteres = [lieux]
    else:
        clients = Client.objects.visible_to(user)
        chercher = reverse("clients:chercher")
        criteres = [Critere("client_id", _("Client"), RECHERCHE, clients, chercher), lieux]
    if user.est_gestion:
        techniciens = Technicien.objects.visible_to(user).actifs().select_related("user")
        par_nom = techniciens.order_by("user__full_name")
        criteres.append(Critere("technicien_id", _("Technicien"), LISTE, par_nom))
    return [CritereLie(critere, valeurs_de_liste(params, critere.nom)) for critere in criteres]


@connexion_requise
@require_GET
def equipement(request: Requete, pk: int) -> HttpResponseBase:
    """How reliable one machine was over twelve months, for its page.

    Not for techniciens: they see their own interventions, and reliability comes from all of them.
    """
    machine = get_object_or_404(Equipement.objects.visible_to(request.user), pk=pk)
    if request.user.est_technicien:
        raise PermissionDenied
    demande = _douze_mois(request.user, equipement_id=(machine.pk,))
    lues = {
        "titre": gettext("Fiabilité"),
        "rien": gettext("Aucune panne en douze mois."),
        "cartes": [carte(indicateur) for indicateur in fiche_equipement(demande)],
    }
    return render(request, "dashboard/fiche.html", lues)


@connexion_requise
@require_GET
def client(request: Requete, pk: int) -> HttpResponseBase:
    """What was done for one client over twelve months, for its page. Not for techniciens, as for a machine."""
    societe = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    if request.user.est_technicien:
        raise PermissionDenied
    demande = _douze_mois(request.user, client_id=(societe.pk,))
    lues: dict[str, Any] = {
        "titre": gettext("Chiffres"),
        "rien": gettext("Rien de terminé en douze mois."),
        "cartes": [carte(indicateur) for indicateur in fiche_client(demande)],
    }
    return render(request, "dashboard/fiche.html", lues)


@connexion_requise
@require_GET
def technicien(request: Requete, pk: int) -> HttpResponseBase:
    """What one technicien did over twelve months, for his page: those who lead him, and himself."""
    personne = get_object_or_404(Technicien.objects.visible_to(request.user), pk=pk)
    if not peut_voir_emploi_du_temps(request.user, personne):
        raise PermissionDenied
    demande = _douze_mois(request.user, technicien_id=(personne.pk,))
    lues: dict[str, Any] = {
        "titre": gettext("Chiffres"),
        "rien": gettext("Rien de terminé en douze mois."),
        "cartes": [carte(indicateur) for indicateur in fiche_technicien(demande)],
    }
    return render(request, "dashboard/fiche.html", lues)


def _douze_mois(user: User, **filtres: tuple[int, ...]) -> Demande:
    demande = demande_par_defaut(user)
    dernier = demande.periode.dernier
    premier = dernier - timedelta(days=364)
    return Demande(user, Periode(Genre.LIBRE, premier, dernier), filtres, demande.maintenant)
