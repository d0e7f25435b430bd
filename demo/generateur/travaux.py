"""What comes in: breakdowns after the season and the age of the machines, visits after their plans, wishes."""

from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from demo.donnees import machines, textes
from demo.generateur import horloge
from demo.generateur.fiches import Gamme, Machine, Monde, Plan
from demo.generateur.recit import Travail
from interventions.choices import DELAIS_PAR_PRIORITE, Priorite, TypeIntervention

#: kinds of machine that suffer from heat, and from cold
_ETE = frozenset({"FROI", "TOUR", "CTA", "CHFR", "VARI", "ONDU", "TRAN"})
_HIVER = frozenset({"CHAU", "GELE", "CHAR"})
_PRIORITES = {
    True: ((Priorite.URGENTE, Priorite.HAUTE, Priorite.NORMALE), (30, 48, 22)),
    False: ((Priorite.HAUTE, Priorite.NORMALE, Priorite.BASSE), (18, 60, 22)),
}
#: when nothing is promised for the priorité
_DELAI_SANS_LIMITE = timedelta(days=8)


class Tirage:
    """Draws a machine after its age, its criticité and the season."""

    def __init__(self, monde: Monde) -> None:
        self._monde = monde
        self._machines = monde.machines
        self._cumuls = {
            saison: list(accumulate(m.poids * _facteur(m, saison) for m in monde.machines))
            for saison in (0, 1, 2)
        }

    def machine(self, jour: date) -> Machine:
        saison = 1 if jour.month in (6, 7, 8, 9) else 2 if jour.month in (12, 1, 2) else 0
        while True:
            machine = self._monde.rng.choices(self._machines, cum_weights=self._cumuls[saison])[0]
            if machine.arrivee <= jour and (machine.depart is None or jour < machine.depart):
                return machine


def _facteur(machine: Machine, saison: int) -> float:
    code = machine.genre.code
    if saison == 1:
        return 2.0 if code in _ETE else 0.8
    if saison == 2:
        return 1.8 if code in _HIVER else 0.7 if code in _ETE else 1.0
    return 1.0


