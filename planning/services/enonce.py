"""From the plan of some days to a problem for the optimiser: who works when, what there is to do, what must stay."""

from collections import Counter, defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from erp.calendrier import CASABLANCA, Calendrier, Intervalle, croiser, minuit
from erp.exceptions import BusinessRuleError
from erp.horaires import lire_semaine
from erp.models import ParametresSociete
from erp.societe import calendrier_societe
from interventions.choices import Priorite, Statut
from interventions.models import Intervention, Planning
from planning.besoins import (
    Quantites,
    dans_les_vehicules,
    outils_a_bord,
    outils_requis,
    pieces_requises,
)
from planning.models import PropositionPlanning
from planning.optimiseur.modele import Ouvrier, Poids, Probleme, Tache
from planning.trajets import Position, minutes, position
from technicians.models import Disponibilite, Technicien, TechnicienCompetence
from technicians.presence import calendrier_de

TACHES_AU_PLUS = 300
DUREE_USUELLE = 60  # minutes, when nobody estimated it
SUPPLEMENTAIRES = 120  # minutes after the day's end by which everybody is home
BATTEMENT = timedelta(minutes=30)  # nothing is planned for sooner than that
POIDS = Poids(duree=0.2, trajet=1.0, supplementaire=3.0, equite=0.02)
FIXE = 1_000_000.0
PREVUE = 100_000.0  # a slot that may move is moved, not lost to another job

# In minutes of driving: what leaving a job out costs, and what each minute after its deadline does.
OMISSION = {
    Priorite.URGENTE: 6000.0,
    Priorite.HAUTE: 2500.0,
    Priorite.NORMALE: 1000.0,
    Priorite.BASSE: 500.0,
    Priorite.PROGRAMMEE: 400.0,
}
RETARD = {
    Priorite.URGENTE: 8.0,
    Priorite.HAUTE: 4.0,
    Priorite.NORMALE: 2.0,
    Priorite.BASSE: 1.0,
    Priorite.PROGRAMMEE: 0.5,
}
# A deadline within these days weighs as much as half the job again.
MENACE = 1.5


@dataclass
class Journee:
    """One technician on one day: an Ouvrier of the problem."""

    technicien: Technicien
    jour: date


@dataclass
class Enonce:
    """The problem, and what its numbers stand for."""

    probleme: Probleme
    interventions: list[Intervention]
    creneaux: dict[int, Planning]  # open slots by intervention
    fixes: set[int]  # tasks that stay where they are
    journees: list[Journee]
    origine: datetime
    gardees: list[Intervention]  # in no round: their slots stay, and nobody else is put there

    def moment(self, minute: float) -> datetime:
        return self.origine + timedelta(minutes=round(minute))


