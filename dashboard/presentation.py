"""Figures in words: numbers as they are written, what they mean, the charts. No figure is computed here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from dashboard.indicateurs import Indicateur, Lien, Repartition, Tableau, Unite, Valeur
from dashboard.periodes import Periode
from erp.pages import url_avec
from erp.templatetags.pages import JOUR, duree, mad

ABSENTE = "—"
_FINE = "\u202f"  # narrow no-break space


@dataclass(frozen=True, slots=True)
class Mots:
    """What a figure is called, its icon, and its definition in one sentence."""

    libelle: str | Promise
    icone: str
    definition: str | Promise


MOTS: Mapping[str, Mots] = {
    "encours": Mots(
        gettext_lazy("Non closes"),
        "inbox",
        gettext_lazy(
            "Interventions qui ne sont pas closes en ce moment, quelle que soit la période."
        ),
    ),
    "creees": Mots(
        gettext_lazy("Créées"),
        "plus",
        gettext_lazy("Interventions créées dans la période, annulées depuis ou non."),
    ),
    "closes": Mots(
        gettext_lazy("Terminées"),
        "check",
        gettext_lazy("Interventions dont le travail s’est terminé dans la période."),
    ),
    "sla": Mots(
        gettext_lazy("Délais tenus"),
        "clock",
        gettext_lazy(
            "Part des interventions terminées dans la période qui l’ont été avant leur date limite,"
            " parmi celles qui en ont une. L’attente du client repousse la date limite."
        ),
    ),
    "reponse": Mots(
        gettext_lazy("Temps de réponse"),
        "phone",
        gettext_lazy(
            "De la demande au début du travail, en moyenne, pour les dépannages commencés dans la période."
        ),
    ),
    "mttr": Mots(
        gettext_lazy("Remise en service (MTTR)"),
        "hourglass",
        gettext_lazy(
            "De la demande à la fin du travail, attentes comprises, en moyenne, pour les dépannages"
            " terminés dans la période (EN 13306 ; EN 15341:2007, T21)."
        ),
    ),
    "reparation": Mots(
        gettext_lazy("Durée de réparation"),
        "tool",
        gettext_lazy(
            "Temps de travail moyen d’un dépannage terminé dans la période, sans déplacement ni attente"
            " (EN 13306)."
        ),
    ),
    "premier_coup": Mots(
        gettext_lazy("Réparées du premier coup"),
        "circle-check",
        gettext_lazy(
            "Part des dépannages terminés dans la période qu’aucune panne de la même machine n’a suivis"
            " sous 30 jours."
        ),
    ),
    "pannes": Mots(
        gettext_lazy("Pannes"),
        "alert-triangle",
        gettext_lazy(
            "Interventions correctives créées dans la période et non annulées, sur les machines en service."
        ),
    ),
    "mtbf": Mots(
        gettext_lazy("Temps entre pannes (MTBF)"),
        "history",
        gettext_lazy(
            "Temps de fonctionnement de toutes les machines divisé par le nombre de pannes"
            " (EN 13306 ; EN 15341:2007, T17)."
        ),
    ),
    "disponibilite": Mots(
        gettext_lazy("Disponibilité"),
        "gauge",
        gettext_lazy(
            "Part du temps, 24 heures sur 24, où les machines n’étaient pas en panne : une machine l’est"
            " de la demande à la fin du travail (EN 13306 ; EN 15341:2007, T6)."
        ),
    ),
    "preventif": Mots(
        gettext_lazy("Part du préventif"),
        "shield",
        gettext_lazy(
            "Heures de travail préventif sur toutes les heures de travail, pour ce qui s’est terminé dans"
            " la période (EN 15341:2007, O18)."
        ),
    ),
    "charge": Mots(
        gettext_lazy("Charge des techniciens"),
        "users",
        gettext_lazy(
            "Heures saisies, déplacements compris, sur les heures disponibles : celles du contrat, sans les"
            " jours fériés ni les absences."
        ),
    ),
    "satisfaction": Mots(
        gettext_lazy("Satisfaction"),
        "star",
        gettext_lazy("Moyenne des notes des clients sur ce qui s’est terminé dans la période."),
    ),
    "cout": Mots(
        gettext_lazy("Coût"),
        "receipt",
        gettext_lazy("Main-d’œuvre et pièces de ce qui s’est terminé dans la période."),
    ),
    "cout_main_oeuvre": Mots(
        gettext_lazy("Main-d’œuvre"),
        "user",
        gettext_lazy("Temps saisi, déplacements compris, au coût horaire de chacun."),
    ),
    "cout_pieces": Mots(
        gettext_lazy("Pièces"),
        "package",
        gettext_lazy("Pièces consommées, moins celles qui sont revenues, à leur prix du jour."),
    ),
}

# What each unit measures as hours of work is said in hours (47 h 29), what the clock measures in days (1 j 23 h).
_EN_HEURES = frozenset({"reparation", "travail", "deplacement", "disponible", "minutes"})


def heures(minutes: float) -> str:
    """Working time: « 45 min », « 2 h 05 », « 1 234 h »."""
    total = round(minutes)
    h, mins = divmod(total, 60)
    if not h:
        return f"{mins}{_FINE}{_('min')}"
    texte = f"{number_format(h, use_l10n=True, force_grouping=True)}{_FINE}{_('h')}"
    return f"{texte}{_FINE}{mins:02d}" if mins and h < 100 else texte


def ecrire(cle: str, unite: Unite, valeur: Valeur) -> str:
    """The value as people write it: 12,5 %, 3 h 05, 1 234,50 MAD, 4,3 / 5; a dash when there is none."""
    if valeur is None:
        return ABSENTE
    match unite:
        case Unite.POURCENT:
            return f"{_decimal(valeur, 2 if cle == 'disponibilite' else 1)}{_FINE}%"
        case Unite.MINUTES:
            return heures(float(valeur)) if cle in _EN_HEURES else duree(round(valeur))
        case Unite.MAD:
            return mad(Decimal(valeur))
        case Unite.NOTE:
            return f"{_decimal(valeur, 1)}{_FINE}/{_FINE}5"
        case Unite.NOMBRE:
            return str(number_format(valeur, use_l10n=True, force_grouping=True))


def _decimal(valeur: float | Decimal, decimales: int) -> str:
    arrondie = round(float(valeur), decimales)
    entiere = arrondie == int(arrondie)
    return str(
        number_format(
            arrondie, decimal_pos=0 if entiere else decimales, use_l10n=True, force_grouping=True
        )
    )


# --- How it changed -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ecart:
    """Against the period before; `ton` is bon, mauvais or neutre."""

    texte: str
    sens: str
    ton: str


def ecart(indicateur: Indicateur) -> Ecart | None:
    """In points for a percentage or a note, else in percent of what it was; None when there is nothing to compare."""
    ici, avant = indicateur.valeur, indicateur.precedent
    if ici is None or avant is None:
        return None
    difference = float(ici) - float(avant)
    if indicateur.unite in (Unite.POURCENT, Unite.NOTE):
        points = round(difference, 2 if indicateur.cle == "disponibilite" else 1)
        if not points:
            return Ecart("=", "", "neutre")
        texte = _decimal(abs(points), 2 if indicateur.cle == "disponibilite" else 1)
        if indicateur.unite == Unite.POURCENT:
            texte += f"{_FINE}{_('pt')}"
    elif not difference:
        return Ecart("=", "", "neutre")
    elif not avant:
        return None
    elif not (pour_cent := round(100 * difference / float(avant))):
        return Ecart("=", "", "neutre")
    else:
        texte = f"{number_format(abs(pour_cent), use_l10n=True, force_grouping=True)}{_FINE}%"
    sens = "hausse" if difference > 0 else "baisse"
    ton = "neutre"
    if indicateur.hausse:
        ton = "bon" if (difference > 0) == (indicateur.hausse > 0) else "mauvais"
    # among Arabic letters a sign would go to the other side of its number
    ancre = "\u200e" if get_language_bidi() else ""
    return Ecart(f"{ancre}{'+' if difference > 0 else '−'}{texte}", sens, ton)


# --- Cards ----------------------------------------------------------------------------------------

_SUR: Mapping[str, Callable[[int], str]] = {
    "sla": lambda n: ngettext("%(n)s tenu", "%(n)s tenus", n),
    "reponse": lambda n: ngettext("sur %(n)s dépannage", "sur %(n)s dépannages", n),
    "mttr": lambda n: ngettext("sur %(n)s dépannage", "sur %(n)s dépannages", n),
    "reparation": lambda n: ngettext("sur %(n)s dépannage", "sur %(n)s dépannages", n),
    "premier_coup": lambda n: ngettext("sur %(n)s dépannage", "sur %(n)s dépannages", n),
    "mtbf": lambda n: ngettext("%(n)s panne", "%(n)s pannes", n),
    "disponibilite": lambda n: ngettext("%(n)s panne", "%(n)s pannes", n),
    "satisfaction": lambda n: ngettext("sur %(n)s avis", "sur %(n)s avis", n),
}
_DONT: Mapping[str, Callable[[int], str]] = {
    "sla": lambda n: ngettext("%(n)s manqué", "%(n)s manqués", n),
    "premier_coup": lambda n: ngettext("%(n)s rechute", "%(n)s rechutes", n),
    "preventif": lambda n: ngettext("dont %(n)s préventive", "dont %(n)s préventives", n),
}


def _sur(n: int) -> str:
    return ngettext("sur %(n)s intervention", "sur %(n)s interventions", n)


@dataclass(frozen=True, slots=True)
class Carte:
    """One figure as a card: words, value, change, and the lists behind it as (words, URL)."""

    cle: str
    mots: Mots
    unite: Unite
    valeur: str
    ecart: Ecart | None
    avant: str
    url: str
    liens: list[tuple[str, str]]
    vide: bool


def carte(indicateur: Indicateur) -> Carte:
    liens = []
    compte = indicateur.unite == Unite.NOMBRE
    for lien, phrases in ((indicateur.sur, _SUR), (indicateur.dont, _DONT)):
        if lien is not None and lien.nombre and not (compte and phrases is _SUR):
            phrase = phrases.get(indicateur.cle, _sur)(lien.nombre)
            combien = number_format(lien.nombre, use_l10n=True, force_grouping=True)
            liens.append((phrase % {"n": combien}, adresse(lien)))
    url = adresse(indicateur.sur) if indicateur.sur is not None and indicateur.sur.nombre else ""
    if indicateur.cle == "charge" and not url and indicateur.valeur is not None:
        url = "#repartition-charge"
    return Carte(
        indicateur.cle,
        MOTS[indicateur.cle],
        indicateur.unite,
        ecrire(indicateur.cle, indicateur.unite, indicateur.valeur),
        ecart(indicateur),
        ecrire(indicateur.cle, indicateur.unite, indicateur.precedent),
        url,
        liens,
        indicateur.valeur is None,
    )


def adresse(lien: Lien) -> str:
    """The page of the list behind a number."""
    return url_avec(reverse(lien.liste), QueryDict(), **lien.params)


def periode_en_mots(periode: Periode) -> str:
    return _("du %(de)s au %(a)s") % {
        "de": f"{periode.premier:{JOUR}}",
        "a": f"{periode.dernier:{JOUR}}",
    }


# --- Charts and their tables ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Forme:
    """How a breakdown is drawn: its title, what a row is, and the columns that make the chart (none: the table alone).

    Each column of the chart has a colour of the style sheet (`--serie-…`).
    """

    titre: str | Promise
    entete: str | Promise
    vide: str | Promise
    series: Mapping[str, str]
    horizontale: bool = False
    empilee: bool = False


COLONNES: Mapping[str, str | Promise] = {
    "nombre": gettext_lazy("Interventions"),
    "creees": gettext_lazy("Créées"),
    "closes": gettext_lazy("Terminées"),
    "tenues": gettext_lazy("Dans les délais"),
    "manquees": gettext_lazy("En retard"),
    "taux": gettext_lazy("Taux"),
    "minutes": gettext_lazy("Travail"),
    "travail": gettext_lazy("Travail"),
    "deplacement": gettext_lazy("Déplacement"),
    "disponible": gettext_lazy("Disponible"),
    "pannes": gettext_lazy("Pannes"),
    "arret": gettext_lazy("Temps d’arrêt"),
    "main_oeuvre": gettext_lazy("Main-d’œuvre"),
    "pieces": gettext_lazy("Pièces"),
    "total": gettext_lazy("Total"),
}
_RIEN = gettext_lazy("Rien ne s’est terminé dans la période.")
FORMES: Mapping[str, Forme] = {
    "flux": Forme(
        gettext_lazy("Créées et terminées"),
        gettext_lazy("Période"),
        gettext_lazy("Rien n’a été créé ni terminé dans la période."),
        {"creees": "bleu", "closes": "vert"},
    ),
    "encours_statut": Forme(
        gettext_lazy("Non closes, par statut"),
        gettext_lazy("Statut"),
        gettext_lazy("Tout est clos."),
        {"nombre": "bleu"},
        horizontale=True,
    ),
    "encours_age": Forme(
        gettext_lazy("Non closes, par ancienneté"),
        gettext_lazy("Depuis"),
        gettext_lazy("Tout est clos."),
        {"nombre": "orange"},
        horizontale=True,
    ),
    "sla_priorite": Forme(
        gettext_lazy("Délais tenus, par priorité"),
        gettext_lazy("Priorité"),
        gettext_lazy("Rien de ce qui avait une date limite ne s’est terminé dans la période."),
        {"tenues": "vert", "manquees": "rouge"},
        empilee=True,
    ),
    "types": Forme(
        gettext_lazy("Travail, par type"),
        gettext_lazy("Type"),
        _RIEN,
        {"nombre": "violet"},
        horizontale=True,
    ),
    "charge": Forme(
        gettext_lazy("Charge, par technicien"),
        gettext_lazy("Technicien"),
        gettext_lazy("Aucun technicien actif."),
        {"taux": "cyan"},
        horizontale=True,
    ),
    "notes": Forme(
        gettext_lazy("Notes des clients"),
        gettext_lazy("Note"),
        gettext_lazy("Personne n’a encore noté ce qui s’est terminé dans la période."),
        {"nombre": "jaune"},
        horizontale=True,
    ),
    "machines_pannes": Forme(
        gettext_lazy("Machines le plus souvent en panne"),
        gettext_lazy("Équipement"),
        gettext_lazy("Aucune panne dans la période."),
        {},
    ),
    "couts_clients": Forme(
        gettext_lazy("Coût, par client"),
        gettext_lazy("Client"),
        _RIEN,
        {"main_oeuvre": "bleu", "pieces": "orange"},
        horizontale=True,
        empilee=True,
    ),
    "machines_couts": Forme(
        gettext_lazy("Machines les plus coûteuses"),
        gettext_lazy("Équipement"),
        _RIEN,
        {},
    ),
}
# Where a row leads besides its numbers.
_FICHES = {
    "charge": "technicians:detail",
    "machines_pannes": "equipment:detail",
    "machines_couts": "equipment:detail",
    "couts_clients": "clients:detail",
}


@dataclass(frozen=True, slots=True)
class Panneau:
    """One breakdown: a chart (`donnees` for the script, None without one) and the same as a table.

    A row is its words, its page ("" without one), and its cells as (words, URL).
    """

    cle: str
    forme: Forme
    colonnes: list[str]
    lignes: list[tuple[str, str, list[tuple[str, str]]]]
    donnees: dict[str, Any] | None
    resume: str

    @property
    def vide(self) -> bool:
        return not self.lignes


def panneau(repartition: Repartition) -> Panneau:
    forme = FORMES[repartition.cle]
    tout_nul = not any(any(ligne.valeurs.values()) for ligne in repartition.lignes)
    retenues = [] if tout_nul else repartition.lignes
    fiche = _FICHES.get(repartition.cle, "")
    lignes = []
    for ligne in retenues:
        cases = []
        for colonne, unite in repartition.colonnes.items():
            lien = ligne.liens.get(colonne)
            mots = _case(colonne, unite, ligne.valeurs[colonne])
            cases.append((mots, adresse(lien) if lien is not None and lien.nombre else ""))
        lignes.append((ligne.libelle, reverse(fiche, args=[ligne.cle]) if fiche else "", cases))
    return Panneau(
        repartition.cle,
        forme,
        [
            f"{COLONNES[colonne]} (MAD)" if unite == Unite.MAD else str(COLONNES[colonne])
            for colonne, unite in repartition.colonnes.items()
        ],
        lignes,
        _donnees(repartition, forme) if retenues and forme.series else None,
        _resume(repartition, forme) if retenues else "",
    )


def _case(colonne: str, unite: Unite, valeur: Valeur) -> str:
    """As `ecrire`; the heading says MAD for the whole column."""
    if unite == Unite.MAD and valeur is not None:
        return str(number_format(valeur, decimal_pos=2, use_l10n=True, force_grouping=True))
    return ecrire(colonne, unite, valeur)


def _donnees(repartition: Repartition, forme: Forme) -> dict[str, Any]:
    """What static/js/graphiques.js draws; `mots` are the values as they are said, `urls` where a click leads."""
    series = []
    for colonne, couleur in forme.series.items():
        unite = repartition.colonnes[colonne]
        series.append(
            {
                "nom": str(COLONNES[colonne]),
                "couleur": couleur,
                "valeurs": [float(ligne.valeurs[colonne] or 0) for ligne in repartition.lignes],
                "mots": [
                    ecrire(colonne, unite, ligne.valeurs[colonne]) for ligne in repartition.lignes
                ],
                "urls": [
                    adresse(lien) if (lien := ligne.liens.get(colonne)) and lien.nombre else ""
                    for ligne in repartition.lignes
                ],
            }
        )
    return {
        "horizontale": forme.horizontale,
        "empilee": forme.empilee,
        "etiquettes": [ligne.libelle for ligne in repartition.lignes],
        "series": series,
    }


def _resume(repartition: Repartition, forme: Forme) -> str:
    """The chart in words, for who does not see it; the table has every number."""
    morceaux = []
    for colonne in forme.series:
        somme = sum(float(ligne.valeurs[colonne] or 0) for ligne in repartition.lignes)
        if repartition.colonnes[colonne] == Unite.NOMBRE:
            morceaux.append(f"{COLONNES[colonne]} : {ecrire('', Unite.NOMBRE, round(somme))}")
    titre = str(forme.titre)
    return f"{titre} ({', '.join(morceaux)})" if morceaux else titre


def en_mots(tableau: Tableau) -> tuple[list[Carte], list[Panneau]]:
    """The cards and the panels of a page. The load of one technicien is his card: there is nobody beside him."""
    panneaux = [
        panneau(repartition)
        for repartition in tableau.repartitions.values()
        if repartition.cle != "charge" or len(repartition.lignes) > 1
    ]
    ancres = {f"#repartition-{p.cle}" for p in panneaux if not p.vide}
    cartes = [carte(indicateur) for indicateur in tableau.indicateurs.values()]
    return (
        [c if c.url[:1] != "#" or c.url in ancres else replace(c, url="") for c in cartes],
        panneaux,
    )
