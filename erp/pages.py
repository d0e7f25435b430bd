"""What every page is made with: full page or fragment, a way out after a service, lists whose state is their URL.

A list page is one call: `preparer_liste(request, queryset, filtres=…, tris=…)` gives a `Liste`, and
`rendre(request, gabarit, {"liste": liste}, fragment="liste")` shows it. Nothing here knows an entity.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from erp.affichage import Lecture
from erp.exceptions import ValidationError
from erp.filters import Filtres, Tris, ordre
from erp.validation import id_lu

M = TypeVar("M", bound=Model)
Texte = str | Promise
# (row, what is the same for the whole list) -> what the cell holds
Cellule = Callable[[Any, Any], object]

TAILLES = (25, 50, 100)
# Beyond this a list says « plus de 10 000 »: counting on would cost more than it tells.
COMPTE_MAX = 10_000


# --- Answers -------------------------------------------------------------------------------------


def est_fragment(request: HttpRequest) -> bool:
    """Whether htmx wants a part of the page: not a boosted link, not the back button."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def rendre(
    request: HttpRequest,
    gabarit: str,
    contexte: Mapping[str, Any] | None = None,
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, or its partial named `fragment` when htmx asks for one; either way with Vary: HX-Request."""
    nom = f"{gabarit}#{fragment}" if fragment and est_fragment(request) else gabarit
    reponse = render(request, nom, dict(contexte or {}), status=status)
    patch_vary_headers(reponse, ["HX-Request"])
    return reponse


def aller(request: HttpRequest, url: str, message: Texte = "") -> HttpResponse:
    """After a service did its work: say so, and go to `url`, whether a browser or htmx asked."""
    if message:
        messages.success(request, str(message))
    htmx: Any = getattr(request, "htmx", None)
    if not htmx:
        return HttpResponseRedirect(url)
    if htmx.current_url_abs_path == url:
        return HttpResponseClientRefresh()  # the same page again, where it was scrolled to
    return HttpResponseClientRedirect(url)


# --- Lists ---------------------------------------------------------------------------------------

PASTILLES, LISTE, RECHERCHE, JOUR, OUI, TEXTE = (
    "pastilles",  # a few choices, several at once
    "liste",  # choices in a select in which one types
    "recherche",  # an object found by typing, at `url`
    "jour",
    "oui",  # a box to tick: true or nothing
    "texte",
)


@dataclass(frozen=True, eq=False)
class Critere:
    """One filter as a list offers it: `nom` is the filter of the FilterSet, `genre` how it is entered.

    `choix` are (value, words) pairs, a queryset already `visible_to`, or what returns its objects (a prepared
    `Requete`); with the genre `recherche` the queryset only puts the chosen ids into words, and `url` answers `?q=`
    with JSON (see `repondre_recherche`). What is the same for everybody is declared once, outside the view: its HTML is
    then kept.
    """

    nom: str
    libelle: Texte
    genre: str = PASTILLES
    choix: Sequence[tuple[Any, Any]] | QuerySet[Any] | Callable[[], Iterable[Model]] = ()
    url: str = ""


@dataclass
class CritereLie:
    """A criterion with what the URL says of it; its choices are read when they are shown."""

    critere: Critere
    valeurs: list[str]

    @cached_property
    def options(self) -> list[tuple[str, str]]:
        choix = self.critere.choix
        if callable(choix):
            return [(str(objet.pk), str(objet)) for objet in choix()]
        if not isinstance(choix, QuerySet):
            return [(str(cle), str(mots)) for cle, mots in choix if cle != ""]
        if self.critere.genre == RECHERCHE:
            ids = [pk for v in self.valeurs if (pk := id_lu(v)) is not None]
            if not ids:
                return []
            choix = choix.filter(pk__in=ids)
        return [(str(objet.pk), str(objet)) for objet in choix]

    @property
    def valeur(self) -> str:
        return self.valeurs[0] if self.valeurs else ""

    @property
    def choisies(self) -> list[tuple[str, str, bool]]:
        """(value, words, chosen)."""
        return [(cle, mots, cle in self.valeurs) for cle, mots in self.options]

    def en_mots(self, valeur: str) -> str:
        if self.critere.genre == OUI:
            return _("oui")
        if self.critere.genre == JOUR and (jour := _jour(valeur)):
            return jour
        return dict(self.options).get(valeur, valeur)


@dataclass(frozen=True, slots=True)
class Puce:
    """One active filter: what it is, its value in words, and the URL of the list without it."""

    libelle: str
    valeur: str
    url: str


@dataclass(frozen=True, slots=True)
class Onglet:
    """A view of the list that is one click away: some filters, named."""

    libelle: Texte
    params: Mapping[str, str]
    icone: str = ""


@dataclass(frozen=True, slots=True)
class EnTete:
    """The heading of a sortable column: where a click leads, and how it is sorted now ("" when it is not)."""

    url: str
    sens: str

    @property
    def aria(self) -> str:
        return {"asc": "ascending", "desc": "descending"}.get(self.sens, "none")


@dataclass(frozen=True, slots=True, eq=False)
class Colonne:
    """One column, declared once: its heading, whether readers may hide it, and its cells.

    `tri` is its sort key, if it has one; a `fixe` one is always there, one without `defaut` only when it is asked for.
    `cellule` gives what a cell holds (see `erp.affichage`), `case` the class of its `<td>`, `mot` what it is called
    where rows are cards; the template tag `lignes` writes them. A list that writes its rows in its template asks
    `liste.montre.<nom>` instead.
    """

    nom: str
    libelle: Texte
    tri: str = ""
    classe: str = ""
    fixe: bool = False
    defaut: bool = True
    case: str = ""
    mot: Texte = ""
    cellule: Cellule | None = None


@dataclass(frozen=True, slots=True)
class ActionGroupee:
    """What may be done to the rows that are ticked, as the list offers it (see `erp.groupees`)."""

    nom: str
    libelle: Texte
    icone: str
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """The actions of a list over several rows, and where the ticked rows are sent."""

    url: str
    actions: Sequence[ActionGroupee]


@dataclass
class Liste(Generic[M]):
    """One page of a filtered, sorted list, and every link that leads from it."""

    objets: list[M]
    total: int
    page: int
    par_page: int
    a_suivante: bool
    params: QueryDict
    chemin: str
    tri: str
    criteres: list[CritereLie] = field(default_factory=list)
    onglets: Sequence[Onglet] = ()
    erreurs: list[str] = field(default_factory=list)
    nom: str = ""
    colonnes: Sequence[Colonne] = ()
    montre: Mapping[str, bool] = field(default_factory=dict)
    ordre: Sequence[str] = ()
    densite: str = ""
    selection: Selection | None = None
    lecture: Lecture | None = None

    @property
    def classes(self) -> str:
        """Of the element around the table."""
        return "liste liste-cartes" + (" liste-compacte" if self.densite == COMPACTE else "")

    @property
    def colonnes_au_choix(self) -> list[tuple[Colonne, bool]]:
        """Those that the reader may show or hide, and whether they are shown, in the order that he gave them."""
        rangs = self.rangs
        au_choix = [c for c in self.colonnes if not c.fixe]
        return [
            (c, self.montre[c.nom])
            for c in sorted(au_choix, key=lambda c: rangs.get(c.nom, len(rangs)))
        ]

    @property
    def rangs(self) -> dict[str, int]:
        """Where the reader puts each of the columns that he may move; empty when they stand as it comes."""
        libres = [c.nom for c in self.colonnes if not c.fixe]
        voulus = [nom for nom in self.ordre if nom in libres]
        if voulus == [nom for nom in libres if nom in voulus]:
            return {}
        return {nom: rang for rang, nom in enumerate(voulus)}

    @property
    def tris_au_choix(self) -> list[tuple[Colonne, EnTete]]:
        """The sortable columns: a telephone shows no headings to click on."""
        return [(c, self.en_tete(c.tri)) for c in self.colonnes if c.tri and self.montre[c.nom]]

    @property
    def requete(self) -> str:
        """What is filtered and how it is sorted, as a query string."""
        return url_avec("", self.params, page=None).removeprefix("?")

    @property
    def tailles(self) -> list[tuple[int, bool]]:
        return [(taille, taille == self.par_page) for taille in TAILLES]

    @cached_property
    def _encodes(self) -> dict[str, str]:
        return {cle: urlencode([(cle, v) for v in vs], safe=",") for cle, vs in self.params.lists()}

    def url(self, **changements: object) -> str:
        """The list's URL with these parameters changed; None or "" takes one away."""
        neufs = {
            cle: urlencode({cle: str(v)}, safe=",") if v not in (None, "") else ""
            for cle, v in changements.items()
        }
        requete = "&".join(filter(None, {**self._encodes, **neufs}.values()))
        return f"{self.chemin}?{requete}" if requete else self.chemin

    @property
    def recherche(self) -> str:
        return self.params.get("search", "")

    @property
    def filtree(self) -> bool:
        return any(cle not in _HORS_FILTRE for cle in self.params)

    @property
    def nb_criteres(self) -> int:
        """How many criteria of the panel are in force."""
        return sum(bool(critere.valeurs) for critere in self.criteres)

    @property
    def url_sans_filtre(self) -> str:
        return url_avec(self.chemin, QueryDict(), **self.gardes)

    @property
    def gardes(self) -> dict[str, str]:
        """What stays in the URL when the filters change: how the list is shown."""
        return {cle: v for cle in ("sort", *_ASPECT) if (v := self.params.get(cle, ""))}

    @property
    def aspect(self) -> dict[str, str]:
        return {cle: v for cle in _ASPECT if (v := self.params.get(cle, ""))}

    @property
    def puces(self) -> list[Puce]:
        """The active filters, each with the URL that takes it away."""
        sortie = []
        if self.recherche:
            url = self.url(search=None, page=None)
            sortie.append(Puce(_("Recherche"), f"« {self.recherche} »", url))
        for critere in self.criteres:
            nom = critere.critere.nom
            for valeur in critere.valeurs:
                reste = [autre for autre in critere.valeurs if autre != valeur]
                url = _adresse(self.chemin, {**dict(self.params.lists()), "page": [], nom: reste})
                sortie.append(Puce(str(critere.critere.libelle), critere.en_mots(valeur), url))
        return sortie

    @property
    def vues(self) -> list[tuple[Onglet, str, bool]]:
        """The tabs: each with its URL, and whether it is the one in force."""
        actifs = filtres_de(self.params)
        garde = self.gardes
        return [
            (
                onglet,
                url_avec(self.chemin, QueryDict(), **onglet.params, **garde),
                {c: ",".join(sorted(v.split(","))) for c, v in onglet.params.items()} == actifs,
            )
            for onglet in self.onglets
        ]

    @property
    def total_borne(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.total > COMPTE_MAX

    @property
    def debut(self) -> int:
        return (self.page - 1) * self.par_page + 1 if self.objets else 0

    @property
    def fin(self) -> int:
        return (self.page - 1) * self.par_page + len(self.objets)

    @property
    def pages(self) -> list[tuple[int | None, str]]:
        """Page numbers to show with their URLs; (None, "") is a gap."""
        derniere = max(1, -(-min(self.total, COMPTE_MAX) // self.par_page))
        proches = {1, derniere, self.page - 1, self.page, self.page + 1}
        numeros = sorted(n for n in proches if 1 <= n <= max(derniere, self.page))
        sortie: list[tuple[int | None, str]] = []
        for precedent, numero in zip([0, *numeros], numeros, strict=False):
            if numero - precedent > 1:
                sortie.append((None, ""))
            sortie.append((numero, self.url(page=numero if numero > 1 else None)))
        return sortie

    @property
    def url_precedente(self) -> str:
        if self.page <= 1:
            return ""
        return self.url(page=self.page - 1 if self.page > 2 else None)

    @property
    def url_suivante(self) -> str:
        return self.url(page=self.page + 1) if self.a_suivante else ""

    def en_tete(self, cle: str) -> EnTete:
        """A first click sorts by the column, a second one the other way round."""
        sens = {cle: "asc", f"-{cle}": "desc"}.get(self.tri, "")
        return EnTete(self.url(sort=f"-{cle}" if sens == "asc" else cle, page=None), sens)


# Parameters of the URL that are no filter: how a list is shown (kept while one filters), in what order, which page.
_ASPECT = ("taille", "colonnes")
_HORS_FILTRE = ("sort", "page", *_ASPECT)
COMPACTE = "compacte"


def preferences(request: HttpRequest) -> Mapping[str, Any]:
    """How the reader likes his pages; empty for a stranger."""
    return getattr(request.user, "preferences", None) or {}


def colonnes_voulues(request: HttpRequest, nom: str) -> list[str] | None:
    """The columns of `?colonnes=`, else those the reader chose for this list, in their order; None when he did not."""
    if request.GET.get("colonnes", "").strip():
        return request.GET["colonnes"].split(",")
    choisies: list[str] | None = preferences(request).get("colonnes", {}).get(nom) if nom else None
    return choisies


def colonnes_montrees(
    request: HttpRequest, nom: str, colonnes: Sequence[Colonne]
) -> Mapping[str, bool]:
    """Which columns are shown: those that are wanted and those that are always there, else as it comes."""
    voulues = colonnes_voulues(request, nom)
    if voulues is None:
        return {c.nom: c.fixe or c.defaut for c in colonnes}
    return {c.nom: c.fixe or c.nom in voulues for c in colonnes}


def filtres_de(params: QueryDict) -> dict[str, str]:
    """What a query string filters by, written in one way, so that two of them can be compared."""
    return {
        cle: ",".join(sorted(_valeurs(params, cle))) for cle in params if cle not in _HORS_FILTRE
    }


def url_avec(chemin: str, params: QueryDict, **changements: object) -> str:
    """`chemin` with the parameters, some of them changed; None or "" takes one away."""
    return _adresse(
        chemin,
        {
            **dict(params.lists()),
            **{cle: [str(v)] if v not in (None, "") else [] for cle, v in changements.items()},
        },
    )


def _adresse(chemin: str, params: Mapping[str, Sequence[str]]) -> str:
    requete = urlencode([(cle, v) for cle, vs in params.items() for v in vs], safe=",")
    return f"{chemin}?{requete}" if requete else chemin


def preparer_liste(
    request: HttpRequest,
    queryset: QuerySet[M],
    *,
    tris: Tris,
    tri: str,
    filtres: type[Filtres] | None = None,
    criteres: Iterable[Critere] = (),
    onglets: Sequence[Onglet] = (),
    nom: str = "",
    colonnes: Sequence[Colonne] = (),
    selection: Selection | None = None,
    lecture: Lecture | None = None,
    noms: Mapping[str, Combinable] | None = None,
    par_page: int = TAILLES[0],
) -> Liste[M]:
    """The page of a list that the URL asks for, shown as the reader likes it.

    `nom` is what the list is remembered by: its columns, and its saved views when it is an entity of `search`;
    `lecture` is what its cells are given beside the row; `noms` are columns of other tables that a row shows: they come
    with the page, and are not joined for counting.

    `queryset` is already `visible_to` and `for_list`; `tris` are the sort keys of `?sort=`, `tri` the key in force when
    the URL names none and the reader never sorted this list. A parameter that is no filter is ignored, for a kept link
    must go on working; a value that does not fit is told above an empty list.
    """
    params = _propres(request.GET)
    gouts = preferences(request)
    prefere = gouts.get("tris", {}).get(nom, "")
    # it is in the URL of every link that leads on; one that no longer exists is passed over
    if prefere and "sort" not in params and not ordre(tris, prefere, ("pk",))[1]:
        params["sort"] = prefere
    erreurs: list[str] = []
    if filtres is not None:
        try:
            queryset = filtres.appliquer(queryset, filtres.connus(params))
        except ValidationError as refus:
            erreurs = [f"{erreur.field} : {erreur.message}" for erreur in refus.errors]
            queryset = queryset.none()
    demande = params.get("sort", tri)
    cles, faux = ordre(tris, demande, ("pk",))
    if faux:
        demande = tri
        cles, _faux = ordre(tris, tri, ("pk",))
    taille = _entier(params.get("taille"), gouts.get("taille", par_page))
    taille = taille if taille in TAILLES else par_page
    page = max(1, _entier(params.get("page"), 1))
    debut = (page - 1) * taille
    montrees = queryset.annotate(**noms) if noms else queryset
    lignes = list(montrees.order_by(*cles)[debut : debut + taille + 1])
    total = len(lignes)
    if page > 1 or total > taille:
        total = queryset.order_by()[: COMPTE_MAX + 1].count()
    return Liste(
        objets=lignes[:taille],
        total=total,
        page=page,
        par_page=taille,
        a_suivante=len(lignes) > taille,
        params=params,
        chemin=request.path,
        tri=demande,
        criteres=[_lier(critere, params) for critere in criteres],
        onglets=onglets,
        erreurs=erreurs,
        nom=nom,
        colonnes=colonnes,
        montre=colonnes_montrees(request, nom, colonnes),
        ordre=colonnes_voulues(request, nom) or (),
        densite=gouts.get("densite", ""),
        selection=selection,
        lecture=lecture,
    )


def _lier(critere: Critere, params: QueryDict) -> CritereLie:
    entier = critere.genre == TEXTE  # a comma belongs to the text
    return CritereLie(
        critere, params.getlist(critere.nom) if entier else _valeurs(params, critere.nom)
    )


def _propres(params: QueryDict) -> QueryDict:
    """Without what is empty or cannot be searched for."""
    propres = QueryDict(mutable=True)
    for cle, valeurs in params.lists():
        gardees = [valeur for valeur in valeurs if valeur.strip() and "\x00" not in valeur]
        if gardees:
            propres.setlist(cle, gardees)
    return propres


def _valeurs(params: QueryDict, cle: str) -> list[str]:
    """`a=1,2` and `a=1&a=2` alike; the text of a search stays whole."""
    if cle == "search":
        return params.getlist(cle)
    return [valeur for brut in params.getlist(cle) for valeur in brut.split(",") if valeur]


def _entier(texte: str | None, defaut: int) -> int:
    return (
        int(texte) if texte and texte.isascii() and texte.isdigit() and len(texte) < 7 else defaut
    )


def _jour(texte: str) -> str:
    try:
        jour = parse_date(texte)
    except ValueError:
        return ""
    return date_format(jour, "SHORT_DATE_FORMAT") if jour else ""


def repondre_recherche(resultats: Iterable[tuple[int, str, str]]) -> JsonResponse:
    """What a select in which one types shows: (id, words, smaller words under them)."""
    return JsonResponse(
        {
            "resultats": [
                {"value": str(pk), "text": texte, "detail": detail}
                for pk, texte, detail in resultats
            ]
        }
    )
