"""The small components of every page. What is repeated on each row of a list is a filter that costs microseconds, not
an include."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import forms, template
from django.db.models import Model
from django.forms import BoundField
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

from erp.navigation import Lien, navigation, nouveau
from erp.pages import Liste

register = template.Library()

# (champ, valeur) → colour and icon; the words come from the model's own choices.
TONS: dict[tuple[str, str], tuple[str, str]] = {
    ("statut", "ouverte"): ("bleu", "inbox"),
    ("statut", "affectee"): ("violet", "user-check"),
    ("statut", "en_cours"): ("cyan", "player-play"),
    ("statut", "en_attente"): ("orange", "player-pause"),
    ("statut", "cloturee"): ("vert", "check"),
    ("statut", "annulee"): ("gris", "ban"),
    ("statut", "archivee"): ("gris", "archive"),
    ("priorite", "urgente"): ("rouge-plein", "flame"),
    ("priorite", "haute"): ("orange", "arrow-up"),
    ("priorite", "normale"): ("gris", ""),
    ("priorite", "basse"): ("gris", "arrow-down"),
    ("priorite", "programmee"): ("gris", "calendar"),
    ("conclusion", "conforme"): ("vert", "check"),
    ("conclusion", "avec_reserves"): ("orange", "alert-triangle"),
    ("conclusion", "non_conforme"): ("rouge", "ban"),
    ("criticite", "critique"): ("rouge", "alert-triangle"),
    ("criticite", "haute"): ("orange", "arrow-up"),
    ("criticite", "normale"): ("gris", ""),
    ("criticite", "basse"): ("gris", "arrow-down"),
    ("statut", "operationnel"): ("vert", "circle-check"),
    ("statut", "maintenance"): ("cyan", "tool"),
    ("statut", "panne"): ("rouge", "alert-triangle"),
    ("statut", "retire"): ("gris", "archive"),
    ("statut", "brouillon"): ("gris", "pencil"),
    ("statut", "actif"): ("vert", "circle-check"),
    ("statut", "suspendu"): ("orange", "player-pause"),
    ("statut", "expire"): ("rouge", "clock"),
    ("statut", "resilie"): ("gris", "ban"),
    ("statut", "demandee"): ("orange", "hourglass"),
    ("statut", "acceptee"): ("vert", "check"),
    ("statut", "refusee"): ("gris", "x"),
    ("type_mouvement", "entree"): ("vert", "plus"),
    ("type_mouvement", "retour"): ("cyan", "arrow-back-up"),
    ("type_mouvement", "sortie"): ("orange", "arrow-right"),
    ("type_mouvement", "ajustement"): ("violet", "adjustments"),
    ("niveau_service", "premium"): ("violet", "star"),
    ("role", "admin"): ("violet", "shield"),
    ("role", "responsable"): ("bleu", "user-cog"),
    ("role", "technicien"): ("cyan", "tool"),
    ("role", "client"): ("gris", "building"),
    ("resultat", "ok"): ("vert", "check"),
    ("resultat", "non_conforme"): ("rouge", "x"),
    ("resultat", "non_applicable"): ("gris", "ban"),
    ("niveau", "expert"): ("violet", ""),
    ("niveau", "avance"): ("bleu", ""),
    ("niveau", "intermediaire"): ("gris", ""),
    ("niveau", "debutant"): ("gris", ""),
}


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("vendor/icones.svg")


@register.simple_tag
def icone(nom: str, classe: str = "") -> SafeString:
    """An icon of static/icones.txt, decoration only: what it means is written beside it or in an aria-label."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {classe}" if classe else "",
        _sprite(),
        nom,
    )


@lru_cache(maxsize=512)
def _pastille(libelle: str, ton: str, nom_icone: str) -> SafeString:
    dessin = icone(nom_icone) if nom_icone else ""
    return format_html('<span class="pastille ton-{}">{}{}</span>', ton, dessin, libelle)


