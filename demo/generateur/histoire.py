"""What has happened: each job is taken by a technicien who can, is free and is near, and is told to its end."""

from bisect import bisect_right
from datetime import date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from demo.donnees import textes
from demo.generateur import horloge
from demo.generateur.fiches import Machine, Monde, Site, Technicien
from demo.generateur.horloge import Periode
from demo.generateur.recit import Recit, Travail
from interventions.choices import MotifAttente

VITESSE = 75  # km/h, doors to doors
ECART_DE_ZONE = timedelta(hours=5)
_ATTENTES = (MotifAttente.PIECES, MotifAttente.CLIENT, MotifAttente.ACCES, MotifAttente.AUTRE)


def trajet(technicien: Technicien, site: Site) -> timedelta:
    """Time on the road from his home to a site, great circle at VITESSE; ten minutes at least, four hours at most."""
    (lat1, lon1), (lat2, lon2) = technicien.position, site.position
    demi = (
        sin(radians(lat2 - lat1) / 2) ** 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    )
    km = 2 * 6371 * asin(sqrt(demi))
    return timedelta(minutes=max(10, min(240, round(km / VITESSE * 60 / 5) * 5)))


class Equipes:
    """Who is free when, while history goes by."""

    def __init__(self, monde: Monde, promis: list[tuple[Technicien, Periode]]) -> None:
        """`promis`: visits of the last days that are told later; nothing else begins on those days."""
        depart = horloge.moment(monde.debut, 8, 30)
        self._par_competence: dict[str, list[Technicien]] = {}
        self._pris: dict[int, list[Periode]] = {}
        self._debuts: dict[int, list[datetime]] = {}
        self._longs_trajets = monde.taille.detail
        for technicien in monde.techniciens:
            technicien.libre = depart
            jours = [
                (horloge.moment(horloge.jour_de(debut), 0), fin)
                for lui, (debut, fin) in promis
                if lui is technicien
            ]
            self._pris[technicien.pk] = sorted([*technicien.absences, *jours])
            self._debuts[technicien.pk] = [debut for debut, _ in self._pris[technicien.pk]]
            for competence in technicien.competences:
                self._par_competence.setdefault(competence, []).append(technicien)

    def present(self, technicien: Technicien, instant: datetime) -> datetime:
        """This moment, or the end of what keeps him away then."""
        rang = bisect_right(self._debuts[technicien.pk], instant) - 1
        return max(instant, self._pris[technicien.pk][rang][1]) if rang >= 0 else instant

    def choisir(
        self, machine: Machine, souhait: datetime, *, sauf: Technicien | None = None
    ) -> Technicien:
        """The one who could be there first, those of the region before the others."""
        jour = horloge.jour_de(souhait)
        choix: tuple[datetime, int, int, Technicien] | None = None
        for technicien in self._par_competence[machine.genre.competence]:
            if technicien is sauf or technicien.embauche > jour:
                continue
            assert technicien.libre is not None
            quand = self.present(technicien, max(souhait, technicien.libre))
            if technicien.region != machine.site.region:
                quand += ECART_DE_ZONE
            candidat = (quand, technicien.charge, technicien.pk, technicien)
            if choix is None or candidat[:3] < choix[:3]:
                choix = candidat
        assert choix is not None, f"nobody can do {machine.genre.competence}"
        return choix[3]

    def route(self, technicien: Technicien, machine: Machine) -> timedelta:
        """Time on the road to a job; in a large company the round goes from site to site."""
        complet = trajet(technicien, machine.site)
        return complet if self._longs_trajets else min(complet, timedelta(minutes=12))

    def arriver(
        self, technicien: Technicien, travail: Travail, souhait: datetime, *, nuit: bool
    ) -> datetime:
        """When he stands before the machine: once he is free, in working time unless it is called for at night."""
        assert technicien.libre is not None
        route = self.route(technicien, travail.machine)
        depart = self.present(technicien, max(souhait - route, technicien.libre))
        if nuit:
            return depart + route
        return self.commencer(technicien, horloge.prochain(depart) + route, travail.minutes, route)

    def commencer(
        self, technicien: Technicien, souhait: datetime, minutes: int, route: timedelta
    ) -> datetime:
        """From when on he can work so long in one go: not on the eve of an absence if he cannot finish."""
        while True:
            libre = self.present(technicien, souhait)
            debut = horloge.prochain(libre + route if libre > souhait else souhait)
            fin = horloge.decouper(debut, minutes)[-1][1]
            suivant = bisect_right(self._debuts[technicien.pk], debut)
            if suivant == len(self._debuts[technicien.pk]):
                return debut
            absence = self._pris[technicien.pk][suivant]
            if absence[0] >= fin:
                return debut
            souhait = absence[1] + route


