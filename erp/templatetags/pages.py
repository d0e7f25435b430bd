"""The small components of every page. What is repeated on each row of a list is a filter that costs microseconds, not
an include."""

from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django import forms, template
from django.db.models import Model
from django.forms import BoundField
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from erp import affichage
from erp.affichage import (
    JOUR,
    TONS,
    Absent,
    Lecture,
    html,
    icone,
    langue_en_cours,
    mad,
    quantite,
    sans_danger,
)
from erp.navigation import Lien, navigation, nouveau
from erp.pages import JOUR as JOUR_CIVIL
from erp.pages import LISTE, OUI, PASTILLES, RECHERCHE, TAILLES, Colonne, Critere, CritereLie, Liste

__all__ = ["JOUR", "TONS", "badge", "duree", "icone", "mad", "pastille", "quantite", "relatif"]

register = template.Library()
register.simple_tag(icone)
register.filter(mad)
register.filter(quantite)


@register.filter
def libelle(objet: Model, champ: str) -> str:
    """`{{ intervention|libelle:"type_intervention" }}`: the words of a field with choices, quicker than its display."""
    return Lecture().libelle(objet, champ)


@register.filter
def badge(objet: Model, champ: str) -> SafeString:
    """`{{ intervention|badge:"statut" }}`: a field with choices, in its colour and with its icon; "" when empty."""
    return Lecture().badge(objet, champ)


@register.simple_tag
def pastille(libelle: object, ton: str = "gris", icone: str = "") -> SafeString:
    """A badge of one's own: gris, bleu, cyan, vert, orange, rouge, rouge-plein, violet."""
    return affichage.pastille(str(libelle), ton, icone)


@register.filter
def moment(quand: datetime | date | None) -> SafeString:
    """22/11/2026 14:30 (22/11/2026 for a day), as a `<time>`; a dash when there is none."""
    return Lecture().moment(quand)


@register.filter
def relatif(quand: datetime | None) -> SafeString:
    """« dans 3 h », « il y a 2 jours », « demain à 14:30 », the exact time on hover; a dash when there is none."""
    return Lecture().relatif(quand)


@register.filter
def duree(minutes: int | None) -> str:
    """Whole minutes as « 45 min », « 2 h », « 2 h 05 », « 3 j 4 h »; a dash when there is none."""
    return Lecture().duree(minutes)


@register.filter
def initiales(nom: str) -> str:
    """Two letters for an avatar."""
    mots = [mot for mot in str(nom).split() if mot[0].isalnum()]
    return "".join(mot[0] for mot in (mots[:1] + mots[-1:] if len(mots) > 1 else mots)).upper()


@register.simple_tag
def miette(libelle: object, nom_url: str = "", *args: object) -> SafeString:
    """One step of the breadcrumbs: `{% miette "Clients" "clients:liste" %}`, or a URL already made."""
    if not nom_url:
        return format_html(
            '<li class="breadcrumb-item active" aria-current="page">{}</li>', libelle
        )
    url = nom_url if nom_url.startswith("/") else reverse(nom_url, args=args)
    return format_html('<li class="breadcrumb-item"><a href="{}">{}</a></li>', url, libelle)


@register.simple_tag
def fait(libelle: object, valeur: object, lien: str = "") -> SafeString:
    """One line of `<dl class="faits">`; a dash when there is nothing to say."""
    if valeur is None or valeur == "":
        contenu: object = "—"
    elif lien:
        contenu = format_html('<a href="{}">{}</a>', lien, valeur)
    else:
        contenu = valeur
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", libelle, contenu)


@register.simple_tag
def colonne(liste: Liste[Any], libelle: object, cle: str = "", classe: str = "") -> SafeString:
    """The heading of a column; with a sort key it is a link that sorts by it."""
    attribut = html(' class="{}"', classe) if classe else ""
    if not cle:
        return html('<th scope="col"{}>{}</th>', attribut, libelle)
    tete = liste.en_tete(cle)
    url = sans_danger(tete.url)
    return html(
        '<th scope="col"{}{}><a class="tri{}" href="{}" hx-get="{}" hx-target="#liste"'
        ' hx-swap="outerHTML" hx-push-url="true" id="tri-{}">{}{}</a></th>',
        attribut,
        html(' aria-sort="{}"', tete.aria),
        " actif" if tete.sens else "",
        SafeString(url),
        SafeString(url),
        cle,
        libelle,
        icone({"asc": "arrow-up", "desc": "arrow-down"}.get(tete.sens, "selector")),
    )


