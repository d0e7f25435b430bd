"""The rules of the trade in a few lines of plain Python, to hold the product against.

Written from the domain and the table of permissions; it shares no code with the product. A verb answers with the set of
reasons for which it must be refused, and changes nothing then; empty, it was done. A reason is the code of the error,
`champ:<field>` for a malformed value. The product may give any reason of the set.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

CASABLANCA = ZoneInfo("Africa/Casablanca")

GESTION = ("admin", "responsable", "systeme")
TECHNICIENS = ("tech1", "tech2", "tech3")
CLIENTS = {"client_a": "A", "client_b": "B"}

ACTIFS = ("ouverte", "affectee", "en_cours", "en_attente")
VIE = {
    ("ouverte", "affectee"): "gestion",
    ("affectee", "ouverte"): "gestion",
    ("affectee", "en_cours"): "terrain",
    ("en_cours", "en_attente"): "terrain",
    ("en_attente", "en_cours"): "terrain",
    ("en_cours", "cloturee"): "terrain",
    **{(statut, "annulee"): "gestion" for statut in ACTIFS},
    ("cloturee", "archivee"): "archivage",
    ("annulee", "archivee"): "archivage",
}
DELAIS = {"urgente": 2, "haute": 24, "normale": 72, "basse": 7 * 24}
ATTENTES_DU_CLIENT = ("client", "acces")
VIE_EQUIPEMENT = {
    "operationnel": ("maintenance", "panne", "retire"),
    "panne": ("maintenance", "retire"),
    "maintenance": ("operationnel", "retire"),
    "retire": (),
}
VIE_CONTRAT = {
    "brouillon": ("actif", "resilie"),
    "actif": ("suspendu", "expire", "resilie"),
    "suspendu": ("actif", "expire", "resilie"),
    "expire": ("actif", "resilie"),
    "resilie": (),
}

Creneau = tuple[datetime, datetime]
Raisons = set[str]


def minutes(duree: timedelta) -> int:
    return int(duree.total_seconds() // 60)


def se_touchent(a: Creneau, b: Creneau) -> bool:
    return a[0] < b[1] and b[0] < a[1]


@dataclass
class Equipement:
    client: str
    statut: str = "operationnel"
    #: what it was before work took it into maintenance, as long as nothing has moved it since
    pris_de: str = ""
    #: that work, or other work on it, has been closed since, and it was not still down
    repare: bool = False


@dataclass
class Contrat:
    client: str
    statut: str
    couvre: tuple[str, ...]
    engagements: dict[str, int]


@dataclass
class Piece:
    stock: Decimal
    minimum: Decimal


@dataclass
class Absence:
    technicien: str
    periode: Creneau
    statut: str


@dataclass
class Fiche:
    type: str
    priorite: str
    urgence: bool
    equipement: str
    client: str
    creation: datetime
    contrat: str | None
    limite: datetime | None
    competences: frozenset[str] = frozenset()
    statut: str = "ouverte"
    technicien: str | None = None
    creneau: Creneau | None = None
    affectation: datetime | None = None
    debut: datetime | None = None
    fin: datetime | None = None
    attente_depuis: datetime | None = None
    motif_attente: str = ""
    minutes_attente: int = 0
    attente_client: timedelta = timedelta(0)
    points: list[list[object]] = field(default_factory=list)
    temps: list[tuple[str, int, str]] = field(default_factory=list)
    pris: dict[str, Decimal] = field(default_factory=dict)
    solution: str = ""
    diagnostic: str = ""
    duree: int | None = None
    main_oeuvre: Decimal = Decimal(0)
    note: int | None = None
    demande: bool = False
    entamee: bool = False

    @property
    def active(self) -> bool:
        return self.statut in ACTIFS


class Modele:
    def __init__(self, maintenant: datetime) -> None:
        self.maintenant = maintenant
        self.inactifs: set[str] = set()
        self.couts = {"tech1": Decimal(150), "tech2": Decimal("199.99"), "tech3": Decimal(0)}
        self.detient: dict[str, dict[str, date | None]] = {
            "tech1": {"elec": None},
            "tech2": {"elec": maintenant.date() + timedelta(days=1)},
            "tech3": {},
        }
        self.equipements = {"e1": Equipement("A"), "e2": Equipement("A"), "e3": Equipement("B")}
        self.contrats = {
            "c1": Contrat("A", "actif", ("e1",), {"urgente": 4, "haute": 10}),
            "c2": Contrat("A", "brouillon", ("e1", "e2"), {"urgente": 1, "normale": 8}),
        }
        self.pieces = {
            "p1": Piece(Decimal(5), Decimal(2)),
            "p2": Piece(Decimal(0), Decimal(0)),
        }
        self.absences: list[Absence | None] = []
        self.fiches: list[Fiche | None] = []
        # (event, person) that the last verb tells; None when the domain does not say
        self.annonces: set[tuple[str, str]] | None = set()

    # --- who -----------------------------------------------------------------------------------------

    def gere(self, qui: str) -> bool:
        return qui in GESTION and qui not in self.inactifs

    def est_technicien(self, qui: str) -> bool:
        return qui in TECHNICIENS and qui not in self.inactifs

    def est_client(self, qui: str) -> bool:
        return qui in CLIENTS and qui not in self.inactifs

    def voit(self, qui: str, fiche: Fiche) -> bool:
        return (
            self.gere(qui)
            or (self.est_technicien(qui) and fiche.technicien == qui)
            or (self.est_client(qui) and CLIENTS[qui] == fiche.client)
        )

    def agit(self, qui: str, fiche: Fiche) -> bool:
        """Staff, or the technicien it is assigned to."""
        return self.gere(qui) or (self.est_technicien(qui) and fiche.technicien == qui)

    def _annoncer(self, par: str, evenement: str, *personnes: str | None) -> None:
        assert self.annonces is not None
        self.annonces |= {
            (evenement, qui)
            for qui in personnes
            if qui is not None and qui != par and qui not in self.inactifs
        }

    def _client_de(self, fiche: Fiche) -> str:
        return next(nom for nom, client in CLIENTS.items() if client == fiche.client)

    # --- rules shared by several verbs -------------------------------------------------------------------

    def _limite(self, fiche: Fiche) -> datetime | None:
        """The deadline: what the contract promises, else what the priorité means; the client's waits do not count."""
        heures = DELAIS.get(fiche.priorite)
        if fiche.contrat is not None:
            heures = self.contrats[fiche.contrat].engagements.get(fiche.priorite, heures)
        if heures is None:
            return None
        return fiche.creation + timedelta(hours=heures) + fiche.attente_client

    def _peut_prendre(self, fiche: Fiche, technicien: str, creneau: Creneau | None) -> Raisons:
        raisons: Raisons = set()
        if technicien in self.inactifs:
            raisons.add("TECHNICIEN_INACTIF")
        moment = creneau[0] if creneau else self.maintenant
        jour = moment.astimezone(CASABLANCA).date()
        for competence in fiche.competences:
            expire = self.detient[technicien].get(competence, date.min)
            if expire is not None and expire < jour:
                raisons.add("COMPETENCE_MANQUANTE")
        if creneau is None:
            return raisons
        if creneau[1] <= creneau[0]:
            return raisons | {"champ:fin"}
        if any(
            absence.technicien == technicien
            and absence.statut == "acceptee"
            and se_touchent(absence.periode, creneau)
            for absence in self.absences
            if absence is not None
        ):
            raisons.add("TECHNICIEN_INDISPONIBLE")
        if any(
            autre is not fiche
            and autre.creneau is not None
            and autre.technicien == technicien
            and se_touchent(autre.creneau, creneau)
            for autre in self.fiches
            if autre is not None
        ):
            raisons.add("CRENEAU_OCCUPE")
        return raisons

    def _occupe_ailleurs(self, fiche: Fiche) -> bool:
        return any(
            autre is not fiche
            and autre.statut == "en_cours"
            and autre.technicien == fiche.technicien
            for autre in self.fiches
            if autre is not None
        )

    def _suivre(self, nom: str, vers: str) -> None:
        """The machine follows the work on it when its own table allows."""
        equipement = self.equipements[nom]
        if vers in VIE_EQUIPEMENT[equipement.statut]:
            equipement.pris_de = equipement.statut if vers == "maintenance" else ""
            equipement.repare = False
            equipement.statut = vers

    def _en_chantier(self, fiche: Fiche) -> bool:
        """Whether other corrective work on the same machine is under way."""
        return any(
            autre is not fiche
            and autre.equipement == fiche.equipement
            and autre.type == "corrective"
            and autre.statut in ("en_cours", "en_attente")
            for autre in self.fiches
            if autre is not None
        )

    def _rendre(self, fiche: Fiche) -> None:
        """Cancelled work gives its machine back as it was taken."""
        equipement = self.equipements[fiche.equipement]
        if fiche.type != "corrective" or fiche.debut is None or self._en_chantier(fiche):
            return
        if equipement.statut == "maintenance" and equipement.pris_de:
            equipement.statut = "operationnel" if equipement.repare else equipement.pris_de
            equipement.pris_de = ""

    # --- verbs -------------------------------------------------------------------------------------------

    def creer(
        self,
        par: str,
        *,
        equipement: str,
        type: str,
        priorite: str | None,
        urgence: bool,
        technicien: str | None,
        creneau: Creneau | None,
        competences: Iterable[str],
        points: Iterable[bool],
    ) -> Raisons:
        self.annonces = set()
        raisons: Raisons = set()
        if par in self.inactifs:
            raisons.add("INTERDIT")
        client = self.equipements[equipement].client
        reserve = technicien or creneau or competences or points
        if (reserve and not self.gere(par)) or (priorite is not None and par in CLIENTS):
            raisons.add("INTERDIT")
        if par in CLIENTS and CLIENTS[par] != client:
            raisons.add("champ:equipement_id")
        if par in TECHNICIENS and not any(
            f is not None and f.technicien == par and f.equipement == equipement
            for f in self.fiches
        ):
            raisons.add("champ:equipement_id")
        if self.equipements[equipement].statut == "retire":
            raisons.add("EQUIPEMENT_RETIRE")
        if creneau is not None and technicien is None:
            raisons.add("champ:technicien_id")
        fiche = Fiche(
            type=type,
            priorite="urgente" if urgence else priorite or "normale",
            urgence=urgence,
            equipement=equipement,
            client=client,
            creation=self.maintenant,
            contrat=next(
                (
                    nom
                    for nom, contrat in self.contrats.items()
                    if contrat.statut == "actif" and equipement in contrat.couvre
                ),
                None,
            ),
            limite=None,
            competences=frozenset(competences),
            points=[[obligatoire, ""] for obligatoire in points],
        )
        fiche.limite = self._limite(fiche)
        if technicien is not None:
            if par == "systeme":
                raisons.add("INTERDIT")
            raisons |= self._peut_prendre(fiche, technicien, creneau)
        if raisons:
            return raisons
        if par in CLIENTS:
            self._annoncer(par, "demande_portail", "responsable")
            self._annoncer(par, "intervention_creee", self._client_de(fiche))
        else:
            self._annoncer(par, "intervention_creee", "responsable", self._client_de(fiche))
        if technicien is not None:
            self._affecter(par, fiche, technicien, creneau)
        self.fiches.append(fiche)
        return set()

    def _affecter(self, par: str, fiche: Fiche, technicien: str, creneau: Creneau | None) -> None:
        fiche.statut = "affectee"
        fiche.technicien = technicien
        fiche.affectation = self.maintenant
        fiche.creneau = creneau or fiche.creneau
        fiche.entamee = True
        self._annoncer(par, "intervention_affectee", technicien, self._client_de(fiche))

    def affecter(self, par: str, fiche: Fiche, technicien: str, creneau: Creneau | None) -> Raisons:
        self.annonces = set()
        if not self.voit(par, fiche):
            return {"INTROUVABLE"}
        raisons: Raisons = set()
        if not self.gere(par) or (par == "systeme" and fiche.statut == "ouverte"):
            raisons.add("INTERDIT")
        if fiche.statut not in ("ouverte", "affectee"):
            raisons.add("TRANSITION_INTERDITE")
        raisons |= self._peut_prendre(fiche, technicien, creneau or fiche.creneau)
        if fiche.statut == "affectee" and fiche.technicien == technicien and creneau is None:
            raisons.add("DEJA_AFFECTEE")
        if raisons:
            return raisons
        ancien = fiche.technicien
        self._affecter(par, fiche, technicien, creneau)
        if ancien != technicien:
            self._annoncer(par, "intervention_desaffectee", ancien)
        return set()

    def planifier(self, par: str, fiche: Fiche, creneau: Creneau) -> Raisons:
        self.annonces = set()
        if not self.voit(par, fiche):
            return {"INTROUVABLE"}
        raisons: Raisons = set() if self.gere(par) else {"INTERDIT"}
        if fiche.statut not in ("affectee", "en_cours", "en_attente"):
            raisons.add("NON_AFFECTEE")
        else:
            assert fiche.technicien is not None
            raisons |= self._peut_prendre(fiche, fiche.technicien, creneau)
        if raisons:
            return raisons
        fiche.creneau = creneau
        fiche.entamee = True
        self._annoncer(par, "intervention_planifiee", fiche.technicien, self._client_de(fiche))
        return set()

    def deplanifier(self, par: str, fiche: Fiche) -> Raisons:
        self.annonces = set()
        if not self.voit(par, fiche):
            return {"INTROUVABLE"}
        raisons: Raisons = set() if self.gere(par) else {"INTERDIT"}
        if fiche.creneau is None:
            raisons.add("NON_PLANIFIEE")
        if raisons:
            return raisons
        fiche.creneau = None
        fiche.entamee = True
        return set()

    def changer_statut(
        self,
        par: str,
        fiche: Fiche,
        vers: str,
        *,
        technicien: str | None = None,
        creneau: Creneau | None = None,
        motif: str = "",
        solution: str = "",
        diagnostic: str = "",
        toujours_en_panne: bool = False,
    ) -> Raisons:
        self.annonces = set()
        if not self.voit(par, fiche):
            return {"INTROUVABLE"}
        acteur = VIE.get((fiche.statut, vers))
        raisons: Raisons = set()
        permis = {
            None: self.agit(par, fiche),
            "gestion": self.gere(par) and par != "systeme",
            "terrain": self.agit(par, fiche) and par != "systeme",
            "archivage": self.gere(par),
        }[acteur]
        if not permis:
            raisons.add("INTERDIT")
        if acteur is None:
            return raisons | {"TRANSITION_INTERDITE"}
        client, tech = self._client_de(fiche), fiche.technicien
        if vers == "affectee":
            if technicien is None:
                raisons.add("champ:technicien_id")
            else:
                raisons |= self._peut_prendre(fiche, technicien, creneau)
            if raisons:
                return raisons
            assert technicien is not None
            self._affecter(par, fiche, technicien, creneau)
        elif vers == "ouverte":
            if raisons:
                return raisons
            fiche.technicien = fiche.affectation = fiche.creneau = None
            self._annoncer(par, "intervention_desaffectee", tech)
        elif vers == "en_cours":
            if self._occupe_ailleurs(fiche):
                raisons.add("TECHNICIEN_DEJA_EN_COURS")
            if raisons:
                return raisons
            if fiche.statut == "affectee":
                fiche.debut = self.maintenant
                if fiche.type == "corrective":
                    self._suivre(fiche.equipement, "maintenance")
                self._annoncer(par, "intervention_demarree", client, "responsable")
            else:
                assert fiche.attente_depuis is not None
                attente = self.maintenant - fiche.attente_depuis
                fiche.minutes_attente += minutes(attente)
                if fiche.motif_attente in ATTENTES_DU_CLIENT:
                    fiche.attente_client += attente
                    if fiche.limite is not None:
                        fiche.limite += attente
                fiche.attente_depuis, fiche.motif_attente = None, ""
        elif vers == "en_attente":
            if motif not in ("pieces", "client", "acces", "autre"):
                raisons.add("champ:motif_attente")
            if raisons:
                return raisons
            fiche.motif_attente, fiche.attente_depuis = motif, self.maintenant
            self._annoncer(par, "intervention_en_attente", client, "responsable")
        elif vers == "cloturee":
            solution, diagnostic = solution or fiche.solution, diagnostic or fiche.diagnostic
            if not solution.strip():
                raisons.add("champ:solution")
            if fiche.type == "corrective" and not diagnostic.strip():
                raisons.add("champ:diagnostic")
            if any(obligatoire and not resultat for obligatoire, resultat in fiche.points):
                raisons.add("CONTROLES_INCOMPLETS")
            if raisons:
                return raisons
            self._cloturer(fiche, solution, diagnostic, toujours_en_panne)
            self._annoncer(par, "intervention_cloturee", client, "responsable")
        elif vers == "annulee":
            if not motif.strip():
                raisons.add("champ:motif_annulation")
            if raisons:
                return raisons
            fiche.creneau = fiche.attente_depuis = None
            for nom, quantite in fiche.pris.items():
                self.pieces[nom].stock += quantite
            fiche.pris = {}
            self._rendre(fiche)
            self._annoncer(par, "intervention_annulee", tech, client)
        elif raisons:
            return raisons
        fiche.statut = vers
        fiche.entamee = True
        return set()

    def _cloturer(
        self, fiche: Fiche, solution: str, diagnostic: str, toujours_en_panne: bool
    ) -> None:
        fiche.solution, fiche.diagnostic = solution.strip(), diagnostic.strip()
        fiche.fin, fiche.creneau = self.maintenant, None
        assert fiche.debut is not None
        assert fiche.technicien is not None
        travail = sum(duree for _, duree, type_ in fiche.temps if type_ == "travail")
        if not travail:
            travail = max(0, minutes(fiche.fin - fiche.debut) - fiche.minutes_attente)
        payes = [(nom, duree) for nom, duree, _ in fiche.temps] or [(fiche.technicien, travail)]
        cout = sum((Decimal(duree) / 60 * self.couts[nom] for nom, duree in payes), Decimal(0))
        fiche.duree = travail
        fiche.main_oeuvre = cout.quantize(Decimal("0.01"), ROUND_HALF_UP)
        if not toujours_en_panne:
            if fiche.type == "corrective":
                self.equipements[fiche.equipement].repare = True
            if not self._en_chantier(fiche):
                self._suivre(fiche.equipement, "operationnel")

    def _saisir(self, par: str, fiche: Fiche) -> Raisons:
        """What everything that the field writes asks first."""
        self.annonces = set()
        if not self.voit(par, fiche):
            return {"INTROUVABLE"}
        raisons: Raisons = set() if self.agit(par, fiche) else {"INTERDIT"}
        if not fiche.active:
            raisons.add("INTERVENTION_CLOSE")
        return raisons

    def changer_priorite(self, par: str, fiche: Fiche, priorite: str) -> Raisons:
        raisons = self._saisir(par, fiche)
        if raisons == {"INTROUVABLE"}:
            return raisons
        if not self.gere(par):
            raisons.add("INTERDIT")
        if raisons:
            return raisons
        if priorite != fiche.priorite:
            fiche.entamee = True
        # a deadline that was not given follows the priorité, even when the same is said again
        fiche.priorite = priorite
        if priorite != "urgente":
            fiche.urgence = False
        limite = self._limite(fiche)
        if limite != fiche.limite:
            fiche.entamee = True
        fiche.limite = limite
        return set()

    def changer_competences(self, par: str, fiche: Fiche, competences: frozenset[str]) -> Raisons:
        raisons = self._saisir(par, fiche)
        if raisons == {"INTROUVABLE"}:
            return raisons
        if not self.gere(par):
            raisons.add("INTERDIT")
        if competences != fiche.competences and fiche.technicien is not None:
            essai = Fiche(**{**fiche.__dict__, "competences": competences})
            moment = fiche.creneau
            raisons |= self._peut_prendre(essai, fiche.technicien, moment) & {
                "COMPETENCE_MANQUANTE"
            }
        if raisons:
            return raisons
        if competences != fiche.competences:
            fiche.entamee = True
        fiche.competences = competences
        return set()

    def ecrire_solution(self, par: str, fiche: Fiche, solution: str) -> Raisons:
        raisons = self._saisir(par, fiche)
        if raisons:
            return raisons
        if solution.strip() != fiche.solution:
            fiche.entamee = True
        fiche.solution = solution.strip()
        return set()

    def remarquer(self, par: str, fiche: Fiche, texte: str) -> Raisons:
        self.annonces = set()
        if not self.voit(par, fiche):
            return {"INTROUVABLE"}
        raisons: Raisons = set() if fiche.active else {"INTERVENTION_CLOSE"}
        if not texte.strip():
            raisons.add("champ:remarque")
        if not raisons:
            fiche.entamee = True
        return raisons

    def consommer(
        self, par: str, fiche: Fiche, piece: str, quantite: Decimal, sens: str
    ) -> Raisons:
        raisons = self._saisir(par, fiche)
        if raisons == {"INTROUVABLE"}:
            return raisons
        if fiche.statut not in ("en_cours", "en_attente"):
            raisons.add("INTERVENTION_NON_COMMENCEE")
        if quantite <= 0:
            raisons.add("champ:quantite")
        pris = fiche.pris.get(piece, Decimal(0))
        if sens == "retour" and quantite > pris:
            raisons.add("RETOUR_EXCESSIF")
        if sens == "sortie" and quantite > self.pieces[piece].stock:
            raisons.add("STOCK_INSUFFISANT")
        if raisons:
            return raisons
        signe = 1 if sens == "sortie" else -1
        fiche.pris[piece] = pris + signe * quantite
        fiche.entamee = True
        self._bouger(piece, -signe * quantite)
        return set()

    def _bouger(self, nom: str, quantite: Decimal) -> None:
        piece = self.pieces[nom]
        avant = piece.stock
        piece.stock += quantite
        if avant >= piece.minimum > piece.stock:
            # told to whoever moved it too: it is not what he did, it is what follows
            self._annoncer("", "stock_bas", "responsable")

    def ajouter_temps(
        self, par: str, fiche: Fiche, periode: Creneau, type: str, technicien: str | None
    ) -> Raisons:
        raisons = self._saisir(par, fiche)
        if raisons == {"INTROUVABLE"}:
            return raisons
        if not timedelta(0) < periode[1] - periode[0] <= timedelta(hours=24):
            raisons.add("champ:fin")
        if periode[1] > self.maintenant + timedelta(minutes=5):
            raisons.add("champ:fin")
        if technicien is not None and not self.gere(par) and technicien != par:
            raisons.add("INTERDIT")
        if (technicien or fiche.technicien) is None:
            raisons.add("champ:technicien_id")
        if raisons:
            return raisons
        nom = technicien or fiche.technicien
        assert nom is not None
        fiche.temps.append((nom, minutes(periode[1] - periode[0]), type))
        fiche.entamee = True
        return set()

    def ajouter_point(self, par: str, fiche: Fiche, obligatoire: bool) -> Raisons:
        raisons = self._saisir(par, fiche)
        if raisons != {"INTROUVABLE"} and not self.gere(par):
            raisons.add("INTERDIT")
        if not raisons:
            fiche.points.append([obligatoire, ""])
            fiche.entamee = True
        return raisons

    def repondre(self, par: str, fiche: Fiche, rang: int, resultat: str) -> Raisons:
        raisons = self._saisir(par, fiche)
        if raisons:
            return raisons
        fiche.points[rang][1] = resultat
        fiche.entamee = True
        return set()

    def noter(self, par: str, fiche: Fiche, note: int) -> Raisons:
        self.annonces = set()
        if not self.voit(par, fiche):
            return {"INTROUVABLE"}
        raisons: Raisons = set() if self.est_client(par) else {"INTERDIT"}
        if fiche.note is not None:
            raisons.add("DEJA_NOTEE")
        if fiche.statut != "cloturee":
            raisons.add("NON_CLOTUREE")
        if not 1 <= note <= 5:
            raisons.add("champ:note")
        if not raisons:
            fiche.note = note
        return raisons

    def demander_annulation(self, par: str, fiche: Fiche) -> Raisons:
        self.annonces = set()
        if not self.voit(par, fiche):
            return {"INTROUVABLE"}
        raisons: Raisons = set() if self.est_client(par) else {"INTERDIT"}
        if fiche.statut != "ouverte" or fiche.demande:
            raisons.add("NON_ANNULABLE")
        if not raisons:
            fiche.demande = fiche.entamee = True
            self._annoncer(par, "annulation_demandee", "responsable")
        return raisons

    def supprimer(self, par: str, fiche: Fiche) -> Raisons:
        self.annonces = set()
        if not self.voit(par, fiche):
            return {"INTROUVABLE"}
        raisons: Raisons = set() if self.gere(par) else {"INTERDIT"}
        if fiche.entamee or fiche.statut != "ouverte":
            raisons.add("INTERVENTION_ENTAMEE")
        if not raisons:
            self.fiches[self.fiches.index(fiche)] = None
        return raisons

    # --- around it -----------------------------------------------------------------------------------------

    def mouvoir(self, par: str, nom: str, type: str, quantite: Decimal) -> Raisons:
        self.annonces = set()
        raisons: Raisons = set()
        if not self.gere(par):
            # a technicien sees the stock, a client does not
            return {"INTERDIT"} if self.est_technicien(par) else {"INTROUVABLE"}
        piece = self.pieces[nom]
        if quantite < 0 or (quantite == 0 and type != "ajustement"):
            raisons.add("champ:quantite")
        if type == "sortie" and quantite > piece.stock:
            raisons.add("STOCK_INSUFFISANT")
        if type == "ajustement" and quantite == piece.stock:
            raisons.add("STOCK_INCHANGE")
        if not raisons:
            bouge = {
                "entree": quantite,
                "retour": quantite,
                "sortie": -quantite,
                "ajustement": quantite - piece.stock,
            }
            self._bouger(nom, bouge[type])
        return raisons

    def _absence_possible(self, technicien: str, periode: Creneau) -> Raisons:
        if periode[1] <= periode[0]:
            return {"champ:fin"}
        if any(
            absence.technicien == technicien
            and absence.statut != "refusee"
            and se_touchent(absence.periode, periode)
            for absence in self.absences
            if absence is not None
        ):
            return {"ABSENCE_CHEVAUCHANTE"}
        return set()

    def declarer_absence(self, par: str, technicien: str, periode: Creneau) -> Raisons:
        self.annonces = None
        raisons = self._absence_possible(technicien, periode)
        if not self.gere(par):
            raisons |= {"INTERDIT", "INTROUVABLE"}
        if not raisons:
            self.absences.append(Absence(technicien, periode, "acceptee"))
        return raisons

    def demander_absence(self, par: str, periode: Creneau) -> Raisons:
        self.annonces = None
        if not self.est_technicien(par):
            return {"INTERDIT"}
        raisons = self._absence_possible(par, periode)
        if not raisons:
            self.absences.append(Absence(par, periode, "demandee"))
        return raisons

    def decider_absence(self, par: str, absence: Absence, accepter: bool) -> Raisons:
        self.annonces = None
        if not self.gere(par):
            return {"INTERDIT", "INTROUVABLE"}
        if absence.statut != "demandee":
            return {"ABSENCE_DECIDEE"}
        absence.statut = "acceptee" if accepter else "refusee"
        return set()

    def supprimer_absence(self, par: str, absence: Absence) -> Raisons:
        self.annonces = None
        sienne = self.est_technicien(par) and absence.technicien == par
        if not (self.gere(par) or (sienne and absence.statut == "demandee")):
            return {"INTERDIT", "INTROUVABLE"}
        self.absences[self.absences.index(absence)] = None
        return set()

    def activer(self, par: str, qui: str, actif: bool) -> Raisons:
        self.annonces = None
        if par != "admin":
            return {"INTERDIT"}
        if qui == "admin" and not actif:
            return {"DERNIER_ADMIN"}
        (self.inactifs.discard if actif else self.inactifs.add)(qui)
        return set()

    def changer_equipement(self, par: str, nom: str, vers: str) -> Raisons:
        self.annonces = set()
        equipement = self.equipements[nom]
        if not (
            self.gere(par)
            or self.est_technicien(par)
            or (self.est_client(par) and CLIENTS[par] == equipement.client)
        ):
            return {"INTROUVABLE"}
        au_travail = self.est_technicien(par) and any(
            f is not None and f.technicien == par and f.statut == "en_cours" and f.equipement == nom
            for f in self.fiches
        )
        raisons: Raisons = set() if self.gere(par) or au_travail else {"INTERDIT"}
        if vers not in VIE_EQUIPEMENT[equipement.statut]:
            raisons.add("TRANSITION_INTERDITE")
        if not raisons:
            equipement.statut, equipement.pris_de = vers, ""
        return raisons

    def changer_contrat(self, par: str, nom: str, vers: str) -> Raisons:
        self.annonces = set()
        contrat = self.contrats[nom]
        if not self.gere(par):
            return {"INTERDIT", "INTROUVABLE"}
        if vers not in VIE_CONTRAT[contrat.statut]:
            return {"TRANSITION_INTERDITE"}
        if vers == "actif" and any(
            autre is not contrat
            and autre.statut == "actif"
            and set(autre.couvre) & set(contrat.couvre)
            for autre in self.contrats.values()
        ):
            return {"COUVERTURE_CHEVAUCHANTE"}
        contrat.statut = vers
        return set()