def raconter(monde: Monde, equipes: Equipes, travail: Travail, limite: datetime) -> str:
    """Tell a job of the past; what is not done at `limite` stays as it is then. Returns its statut."""
    rng = monde.rng
    recit = Recit(monde, travail)
    if travail.plan is None and rng.random() < 0.045:
        _abandonner(monde, recit, limite)
        return recit.statut
    technicien = equipes.choisir(travail.machine, travail.souhait)
    debut = equipes.arriver(technicien, travail, travail.souhait, nuit=recit.continu)
    affectation = min(
        travail.creation + timedelta(minutes=rng.randrange(4, 200)),
        horloge.minute(travail.creation + (debut - travail.creation) / 2),
        limite - timedelta(minutes=30),
    )
    affectation = max(affectation, travail.creation)
    par = rng.choice(monde.responsables)
    if debut >= limite:
        recit.affecter(technicien, affectation, par)
        recit.controler(travail.gamme.points if travail.gamme else (), None)
        recit.finir()
        return recit.statut
    if recit.detail and not recit.continu and rng.random() < 0.05:
        recit.affecter(equipes.choisir(travail.machine, debut, sauf=technicien), affectation, par)
        recit.reaffecter(technicien, horloge.minute(affectation + (debut - affectation) / 3), par)
    else:
        recit.affecter(technicien, affectation, par)
    if recit.detail and debut - affectation > timedelta(hours=3):
        prevu = debut.replace(minute=debut.minute // 15 * 15, second=0)
        creneau = (prevu, prevu + timedelta(minutes=recit.colonnes["duree_estimee"]))
        recit.planifier(creneau, affectation + timedelta(minutes=2), par, ouvert=False)
    travailler(monde, equipes, recit, technicien, debut, limite)
    recit.finir()
    return recit.statut


def _abandonner(monde: Monde, recit: Recit, limite: datetime) -> None:
    rng = monde.rng
    quand = horloge.prochain(
        horloge.minute(recit.travail.creation + timedelta(hours=rng.uniform(1, 30)))
    )
    client = recit.travail.machine.client.portail
    motif = rng.choice(textes.ANNULATIONS)
    if client is not None and client == recit.travail.auteur:
        recit.demander_annulation(
            horloge.minute(recit.travail.creation + (quand - recit.travail.creation) / 2),
            client,
            motif,
        )
    if quand < limite:
        recit.annuler(quand, rng.choice(monde.responsables), motif)
    recit.finir()


def travailler(
    monde: Monde,
    equipes: Equipes,
    recit: Recit,
    technicien: Technicien,
    debut: datetime,
    limite: datetime,
) -> None:
    """From the start to the closing, sometimes with a wait in between."""
    rng, travail = monde.rng, recit.travail
    route: timedelta | None = equipes.route(technicien, travail.machine)
    recit.demarrer(debut)
    periodes = _periodes(recit, debut, travail.minutes, limite)
    if travail.minutes > 60 and rng.random() < (0.11 if recit.detail else 0.02):
        avant = _periodes(recit, debut, travail.minutes * 2 // 5, limite)
        recit.travailler(avant, route)
        route = None
        pause = avant[-1][1]
        motif = rng.choices(_ATTENTES, (5, 2, 2, 1))[0]
        recit.mettre_en_attente(pause, motif, rng.choice(textes.ATTENTES[motif]))
        duree = timedelta(hours=rng.uniform(3, 50) if monde.taille.detail else rng.uniform(1, 4))
        reste = travail.minutes * 3 // 5
        reprise = equipes.commencer(technicien, horloge.minute(pause + duree), reste, timedelta(0))
        if reprise >= limite:
            technicien.libre = pause
            recit.controler(travail.gamme.points if travail.gamme else (), None)
            return
        recit.reprendre(reprise)
        periodes = _periodes(recit, reprise, reste, limite)
    if recit.detail and rng.random() < 0.25:
        interne = rng.random() < 0.4
        remarque = rng.choice(textes.REMARQUES_INTERNES if interne else textes.REMARQUES)
        recit.remarquer(
            periodes[0][0] + timedelta(minutes=3), technicien.user, remarque, interne=interne
        )
    conclure(monde, recit, technicien, periodes, route)


def conclure(
    monde: Monde,
    recit: Recit,
    technicien: Technicien,
    periodes: list[Periode],
    route: timedelta | None,
    *,
    avis: bool = True,
) -> None:
    """Parts, checklist, time, closing, and what the client thought of it."""
    rng, travail, fin = monde.rng, recit.travail, periodes[-1][1]
    if recit.detail or rng.random() < 0.1:
        for reference, quantite in travail.pieces:
            recit.utiliser(reference, quantite, fin - timedelta(minutes=9))
            if quantite > 3 and rng.random() < 0.2:
                recit.utiliser(reference, -1, fin - timedelta(minutes=4))
    if travail.gamme:
        recit.controler(travail.gamme.points, fin - timedelta(minutes=3))
    recit.travailler(periodes, route)
    recit.cloturer(fin)
    technicien.libre = fin
    technicien.charge += 1
    if avis and travail.machine.client.portail is not None and rng.random() < 0.5:
        quand = horloge.minute(fin + timedelta(hours=rng.uniform(2, 90)))
        if quand < monde.maintenant:
            note = rng.choices((5, 4, 3, 2, 1), (46, 34, 12, 5, 3))[0]
            recit.noter(quand, note, rng.choice(textes.SATISFACTIONS[note]))


def _periodes(recit: Recit, debut: datetime, minutes: int, limite: datetime) -> list[Periode]:
    """When the work was done; a night call goes on without a break, nothing goes past `limite`."""
    if recit.continu and not horloge.demi_journees(horloge.jour_de(debut)):
        return [(debut, min(debut + timedelta(minutes=minutes), limite))]
    periodes = [(de, a) for de, a in horloge.decouper(debut, minutes) if a <= limite]
    if not periodes or periodes[0][0] > debut:
        return [(debut, min(debut + timedelta(minutes=minutes), limite))]
    return periodes


def retires(monde: Monde) -> set[int]:
    """The oldest machines left service some months ago, but those that a plan still looks after and those of the demo's
    own portal clients."""
    suivies = {plan.machine.pk for plan in monde.plans}
    libres = [machine for machine in monde.machines[40:] if machine.pk not in suivies]
    anciennes = sorted(libres, key=lambda m: (m.arrivee, m.pk))[:3]
    for rang, machine in enumerate(anciennes):
        machine.depart = monde.aujourdhui - timedelta(days=60 + 45 * rang)
    return {machine.pk for machine in anciennes}


def debut_de_l_histoire(aujourdhui: date, mois: int) -> date:
    return (aujourdhui - timedelta(days=round(30.44 * mois))).replace(day=1)
