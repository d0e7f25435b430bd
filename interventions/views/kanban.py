"""Interventions by statut, side by side: to drag a card is to make the transition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.db.models import Count, F, QuerySet
from django.http import JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.exceptions import BusinessRuleError, ValidationError
from erp.models import ParametresSociete
from erp.pages import Liste, est_fragment, preparer_liste, rendre, url_avec
from erp.validation import exiger
from interventions import permissions, services
from interventions.choices import (
    STATUTS_ACTIFS,
    TRANSITIONS,
    Acteur,
    Statut,
    Transition,
    transition,
)
from interventions.filters import TRIS, InterventionFiltres
from interventions.models import Intervention
from interventions.views._commun import la_fiche
from interventions.views._json import refus_en_json
from interventions.views.liste import _MONTRES, NOM, _criteres, _onglets

CARTES = 50  # of a column; the list has the others
_LIES = ("equipement__nom", "client__nom_entreprise", "technicien__user__full_name")
FERMEES = (Statut.ANNULEE, Statut.ARCHIVEE)  # shown as a place to drop and a number


@dataclass(frozen=True, slots=True)
class Colonne:
    """One statut: its first cards, how many there are, the list that holds them all, where its cards may go."""

    statut: Statut
    cartes: Sequence[Intervention]
    total: int
    url_liste: str
    transitions: Sequence[Transition]

    @property
    def reste(self) -> int:
        return self.total - len(self.cartes)

    @property
    def etroite(self) -> bool:
        return self.statut in FERMEES

    @property
    def destinations(self) -> str:
        return " ".join(ligne.vers for ligne in self.transitions)


def preparer_vue(request: Requete) -> tuple[Liste[Intervention], QuerySet[Intervention]]:
    """What the filters of the URL leave of what the user sees, and the state of these filters for the page.

    The filters are those of the list, and so is the query string; a value that does not fit leaves nothing.
    """
    visibles = Intervention.objects.visible_to(request.user)
    page = preparer_liste(
        request,
        visibles.none(),
        filtres=InterventionFiltres,
        tris=TRIS,
        tri="-date_creation",
        criteres=_criteres(request.user),
        onglets=[o for o in _onglets(request.user) if "statut" not in o.params],
        nom=NOM,
    )
    for cle in ("vue", "date", "sort", "taille", "page"):
        page.params.pop(cle, None)
    if page.erreurs:
        return page, visibles.none()
    return page, filtrer(visibles, page.params)


def filtrer(visibles: QuerySet[Intervention], params: QueryDict) -> QuerySet[Intervention]:
    """Raises ValidationError for a value that does not fit."""
    return InterventionFiltres.appliquer(visibles, InterventionFiltres.connus(params))


@connexion_requise
@require_GET
def kanban(request: Requete) -> HttpResponseBase:
    """At most fifty cards a column, the most pressing first; the numbers are those of everything."""
    user = request.user
    exiger(user.est_gestion or user.est_technicien)
    page, trouvees = preparer_vue(request)
    alerte = timedelta(hours=ParametresSociete.actuels().delai_alerte_heures)
    return rendre(
        request,
        "interventions/kanban.html",
        {
            "liste": page,
            "colonnes": _colonnes(user, page, trouvees),
            "instant": (timezone.now(), alerte),
            "peut_creer": permissions.peut_creer(user),
            "fragment": est_fragment(request),
        },
        fragment="liste",
    )


def _colonnes(
    user: User, page: Liste[Intervention], trouvees: QuerySet[Intervention]
) -> list[Colonne]:
    totaux = dict(trouvees.order_by().values_list("statut").annotate(combien=Count("pk")))
    demandes = {v for brut in page.params.getlist("statut") for v in brut.split(",")}
    montres = [s for s in Statut if (s in demandes if demandes else s != Statut.ARCHIVEE)]
    liste = reverse("interventions:liste")
    return [
        Colonne(
            statut,
            _cartes(trouvees, statut) if totaux.get(statut) and statut not in FERMEES else (),
            totaux.get(statut, 0),
            url_avec(liste, page.params, statut=statut.value),
            _transitions(user, statut),
        )
        for statut in montres
    ]


def _cartes(trouvees: QuerySet[Intervention], statut: Statut) -> list[Intervention]:
    siennes = trouvees.filter(statut=statut).for_list()  # type: ignore[attr-defined]
    if statut in STATUTS_ACTIFS:
        siennes = siennes.order_by("priorite_rang", F("date_limite").asc(nulls_last=True), "pk")
    else:
        siennes = siennes.order_by("-date_cloture", "-pk")
    return list(siennes.only(*_MONTRES, *_LIES, "version")[:CARTES])


def _transitions(user: User, statut: Statut) -> list[Transition]:
    """The lines that this user's own cards may take from here: a technicien sees none but his."""
    acteur = Acteur.GESTION if user.est_gestion else Acteur.TECHNICIEN_AFFECTE
    return [ligne for ligne in TRANSITIONS if ligne.de == statut and acteur in ligne.acteurs]


@connexion_requise
@refus_en_json
@require_POST
def deplacer(request: Requete, pk: int) -> HttpResponseBase:
    """A card dropped on another column, `vers`, as it was read at `version`.

    What needs nothing more is done; otherwise `formulaire` is the URL of the form that asks for it.
    """
    intervention = la_fiche(request.user, pk)
    vers = request.POST.get("vers", "")
    if vers not in Statut.values:
        raise ValidationError.champ("vers", _("Ce statut n’existe pas."), "CHOIX_INVALIDE")
    ligne = transition(intervention.statut, vers)
    if ligne is None:
        raise BusinessRuleError(
            _("%(reference)s est « %(de)s » : elle ne peut pas passer à « %(vers)s ».")
            % {
                "reference": intervention.reference,
                "de": intervention.get_statut_display(),
                "vers": Statut(vers).label,
            },
            code="TRANSITION_INTERDITE",
        )
    exiger(permissions.peut_transiter(request.user, intervention, ligne))
    if ligne.exige:
        return JsonResponse({"formulaire": _formulaire(pk, ligne)})
    faite = services.changer_statut(
        par=request.user, intervention_id=pk, vers=vers, version=_version(request)
    )
    messages.success(
        request,
        _("%(reference)s : %(statut)s.")
        % {"reference": faite.reference, "statut": faite.get_statut_display().lower()},
    )
    return JsonResponse({"statut": faite.statut, "version": faite.version})


def _formulaire(pk: int, ligne: Transition) -> str:
    if ligne.vers == Statut.AFFECTEE:
        return reverse("interventions:affecter", args=[pk])
    return f"{reverse('interventions:statut', args=[pk])}?vers={ligne.vers}"


def _version(request: Requete) -> int | None:
    texte = request.POST.get("version", "")
    return int(texte) if texte.isascii() and texte.isdigit() and len(texte) < 10 else None
