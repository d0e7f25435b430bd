"""What the planning board shows: who works when, what is planned, how loaded each one is, what waits to be planned.

Everything is bounded by the period asked for and by what the user may see; times are wall times of Casablanca, since
the board converts no zones.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from erp.calendrier import Calendrier, Intervalle, jours_feries_publies
from erp.horaires import lire_semaine
from erp.models import CleTri, JourFerie
from erp.societe import calendrier_societe
from interventions.choices import Statut
from interventions.filters import InterventionFiltres
from interventions.models import Intervention, Planning
from planning import trajets
from planning.models import PropositionPlanning
from technicians.choices import StatutAbsence
from technicians.models import Disponibilite, Technicien

PERIODE_MAX = timedelta(days=42)
PAR_JOURS = timedelta(days=8)  # a longer period is shown by days, not by hours
CRENEAUX_MAX = 2000
TECHNICIENS_MAX = 200
A_PLANIFIER_MAX = 60
MIDI = (12, 14)  # the hours that a closed day is drawn with
PLANIFIABLES = (Statut.OUVERTE, Statut.AFFECTEE, Statut.EN_ATTENTE)


@dataclass(slots=True)
class Ligne:
    """One technicien over the period: his working time, his slots, his absences."""

    technicien: Technicien
    calendrier: Calendrier
    creneaux: list[Planning] = field(default_factory=list)
    absences: list[Disponibilite] = field(default_factory=list)

    def charge(self, debut: datetime, fin: datetime) -> tuple[int, int]:
        """Minutes planned and minutes worked between two moments."""
        absents = [(a.debut, a.fin) for a in self.absences if a.statut == StatutAbsence.ACCEPTEE]
        travaillees = self.calendrier.sans(absents).duree(debut, fin)
        prevues = sum((min(c.fin, fin) - max(c.debut, debut) for c in self.creneaux), timedelta())
        return _minutes(prevues), _minutes(travaillees)


def equipes(user: User) -> list[str]:
    """Names of the teams, for those who look at one of them."""
    noms = Technicien.objects.visible_to(user).actifs().exclude(equipe="").order_by("equipe")
    return list(noms.values_list("equipe", flat=True).distinct())


def tableau(user: User, debut: datetime, fin: datetime, *, equipe: str = "") -> dict[str, Any]:
    """Techniciens, slots and background of the board between two moments. Eight statements, whatever is on it."""
    visibles = Technicien.objects.visible_to(user).actifs()
    if equipe and "\x00" not in equipe:
        visibles = visibles.filter(equipe=equipe[:200])
    techniciens = list(
        visibles.select_related("user").order_by(CleTri("user__full_name"), "pk")[:TECHNICIENS_MAX]
    )
    societe = calendrier_societe()
    calendriers = {
        horaires: societe.pour(lire_semaine(horaires)) if horaires else societe
        for horaires in {technicien.horaires for technicien in techniciens}
    }
    lignes = {t.pk: Ligne(t, calendriers[t.horaires]) for t in techniciens}
    creneaux = list(
        Planning.objects.visible_to(user)
        .ouverts()
        .touchant(debut, fin)
        .filter(technicien__in=lignes)
        .for_list()
        .order_by("debut", "pk")[: CRENEAUX_MAX + 1]
    )
    for creneau in creneaux[:CRENEAUX_MAX]:
        lignes[creneau.technicien_id].creneaux.append(creneau)
    absences = (
        Disponibilite.objects.visible_to(user)
        .exclude(statut=StatutAbsence.REFUSEE)
        .touchant(debut, fin)
        .filter(technicien__in=lignes)
        .order_by("debut")
    )
    for absence in absences:
        lignes[absence.technicien_id].absences.append(absence)
    par_jours = fin - debut > PAR_JOURS
    routes = {} if par_jours else {pk: list(_trajets(ligne)) for pk, ligne in lignes.items()}
    return {
        "techniciens": [_technicien(ligne, debut, fin) for ligne in lignes.values()],
        "creneaux": [
            _creneau(creneau, routes.get(ligne.technicien.pk, []))
            for ligne in lignes.values()
            for creneau in ligne.creneaux
        ],
        "fonds": [
            *_ouvertes(lignes.values(), debut, fin),
            *_fermetures(lignes.values(), debut, fin, par_jours),
            *_feries(societe, list(lignes), debut, fin),
            *(_absence(a, par_jours) for ligne in lignes.values() for a in ligne.absences),
            *(
                {
                    "genre": "trajet",
                    "techniciens": [pk],
                    "start": mur(route.depart),
                    "end": mur(route.arrivee),
                    "minutes": route.minutes,
                    "court": route.court,
                }
                for pk, les_siens in routes.items()
                for route in les_siens
            ),
        ],
        "ouverture": _ouverture(societe, debut),
        "tronque": len(creneaux) > CRENEAUX_MAX,
        "propositions": PropositionPlanning.objects.visible_to(user).a_regarder(user).count(),
    }


def a_planifier(user: User, texte: str = "") -> QuerySet[Intervention]:
    """Active work without a slot, the nearest deadline first; `texte` searches as the list does."""
    creneaux = Planning.objects.ouverts().filter(intervention=OuterRef("pk"))
    attente = Intervention.objects.visible_to(user).filter(
        ~Exists(creneaux), statut__in=PLANIFIABLES
    )
    if texte.strip() and "\x00" not in texte:
        attente = InterventionFiltres.base_filters["search"].filter(attente, texte[:200])
    return attente.for_list().order_by(F("date_limite").asc(nulls_last=True), "priorite_rang", "pk")


def mur(moment: datetime) -> str:
    """Wall time in Casablanca, without an offset."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")