@register.simple_tag
def entetes(liste: Liste[Any]) -> SafeString:
    """The headings of the columns that are shown, after the box that ticks every row when rows can be ticked."""
    cases: list[str] = []
    if liste.selection:
        cases.append(
            html(
                '<th scope="col" class="case"><input class="form-check-input" type="checkbox" data-cocher-tout'
                ' aria-label="{}"></th>',
                _("Tout cocher sur cette page"),
            )
        )
    rangs = liste.rangs
    for c in liste.colonnes:
        if liste.montre[c.nom]:
            tete = colonne(liste, c.libelle, c.tri, c.classe)
            if c.nom in rangs:
                # the page's script puts headings and cells where the reader wants them
                tete = SafeString(tete.replace("<th", f'<th data-rang="{rangs[c.nom]}"', 1))
            cases.append(tete)
    return SafeString("".join(cases))


@register.filter
def case(pk: object, nom: object) -> SafeString:
    """The cell whose box ticks a row; `nom` is what the row is called."""
    return html(
        '<td class="case"><input class="form-check-input au-dessus" type="checkbox" name="ids" form="lot" value="{}"'
        ' aria-label="{}"></td>',
        pk,
        nom,
    )


@register.simple_tag
def lignes(liste: Liste[Any], nom: str = "pk") -> SafeString:
    """The rows of a list whose columns say what their cells hold (`Colonne.cellule`), ready for its `<tbody>`.

    `nom` is the attribute that names a row to whoever hears the box that ticks it.
    """
    lecture = liste.lecture or Lecture()
    nommer = attrgetter(nom) if liste.selection else None
    colonnes = []
    for c in liste.colonnes:
        if liste.montre[c.nom] and c.cellule is not None:
            mot = html(' data-l="{}"', c.mot) if c.mot else ""
            plein, vide = c.case, f"{c.case} carte-absent".strip()
            colonnes.append(
                (
                    c.cellule,
                    f'<td class="{plein}"{mot}>' if plein else f"<td{mot}>",
                    f'<td class="{vide}"{mot}>',
                )
            )
    morceaux: list[str] = []
    for objet in liste.objets:
        morceaux.append("<tr>")
        if nommer is not None:
            morceaux.append(case(objet.pk, nommer(objet)))
        for cellule, ouvre, ouvre_absent in colonnes:
            contenu = cellule(objet, lecture)
            morceaux += (
                "\n",
                ouvre_absent if type(contenu) is Absent else ouvre,
                sans_danger(contenu),
                "</td>",
            )
        morceaux.append("\n</tr>\n")
    return SafeString("".join(morceaux))


@register.inclusion_tag("composants/selection.html")
def actions_groupees(liste: Liste[Any]) -> dict[str, Any]:
    """The bar of what may be done to the ticked rows; it shows itself once one is ticked."""
    return {"liste": liste}


_CASES = (forms.CheckboxInput,)
_GROUPES = (forms.CheckboxSelectMultiple, forms.RadioSelect)


@register.inclusion_tag("composants/champ.html")
def champ(
    champ_lie: BoundField,
    classe: str = "",
    libelle: object = "",
    aide: object = "",
    suffixe: object = "",
    autofocus: bool = False,
    placeholder: object = "",
) -> dict[str, Any]:
    """A field with its label, its hint, and its error beside it."""
    widget = champ_lie.field.widget
    attrs: dict[str, Any] = {}
    genre = "champ"
    if isinstance(widget, _GROUPES):
        genre = "groupe"
    elif isinstance(widget, _CASES):
        genre = "case"
        attrs["class"] = "form-check-input"
    else:
        base = "form-select" if isinstance(widget, forms.Select) else "form-control"
        propre = widget.attrs.get("class", "")
        attrs["class"] = f"{base} {propre}".strip()
    if champ_lie.errors and genre != "groupe":
        attrs["class"] += " is-invalid"
    if autofocus:
        attrs["autofocus"] = True
    if placeholder:
        attrs["placeholder"] = str(placeholder)
    souvenir = champ_lie.as_hidden(only_initial=True) if champ_lie.field.show_hidden_initial else ""
    return {
        "champ": champ_lie,
        "genre": genre,
        "souvenir": souvenir,
        "controle": champ_lie.as_widget(attrs=attrs) if genre != "groupe" else "",
        "classe": classe,
        "libelle": libelle or champ_lie.label,
        "aide": aide or champ_lie.help_text,
        "suffixe": suffixe,
        "obligatoire": champ_lie.field.required,
    }


@register.inclusion_tag("composants/pagination.html")
def pagination(liste: Liste[Any]) -> dict[str, Any]:
    """Where the page stands in the list, and the way to the others."""
    return {"liste": liste}