def enoncer(proposition: PropositionPlanning, *, gardes: AbstractSet[int] = frozenset()) -> Enonce:
    """The problem of these days. `gardes` are interventions whose slots stay, though no round could hold them.

    Raises BusinessRuleError when there is nothing or nobody to plan, or too much.
    """
    par = proposition.demandee_par
    origine = minuit(proposition.debut)
    terme = minuit(proposition.fin + timedelta(days=1))
    plus_tot = max(timezone.now() + BATTEMENT, origine)
    choisis = set(proposition.techniciens.values_list("pk", flat=True))
    techniciens = [
        technicien
        for technicien in Technicien.objects.visible_to(par).actifs().select_related("user")
        if not choisis or technicien.pk in choisis
    ]
    creneaux = {
        creneau.intervention_id: creneau
        for creneau in Planning.objects.visible_to(par)
        .ouverts()
        .touchant(origine, terme)
        .filter(technicien__in=techniciens)
    }
    interventions = _travail(par, creneaux)
    if not interventions:
        raise BusinessRuleError(
            _("Il n’y a rien à planifier ces jours-là."), code="RIEN_A_PLANIFIER"
        )
    if len(interventions) > TACHES_AU_PLUS:
        raise BusinessRuleError(
            _("Plus de %(max)s interventions : choisissez moins de jours ou de techniciens.")
            % {"max": TACHES_AU_PLUS},
            code="TROP_DE_TRAVAIL",
        )
    societe = calendrier_societe()
    journees, ouvriers, departs = _journees(proposition, techniciens, societe, origine, plus_tot)
    if not ouvriers:
        raise BusinessRuleError(
            _("Aucun technicien ne travaille ces jours-là."), code="AUCUN_TECHNICIEN"
        )
    magasin = _magasin()
    requises = pieces_requises(i.pk for i in interventions) if magasin is not None else {}
    outils = outils_requis(i.pk for i in interventions) if magasin is not None else {}
    gardees = [i for i in interventions if i.pk in gardes]
    for intervention in gardees:
        k = journee_de(journees, creneaux[intervention.pk])
        if k is not None:
            ouvriers[k] = _amputer(ouvriers[k], creneaux[intervention.pk], origine)
    interventions = [
        i
        for i in interventions
        if i.pk not in gardes and not _reste_hors_du_plan(i, creneaux.get(i.pk), journees)
    ]
    if not interventions:
        raise BusinessRuleError(
            _("Il n’y a rien à planifier ces jours-là."), code="RIEN_A_PLANIFIER"
        )
    fixes: set[int] = set()
    taches = []
    for rang, intervention in enumerate(interventions):
        creneau = creneaux.get(intervention.pk)
        if creneau is not None and _immobile(intervention, creneau, plus_tot):
            k = journee_de(journees, creneau)
            if k is not None:
                fixes.add(rang)
                taches.append(_tache_fixe(intervention, creneau, k, origine))
                continue
        tache = _tache(
            intervention,
            societe,
            origine,
            plus_tot,
            terme,
            _en_nombres(requises.get(intervention.pk, {})),
        )
        tache = replace(tache, outils=frozenset(outils.get(intervention.pk, ())))
        taches.append(tache if creneau is None else replace(tache, penalite=PREVUE))
    # A fixed slot may lie outside the hours, or two may not leave time to drive: he is given the day that holds them.
    for rang in fixes:
        k = taches[rang].technicien
        assert k is not None
        ouvriers[k] = _elargir(ouvriers[k], taches[rang])
    charges = _vehicules(
        journees,
        requises,
        {i.pk: creneaux[i.pk] for r, i in enumerate(interventions) if r in fixes},
    )
    portes = outils_a_bord({j.technicien.pk for j in journees}) if outils else {}
    ouvriers = [
        replace(
            ouvrier,
            pieces=_en_nombres(contenu),
            outils=frozenset(portes.get(ouvrier.cle, ())),
        )
        for ouvrier, contenu in zip(ouvriers, charges, strict=True)
    ]
    lieux: list[Position] = [
        position(i.site.latitude, i.site.longitude) if i.site else None for i in interventions
    ]
    lieux += departs
    lieux.append(magasin)
    trajets = [
        [0.0 if a == b else minutes(x, y) for b, y in enumerate(lieux)] for a, x in enumerate(lieux)
    ]
    for a, une in enumerate(interventions):
        for b, autre in enumerate(interventions):
            if a != b and une.site_id is not None and une.site_id == autre.site_id:
                trajets[a][b] = 0.0
    probleme = Probleme(taches, ouvriers, trajets, POIDS, magasin=magasin is not None)
    return Enonce(probleme, interventions, creneaux, fixes, journees, origine, gardees)


def _travail(par: User, creneaux: dict[int, Planning]) -> list[Intervention]:
    """What has a slot these days, and what has none at all: the most pressing first."""
    visibles = Intervention.objects.visible_to(par).select_related(
        "site", "client", "equipement", "technicien"
    )
    planifiees = list(
        visibles.filter(
            pk__in=creneaux, statut__in=(Statut.AFFECTEE, Statut.EN_COURS, Statut.EN_ATTENTE)
        )
    )
    ouverts = Planning.objects.ouverts().values("intervention")
    libres = (
        visibles.filter(statut__in=(Statut.OUVERTE, Statut.AFFECTEE))
        .exclude(pk__in=ouverts)
        .order_by("priorite_rang", "date_limite")
    )
    place = max(0, TACHES_AU_PLUS - len(planifiees))
    return [*planifiees, *libres[:place]]