@lru_cache(maxsize=1024)
def _badge(modele: type[Model], champ: str, valeur: object, langue: str | None) -> SafeString:
    """The language is in the key: the words are those of the language in force."""
    if not valeur:
        return SafeString("")
    ton, nom_icone = TONS.get((champ, str(valeur)), ("gris", ""))
    return _pastille(_libelle(modele, champ, valeur, langue), ton, nom_icone)


@lru_cache(maxsize=1024)
def _libelle(modele: type[Model], champ: str, valeur: object, langue: str | None) -> str:
    return str(dict(modele._meta.get_field(champ).flatchoices).get(valeur, valeur))  # type: ignore[union-attr]


@register.filter
def libelle(objet: Model, champ: str) -> str:
    """`{{ intervention|libelle:"type_intervention" }}`: the words of a field with choices, quicker than its display."""
    return _libelle(objet._meta.model, champ, getattr(objet, champ), get_language())


@register.filter
def badge(objet: Model, champ: str) -> SafeString:
    """`{{ intervention|badge:"statut" }}`: a field with choices, in its colour and with its icon; "" when empty."""
    return _badge(objet._meta.model, champ, getattr(objet, champ), get_language())


@register.simple_tag
def pastille(libelle: object, ton: str = "gris", icone: str = "") -> SafeString:
    """A badge of one's own: gris, bleu, cyan, vert, orange, rouge, rouge-plein, violet."""
    return _pastille(str(libelle), ton, icone)


# Written the same in every language: 22/11/2026 14:30.
JOUR, INSTANT, HEURE = "%d/%m/%Y", "%d/%m/%Y %H:%M", "%H:%M"


@register.filter
def moment(quand: datetime | date | None) -> SafeString | str:
    """22/11/2026 14:30 (22/11/2026 for a day), as a `<time>`; a dash when there is none."""
    if quand is None:
        return "—"
    if not isinstance(quand, datetime):
        return SafeString(f'<time datetime="{quand.isoformat()}">{quand:{JOUR}}</time>')
    local = timezone.localtime(quand)
    return SafeString(
        f'<time dir="ltr" datetime="{local.isoformat(timespec="minutes")}">{local:{INSTANT}}</time>'
    )


@register.filter
def relatif(quand: datetime | None) -> SafeString | str:
    """« dans 3 h », « il y a 2 jours », « demain à 14:30 », the exact time on hover; a dash when there is none."""
    if quand is None:
        return "—"
    local = timezone.localtime(quand)
    iso = local.isoformat(timespec="minutes")
    return SafeString(
        f'<time datetime="{iso}" title="{local:{INSTANT}}">{escape(en_mots(quand))}</time>'
    )


def en_mots(quand: datetime, maintenant: datetime | None = None) -> str:
    """How far a moment is from now, in the words a person would use."""
    maintenant = maintenant or timezone.now()
    secondes = round((quand - maintenant).total_seconds())
    local = timezone.localtime(quand)
    jours = (local.date() - timezone.localdate(maintenant)).days
    if abs(secondes) < 60:
        return _("à l’instant")
    if abs(secondes) < 12 * 3600 or jours == 0:
        combien = {"duree": duree(round(abs(secondes) / 60))}
        return (_("dans %(duree)s") if secondes > 0 else _("il y a %(duree)s")) % combien
    if jours == 1:
        return _("demain à %(heure)s") % {"heure": f"{local:{HEURE}}"}
    if jours == -1:
        return _("hier à %(heure)s") % {"heure": f"{local:{HEURE}}"}
    if 0 < jours <= 30:
        return ngettext("dans %(n)d jour", "dans %(n)d jours", jours) % {"n": jours}
    if -30 <= jours < 0:
        return ngettext("il y a %(n)d jour", "il y a %(n)d jours", -jours) % {"n": -jours}
    return f"{local:{JOUR}}"


