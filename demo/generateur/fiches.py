"""What the generator remembers of the rows it has queued: enough to tell a coherent story about them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from random import Random

from demo.donnees.machines import FicheGamme, Genre
from demo.donnees.pieces import FichePiece
from demo.generateur.horloge import Periode
from demo.generateur.lots import Lots


@dataclass(frozen=True, slots=True)
class Taille:
    """How large a company: counts, and months of history. `detail` tells every step of every old intervention."""

    interventions: int
    clients: int
    techniciens: int
    equipements: int
    mois: int
    detail: bool

    @classmethod
    def pour(cls, interventions: int) -> "Taille":
        """The small company keeps its shape up to 5,000 interventions; a large one has ten years behind it."""
        if interventions < 5_000:
            return cls(interventions, 16, 10, 0, 18, True)
        return cls(
            interventions,
            clients=max(16, min(200, interventions // 1_000)),
            techniciens=20,
            equipements=max(200, min(5_000, interventions // 40)),
            mois=120,
            detail=False,
        )


@dataclass(slots=True)
class Technicien:
    pk: int
    user: int
    nom: str
    region: str
    position: tuple[float, float]
    cout_horaire: Decimal
    competences: frozenset[str]
    #: those that do not expire in the coming days
    valides: frozenset[str]
    embauche: date
    absences: list[Periode] = field(default_factory=list)
    #: until then he is at work somewhere
    libre: datetime | None = None
    #: jobs done so far
    charge: int = 0
    #: the demo account, whose day is arranged
    vedette: bool = False


@dataclass(slots=True)
class Client:
    pk: int
    nom: str
    niveau: str
    #: the portal account of one of its people
    portail: int | None
    sites: list["Site"] = field(default_factory=list)


@dataclass(slots=True)
class Site:
    pk: int
    region: str
    position: tuple[float, float]


@dataclass(slots=True)
class Contrat:
    pk: int
    debut: date
    fin: date
    continu: bool
    #: priorité → hours to resolve
    resolution: dict[str, int]


@dataclass(slots=True)
class Machine:
    pk: int
    nom: str
    code: str
    genre: Genre
    client: Client
    site: Site
    poids: float
    arrivee: date
    depart: date | None = None
    contrats: list[Contrat] = field(default_factory=list)
    compteur: int | None = None
    releve: int = 0


@dataclass(slots=True)
class Gamme:
    pk: int
    fiche: FicheGamme
    genre: Genre


@dataclass(slots=True)
class Plan:
    pk: int
    machine: Machine
    gamme: Gamme
    #: due dates behind us, each with its intervention
    echues: list[date]
    #: due soon, the intervention already made
    creees: list[date]
    jours_avance: int
    jour_ferme: str
    #: who may inspect it, when the law asks for it
    organismes: tuple[str, ...] = ()


@dataclass(slots=True)
class Usage:
    """A part taken for a job (or brought back, quantity below zero)."""

    quand: datetime
    intervention: int
    reference: str
    piece: int
    quantite: int
    user: int


@dataclass(slots=True)
class Monde:
    """Everything made so far."""

    lots: Lots
    rng: Random
    taille: Taille
    maintenant: datetime
    aujourdhui: date
    debut: date
    comptes: dict[str, int] = field(default_factory=dict)
    responsables: list[int] = field(default_factory=list)
    competences: dict[str, int] = field(default_factory=dict)
    techniciens: list[Technicien] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    machines: list[Machine] = field(default_factory=list)
    gammes: dict[str, Gamme] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)
    pieces: dict[str, tuple[int, FichePiece]] = field(default_factory=dict)
    usages: list[Usage] = field(default_factory=list)
    #: équipement → statut today, when it is not operationnel
    etats: dict[int, str] = field(default_factory=dict)