def travaux_passes(monde: Monde, nombre: int) -> list[Travail]:
    """The history until last night: every visit that a plan asked for, and the rest of `nombre` as it comes."""
    visites = [visite(monde, plan, echeance) for plan in monde.plans for echeance in plan.echues]
    visites = [v for v in visites if v.souhait < horloge.moment(monde.aujourdhui, 0)]
    visites.sort(key=lambda v: v.souhait, reverse=True)
    visites = visites[: nombre * 45 // 100]
    tirage = Tirage(monde)
    jours = horloge.jours(monde.debut, monde.aujourdhui)
    poids = list(
        accumulate(
            (1.0 if horloge.ouvre(jour) else 0.12) * (0.75 + 0.5 * rang / len(jours))
            for rang, jour in enumerate(jours)
        )
    )
    suite = []
    for _ in range(nombre - len(visites)):
        jour = monde.rng.choices(jours, cum_weights=poids)[0]
        creation = horloge.a_une_heure(monde.rng, jour)
        suite.append(imprevu(monde, tirage.machine(jour), creation))
    return visites + suite


def visite(monde: Monde, plan: Plan, echeance: date) -> Travail:
    """The intervention that the hourly job made for a due date of a plan."""
    creation = horloge.moment(
        max(echeance - timedelta(days=plan.jours_avance), monde.debut), 5, plan.pk % 60
    )
    souhait = horloge.moment(echeance - timedelta(days=monde.rng.randrange(1, 7)), 9)
    return _de_gamme(
        monde, plan.machine, plan.gamme, min(creation, monde.maintenant), max(souhait, creation),
        plan, echeance,
    )  # fmt: skip


def _de_gamme(
    monde: Monde,
    machine: Machine,
    gamme: Gamme,
    creation: datetime,
    souhait: datetime,
    plan: Plan | None = None,
    echeance: date | None = None,
) -> Travail:
    fiche = gamme.fiche
    return Travail(
        creation=creation,
        souhait=souhait,
        machine=machine,
        type_intervention=TypeIntervention.PREVENTIVE,
        priorite=Priorite.PROGRAMMEE,
        titre=fiche.titre,
        description=fiche.description,
        diagnostic="",
        solution=monde.rng.choice(textes.CONCLUSIONS_PREVENTIVES),
        minutes=int(
            fiche.duree * monde.rng.uniform(0.8, 1.15) * (1 if monde.taille.detail else 0.5)
        ),
        pieces=fiche.pieces,
        gamme=fiche,
        plan=plan,
        echeance=echeance,
        auteur=None if plan else monde.rng.choice(monde.responsables),
    )


def imprevu(monde: Monde, machine: Machine, creation: datetime) -> Travail:
    """Anything that no plan asked for: mostly a breakdown."""
    rng = monde.rng
    sort = rng.random()
    gamme = monde.gammes.get(machine.genre.code)
    if sort < 0.12 and gamme is not None:
        return _de_gamme(
            monde, machine, gamme, creation, creation + timedelta(days=rng.randrange(2, 9))
        )
    if sort < 0.20:
        titre, description, diagnostic, solution = rng.choice(machines.DIAGNOSTICS)
        return _sur_mesure(
            monde, machine, creation, TypeIntervention.DIAGNOSTIC, titre, description, solution,
            diagnostic,
        )  # fmt: skip
    if sort < 0.26:
        titre, description, solution = rng.choice(machines.AMELIORATIONS)
        return _sur_mesure(
            monde, machine, creation, TypeIntervention.AMELIORATIVE, titre, description, solution
        )
    return panne(monde, machine, creation)


def panne(
    monde: Monde, machine: Machine, creation: datetime, *, priorite: Priorite | None = None
) -> Travail:
    """A breakdown, called in by the client on the portal or by a responsable on the phone."""
    rng = monde.rng
    cause = rng.choice(machine.genre.pannes)
    precision = rng.choice(textes.PRECISIONS)
    priorites, poids = _PRIORITES[cause.arret]
    priorite = priorite or rng.choices(priorites, poids)[0]
    portail = machine.client.portail
    minutes = rng.randint(*cause.minutes)
    return Travail(
        creation=creation,
        souhait=creation + _delai(rng, machine, priorite),
        machine=machine,
        type_intervention=TypeIntervention.CORRECTIVE,
        priorite=priorite,
        titre=cause.titre,
        description=f"{cause.description} {precision}".strip(),
        diagnostic=cause.diagnostic,
        solution=cause.solution,
        minutes=minutes if monde.taille.detail else minutes * 2 // 5,
        pieces=cause.pieces,
        arret=cause.arret,
        auteur=portail
        if portail is not None and rng.random() < 0.3
        else rng.choice(monde.responsables),
    )


def _sur_mesure(
    monde: Monde,
    machine: Machine,
    creation: datetime,
    type_intervention: TypeIntervention,
    titre: str,
    description: str,
    solution: str,
    diagnostic: str = "",
) -> Travail:
    rng = monde.rng
    priorite = rng.choice((Priorite.NORMALE, Priorite.BASSE, Priorite.BASSE))
    return Travail(
        creation=creation,
        souhait=creation + _delai(rng, machine, priorite),
        machine=machine,
        type_intervention=type_intervention,
        priorite=priorite,
        titre=titre,
        description=description,
        diagnostic=diagnostic,
        solution=solution,
        minutes=rng.randrange(60, 300) if monde.taille.detail else rng.randrange(30, 90),
        auteur=rng.choice(monde.responsables),
    )


def _delai(rng: Random, machine: Machine, priorite: Priorite) -> timedelta:
    """How long until somebody would go: well within what is promised, most of the time."""
    promis = DELAIS_PAR_PRIORITE.get(priorite, _DELAI_SANS_LIMITE)
    if machine.contrats:
        heures = machine.contrats[-1].resolution.get(priorite)
        promis = timedelta(hours=heures) if heures else promis
    minutes = promis.total_seconds() / 60 * rng.triangular(0.02, 0.55, 0.1)
    return timedelta(minutes=int(minutes))
