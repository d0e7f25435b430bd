"""Hours of a week as people write them: `lun-jeu 08:30-12:30, 14:00-18:30 ; ven 08:30-12:00`.

One text for the company, a technicien and a site. Hours belong to the days before them; a day not named is closed;
`lun-dim 00:00-24:00` never closes; `fermé` alone is closed all week.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Minutes of the day, in order, not touching: (510, 1080) is 08:30 to 18:00.
Plage = tuple[int, int]
Semaine = tuple[tuple[Plage, ...], ...]  # Monday first

JOURS = ("lun", "mar", "mer", "jeu", "ven", "sam", "dim")
FERMEE: Semaine = ((),) * 7
TOUJOURS: Semaine = (((0, 24 * 60),),) * 7

_PLAGE = re.compile(r"^(\d{1,2})[:h](\d{2})?-(\d{1,2})[:h](\d{2})?$")


def _simplifier(texte: str) -> str:
    """Without accents or capitals, dashes made one and nothing around them."""
    texte = re.sub(r"[–—]", "-", texte)
    plat = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()
    return re.sub(r"\s*-\s*", "-", plat.lower().strip())


def lire_semaine(texte: str) -> Semaine:
    """The week that the text says. Raises ValueError, in words, when it says none."""
    mots = _mots(texte)
    if mots == ["ferme"]:
        return FERMEE
    jours: list[list[Plage]] = [[] for _jour in range(7)]
    designes: list[int] = []
    heures_dites = False
    for mot in mots:
        if mot[0].isdigit():
            if not designes:
                raise ValueError(_("« %(mot)s » vient avant son jour") % {"mot": mot})
            for jour in designes:
                jours[jour].append(_plage(mot))
            heures_dites = True
        elif mot == "ferme":
            heures_dites = True
        else:
            designes = [*([] if heures_dites else designes), *_jours(mot)]
            heures_dites = False
    if not heures_dites:
        raise ValueError(_("aucune heure"))
    return tuple(_en_ordre(plages) for plages in jours)


def _mots(texte: str) -> list[str]:
    """Days, hours and « fermé », one by one."""
    return [
        mot.rstrip(":")
        for mot in re.split(r"[\s,;]+", _simplifier(texte))
        if mot.rstrip(":") not in ("", "et")
    ]


def _jours(mot: str) -> list[int]:
    """`lun-jeu` as numbers; a range may pass over Sunday."""
    bornes = [borne[:3] for borne in mot.split("-")]
    if len(bornes) > 2 or any(borne not in JOURS for borne in bornes):
        raise ValueError(_("« %(mot)s » n’est pas un jour (lun, mar, … dim)") % {"mot": mot})
    premier, dernier = JOURS.index(bornes[0]), JOURS.index(bornes[-1])
    return [(premier + pas) % 7 for pas in range((dernier - premier) % 7 + 1)]


def _plage(mot: str) -> Plage:
    trouve = _PLAGE.match(mot)
    if trouve is None:
        raise ValueError(_("« %(mot)s » n’est pas une plage comme 08:30-12:00") % {"mot": mot})
    debut = int(trouve[1]) * 60 + int(trouve[2] or 0)
    fin = int(trouve[3]) * 60 + int(trouve[4] or 0)
    if int(trouve[2] or 0) > 59 or int(trouve[4] or 0) > 59 or not debut < fin <= 24 * 60:
        raise ValueError(_("« %(mot)s » ne finit pas après son début") % {"mot": mot})
    return debut, fin


def _en_ordre(plages: list[Plage]) -> tuple[Plage, ...]:
    """Sorted, those that touch made one. Raises ValueError when two overlap."""
    sortie: list[Plage] = []
    for debut, fin in sorted(plages):
        if sortie and debut < sortie[-1][1]:
            raise ValueError(_("deux plages d’un jour se recouvrent"))
        if sortie and debut == sortie[-1][1]:
            sortie[-1] = sortie[-1][0], fin
        else:
            sortie.append((debut, fin))
    return tuple(sortie)


def ecrire_semaine(semaine: Semaine) -> str:
    """The shortest text that `lire_semaine` reads back as this week."""
    blocs: list[tuple[int, int, tuple[Plage, ...]]] = []
    for jour, plages in enumerate(semaine):
        if plages and blocs and blocs[-1][1] == jour - 1 and blocs[-1][2] == plages:
            blocs[-1] = blocs[-1][0], jour, plages
        elif plages:
            blocs.append((jour, jour, plages))
    if not blocs:
        return "fermé"
    return " ; ".join(
        (JOURS[a] if a == b else f"{JOURS[a]}-{JOURS[b]}")
        + " "
        + ", ".join(f"{_heure(debut)}-{_heure(fin)}" for debut, fin in plages)
        for a, b, plages in blocs
    )


def _heure(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def valider_horaires(texte: str) -> None:
    """A field's validator: the text says a week."""
    if not texte.strip():
        return
    try:
        lire_semaine(texte)
    except ValueError as refus:
        raise ValidationError(
            _("Heures illisibles : %(raison)s. Exemple : lun-ven 08:30-12:30, 14:00-18:00."),
            code="HORAIRES_ILLISIBLES",
            params={"raison": refus.args[0]},
        ) from refus