def _journees(
    proposition: PropositionPlanning,
    techniciens: list[Technicien],
    societe: Calendrier,
    origine: datetime,
    plus_tot: datetime,
) -> tuple[list[Journee], list[Ouvrier], list[Position]]:
    """Each technician's each worked day, with his hours less absences, his valid skills and where he starts from."""
    terme = minuit(proposition.fin + timedelta(days=1))
    absences: dict[int, list[Intervalle]] = defaultdict(list)
    for technicien_id, de, a in (
        Disponibilite.objects.acceptees()
        .touchant(origine, terme)
        .filter(technicien__in=techniciens)
        .values_list("technicien_id", "debut", "fin")
    ):
        absences[technicien_id].append((de, a))
    detenues: dict[int, list[tuple[int, date | None]]] = defaultdict(list)
    for technicien_id, competence_id, expire in TechnicienCompetence.objects.filter(
        technicien__in=techniciens
    ).values_list("technicien_id", "competence_id", "date_expiration"):
        detenues[technicien_id].append((competence_id, expire))
    journees: list[Journee] = []
    ouvriers: list[Ouvrier] = []
    departs: list[Position] = []
    for technicien in techniciens:
        sien = calendrier_de(technicien, societe).sans(absences[technicien.pk])
        jour = proposition.debut
        while jour <= proposition.fin:
            plages = sien.plages(max(minuit(jour), plus_tot), minuit(jour + timedelta(days=1)))
            if plages:
                en_minutes = tuple((ecart(origine, d), ecart(origine, f)) for d, f in plages)
                journees.append(Journee(technicien, jour))
                departs.append(position(technicien.latitude, technicien.longitude))
                ouvriers.append(
                    Ouvrier(
                        cle=technicien.pk,
                        plages=en_minutes,
                        retour_max=en_minutes[-1][1] + SUPPLEMENTAIRES,
                        competences=frozenset(
                            cle
                            for cle, expire in detenues[technicien.pk]
                            if expire is None or expire >= jour
                        ),
                    )
                )
            jour += timedelta(days=1)
    return journees, ouvriers, departs


def _immobile(intervention: Intervention, creneau: Planning, plus_tot: datetime) -> bool:
    """Begun, locked, confirmed with the client, or too soon to be moved."""
    return _fige(intervention, creneau) or creneau.debut < plus_tot


def _fige(intervention: Intervention, creneau: Planning) -> bool:
    return intervention.statut != Statut.AFFECTEE or creneau.verrouille or creneau.confirme


def _reste_hors_du_plan(
    intervention: Intervention, creneau: Planning | None, journees: list[Journee]
) -> bool:
    """A slot that stays, on a day when its technicien does not work: it belongs to no round, and is left alone."""
    return (
        creneau is not None
        and _fige(intervention, creneau)
        and journee_de(journees, creneau) is None
    )


def journee_de(journees: list[Journee], creneau: Planning) -> int | None:
    """The day that the slot belongs to; None when he does not work on that day any more."""
    jour = creneau.debut.astimezone(CASABLANCA).date()
    for k, journee in enumerate(journees):
        if journee.technicien.pk == creneau.technicien_id and journee.jour == jour:
            return k
    return None


def _tache_fixe(intervention: Intervention, creneau: Planning, k: int, origine: datetime) -> Tache:
    debut = ecart(origine, creneau.debut)
    return Tache(
        cle=intervention.pk,
        duree=ecart(creneau.debut, creneau.fin),
        fenetres=((debut, debut),),
        penalite=FIXE,
        technicien=k,
    )


def _amputer(ouvrier: Ouvrier, creneau: Planning, origine: datetime) -> Ouvrier:
    """His day without the time of a slot that stays."""
    debut, fin = ecart(origine, creneau.debut), ecart(origine, creneau.fin)
    reste = [
        (de, a)
        for avant, apres in ouvrier.plages
        for de, a in ((avant, min(apres, debut)), (max(avant, fin), apres))
        if a > de
    ]
    return replace(ouvrier, plages=tuple(reste) or ((ouvrier.plages[0][0],) * 2,))


def _elargir(ouvrier: Ouvrier, fixe: Tache) -> Ouvrier:
    debut = fixe.fenetres[0][0]
    fin = debut + fixe.duree
    plages = list(ouvrier.plages)
    if not any(de <= debut and fin <= a for de, a in plages):
        plages = _fondre([*plages, (debut, fin)])
    return replace(
        ouvrier,
        plages=tuple(plages),
        retour_max=max(ouvrier.retour_max, fin + SUPPLEMENTAIRES),
    )


