"""Who should go, when, and why: techniciens ranked for an intervention, with the reason of every point.

Out of 100: 30 for beginning before the deadline, 25 for little extra driving, 15 for beginning soon, 15 for a light
week, 15 for knowing the machine. Somebody who cannot go has no points but says why.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from erp.calendrier import Calendrier, Intervalle, croiser, fondre
from erp.horaires import lire_semaine
from erp.societe import calendrier_societe
from erp.templatetags.pages import duree as en_mots
from interventions.choices import Statut
from interventions.models import Intervention, Planning
from planning.services.enonce import DUREE_USUELLE
from planning.trajets import Position, minutes, position
from technicians.choices import StatutAbsence
from technicians.models import Disponibilite, Technicien, TechnicienCompetence
from technicians.presence import calendrier_de

JOURS = 10
PAS = timedelta(minutes=15)
DELAI, TRAJET, BIENTOT, CHARGE, MACHINE = 30, 25, 15, 15, 15


@dataclass(frozen=True, slots=True)
class Raison:
    """So many points, out of so many, and what for."""

    libelle: str
    points: int
    maximum: int


@dataclass
class Suggestion:
    """One technicien: the first time he could go, and what speaks for him; or why he cannot."""

    technicien: Technicien
    debut: datetime | None = None
    fin: datetime | None = None
    trajet: int = 0
    raisons: list[Raison] = field(default_factory=list)
    empechement: str = ""

    @property
    def points(self) -> int:
        return sum(raison.points for raison in self.raisons)


@dataclass
class _Place:
    debut: datetime
    fin: datetime
    detour: float


@dataclass(frozen=True, slots=True)
class _Occupation:
    """An open slot, with where it is."""

    debut: datetime
    fin: datetime
    lieu: Position


def suggerer(
    par: User, intervention: Intervention, *, maintenant: datetime | None = None
) -> list[Suggestion]:
    """Every active technicien, the best first; those who cannot go come last. Ten statements, whatever their number."""
    depart = _quart_d_heure(maintenant or timezone.now())
    terme = depart + timedelta(days=JOURS)
    duree = timedelta(minutes=intervention.duree_estimee or DUREE_USUELLE)
    societe = calendrier_societe()
    techniciens = list(Technicien.objects.visible_to(par).actifs().select_related("user"))
    absences = _absences(techniciens, depart, terme)
    occupations = _occupations(par, intervention, techniciens, depart, terme)
    connues = _connues(par, intervention, techniciens)
    manques = _manques(intervention, techniciens, depart, terme)
    ouvertures = _ouvertures(intervention, depart, terme)
    la_bas = _lieu(intervention)
    suggestions = []
    commencee = intervention.statut in (Statut.EN_COURS, Statut.EN_ATTENTE)
    for technicien in techniciens:
        suggestion = Suggestion(technicien)
        suggestions.append(suggestion)
        if commencee and technicien.pk != intervention.technicien_id:
            suggestion.empechement = _("l’intervention est commencée par un collègue")
            continue
        if manquantes := manques[technicien.pk]:
            suggestion.empechement = _("n’a pas (ou plus) : %(competences)s") % {
                "competences": ", ".join(manquantes)
            }
            continue
        sien = calendrier_de(technicien, societe).sans(absences[technicien.pk])
        siennes = occupations[technicien.pk]
        chez_lui = position(technicien.latitude, technicien.longitude)
        place = _premiere_place(sien, siennes, ouvertures, depart, terme, duree, chez_lui, la_bas)
        if place is None:
            suggestion.empechement = _("n’a pas le temps avant le %(jour)s") % {
                "jour": timezone.localtime(terme).strftime("%d/%m")
            }
            continue
        suggestion.debut, suggestion.fin = place.debut, place.fin
        suggestion.trajet = round(place.detour)
        suggestion.raisons = [
            _delai(place.debut, intervention.date_limite),
            _trajet(place.detour),
            _bientot(place.debut, depart, terme),
            _charge(sien, siennes, place.debut),
            _machine(connues.get(technicien.pk, 0)),
        ]
    return sorted(
        suggestions,
        key=lambda s: (
            bool(s.empechement),
            -s.points,
            s.debut or terme,
            s.technicien.user.full_name,
        ),
    )


# --- What is known --------------------------------------------------------------------------------


def _absences(
    techniciens: list[Technicien], de: datetime, a: datetime
) -> dict[int, list[Intervalle]]:
    sortie: dict[int, list[Intervalle]] = defaultdict(list)
    # nobody is sent when he has asked to be away, even if that is still to be decided
    prevues = (
        Disponibilite.objects.exclude(statut=StatutAbsence.REFUSEE)
        .touchant(de, a)
        .filter(technicien__in=techniciens)
    )
    for technicien_id, debut, fin in prevues.values_list("technicien_id", "debut", "fin"):
        sortie[technicien_id].append((debut, fin))
    return sortie


def _occupations(
    par: User, intervention: Intervention, techniciens: list[Technicien], de: datetime, a: datetime
) -> dict[int, list[_Occupation]]:
    sortie: dict[int, list[_Occupation]] = defaultdict(list)
    creneaux = (
        Planning.objects.visible_to(par)
        .ouverts()
        .touchant(de - timedelta(days=1), a)
        .filter(technicien__in=techniciens)
        .exclude(intervention=intervention)
        .order_by("debut")
    )
    for technicien_id, debut, fin, latitude, longitude in creneaux.values_list(
        "technicien_id",
        "debut",
        "fin",
        "intervention__site__latitude",
        "intervention__site__longitude",
    ):
        lieu = position(latitude, longitude)
        sortie[technicien_id].append(_Occupation(debut, fin, lieu))
    return sortie


def _connues(
    par: User, intervention: Intervention, techniciens: list[Technicien]
) -> dict[int, int]:
    """How often each has finished a job on this machine."""
    faites = Intervention.objects.visible_to(par).filter(
        equipement_id=intervention.equipement_id,
        technicien__in=techniciens,
        statut__in=(Statut.CLOTUREE, Statut.ARCHIVEE),
        date_fin__isnull=False,
    )
    return dict(faites.order_by().values_list("technicien").annotate(combien=Count("pk")))


def _manques(
    intervention: Intervention, techniciens: list[Technicien], de: datetime, a: datetime
) -> dict[int, list[str]]:
    """The required skills that each lacks, or that run out before the end of the search."""
    requises = dict(intervention.competences_requises.values_list("pk", "nom"))
    detenues: dict[int, set[int]] = defaultdict(set)
    if requises:
        lignes = TechnicienCompetence.objects.valides(timezone.localdate(a)).filter(
            technicien__in=techniciens, competence__in=requises
        )
        for technicien_id, competence_id in lignes.values_list("technicien_id", "competence_id"):
            detenues[technicien_id].add(competence_id)
    return {
        technicien.pk: [nom for pk, nom in requises.items() if pk not in detenues[technicien.pk]]
        for technicien in techniciens
    }


def _ouvertures(intervention: Intervention, de: datetime, a: datetime) -> list[Intervalle]:
    """When the site may be entered; a text that says no hours closes nothing."""
    heures = intervention.site.heures_ouverture if intervention.site else ""
    try:
        semaine = lire_semaine(heures)
    except ValueError:
        return [(de, a)]
    return Calendrier(semaine, chome=False).plages(de, a)


def _lieu(intervention: Intervention) -> Position:
    site = intervention.site
    return position(site.latitude, site.longitude) if site else None


# --- When -----------------------------------------------------------------------------------------


def _premiere_place(
    sien: Calendrier,
    occupations: Sequence[_Occupation],
    ouvertures: Sequence[Intervalle],
    de: datetime,
    a: datetime,
    duree: timedelta,
    chez_lui: Position,
    la_bas: Position,
) -> _Place | None:
    """The first time that the job fits between his other jobs, the driving to and from its neighbours counted."""
    occupe = [(o.debut, o.fin) for o in occupations]
    for debut, fin in croiser(sien.sans(occupe).plages(de, a), ouvertures):
        avant = max((o for o in occupations if o.fin <= debut), key=lambda o: o.fin, default=None)
        apres = min((o for o in occupations if o.debut >= fin), key=lambda o: o.debut, default=None)
        jour = timezone.localdate(debut)
        avant = avant if avant and timezone.localdate(avant.fin) == jour else None
        apres = apres if apres and timezone.localdate(apres.debut) == jour else None
        aller = minutes(avant.lieu if avant else chez_lui, la_bas)
        retour = minutes(la_bas, apres.lieu if apres else chez_lui)
        commence = _quart_d_heure(
            max(debut, avant.fin + timedelta(minutes=aller)) if avant else debut
        )
        acheve = commence + duree
        limite = min(fin, apres.debut - timedelta(minutes=retour)) if apres else fin
        if acheve <= limite:
            direct = minutes(avant.lieu if avant else chez_lui, apres.lieu if apres else chez_lui)
            return _Place(commence, acheve, max(0.0, aller + retour - direct))
    return None


def _quart_d_heure(moment: datetime) -> datetime:
    """The next quarter of an hour."""
    reste = timedelta(
        minutes=moment.minute % 15, seconds=moment.second, microseconds=moment.microsecond
    )
    return moment + (PAS - reste) if reste else moment


# --- Points ---------------------------------------------------------------------------------------


def _delai(debut: datetime, limite: datetime | None) -> Raison:
    if limite is None:
        return Raison(_("sans échéance"), DELAI, DELAI)
    if debut <= limite:
        return Raison(_("avant l’échéance"), DELAI, DELAI)
    heures = (debut - limite).total_seconds() / 3600
    points = max(0, round(DELAI * (0.5 - heures / 48)))
    apres = _("%(duree)s après l’échéance") % {"duree": en_mots(round(heures) * 60)}
    return Raison(apres, points, DELAI)


def _trajet(detour: float) -> Raison:
    points = round(TRAJET * max(0.0, 1 - detour / 90))
    en_plus = _("%(duree)s de trajet en plus") % {"duree": en_mots(round(detour))}
    return Raison(en_plus, points, TRAJET)


def _bientot(debut: datetime, depart: datetime, terme: datetime) -> Raison:
    part = (debut - depart) / (terme - depart)
    quand = timezone.localtime(debut).strftime("%d/%m %H:%M")
    return Raison(_("libre le %(quand)s") % {"quand": quand}, round(BIENTOT * (1 - part)), BIENTOT)


def _charge(sien: Calendrier, occupations: Iterable[_Occupation], debut: datetime) -> Raison:
    """The week of the slot: what is taken of his hours."""
    local = timezone.localtime(debut)
    lundi = (local - timedelta(days=local.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    dimanche = lundi + timedelta(days=7)
    heures = sien.plages(lundi, dimanche)
    total = sum(((f - d) for d, f in heures), timedelta())
    pris = croiser(heures, fondre((o.debut, o.fin) for o in occupations))
    part = sum(((f - d) for d, f in pris), timedelta()) / total if total else 1.0
    pour_cent = round(100 * part)
    return Raison(
        _("semaine prise à %(part)s %%") % {"part": pour_cent}, round(CHARGE * (1 - part)), CHARGE
    )


def _machine(fois: int) -> Raison:
    if not fois:
        return Raison(_("ne connaît pas la machine"), 0, MACHINE)
    texte = ngettext(
        "a travaillé %(fois)s fois sur la machine", "a travaillé %(fois)s fois sur la machine", fois
    )
    return Raison(texte % {"fois": fois}, min(MACHINE, 5 * (fois + 1)), MACHINE)