def _minutes(duree: timedelta) -> int:
    return int(duree.total_seconds() // 60)


def _technicien(ligne: Ligne, debut: datetime, fin: datetime) -> dict[str, Any]:
    prevues, travaillees = ligne.charge(debut, fin)
    technicien = ligne.technicien
    return {
        "id": technicien.pk,
        "nom": technicien.user.full_name,
        "detail": technicien.specialite or technicien.matricule,
        "url": technicien.get_absolute_url(),
        "prevues": prevues,
        "travaillees": travaillees,
        "charge": round(100 * prevues / travaillees) if travaillees else (100 if prevues else 0),
    }


def _creneau(creneau: Planning, routes: Sequence["Route"]) -> dict[str, Any]:
    i = creneau.intervention
    route = next((r for r in routes if r.creneau is creneau), None)
    return {
        "pk": i.pk,
        "technicien": creneau.technicien_id,
        "start": mur(creneau.debut),
        "end": mur(creneau.fin),
        "reference": i.reference,
        "titre": i.titre,
        "client": i.client.nom_entreprise,
        "lieu": i.site.ville or i.site.nom if i.site else "",
        "equipement": i.equipement.nom,
        "statut": i.statut,
        "statut_libelle": i.get_statut_display(),
        "priorite": i.priorite,
        "limite": mur(i.date_limite) if i.date_limite else None,
        "hors_delai": bool(i.date_limite and creneau.fin > i.date_limite and not i.horloge_arretee),
        "confirme": creneau.confirme,
        "verrouille": creneau.verrouille,
        "version": i.version,
        "url": i.get_absolute_url(),
        "trajet": route.minutes if route else None,
        "trajet_court": bool(route and route.court),
    }


# --- The background -------------------------------------------------------------------------------


def _ouvertes(lignes: Iterable[Ligne], debut: datetime, fin: datetime) -> Iterator[dict[str, Any]]:
    """The whole hours that each day is drawn with: those of anybody and of every slot; of a closed day, `MIDI`."""
    lignes = list(lignes)
    bornes: dict[date, tuple[int, int]] = {}
    calendriers = {id(ligne.calendrier): ligne.calendrier for ligne in lignes}.values()
    plages = [plage for calendrier in calendriers for plage in calendrier.plages(debut, fin)]
    plages += [(max(c.debut, debut), min(c.fin, fin)) for li in lignes for c in li.creneaux]
    for de, a in plages:
        premier, dernier = timezone.localtime(de), timezone.localtime(a - timedelta(seconds=1))
        for jour in _jours(de, a):
            ouvre = premier.hour if premier.date() == jour else 0
            ferme = dernier.hour + 1 if dernier.date() == jour else 24
            avant = bornes.get(jour, (ouvre, ferme))
            bornes[jour] = min(avant[0], ouvre), max(avant[1], ferme)
    for jour in _jours(debut, fin):
        ouvre, ferme = bornes.get(jour, MIDI)
        fini = jour + timedelta(days=ferme // 24)
        yield {
            "genre": "ouvert",
            "techniciens": [],
            "start": f"{jour:%Y-%m-%d}T{ouvre:02}:00:00",
            "end": f"{fini:%Y-%m-%d}T{ferme % 24:02}:00:00",
        }


def _fermetures(
    lignes: Any, debut: datetime, fin: datetime, par_jours: bool
) -> Iterator[dict[str, Any]]:
    """When each one does not work; those who share their hours share one entry."""
    groupes: dict[int, tuple[Calendrier, list[int]]] = {}
    for ligne in lignes:
        _calendrier, ids = groupes.setdefault(id(ligne.calendrier), (ligne.calendrier, []))
        ids.append(ligne.technicien.pk)
    for calendrier, ids in groupes.values():
        if par_jours:
            for jour in _jours(debut, fin):
                if not calendrier.est_ouvre(jour):
                    yield {"genre": "ferme", "techniciens": ids, **_journee(jour)}
            continue
        for de, a in _complement(calendrier.plages(debut, fin), debut, fin):
            yield {"genre": "ferme", "techniciens": ids, "start": mur(de), "end": mur(a)}


def _feries(
    societe: Calendrier, ids: list[int], debut: datetime, fin: datetime
) -> Iterator[dict[str, Any]]:
    connus = dict(
        JourFerie.objects.filter(
            jour__gte=timezone.localdate(debut), jour__lte=timezone.localdate(fin), chome=True
        ).values_list("jour", "libelle")
    )
    for jour in _jours(debut, fin):
        if societe.est_ferie(jour):
            nom = connus.get(jour) or jours_feries_publies(jour.year).get(jour, "")
            yield {"genre": "ferie", "techniciens": ids, "titre": nom, **_journee(jour)}


def _absence(absence: Disponibilite, par_jours: bool) -> dict[str, Any]:
    quand = {"start": mur(absence.debut), "end": mur(absence.fin)}
    if par_jours:
        premier, dernier = timezone.localdate(absence.debut), timezone.localdate(absence.fin)
        quand = {
            "start": f"{premier:%Y-%m-%d}T00:00:00",
            "end": f"{max(dernier, premier + timedelta(days=1)):%Y-%m-%d}T00:00:00",
        }
    return {
        "genre": "absence",
        "techniciens": [absence.technicien_id],
        "titre": absence.get_type_display(),
        "demandee": absence.statut == StatutAbsence.DEMANDEE,
        "jour": par_jours,
        **quand,
    }


def _journee(jour: date) -> dict[str, Any]:
    lendemain = jour + timedelta(days=1)
    return {
        "jour": True,
        "start": f"{jour:%Y-%m-%d}T00:00:00",
        "end": f"{lendemain:%Y-%m-%d}T00:00:00",
    }


def _jours(debut: datetime, fin: datetime) -> Iterator[date]:
    jour = timezone.localdate(debut)
    dernier = timezone.localdate(fin - timedelta(seconds=1))
    while jour <= dernier:
        yield jour
        jour += timedelta(days=1)


def _complement(
    plages: Sequence[Intervalle], debut: datetime, fin: datetime
) -> Iterator[Intervalle]:
    ici = debut.astimezone(UTC)
    for de, a in plages:
        if de > ici:
            yield ici, de
        ici = max(ici, a)
    if ici < fin:
        yield ici, fin.astimezone(UTC)


def _ouverture(societe: Calendrier, debut: datetime) -> str:
    """When a working day begins, HH:MM: what is dropped on a day starts then."""
    ouvre, _ferme = societe.plage(timezone.localdate(debut))
    return timezone.localtime(ouvre).strftime("%H:%M")


# --- The road --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Route:
    """The drive to a slot, from the one before it that day, else from home; `court` when there is no time for it."""

    creneau: Planning
    depart: datetime
    arrivee: datetime
    minutes: int
    court: bool


def _trajets(ligne: Ligne) -> Iterator[Route]:
    """Drives whose two ends are known (`planning.trajets`)."""
    domicile = trajets.position(ligne.technicien.latitude, ligne.technicien.longitude)
    des_jours: dict[date, list[Planning]] = defaultdict(list)
    for creneau in ligne.creneaux:
        des_jours[timezone.localdate(creneau.debut)].append(creneau)
    for siens in des_jours.values():
        ici, libre = domicile, None
        for creneau in siens:
            site = creneau.intervention.site
            la = trajets.position(site.latitude, site.longitude) if site else None
            if ici is not None and la is not None:
                combien = round(trajets.minutes(ici, la))
                depart = creneau.debut - timedelta(minutes=combien)
                if combien:
                    court = libre is not None and depart < libre
                    yield Route(creneau, depart, creneau.debut, combien, court)
            ici, libre = la or ici, creneau.fin