@register.inclusion_tag("composants/etat_liste.html")
def etat_de_liste(liste: Liste[Any]) -> dict[str, Any]:
    """The active filters, each with a cross that takes it away, and what is wrong with one."""
    return {"liste": liste}


@register.inclusion_tag("composants/filtres.html", takes_context=True)
def filtres_de_liste(
    context: template.Context, liste: Liste[Any], recherche: object = ""
) -> dict[str, Any]:
    """Tabs, search, filters, saved views and the look of the list; they swap `#liste` and write the URL."""
    return {
        "liste": liste,
        "recherche": recherche,
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token", ""),
    }


_CASE_A_COCHER = (
    '<label class="form-check"><input class="form-check-input" type="checkbox" name="{}" value="{}"{}>'
    '<span class="form-check-label">{}</span></label>'
)
_COCHE, _CHOISI = SafeString(" checked"), SafeString(" selected")


@register.simple_tag
def critere(lie: CritereLie) -> SafeString:
    """One criterion of the panel of filters, entered as its kind says."""
    if lie.critere.genre in (LISTE, RECHERCHE):
        return _critere_choisi(lie)
    return _critere_saisi(langue_en_cours(), lie.critere, tuple(lie.valeurs))


@lru_cache(maxsize=512)
def _critere_saisi(_langue: str, critere: Critere, valeurs: tuple[str, ...]) -> SafeString:
    """What depends on nothing else: the same for everybody who filters by these values, in this language."""
    lie = CritereLie(critere, list(valeurs))
    nom, libelle = critere.nom, critere.libelle
    if critere.genre == PASTILLES:
        choix = "".join(
            html(
                '<label class="form-selectgroup-item"><input type="checkbox" name="{}" value="{}"'
                ' class="form-selectgroup-input"{}><span class="form-selectgroup-label">{}</span></label>',
                nom,
                valeur,
                _COCHE if choisie else "",
                mots,
            )
            for valeur, mots, choisie in lie.choisies
        )
        return html(
            '<fieldset class="large"><legend class="form-label">{}</legend>'
            '<div class="form-selectgroup form-selectgroup-pills">{}</div></fieldset>',
            libelle,
            SafeString(choix),
        )
    if critere.genre == OUI:
        coche = _COCHE if lie.valeur else ""
        return html(
            '<div class="champ-oui">{}</div>', html(_CASE_A_COCHER, nom, "true", coche, libelle)
        )
    return html(
        '<div>{}<input class="form-control"{} id="filtre-{}" name="{}" value="{}"></div>',
        _etiquette(critere),
        SafeString(' type="date"') if critere.genre == JOUR_CIVIL else "",
        nom,
        nom,
        lie.valeur,
    )


def _critere_choisi(lie: CritereLie) -> SafeString:
    options = "".join(
        html('<option value="{}"{}>{}</option>', valeur, _CHOISI if choisie else "", mots)
        for valeur, mots, choisie in lie.choisies
    )
    return html(
        '<div>{}<select class="form-select" id="filtre-{}" name="{}" multiple data-chercher="{}"'
        ' data-placeholder="{}" data-rien="{}">{}</select></div>',
        _etiquette(lie.critere),
        lie.critere.nom,
        lie.critere.nom,
        lie.critere.url,
        _("Tous"),
        _("Aucun résultat"),
        SafeString(options),
    )


def _etiquette(critere: Critere) -> SafeString:
    return html(
        '<label class="form-label" for="filtre-{}">{}</label>', critere.nom, critere.libelle
    )


_ECHANGE = SafeString(
    ' hx-boost="true" hx-target="#page-liste" hx-select="#page-liste" hx-swap="outerHTML show:none"'
)


@register.simple_tag
def onglets(liste: Liste[Any]) -> SafeString:
    """The tabs: a view of the list each, the one in force marked."""
    return SafeString(
        "".join(
            html(
                '<a href="{}"{}{}>{}{}</a>',
                url,
                SafeString(' aria-current="page"') if actif else "",
                _ECHANGE,
                icone(onglet.icone) if onglet.icone else "",
                onglet.libelle,
            )
            for onglet, url, actif in liste.vues
        )
    )


@register.simple_tag
def tris_au_choix(liste: Liste[Any]) -> SafeString:
    """What the list may be sorted by, where no headings are seen."""
    signes = {"asc": icone("arrow-up"), "desc": icone("arrow-down")}
    return SafeString(
        "".join(
            html(
                '<a class="btn btn-sm{}" href="{}"{}{}>{}{}</a>',
                " btn-actif" if tete.sens else "",
                tete.url,
                SafeString(' aria-current="true"') if tete.sens else "",
                _ECHANGE,
                colonne.libelle,
                signes.get(tete.sens, ""),
            )
            for colonne, tete in liste.tris_au_choix
        )
    )