@register.filter
def duree(minutes: int | None) -> str:
    """Whole minutes as « 45 min », « 2 h », « 2 h 05 », « 3 j 4 h »; a dash when there is none."""
    if minutes is None:
        return "—"
    jours, reste = divmod(int(minutes), 24 * 60)
    heures, mins = divmod(reste, 60)
    j, h = _("j"), _("h")
    # after a Latin name the number would leave its Arabic unit: the mark holds them together
    ancre = "\u200f" if get_language_bidi() else ""
    if jours:
        mots = f"{jours}\u202f{j} {heures}\u202f{h}" if heures else f"{jours}\u202f{j}"
    elif heures:
        mots = f"{heures}\u202f{h}\u202f{mins:02d}" if mins else f"{heures}\u202f{h}"
    else:
        mots = f"{mins}\u202f{_('min')}"
    return ancre + mots


@register.filter
def mad(montant: Decimal | None) -> str:
    """1 234,50 MAD; a dash when there is none."""
    if montant is None:
        return "—"
    return f"{number_format(montant, decimal_pos=2, use_l10n=True, force_grouping=True)}\u00a0MAD"


@register.filter
def quantite(nombre: Decimal | None) -> str:
    """A quantity without useless decimals: 3, 2,5."""
    if nombre is None:
        return "—"
    propre = Decimal(nombre).normalize()
    decimales = max(0, -int(propre.as_tuple().exponent))
    return str(number_format(propre, decimal_pos=decimales, use_l10n=True, force_grouping=True))


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
    attribut = format_html(' class="{}"', classe) if classe else ""
    if not cle:
        return format_html('<th scope="col"{}>{}</th>', attribut, libelle)
    tete = liste.en_tete(cle)
    signe = icone({"asc": "arrow-up", "desc": "arrow-down"}.get(tete.sens, "selector"))
    return format_html(
        '<th scope="col"{} aria-sort="{}"><a class="tri{}" href="{}" hx-get="{}" hx-target="#liste"'
        ' hx-swap="outerHTML" hx-push-url="true" id="tri-{}">{}{}</a></th>',
        attribut,
        tete.aria,
        " actif" if tete.sens else "",
        tete.url,
        tete.url,
        cle,
        libelle,
        signe,
    )


@register.simple_tag
def entetes(liste: Liste[Any]) -> SafeString:
    """The headings of the columns that are shown, after the box that ticks every row when rows can be ticked."""
    cases = []
    if liste.selection:
        cases.append(
            format_html(
                '<th scope="col" class="case"><input class="form-check-input" type="checkbox" data-cocher-tout'
                ' aria-label="{}"></th>',
                _("Tout cocher sur cette page"),
            )
        )
    cases += [
        colonne(liste, c.libelle, c.tri, c.classe) for c in liste.colonnes if liste.montre[c.nom]
    ]
    return SafeString("".join(cases))


@register.filter
def case(pk: object, nom: object) -> SafeString:
    """The cell whose box ticks a row; `nom` is what the row is called."""
    return SafeString(
        '<td class="case"><input class="form-check-input au-dessus" type="checkbox" name="ids" form="lot" value="'
        f'{pk}" aria-label="{escape(nom)}"></td>'
    )


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


@register.inclusion_tag("composants/navigation.html", takes_context=True)
def navigation_principale(context: template.Context) -> dict[str, Any]:
    """The links that the reader's role sees, by domain; the one of the current page is marked."""
    request = context["request"]
    groupes = navigation(request.user.role, get_language() or "fr")
    chemins = sorted(
        (lien.url for groupe in groupes for lien in groupe.liens), key=len, reverse=True
    )
    courant = next(
        (
            url
            for url in chemins
            if request.path == url or (url != "/" and request.path.startswith(url))
        ),
        "",
    )
    return {"groupes": groupes, "courant": courant}


@register.simple_tag(takes_context=True)
def liens_menu(context: template.Context) -> list[Lien]:
    """The links of the main menu, one after the other."""
    groupes = navigation(context["request"].user.role, get_language() or "fr")
    return [lien for groupe in groupes for lien in groupe.liens]


@register.simple_tag(takes_context=True)
def liens_nouveau(context: template.Context) -> Any:
    """What the reader may create."""
    return nouveau(context["request"].user.role, get_language() or "fr")
