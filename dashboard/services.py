"""What the dashboard says, for page and API alike. Everything is counted over what the user sees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from erp.calendrier import CASABLANCA
from erp.models import ParametresSociete
from interventions.choices import MOTIFS_DU_CLIENT, Statut
from interventions.models import Intervention, Planning
from stock.models import PieceDetachee
from technicians.choices import StatutAbsence
from technicians.models import Disponibilite

PREMIERES = 10  # rows of the lists on the dashboard
CRENEAUX_MAX = 12


@dataclass(frozen=True, slots=True)
class Nombre:
    """One number and the filters of the list behind it: the list shows exactly as many rows.

    `liste` is the URL name of that list, `params` its query.
    """

    cle: str
    valeur: int
    liste: str
    params: Mapping[str, str]
    dont: Mapping[str, int] = field(default_factory=dict)


def a_traiter(user: User, maintenant: datetime | None = None) -> list[Nombre]:
    """What needs this user now.

    Work: ouverte (nobody assigned), past its deadline while the clock runs, within the company's alert delay of it,
    waiting. For staff also requests to cancel, parts under their minimum and absences to decide; for a client what it
    may still rate. Two or three queries.
    """
    maintenant = maintenant or timezone.now()
    alerte = timedelta(hours=ParametresSociete.actuels().delai_alerte_heures)
    court = ~Q(statut=Statut.EN_ATTENTE, motif_attente__in=MOTIFS_DU_CLIENT)
    retard = court & Q(date_limite__lt=maintenant)
    risque = court & Q(date_limite__gte=maintenant, date_limite__lt=maintenant + alerte)
    visibles = Intervention.objects.visible_to(user)
    n = visibles.actives().aggregate(
        actives=Count("pk"),
        ouvertes=Count("pk", filter=Q(statut=Statut.OUVERTE)),
        ouvertes_urgentes=Count("pk", filter=Q(statut=Statut.OUVERTE, priorite="urgente")),
        retards=Count("pk", filter=retard),
        retards_urgents=Count("pk", filter=retard & Q(priorite="urgente")),
        risques=Count("pk", filter=risque),
        attentes=Count("pk", filter=Q(statut=Statut.EN_ATTENTE)),
        attentes_pieces=Count("pk", filter=Q(statut=Statut.EN_ATTENTE, motif_attente="pieces")),
        en_cours=Count("pk", filter=Q(statut=Statut.EN_COURS)),
        annulations=Count("pk", filter=Q(annulation_demandee_le__isnull=False)),
    )
    liste = "interventions:liste"
    ouvertes = Nombre(
        "a_affecter",
        n["ouvertes"],
        liste,
        {"statut": "ouverte"},
        {"urgentes": n["ouvertes_urgentes"]},
    )
    retards = Nombre(
        "en_retard", n["retards"], liste, {"en_retard": "true"}, {"urgentes": n["retards_urgents"]}
    )
    risques = Nombre("a_risque", n["risques"], liste, {"a_risque": "true"})
    attentes = Nombre(
        "en_attente",
        n["attentes"],
        liste,
        {"statut": "en_attente"},
        {"pieces": n["attentes_pieces"]},
    )
    actives = Nombre("actives", n["actives"], liste, {"actives": "true"})
    if user.est_client:
        a_noter = visibles.filter(statut=Statut.CLOTUREE, satisfaction_client__isnull=True).count()
        return [
            actives,
            Nombre("en_cours", n["en_cours"], liste, {"statut": "en_cours"}),
            Nombre("a_noter", a_noter, liste, {"statut": "cloturee", "notee": "false"}),
        ]
    if not user.est_gestion:
        return [actives, retards, risques, attentes]
    return [
        ouvertes,
        retards,
        risques,
        attentes,
        Nombre(
            "annulations",
            n["annulations"],
            liste,
            {"annulation_demandee": "true", "actives": "true"},
        ),
        Nombre(
            "sous_minimum",
            PieceDetachee.objects.visible_to(user).sous_minimum().count(),
            "stock:liste",
            {"sous_minimum": "true"},
        ),
        Nombre("absences", _absences_a_decider(user), "technicians:liste", {}),
    ]


def _absences_a_decider(user: User) -> int:
    demandees = Disponibilite.objects.visible_to(user).filter(statut=StatutAbsence.DEMANDEE)
    return demandees.filter(fin__gt=timezone.now()).count()


def les_plus_pressantes(user: User, combien: int = PREMIERES) -> list[Intervention]:
    """Active work in the order it should be thought of: by priorité, then by deadline."""
    actives = Intervention.objects.visible_to(user).actives().for_list()
    if user.est_client:
        return list(actives.order_by("-date_creation", "-pk")[:combien])
    return list(actives.order_by("priorite_rang", "date_limite", "pk")[:combien])


@dataclass(frozen=True, slots=True)
class Journee:
    """Today's slots that are not over, in the order of the clock; `nombre` counts those of the whole day."""

    jour: date
    nombre: int
    creneaux: list[Planning]


def planning_du_jour(user: User, maintenant: datetime | None = None) -> Journee:
    """The open slots that touch today, in Casablanca."""
    maintenant = maintenant or timezone.now()
    jour = maintenant.astimezone(CASABLANCA).date()
    debut = datetime.combine(jour, time(), CASABLANCA)
    fin = datetime.combine(jour + timedelta(days=1), time(), CASABLANCA)
    creneaux = Planning.objects.visible_to(user).ouverts().touchant(debut, fin)
    a_venir = creneaux.filter(fin__gt=maintenant).for_list().order_by("debut", "pk")
    return Journee(jour, creneaux.count(), list(a_venir[:CRENEAUX_MAX]))


def a_noter(user: User, combien: int = PREMIERES) -> list[Intervention]:
    """What a client may still rate, the latest first."""
    closes = Intervention.objects.visible_to(user).filter(
        statut=Statut.CLOTUREE, satisfaction_client__isnull=True
    )
    return list(closes.for_list().order_by("-date_cloture")[:combien])
