"""The inspections that the law asks for: who came, what he found wanting, and what became of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo.donnees.controles import CONSTATS, INSPECTEURS
from demo.generateur import horloge
from demo.generateur.fiches import Monde, Plan
from demo.generateur.present import Present
from demo.generateur.recit import Travail
from interventions.choices import Priorite, Statut, TypeIntervention
from interventions.models import Intervention
from planning.choices import Conclusion
from planning.models import Inspection, Reserve

#: the first reserve of a report presses more than the second
DELAIS = {1: timedelta(days=30), 2: timedelta(days=90)}
#: reserves of visits older than that were put right, one left over
ANCIENNE = timedelta(days=75)


@dataclass(slots=True)
class Reservee:
    """A reserve that waits for its intervention to be told."""

    inspection: int
    numero: int
    libelle: str
    delai: date
    travail: Travail
    note: str


@dataclass(slots=True)
class Registre:
    passes: list[Travail]
    presents: list[Present]
    reserves: list[Reservee]


def inspecter(monde: Monde, rng: Random) -> Registre:
    """Each visit of the past with its report; the work that its reserves ask for is told with the rest."""
    registre = Registre([], [], [])
    legaux = [plan for plan in monde.plans if plan.organismes]
    for rang, plan in enumerate(legaux):
        visites = [
            jour
            for jour in map(_jour_de_visite, plan.echues[-6:])
            if monde.debut <= jour < monde.aujourdhui - timedelta(days=3)
        ]
        for visite, jour in enumerate(sorted(set(visites))):
            recente = jour > monde.aujourdhui - ANCIENNE
            sort = (rang * 2 + visite) % 5
            if recente:
                # of the last visits, the first two are still talked about
                sort = 1 if len(registre.presents) < 3 else 0
            _rapport(monde, rng, registre, plan, jour, sort)
    return registre


def _jour_de_visite(echeance: date) -> date:
    """Nobody inspects on a closed day."""
    while not horloge.ouvre(echeance):
        echeance -= timedelta(days=1)
    return echeance


def _rapport(
    monde: Monde, rng: Random, registre: Registre, plan: Plan, jour: date, sort: int
) -> None:
    constats = next((c for mot, c in CONSTATS.items() if mot in plan.gamme.fiche.titre.lower()), ())
    conclusion = Conclusion.CONFORME
    if constats and sort in (1, 3):
        conclusion = Conclusion.NON_CONFORME if sort == 3 else Conclusion.AVEC_RESERVES
    inspection = monde.lots.ajouter(
        Inspection,
        plan_id=plan.pk,
        date_visite=jour,
        organisme=rng.choice(plan.organismes),
        inspecteur=rng.choice(INSPECTEURS),
        numero_rapport=f"R-{jour:%y}-{rng.randrange(200, 9800):04d}",
        conclusion=conclusion,
        observations="" if rng.random() < 0.6 else "Carnet de maintenance présenté et à jour.",
        enregistree_par_id=rng.choice(monde.responsables),
        created_at=horloge.moment(jour, 16, 40),
    )
    if conclusion == Conclusion.CONFORME:
        return
    releves = rng.sample(constats, 2 if sort == 3 else rng.choice((1, 2)))
    for numero, (libelle, solution, note) in enumerate(releves, 1):
        delai = jour + DELAIS[numero]
        travail = _correction(monde, rng, plan, jour, delai, conclusion, numero, libelle, solution)
        registre.reserves.append(Reservee(inspection, numero, libelle, delai, travail, note))
        if jour > monde.aujourdhui - ANCIENNE:
            registre.presents.append(Present(travail, Statut.OUVERTE))
        else:
            registre.passes.append(travail)


def _correction(
    monde: Monde, rng: Random, plan: Plan, jour: date, delai: date, conclusion: Conclusion,
    numero: int, libelle: str, solution: str,
) -> Travail:  # fmt: skip
    creation = horloge.moment(jour, 16, 40 + numero)
    return Travail(
        creation=creation,
        souhait=creation + timedelta(days=rng.randrange(4, 16)),
        machine=plan.machine,
        type_intervention=TypeIntervention.CORRECTIVE,
        priorite=Priorite.HAUTE if conclusion == Conclusion.NON_CONFORME else Priorite.NORMALE,
        titre=f"Lever la réserve n° {numero} : {libelle}"[:200],
        description=f"Réserve n° {numero} du contrôle réglementaire du {jour:%d/%m/%Y} : {libelle}",
        diagnostic="Constat de l’inspecteur confirmé.",
        solution=solution,
        minutes=rng.randrange(45, 150),
        limite=horloge.moment(delai, 18),
        auteur=rng.choice(monde.responsables),
    )


def lever(monde: Monde, rng: Random, registre: Registre) -> None:
    """Once everything is told: what was put right is lifted some days after, the rest stays open."""
    fins = dict(
        Intervention.objects.filter(
            pk__in=[reserve.travail.numero for reserve in registre.reserves],
            date_cloture__isnull=False,
        ).values_list("pk", "date_cloture")
    )
    for reserve in registre.reserves:
        fin = fins.get(reserve.travail.numero)
        levee = horloge.jour_de(fin) + timedelta(days=rng.randrange(1, 6)) if fin else None
        faite = levee is not None and levee <= monde.aujourdhui
        monde.lots.ajouter(
            Reserve,
            inspection_id=reserve.inspection,
            numero=reserve.numero,
            libelle=reserve.libelle,
            delai=reserve.delai,
            intervention_id=reserve.travail.numero,
            levee_le=levee if faite else None,
            levee_par_id=rng.choice(monde.responsables) if faite else None,
            note=reserve.note if faite else "",
            created_at=reserve.travail.creation,
        )
    monde.lots.ecrire()
