"""Today: what came in this morning, who is where, what waits, what is late, and the week's slots."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from demo.donnees import textes
from demo.generateur import horloge
from demo.generateur.fiches import Machine, Monde, Technicien
from demo.generateur.histoire import Equipes, conclure, trajet
from demo.generateur.horloge import Periode
from demo.generateur.recit import Recit, Travail
from demo.generateur.travaux import imprevu, panne, visite
from equipment.choices import StatutEquipement
from interventions.choices import MotifAttente, Priorite, Statut

#: the four visits of a full day
CRENEAUX = (((8, 30), (10, 15)), ((10, 30), (12, 30)), ((14, 0), (15, 45)), ((16, 0), (17, 45)))
#: how full the days are, from today on
REMPLISSAGE = (0.7, 0.45, 0.3, 0.2, 0.15, 0.1, 0.1, 0.1)
EN_COURS_MAXIMUM = 4
#: minutes ago at which this morning's calls came in
APPELS = (14, 37, 62, 95, 140, 205, 260)
_RETARDS = (30, 55, 80)  # hours ago, of calls that nobody has taken


@dataclass(slots=True)
class Present:
    """A job of today and how far it has come."""

    travail: Travail
    statut: str
    technicien: Technicien | None = None
    creneau: Periode | None = None
    motif: MotifAttente | None = None
    annulation: bool = False
    #: the client has not said yet what it thinks
    sans_avis: bool = False


class Aujourdhui:
    """Builds the jobs that are open now; every machine has one at most."""

    def __init__(self, monde: Monde) -> None:
        self.monde = monde
        self.presents: list[Present] = []
        self._prises: set[int] = set()
        self._visites = [
            visite(monde, plan, echeance) for plan in monde.plans for echeance in plan.creees
        ]
        self._prises |= {v.machine.pk for v in self._visites}
        # another visit of the same plan may be asked for while the week fills up
        self._prises |= {p.machine.pk for p in monde.plans if not p.creees and len(p.echues) < 1}
        self._en_cours: set[int] = set()

    def construire(self, facteur: int) -> list[Present]:
        """`facteur` times the calls of the small company."""
        self._portail()
        self._deja_au_travail()
        self._attentes(facteur)
        self._appels(facteur)
        self._en_retard(facteur)
        self._semaine()
        for travail in self._visites:
            self._poser(travail, Statut.OUVERTE)
        return self.presents

    def _poser(self, travail: Travail, statut: str, **suite: object) -> Present:
        present = Present(travail, statut, **suite)  # type: ignore[arg-type]  # the fields of Present
        self.presents.append(present)
        return present

    def _machine(
        self, technicien: Technicien | None, rang_client: int | None = None
    ) -> Machine | None:
        """A machine in service with nothing open, that he can work on, near him if there is one."""
        libres = [
            m
            for m in self.monde.machines
            if m.pk not in self._prises
            and m.depart is None
            and (technicien is None or m.genre.competence in technicien.valides)
            and (rang_client is None or m.client is self.monde.clients[rang_client])
        ]
        if technicien is not None:
            proches = [m for m in libres if trajet(technicien, m.site) <= timedelta(minutes=100)]
            libres = proches or libres[:0]
        if not libres:
            return None
        machine = self.monde.rng.choice(libres)
        self._prises.add(machine.pk)
        return machine

    def _libre(self, technicien: Technicien, periode: Periode) -> bool:
        """Neither away nor on another visit."""
        pris = [
            *technicien.absences,
            *(p.creneau for p in self.presents if p.technicien is technicien and p.creneau),
        ]
        return not any(debut < periode[1] and fin > periode[0] for debut, fin in pris)

    def _il_y_a(self, heures: float) -> datetime:
        """About so many hours ago, at a time at which people call."""
        quand = self.monde.maintenant - timedelta(hours=heures)
        jour = horloge.jour_de(quand)
        if jour == self.monde.aujourdhui:
            return quand
        return horloge.a_une_heure(self.monde.rng, jour)

    # --- What each part of the day holds ---

    def _portail(self) -> None:
        """The demo's client has something at every stage."""
        maintenant = self.monde.maintenant
        auteur = self.monde.clients[0].portail
        if machine := self._machine(None, 0):
            travail = panne(
                self.monde, machine, maintenant - timedelta(minutes=41), priorite=Priorite.HAUTE
            )
            travail.auteur = auteur
            self._poser(travail, Statut.OUVERTE)
        if machine := self._machine(None, 0):
            travail = imprevu(self.monde, machine, self._il_y_a(26))
            travail.auteur = auteur
            self._poser(travail, Statut.OUVERTE, annulation=True)
        for statut, rang, heures in (
            (Statut.EN_COURS, 4, 7.0),
            (Statut.EN_ATTENTE, 7, 50.0),
            (Statut.CLOTUREE, 0, 30.0),
        ):
            creneau = (
                self._creneau_en_cours()
                if statut == Statut.EN_COURS
                else self._hier(30 if statut == Statut.EN_ATTENTE else 6)
            )
            if (trouve := self._quelqu_un(creneau, rang, statut, rang_client=0)) is None:
                continue
            technicien, machine = trouve
            travail = panne(self.monde, machine, self._il_y_a(heures))
            travail.auteur = auteur
            travail.creation = min(travail.creation, creneau[0] - timedelta(hours=3))
            motif = MotifAttente.CLIENT if statut == Statut.EN_ATTENTE else None
            self._poser(
                travail, statut, technicien=technicien, creneau=creneau, motif=motif, sans_avis=True
            )

    def _quelqu_un(
        self, creneau: Periode, rang: int, statut: str, rang_client: int | None = None
    ) -> tuple[Technicien, Machine] | None:
        """Somebody who was free then, from the `rang`th on, and a machine that he knows."""
        techniciens = self.monde.techniciens
        for decalage in range(len(techniciens)):
            technicien = techniciens[(rang + decalage) % len(techniciens)]
            if statut == Statut.EN_COURS and (
                technicien.vedette or technicien.pk in self._en_cours
            ):
                continue
            if not self._libre(technicien, creneau):
                continue
            if (machine := self._machine(technicien, rang_client)) is not None:
                if statut == Statut.EN_COURS:
                    self._en_cours.add(technicien.pk)
                return technicien, machine
        return None

    def _hier(self, heures: int) -> Periode:
        """Two hours of work, some hours ago, in working time."""
        jour = self.monde.aujourdhui - timedelta(days=1 + heures // 24)
        while not horloge.ouvre(jour):
            jour -= timedelta(days=1)
        return horloge.moment(jour, 14, 30), horloge.moment(jour, 16, 30)

    def _creneau_en_cours(self) -> Periode:
        """A visit that is under way at this moment, or was when the day ended."""
        maintenant, jour = self.monde.maintenant, self.monde.aujourdhui
        debut = maintenant - timedelta(minutes=self.monde.rng.randrange(25, 75))
        ouverture, fermeture = horloge.moment(jour, 8, 30), horloge.moment(jour, 17, 45)
        if debut < ouverture and maintenant < ouverture + timedelta(minutes=30):
            jour -= timedelta(days=1)
            while not horloge.ouvre(jour):
                jour -= timedelta(days=1)
            debut = horloge.moment(jour, 16, self.monde.rng.randrange(10, 50))
        elif debut > fermeture:
            debut = horloge.moment(jour, 16, self.monde.rng.randrange(10, 50))
        return debut, debut + timedelta(minutes=110)

    def _semaine(self) -> None:
        for decalage, part in enumerate(REMPLISSAGE):
            jour = self.monde.aujourdhui + timedelta(days=decalage)
            for technicien in self.monde.techniciens:
                # somebody is on duty on a closed day: the demo account, so that it always has a day to look at
                if not horloge.ouvre(jour) and not (technicien.vedette and decalage == 0):
                    continue
                if decalage == 0 and technicien.pk in self._en_cours:
                    continue
                for rang, bornes in enumerate(CRENEAUX):
                    sure = technicien.vedette and decalage < 2
                    if sure or self.monde.rng.random() < part:
                        self._creneau(technicien, jour, rang, bornes)

    def _creneau(
        self,
        technicien: Technicien,
        jour: date,
        rang: int,
        bornes: tuple[tuple[int, int], tuple[int, int]],
    ) -> None:
        maintenant = self.monde.maintenant
        debut, fin = (horloge.moment(jour, *borne) for borne in bornes)
        if not self._libre(technicien, (debut, fin)):
            return
        travail = self._travail_pour(technicien, debut, rang)
        if travail is None:
            return
        statut = Statut.AFFECTEE
        # the demo account keeps two visits ahead, and none under way: whoever tries it can start one
        reste_a_faire = technicien.vedette and rang >= 2
        if fin < maintenant - timedelta(minutes=10) and not reste_a_faire:
            statut = Statut.CLOTUREE
        elif (
            debut <= maintenant - timedelta(minutes=5)
            and not technicien.vedette
            and technicien.pk not in self._en_cours
            and len(self._en_cours) < EN_COURS_MAXIMUM * max(1, len(self.monde.techniciens) // 10)
        ):
            statut = Statut.EN_COURS
            self._en_cours.add(technicien.pk)
        self._poser(travail, statut, technicien=technicien, creneau=(debut, fin), sans_avis=True)

    def _travail_pour(self, technicien: Technicien, debut: datetime, rang: int) -> Travail | None:
        for n, visite_due in enumerate(self._visites):
            machine = visite_due.machine
            if machine.genre.competence in technicien.valides and trajet(
                technicien, machine.site
            ) <= timedelta(minutes=120):
                travail = self._visites.pop(n)
                travail.creation = min(travail.creation, debut - timedelta(hours=20))
                return travail
        # the demo account goes to the demo's client in the afternoon
        machine_libre = self._machine(technicien, 0) if technicien.vedette and rang == 2 else None
        machine_libre = machine_libre or self._machine(technicien)
        if machine_libre is None:
            return None
        avant = min(debut, self.monde.maintenant) - timedelta(
            hours=self.monde.rng.choice((18, 20, 22, 40))
        )
        creation = horloge.a_une_heure(self.monde.rng, horloge.jour_de(avant))
        creation = min(creation, min(debut, self.monde.maintenant) - timedelta(hours=2))
        travail = imprevu(self.monde, machine_libre, creation)
        if debut > self.monde.maintenant + timedelta(hours=20):
            # what stops a machine is not put off to the end of the week
            for _ in range(6):
                if travail.arret or travail.priorite == Priorite.HAUTE:
                    travail = imprevu(self.monde, machine_libre, creation)
        travail.minutes = min(travail.minutes, 95)
        return travail

    def _deja_au_travail(self) -> None:
        """Two visits at least are under way whatever the hour: at night, those of the last hours."""
        while len(self._en_cours) < 2:
            creneau = self._creneau_en_cours()
            if (trouve := self._quelqu_un(creneau, 1, Statut.EN_COURS)) is None:
                return
            technicien, machine = trouve
            travail = panne(self.monde, machine, creneau[0] - timedelta(hours=5))
            self._poser(travail, Statut.EN_COURS, technicien=technicien, creneau=creneau)

    def _attentes(self, facteur: int) -> None:
        motifs = (
            MotifAttente.PIECES,
            MotifAttente.PIECES,
            MotifAttente.ACCES,
            MotifAttente.CLIENT,
            MotifAttente.AUTRE,
        )
        for n in range(len(motifs) * facteur):
            creneau = self._hier(24 * (n // len(self.monde.techniciens) + n % 3) + 6)
            trouve = self._quelqu_un(creneau, n * 3 + 1, Statut.EN_ATTENTE)
            if trouve is None:
                continue
            technicien, machine = trouve
            travail = panne(self.monde, machine, creneau[0] - timedelta(hours=7 + n % 20))
            self._poser(
                travail,
                Statut.EN_ATTENTE,
                technicien=technicien,
                creneau=creneau,
                motif=motifs[n % len(motifs)],
            )

    def _appels(self, facteur: int) -> None:
        """Unassigned: this morning's calls, one of them urgent."""
        for n in range(len(APPELS) * facteur):
            machine = self._machine(None)
            if machine is None:
                return
            recul = timedelta(minutes=APPELS[n % len(APPELS)] + 3 * (n // len(APPELS)))
            priorite = {0: Priorite.URGENTE, 1: Priorite.HAUTE}.get(n)
            self._poser(
                panne(self.monde, machine, self.monde.maintenant - recul, priorite=priorite),
                Statut.OUVERTE,
            )

    def _en_retard(self, facteur: int) -> None:
        """Late: calls that nobody took, and assigned work that nobody planned."""
        for n in range(2 * len(_RETARDS) * facteur):
            affectee = n >= len(_RETARDS) * facteur
            technicien = (
                self.monde.techniciens[n * 3 % len(self.monde.techniciens)] if affectee else None
            )
            if technicien is not None and technicien.vedette:
                continue
            machine = self._machine(technicien)
            if machine is None:
                continue
            travail = panne(
                self.monde,
                machine,
                self.monde.maintenant
                - timedelta(hours=_RETARDS[n % len(_RETARDS)] + 24 * affectee),
                priorite=Priorite.HAUTE,
            )
            self._poser(
                travail, Statut.AFFECTEE if affectee else Statut.OUVERTE, technicien=technicien
            )


def raconter(monde: Monde, equipes: Equipes, present: Present) -> None:
    """Tell a job of today as far as it has come."""
    travail, technicien = present.travail, present.technicien
    # told in the order of the clock: nothing is created after it was begun
    recit = Recit(monde, travail)
    par = monde.responsables[0] if monde.rng.random() < 0.7 else monde.responsables[1]
    points = travail.gamme.points if travail.gamme else ()
    if technicien is None:
        recit.controler(points, None)
        if present.annulation and travail.machine.client.portail is not None:
            recit.demander_annulation(
                min(monde.maintenant, travail.creation + timedelta(hours=2)),
                travail.machine.client.portail,
                textes.ANNULATIONS[0],
            )
        if travail.arret and travail.type_intervention == "corrective":
            monde.etats[travail.machine.pk] = StatutEquipement.PANNE
        recit.finir()
        return
    creneau = present.creneau
    borne = min(creneau[0], monde.maintenant) if creneau else monde.maintenant
    affectation = horloge.minute(travail.creation + (borne - travail.creation) * 0.4)
    recit.affecter(technicien, affectation, par)
    if creneau:
        recit.planifier(
            creneau,
            affectation + timedelta(minutes=1),
            par,
            ouvert=present.statut not in (Statut.CLOTUREE,),
        )
    if present.statut == Statut.AFFECTEE:
        recit.controler(points, None)
        if travail.arret and travail.type_intervention == "corrective":
            monde.etats[travail.machine.pk] = StatutEquipement.PANNE
    if creneau and present.statut in (Statut.EN_COURS, Statut.EN_ATTENTE):
        recit.demarrer(creneau[0])
        recit.controler(points, None)
    if creneau and present.statut == Statut.EN_ATTENTE and present.motif is not None:
        pause = creneau[0] + timedelta(minutes=50)
        recit.travailler([(creneau[0], pause)], None)
        recit.mettre_en_attente(pause, present.motif, textes.ATTENTES[present.motif][0])
    if creneau and present.statut == Statut.CLOTUREE:
        debut = creneau[0] + timedelta(minutes=monde.rng.randrange(0, 12))
        minutes = min(travail.minutes, int((creneau[1] - debut).total_seconds() // 60))
        recit.demarrer(debut)
        conclure(
            monde,
            recit,
            technicien,
            [(debut, debut + timedelta(minutes=minutes))],
            None,
            avis=not present.sans_avis,
        )
    recit.finir()
