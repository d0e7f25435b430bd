"""How a value is written on a page, for templates (`erp.templatetags.pages`) and for the cells of a list alike.

What a list repeats on each row is written in Python, not by the template engine (ADR 0016). A cell is a function of the
row and of what is the same for the whole list; whatever it returns is escaped unless `html` made it:

    def _equipement(i: Intervention, c: Lecture) -> str:
        return html("{}<small>{}</small>", i.equipement.nom, i.client.nom_entreprise)
"""

from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property, lru_cache
from html import escape as echapper

from django.db.models import Model
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

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


# --- HTML -----------------------------------------------------------------------------------------


def html(modele: str, *valeurs: object) -> SafeString:
    """As `format_html`, in a third of the time: every value is escaped unless it is HTML already."""
    return SafeString(
        modele.format(*[v if type(v) is SafeString else sans_danger(v) for v in valeurs])
    )


def sans_danger(valeur: object) -> str:
    return valeur if isinstance(valeur, SafeString) else echapper(str(valeur))


class Absent(SafeString):
    """The content of a cell that has nothing to say: seen in a table, left out where rows are cards."""


TIRET = Absent("—")
TIRET_PALE = Absent('<span class="text-secondary">—</span>')
RIEN = Absent("")


@lru_cache(maxsize=256)
def adresse_fixe(nom: str) -> str:
    """The URL of that name when nothing varies in it: `reverse`, asked once for a whole process."""
    return reverse(nom)


@lru_cache(maxsize=256)
def _adresse(nom: str) -> tuple[str, str]:
    place = 10**15
    debut, _place, fin = reverse(nom, args=[place]).partition(str(place))
    return debut, fin


def adresse(nom: str, pk: int) -> str:
    """The URL of that name for a row: `reverse`, asked once for a whole process."""
    debut, fin = _adresse(nom)
    return f"{debut}{pk}{fin}"


def lien_de_ligne(nom_url: str, pk: int, texte: object, classe: str = "") -> SafeString:
    """The link that the whole row is."""
    return html(
        '<a class="lien-ligne{}" href="{}">{}</a>',
        f" {classe}" if classe else "",
        adresse(nom_url, pk),
        texte,
    )


# --- Icons, badges --------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _sprite() -> str:
    return static("vendor/icones.svg")


@lru_cache(maxsize=1024)
def icone(nom: str, classe: str = "") -> SafeString:
    """An icon of static/icones.txt, decoration only: what it means is written beside it or in an aria-label."""
    return html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {classe}" if classe else "",
        _sprite(),
        nom,
    )


@lru_cache(maxsize=512)
def pastille(libelle: str, ton: str = "gris", nom_icone: str = "") -> SafeString:
    """A badge of one's own: gris, bleu, cyan, vert, orange, rouge, rouge-plein, violet."""
    dessin = icone(nom_icone) if nom_icone else ""
    return html('<span class="pastille ton-{}">{}{}</span>', ton, dessin, libelle)


@lru_cache(maxsize=1024)
def _badge(modele: type[Model], champ: str, valeur: object, langue: str) -> SafeString:
    """The language is in the key: the words are those of the language in force."""
    if not valeur:
        return SafeString("")
    ton, nom_icone = TONS.get((champ, str(valeur)), ("gris", ""))
    return pastille(_libelle(modele, champ, valeur, langue), ton, nom_icone)


@lru_cache(maxsize=1024)
def _libelle(modele: type[Model], champ: str, valeur: object, langue: str) -> str:
    return str(dict(modele._meta.get_field(champ).flatchoices).get(valeur, valeur))  # type: ignore[union-attr]


# --- Dates, durations, numbers --------------------------------------------------------------------

# Written the same in every language: 22/11/2026 14:30.
JOUR, INSTANT, HEURE = "%d/%m/%Y", "%d/%m/%Y %H:%M", "%H:%M"


def langue_en_cours() -> str:
    return get_language() or "fr"