@register.simple_tag
def tailles() -> tuple[int, ...]:
    """How many rows a page may have."""
    return TAILLES


@register.simple_tag
def colonnes_au_choix(liste: Liste[Any]) -> SafeString:
    """A box for each column that may be hidden."""
    return _cases_des_colonnes(langue_en_cours(), tuple(liste.colonnes_au_choix))


@lru_cache(maxsize=512)
def _cases_des_colonnes(_langue: str, colonnes: tuple[tuple[Colonne, bool], ...]) -> SafeString:
    modele = _CASE_A_COCHER.replace(' value="{}"', ' value="{}" form="form-affichage"')
    return SafeString(
        "".join(
            html(modele, "colonnes", colonne.nom, _COCHE if montree else "", colonne.libelle)
            for colonne, montree in colonnes
        )
    )


@register.inclusion_tag("composants/vide.html")
def vide(
    titre: object, phrase: object = "", icone: str = "inbox", url: str = "", action: object = ""
) -> dict[str, Any]:
    """An empty list says what to do next."""
    return {"titre": titre, "phrase": phrase, "icone": icone, "url": url, "action": action}


@register.simple_tag(takes_context=True)
def formulaire_htmx(context: template.Context) -> SafeString:
    """The attributes of a form that is sent to the URL it came from, by htmx or without; errors come back in place."""
    url = context["request"].get_full_path()
    return format_html(
        'method="post" action="{0}" hx-post="{0}" hx-target="this" hx-swap="outerHTML"'
        ' hx-disabled-elt="find button[type=submit]" novalidate',
        url,
    )


@register.simple_tag
def direction() -> str:
    """Reading direction of the language in force."""
    return "rtl" if (get_language() or "fr").startswith("ar") else "ltr"


# As it is written in Morocco, and day before month: what `Intl` in the browser goes by.
REGIONS = {"ar": "ar-MA", "en": "en-GB"}


@register.simple_tag
def langue_du_document() -> str:
    """The `lang` of the page: the language in force, with the region whose months and figures are used."""
    langue = get_language() or "fr"
    return REGIONS.get(langue, langue)


@register.inclusion_tag("composants/navigation.html")
def navigation_principale(role: str, courant: str) -> dict[str, Any]:
    """The links that a role sees, by domain; the one of the current page is marked."""
    return {"groupes": navigation(role, langue_en_cours()), "courant": courant}


@register.simple_tag(takes_context=True)
def lien_courant(context: template.Context) -> str:
    """Which link of the menu leads to this page, or to the part of the product that it is in."""
    request = context["request"]
    chemins = sorted((lien.url for lien in liens_menu(request.user.role)), key=len, reverse=True)
    return next(
        (
            url
            for url in chemins
            if request.path == url or (url != "/" and request.path.startswith(url))
        ),
        "",
    )


@register.simple_tag
def liens_menu(role: str) -> list[Lien]:
    """The links of the main menu, one after the other."""
    return [lien for groupe in navigation(role, langue_en_cours()) for lien in groupe.liens]


@register.simple_tag
def liens_nouveau(role: str) -> tuple[Lien, ...]:
    """What a role may create."""
    return nouveau(role, langue_en_cours())


class _Fige(template.Node):
    """See `fige`."""

    PLACES = 512

    def __init__(self, contenu: NodeList, cle: dict[str, FilterExpression]) -> None:
        self.contenu = contenu
        self.cle = cle
        self.rendus: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        valeurs = {nom: expression.resolve(context) for nom, expression in self.cle.items()}
        cle = (langue_en_cours(), *valeurs.values())
        rendu = self.rendus.get(cle)
        if rendu is None:
            seul = template.Context(valeurs, autoescape=context.autoescape)
            seul.template = context.template
            rendu = self.contenu.render(seul)
            if len(self.rendus) >= self.PLACES:
                self.rendus.clear()
            self.rendus[cle] = rendu
        return rendu


@register.tag
def fige(parser: Parser, token: Token) -> _Fige:
    """`{% fige role=request.user.role %}…{% endfige %}`: the same for all who share these values and a language.

    Rendered once in a process, then kept. Inside, these values are all there is: nothing of a person, of a request or
    of the data can be kept by mistake.
    """
    cle = token_kwargs(token.split_contents()[1:], parser)
    contenu = parser.parse(("endfige",))
    parser.delete_first_token()
    return _Fige(contenu, cle)
