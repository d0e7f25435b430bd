"""Filters and sort keys of interventions: page, API and export alike."""

from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from equipment.choices import StatutEquipement
from erp.filters import (
    ChoixFiltre,
    DepuisFiltre,
    DrapeauFiltre,
    Filtres,
    IdsFiltre,
    JusquaFiltre,
    NombreFiltre,
    RechercheFiltre,
    TextesFiltre,
    Tris,
    borne_haute,
    debut_du_jour,
)
from erp.models import CleTri, ParametresSociete
from interventions.choices import (
    MOTIFS_DU_CLIENT,
    STATUTS_ACTIFS,
    ActionJournal,
    MotifAttente,
    Priorite,
    Statut,
    TypeIntervention,
)
from interventions.mesures import ECHEANCE_MANQUEE, ECHEANCE_TENUE, NON_ANNULEE, recidive
from interventions.models import HistoriqueIntervention, Intervention, Planning

Interventions = QuerySet[Intervention]


def _actives(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    actives = Q(statut__in=STATUTS_ACTIFS)
    return interventions.filter(actives if oui else ~actives)


def _en_retard(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    retards = Intervention.objects.en_retard().values("pk")
    return interventions.filter(pk__in=retards) if oui else interventions.exclude(pk__in=retards)


def _a_risque(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    """With a running deadline within the company's alert delay."""
    maintenant = timezone.now()
    alerte = timedelta(hours=ParametresSociete.actuels().delai_alerte_heures)
    proches = Intervention.objects.echeance_entre(maintenant, maintenant + alerte).values("pk")
    return interventions.filter(pk__in=proches) if oui else interventions.exclude(pk__in=proches)


def _horloge_arretee(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    arretee = Q(statut=Statut.EN_ATTENTE, motif_attente__in=MOTIFS_DU_CLIENT)
    return interventions.filter(arretee if oui else ~arretee)


def _annulation_demandee(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    return interventions.filter(annulation_demandee_le__isnull=not oui)


def _notee(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    return interventions.filter(satisfaction_client__isnull=not oui)


def _annulee(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    """Cancelled, archived since or not."""
    return interventions.exclude(NON_ANNULEE) if oui else interventions.filter(NON_ANNULEE)


def _echeance_tenue(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    """Finished by its deadline, or after it; what has no deadline or is not finished is neither."""
    return interventions.filter(ECHEANCE_TENUE if oui else ECHEANCE_MANQUEE)


def _recidive(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    return interventions.filter(recidive() if oui else ~recidive(), date_fin__isnull=False)


def _creneaux() -> QuerySet[Planning]:
    return Planning.objects.ouverts().filter(intervention=OuterRef("pk"))


def _planifiee(interventions: Interventions, _nom: str, oui: bool) -> Interventions:
    return interventions.filter(Exists(_creneaux()) if oui else ~Exists(_creneaux()))


def _planifiee_depuis(interventions: Interventions, _nom: str, jour: date) -> Interventions:
    return interventions.filter(Exists(_creneaux().filter(fin__gt=debut_du_jour(jour))))


def _planifiee_jusqua(interventions: Interventions, _nom: str, jour: date) -> Interventions:
    return interventions.filter(Exists(_creneaux().filter(debut__lt=borne_haute(jour))))


def _competence(interventions: Interventions, _nom: str, ids: list[int]) -> Interventions:
    liens = Intervention.competences_requises.through.objects.filter(competence_id__in=ids)
    return interventions.filter(pk__in=liens.values("intervention_id"))


class InterventionFiltres(Filtres):
    search = RechercheFiltre(
        "reference",
        "titre",
        "description",
        "equipement__nom",
        "equipement__code_interne",
        "equipement__numero_serie",
        "client__nom_entreprise",
        label=_("Recherche"),
    )
    statut = ChoixFiltre("statut", Statut.choices, label=_("Statut"))
    type_intervention = ChoixFiltre("type_intervention", TypeIntervention.choices, label=_("Type"))
    priorite = ChoixFiltre("priorite", Priorite.choices, label=_("Priorité"))
    urgence = DrapeauFiltre("urgence", label=_("Urgence"))
    motif_attente = ChoixFiltre("motif_attente", MotifAttente.choices, label=_("Motif d’attente"))
    equipement_id = IdsFiltre("equipement_id", label=_("Équipement"))
    client_id = IdsFiltre("client_id", label=_("Client"))
    site_id = IdsFiltre("site_id", label=_("Site"))
    contrat_id = IdsFiltre("contrat_id", label=_("Contrat"))
    technicien_id = IdsFiltre("technicien_id", label=_("Technicien"))
    created_by_id = IdsFiltre("created_by_id", label=_("Créée par"))
    competence_id = IdsFiltre(method=_competence, label=_("Compétence requise"))
    ville = TextesFiltre("site__ville", label=_("Ville"))
    type_equipement = TextesFiltre("equipement__type_equipement", label=_("Type d’équipement"))
    actives = DrapeauFiltre(method=_actives, label=_("Actives"))
    en_retard = DrapeauFiltre(method=_en_retard, label=_("En retard"))
    a_risque = DrapeauFiltre(method=_a_risque, label=_("Échéance proche"))
    horloge_arretee = DrapeauFiltre(method=_horloge_arretee, label=_("En attente du client"))
    planifiee = DrapeauFiltre(method=_planifiee, label=_("Planifiée"))
    annulation_demandee = DrapeauFiltre(method=_annulation_demandee, label=_("Annulation demandée"))
    annulee = DrapeauFiltre(method=_annulee, label=_("Annulée"))
    echeance_tenue = DrapeauFiltre(method=_echeance_tenue, label=_("Échéance tenue"))
    recidive = DrapeauFiltre(method=_recidive, label=_("Suivie d’une nouvelle panne sous 30 jours"))
    statut_equipement = ChoixFiltre(
        "equipement__statut", StatutEquipement.choices, label=_("Statut de l’équipement")
    )
    notee = DrapeauFiltre(method=_notee, label=_("Notée par le client"))
    satisfaction_client_gte = NombreFiltre("satisfaction_client", "gte", label=_("Note au moins"))
    satisfaction_client_lte = NombreFiltre("satisfaction_client", "lte", label=_("Note au plus"))
    date_creation_gte = DepuisFiltre("date_creation", label=_("Créée depuis"))
    date_creation_lte = JusquaFiltre("date_creation", label=_("Créée jusqu’au"))
    date_limite_gte = DepuisFiltre("date_limite", label=_("Échéance depuis"))
    date_limite_lte = JusquaFiltre("date_limite", label=_("Échéance jusqu’au"))
    date_affectation_gte = DepuisFiltre("date_affectation", label=_("Affectée depuis"))
    date_affectation_lte = JusquaFiltre("date_affectation", label=_("Affectée jusqu’au"))
    date_debut_gte = DepuisFiltre("date_debut", label=_("Commencée depuis"))
    date_debut_lte = JusquaFiltre("date_debut", label=_("Commencée jusqu’au"))
    date_fin_gte = DepuisFiltre("date_fin", label=_("Finie depuis"))
    date_fin_lte = JusquaFiltre("date_fin", label=_("Finie jusqu’au"))
    date_cloture_gte = DepuisFiltre("date_cloture", label=_("Clôturée depuis"))
    date_cloture_lte = JusquaFiltre("date_cloture", label=_("Clôturée jusqu’au"))
    en_attente_depuis_gte = DepuisFiltre("en_attente_depuis", label=_("En attente depuis le"))
    en_attente_depuis_lte = JusquaFiltre(
        "en_attente_depuis", label=_("En attente depuis au plus tard")
    )
    annulation_demandee_le_gte = DepuisFiltre(
        "annulation_demandee_le", label=_("Annulation demandée depuis")
    )
    annulation_demandee_le_lte = JusquaFiltre(
        "annulation_demandee_le", label=_("Annulation demandée jusqu’au")
    )
    date_planifiee_gte = DepuisFiltre(method=_planifiee_depuis, label=_("Planifiée depuis"))
    date_planifiee_lte = JusquaFiltre(method=_planifiee_jusqua, label=_("Planifiée jusqu’au"))

    class Meta:
        model = Intervention
        fields: list[str] = []


TRIS: Tris = {
    "date_creation": ("date_creation",),
    "priorite": ("priorite_rang",),  # the most urgent first
    "date_limite": (F("date_limite").asc(nulls_last=True),),
    "date_debut": (F("date_debut").asc(nulls_last=True),),
    "date_fin": (F("date_fin").asc(nulls_last=True),),
    "date_cloture": (F("date_cloture").asc(nulls_last=True),),
    "statut": ("statut",),
    "type_intervention": ("type_intervention",),
    "reference": ("reference",),
    "titre": (CleTri("titre"),),
    "equipement_nom": (CleTri("equipement__nom"),),
    "client_nom": (CleTri("client__nom_entreprise"),),
    "technicien_nom": (CleTri("technicien__user__full_name").asc(nulls_last=True),),
    "satisfaction_client": (F("satisfaction_client").asc(nulls_last=True),),
    "updated_at": ("updated_at",),
}
TRI_DEFAUT = ("-date_creation", "-pk")


class HistoriqueFiltres(Filtres):
    action = ChoixFiltre("action", ActionJournal.choices, label=_("Action"))
    user_id = IdsFiltre("user_id", label=_("Par"))
    horodatage_gte = DepuisFiltre("horodatage", label=_("Depuis"))
    horodatage_lte = JusquaFiltre("horodatage", label=_("Jusqu’au"))

    class Meta:
        model = HistoriqueIntervention
        fields: list[str] = []


HISTORIQUE_TRIS: Tris = {"horodatage": ("horodatage",)}