class Lecture:
    """Who reads a list, and when: the language, the clock, the time zone, asked for once and not on each row.

    A list whose cells need more has a dataclass of its own that inherits from this one.
    """

    @cached_property
    def langue(self) -> str:
        return langue_en_cours()

    @cached_property
    def maintenant(self) -> datetime:
        return timezone.now()

    @cached_property
    def fuseau(self) -> tzinfo:
        return timezone.get_current_timezone()

    def badge(self, objet: Model, champ: str) -> SafeString:
        """A field with choices, in its colour and with its icon; "" when empty."""
        return _badge(objet._meta.model, champ, getattr(objet, champ), self.langue)

    def libelle(self, objet: Model, champ: str) -> str:
        """The words of a field with choices, quicker than its display."""
        return _libelle(objet._meta.model, champ, getattr(objet, champ), self.langue)

    def moment(self, quand: datetime | date | None) -> SafeString:
        """22/11/2026 14:30 (22/11/2026 for a day), as a `<time>`; a dash when there is none."""
        if quand is None:
            return TIRET
        if not isinstance(quand, datetime):
            return SafeString(f'<time datetime="{quand.isoformat()}">{quand:{JOUR}}</time>')
        local = quand.astimezone(self.fuseau)
        return SafeString(
            f'<time dir="ltr" datetime="{local.isoformat(timespec="minutes")}">{local:{INSTANT}}</time>'
        )

    def relatif(self, quand: datetime | None) -> SafeString:
        """« dans 3 h », « il y a 2 jours », « demain à 14:30 », the exact time on hover; a dash when there is none."""
        if quand is None:
            return TIRET
        local = quand.astimezone(self.fuseau)
        iso = local.isoformat(timespec="minutes")
        return SafeString(
            f'<time datetime="{iso}" title="{local:{INSTANT}}">{echapper(self.en_mots(quand))}</time>'
        )

    def en_mots(self, quand: datetime) -> str:
        """How far a moment is from now, in the words a person would use."""
        secondes = round((quand - self.maintenant).total_seconds())
        local = quand.astimezone(self.fuseau)
        jours = (local.date() - self.maintenant.astimezone(self.fuseau).date()).days
        if abs(secondes) < 60:
            return _ecart_en_mots(self.langue, "minutes", 0)
        if abs(secondes) < 12 * 3600 or jours == 0:
            minutes = round(abs(secondes) / 60)
            return _ecart_en_mots(self.langue, "minutes", minutes if secondes > 0 else -minutes)
        if abs(jours) == 1:
            return _ecart_en_mots(self.langue, "veille", jours) % {"heure": f"{local:{HEURE}}"}
        if abs(jours) <= 30:
            return _ecart_en_mots(self.langue, "jours", jours)
        return f"{local:{JOUR}}"

    def duree(self, minutes: int | None) -> str:
        """Whole minutes as « 45 min », « 2 h », « 2 h 05 », « 3 j 4 h »; a dash when there is none."""
        return TIRET if minutes is None else _duree(self.langue, int(minutes))


@lru_cache(maxsize=8192)
def _ecart_en_mots(langue: str, genre: str, ecart: int) -> str:
    """The language is in the key: the words are those of the language in force."""
    if genre == "minutes":
        if ecart == 0:
            return _("à l’instant")
        mots = _("dans %(duree)s") if ecart > 0 else _("il y a %(duree)s")
        return mots % {"duree": _duree(langue, abs(ecart))}
    if genre == "veille":
        return _("demain à %(heure)s") if ecart > 0 else _("hier à %(heure)s")
    if ecart > 0:
        return ngettext("dans %(n)d jour", "dans %(n)d jours", ecart) % {"n": ecart}
    return ngettext("il y a %(n)d jour", "il y a %(n)d jours", -ecart) % {"n": -ecart}


@lru_cache(maxsize=8192)
def _duree(langue: str, minutes: int) -> str:
    jours, reste = divmod(minutes, 24 * 60)
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


def mad(montant: Decimal | None) -> str:
    """1 234,50 MAD; a dash when there is none."""
    if montant is None:
        return "—"
    return f"{number_format(montant, decimal_pos=2, use_l10n=True, force_grouping=True)}\u00a0MAD"


def quantite(nombre: Decimal | None) -> str:
    """A quantity without useless decimals: 3, 2,5."""
    if nombre is None:
        return "—"
    propre = Decimal(nombre).normalize()
    decimales = max(0, -int(propre.as_tuple().exponent))
    return str(number_format(propre, decimal_pos=decimales, use_l10n=True, force_grouping=True))
