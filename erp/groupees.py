"""One action on many rows of a list, said beforehand row by row.

A list declares a `Lot`: its scope, its filters, and actions that are each one ordinary service. The rows ticked, or all
that a filter keeps, go through three steps of the same route; the first may be a GET, so that one can come back to it:

1. what the action needs to know, when it needs something (a form);
2. `simuler`: the service is really called on every row, inside a transaction that is rolled back, so that the page
   says what would change and what would be refused, and why;
3. `appliquer`: each row in a transaction of its own. One that is refused leaves the others alone, and can be taken
   up again from the page that says so.

Nothing here knows an entity or a right: services authorise themselves, `visibles` bounds what may be named.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.contrib import messages
from django.db import OperationalError, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from erp.erreurs import indisponible
from erp.exceptions import ERPException, ValidationError
from erp.filters import Filtres, Tris, ordre
from erp.forms import Formulaire
from erp.pages import ActionGroupee, Selection, Texte, rendre, url_avec
from erp.validation import exiger, id_lu

M = TypeVar("M", bound=Model)

# What a request can try out and apply while its sender waits (some 20 ms a row, its locks held meanwhile); beyond, a
# job does it (see `jobs.groupees`).
MAX = 200
MAX_DIFFERE = 20_000

# What takes over when there are more rows than MAX: (request, lot, action, ids, what the form was sent).
Differer = Callable[
    [HttpRequest, "Lot[Any]", "Action[Any]", list[int], dict[str, list[str]]], HttpResponse
]


@dataclass(frozen=True)
class Action(Generic[M]):
    """What is done to each row: `appliquer(par, pk, valeurs, rang)`, one service; `rang` counts those done before it.

    `decrire` puts into words what the action changes, before and after. `formulaire(data, user=…)` asks what it needs.
    """

    nom: str
    libelle: Texte
    titre: Texte
    icone: str
    appliquer: Callable[[Any, int, Mapping[str, Any], int], object]
    decrire: Callable[[M], object]
    formulaire: Callable[..., Formulaire] | None = None
    danger: bool = False


@dataclass(frozen=True)
class Lot(Generic[M]):
    """The actions of one list: `route` receives the rows, `page` is the list, `lire` what naming them needs."""

    page: str
    route: str
    titre: Texte
    visibles: Callable[[Any], QuerySet[M]]
    lire: Callable[[QuerySet[M]], QuerySet[M]]
    filtres: type[Filtres]
    tris: Tris
    tri: str
    nommer: Callable[[M], str]
    permis: Callable[[Any], bool]
    actions: Sequence[Action[M]]

    def selection(self, user: Any) -> Selection | None:
        """What the list offers this reader; None when he may do nothing to several rows."""
        if not self.permis(user):
            return None
        offertes = [ActionGroupee(a.nom, a.libelle, a.icone, a.danger) for a in self.actions]
        return Selection(reverse(self.route), offertes)


@dataclass(frozen=True, slots=True)
class Sort:
    """What becomes of one row: `refus` says why nothing does."""

    pk: int
    nom: str
    url: str
    avant: str
    apres: str
    refus: str = ""

    @property
    def change(self) -> bool:
        return not self.refus and self.avant != self.apres


@dataclass(frozen=True, slots=True)
class Bilan:
    """Every row with its fate, in the order of the list."""

    sorts: list[Sort]

    @property
    def changes(self) -> list[Sort]:
        return [sort for sort in self.sorts if sort.change]

    @property
    def refuses(self) -> list[Sort]:
        return [sort for sort in self.sorts if sort.refus]

    @property
    def inchanges(self) -> list[Sort]:
        return [sort for sort in self.sorts if not sort.refus and not sort.change]


def simuler(
    lot: Lot[M], action: Action[M], par: Any, ids: Sequence[int], valeurs: Mapping[str, Any]
) -> Bilan:
    """What `appliquer` would do now; nothing is written, sent or told to anybody.

    The rows are locked first, in one order, so that two trials never wait for one another in a ring.
    """
    with transaction.atomic():
        modele: Any = lot.visibles(par).model
        verrous = modele._base_manager.filter(pk__in=ids).order_by("pk")
        list(verrous.select_for_update(no_key=True).values_list("pk"))
        bilan = appliquer(lot, action, par, ids, valeurs)
        transaction.set_rollback(True)
    return bilan


def appliquer(
    lot: Lot[M],
    action: Action[M],
    par: Any,
    ids: Sequence[int],
    valeurs: Mapping[str, Any],
    *,
    faits: int = 0,
) -> Bilan:
    """Call the service on each row, each in a transaction of its own; a refusal is kept with its reason.

    `faits` rows were done before these, when there are too many for one call.
    """
    visibles = lot.lire(lot.visibles(par))
    avant = {objet.pk: objet for objet in visibles.filter(pk__in=ids)}
    etats = {pk: str(action.decrire(objet)) for pk, objet in avant.items()}
    refus: dict[int, str] = {}
    for pk in (pk for pk in ids if pk in avant):
        try:
            with transaction.atomic():
                action.appliquer(par, pk, valeurs, faits)
        except ERPException as erreur:
            refus[pk] = _en_clair(erreur)
        except (
            OperationalError
        ) as erreur:  # a deadlock: those before it are done, and it can be taken up again
            refus[pk] = _en_clair(indisponible(erreur))
        else:
            faits += 1
    apres = {objet.pk: str(action.decrire(objet)) for objet in visibles.filter(pk__in=ids)}
    return Bilan(
        [
            Sort(
                pk=pk,
                nom=lot.nommer(avant[pk]),
                url=_url(avant[pk]),
                avant=etats[pk],
                apres=apres.get(pk, etats[pk]),
                refus=refus.get(pk, ""),
            )
            for pk in ids
            if pk in avant
        ]
    )


def traiter(request: HttpRequest, lot: Lot[M], *, differer: Differer | None = None) -> HttpResponse:
    """The route of a lot, one request per step (see the module). Raises AuthorizationError, ValidationError."""
    user = request.user
    exiger(lot.permis(user))
    # a GET never applies anything: it is the first step, whatever it says
    envoi = request.POST if request.method == "POST" else request.GET
    etape = envoi.get("etape", "") if request.method == "POST" else ""
    action = next((a for a in lot.actions if a.nom == envoi.get("action")), None)
    if action is None and request.method != "POST":
        return HttpResponseRedirect(reverse(lot.page))
    if action is None:
        raise ValidationError.champ("action", _("Choisissez ce qui est à faire."), "CHOIX_INVALIDE")
    limite = MAX if differer is None else MAX_DIFFERE
    ids = _choisis(envoi, lot, user, limite)
    requete = QueryDict(envoi.get("requete", ""))
    retour = url_avec(reverse(lot.page), requete)
    if not ids or len(ids) > limite:
        messages.warning(
            request,
            _("Au plus %d lignes à la fois : resserrez le filtre.") % limite
            if ids
            else _("Cochez d’abord des lignes de la liste."),
        )
        return HttpResponseRedirect(retour)
    contexte: dict[str, Any] = {
        "lot": lot,
        "action": action,
        "route": reverse(lot.route),
        "retour": retour,
        "requete": requete.urlencode(),
        "ids": _en_texte(ids),
        "nombre": len(ids),
        "max": MAX,
        "partiel": len(ids) > MAX,
        "form": None,
    }
    valeurs: Mapping[str, Any] = {}
    envoye: dict[str, list[str]] = {}
    if action.formulaire is not None:
        form = contexte["form"] = action.formulaire(request.POST if etape else None, user=user)
        if not etape or not form.is_valid():
            return rendre(request, "lots/saisie.html", contexte, status=422 if etape else 200)
        valeurs = form.valeurs()
        envoye = {nom: envoi.getlist(nom) for nom in form.fields}
    if etape != "appliquer":
        contexte["bilan"] = bilan = simuler(lot, action, user, ids[:MAX], valeurs)
        a_changer = ids if len(ids) > MAX else [sort.pk for sort in bilan.changes]
        contexte["a_changer"] = _en_texte(a_changer)
        return rendre(request, "lots/apercu.html", contexte)
    if len(ids) > MAX and differer is not None:
        return differer(request, lot, action, ids, envoye)
    bilan = appliquer(lot, action, user, ids, valeurs)
    if bilan.refuses:
        contexte["bilan"] = bilan
        contexte["a_reprendre"] = _en_texte(sort.pk for sort in bilan.refuses)
        return rendre(request, "lots/resultat.html", contexte)
    nombre = len(bilan.changes)
    messages.success(
        request,
        f"{action.titre} : "
        + ngettext("%d ligne modifiée.", "%d lignes modifiées.", nombre) % nombre,
    )
    return HttpResponseRedirect(retour)


def _choisis(envoi: QueryDict, lot: Lot[M], user: Any, limite: int) -> list[int]:
    """The rows that are meant, among those that this user sees, in the order of the list; one over `limite` at most."""
    visibles = lot.visibles(user)
    if envoi.get("tout"):
        params = QueryDict(envoi.get("requete", ""))
        cles, faux = ordre(lot.tris, params.get("sort", lot.tri), ("pk",))
        if faux:
            cles, _faux = ordre(lot.tris, lot.tri, ("pk",))
        filtrees = lot.filtres.appliquer(visibles, lot.filtres.connus(params))
        return list(filtrees.order_by(*cles).values_list("pk", flat=True)[: limite + 1])
    bruts = [brut for valeur in envoi.getlist("ids") for brut in valeur.split(",")]
    demandes = [pk for b in bruts if (pk := id_lu(b)) is not None]
    demandes = list(dict.fromkeys(demandes))[: limite + 1]
    connus = set(visibles.filter(pk__in=demandes).values_list("pk", flat=True))
    return [pk for pk in demandes if pk in connus]


def _en_texte(ids: Iterable[int]) -> str:
    return ",".join(str(pk) for pk in ids)


def _en_clair(erreur: ERPException) -> str:
    """Why, in one line: what is wrong with the fields, else the rule."""
    fautes = [str(faute.message) for faute in erreur.errors]
    if isinstance(erreur, ValidationError) and fautes:
        return " ".join(fautes)
    return " ".join([str(erreur), *fautes])


def _url(objet: Any) -> str:
    return str(objet.get_absolute_url()) if hasattr(objet, "get_absolute_url") else ""