def _fondre(plages: list[tuple[float, float]]) -> list[tuple[float, float]]:
    sortie: list[tuple[float, float]] = []
    for debut, fin in sorted(plages):
        if sortie and debut <= sortie[-1][1]:
            sortie[-1] = sortie[-1][0], max(sortie[-1][1], fin)
        else:
            sortie.append((debut, fin))
    return sortie


def _tache(
    intervention: Intervention,
    societe: Calendrier,
    origine: datetime,
    plus_tot: datetime,
    terme: datetime,
    pieces: tuple[tuple[int, float], ...],
) -> Tache:
    """A job that may go anywhere that its site is open."""
    duree = float(intervention.duree_estimee or DUREE_USUELLE)
    priorite = Priorite(intervention.priorite)
    penalite = OMISSION[priorite]
    limite = intervention.date_limite
    if limite is not None:
        # What is late already cannot be undone: only what comes on top counts, and left out it is the most.
        limite = max(limite, plus_tot)
        if limite < terme:
            penalite = penalite * MENACE + RETARD[priorite] * ecart(limite, terme)
    ouvertures: list[Intervalle] = [(plus_tot, terme)]
    site = intervention.site
    if site is not None and site.heures_ouverture:
        ouvertures = _ouvertures(site.heures_ouverture, plus_tot, terme)
    fenetres = tuple(
        (ecart(origine, de), ecart(origine, a) - duree)
        for de, a in croiser(ouvertures, [(plus_tot, terme)])
        if ecart(de, a) >= duree
    )
    return Tache(
        cle=intervention.pk,
        duree=duree,
        # A site that does not open for so long is no place to go: a window that nobody can meet.
        fenetres=fenetres or ((-2.0, -1.0),),
        competences=frozenset(intervention.competences_requises.values_list("pk", flat=True)),
        pieces=pieces,
        penalite=penalite,
        echeance=None if limite is None else ecart(origine, limite),
        retard=RETARD[priorite],
    )


def _ouvertures(heures: str, de: datetime, a: datetime) -> list[Intervalle]:
    """A site's own hours; what was typed before hours were checked, and cannot be read, closes nothing."""
    try:
        semaine = lire_semaine(heures)
    except ValueError:
        return [(de, a)]
    return Calendrier(semaine, chome=False).plages(de, a)


def _magasin() -> Position:
    societe = ParametresSociete.actuels()
    return position(societe.latitude, societe.longitude)


def _en_nombres(quantites: Quantites) -> tuple[tuple[int, float], ...]:
    return tuple((piece_id, float(quantite)) for piece_id, quantite in quantites.items())


def _vehicules(
    journees: list[Journee], requises: dict[int, Quantites], fixes: dict[int, Planning]
) -> list[Quantites]:
    """What each day's van starts with: less what the slots that stay take, shared over the technicien's days.

    A part that two days could take is counted on one of them: whole units in equal shares, the rest on the first day.
    """
    voulues = {piece_id for besoins in requises.values() for piece_id in besoins}
    if not voulues:
        return [{} for _journee in journees]
    contenus = dans_les_vehicules({j.technicien.user_id for j in journees}, voulues)
    jours = Counter(journee.technicien.pk for journee in journees)
    for intervention_id, creneau in fixes.items():
        sien = contenus.get(creneau.technicien.user_id, {})
        for piece_id, quantite in requises.get(intervention_id, {}).items():
            sien[piece_id] = max(Decimal(0), sien.get(piece_id, Decimal(0)) - quantite)
    sortie: list[Quantites] = []
    servis: set[int] = set()
    for journee in journees:
        combien = jours[journee.technicien.pk]
        premier = journee.technicien.pk not in servis
        servis.add(journee.technicien.pk)
        part: Quantites = {}
        for piece_id, quantite in contenus.get(journee.technicien.user_id, {}).items():
            egale = quantite // combien
            part[piece_id] = quantite - egale * (combien - 1) if premier else egale
        sortie.append({piece_id: quantite for piece_id, quantite in part.items() if quantite > 0})
    return sortie


def ecart(de: datetime, a: datetime) -> float:
    """Minutes from one moment to the other."""
    return (a - de).total_seconds() / 60
