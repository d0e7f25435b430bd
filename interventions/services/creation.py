"""A call becomes an intervention."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from equipment.models import Equipement
from erp.enonces import inserer
from erp.exceptions import AuthorizationError, BusinessRuleError, ValidationError
from erp.validation import effacer
from interventions import notifications
from interventions.choices import ActionJournal, Priorite, Statut, TypeIntervention
from interventions.models import HistoriqueIntervention, Intervention, PointControle
from interventions.permissions import peut_creer, peut_fixer_priorite, peut_supprimer
from interventions.services._commun import conflits_en_clair, journaliser, verrouiller
from interventions.services.champs import (
    TITRE_MAX,
    competences_de,
    contrat_du_client,
    equipement_demande,
    site_du_client,
    verifier_champs,
)
from interventions.services.echeance import calculer_date_limite
from interventions.services.vie import appliquer
from notifications.services import oublier


@dataclass(frozen=True, slots=True)
class NouveauPoint:
    """A checklist item to be made with the intervention."""

    libelle: str
    obligatoire: bool = True
    unite: str = ""


@transaction.atomic
def creer_intervention(
    *,
    par: User,
    equipement_id: int,
    type_intervention: str,
    description: str,
    priorite: str | None = None,
    urgence: bool = False,
    titre: str = "",
    site_id: int | None = None,
    contrat_id: int | None = None,
    technicien_id: int | None = None,
    debut: datetime | None = None,
    fin: datetime | None = None,
    date_limite: datetime | None = None,
    duree_estimee: int | None = None,
    competences: Sequence[int] = (),
    cout_estime: Decimal | None = None,
    controles: Sequence[NouveauPoint] = (),
) -> Intervention:
    """Open an intervention on an équipement that `par` sees; with a technicien it is affectee at once.

    `duree_estimee` is in minutes, `cout_estime` in MAD. Without `date_limite` the deadline comes from the contract in
    force, else from the priorité; `urgence` makes it urgente. Raises ValidationError, AuthorizationError (a client
    fixes neither priorité nor planning, a technicien reports on machines of his own interventions),
    BusinessRuleError EQUIPEMENT_RETIRE, or what assigning raises.
    """
    if not peut_creer(par):
        raise AuthorizationError()
    reserves = (technicien_id, debut, fin, date_limite, duree_estimee, cout_estime, contrat_id)
    if not par.est_gestion and (
        any(valeur is not None for valeur in reserves) or competences or controles
    ):
        raise AuthorizationError(
            _("Seul un responsable peut affecter, planifier ou fixer une échéance.")
        )
    if priorite is not None and not peut_fixer_priorite(par):
        raise AuthorizationError(
            _("La priorité est fixée par le responsable ; signalez une urgence si besoin.")
        )
    equipement = equipement_demande(par, equipement_id)
    priorite = Priorite.URGENTE if urgence else priorite or Priorite.NORMALE
    titre, description = titre.strip(), description.strip()
    verifier_champs(
        type_intervention=type_intervention,
        priorite=priorite,
        titre=titre,
        description=description,
        duree_estimee=duree_estimee,
        cout_estime=cout_estime,
    )
    maintenant = timezone.now()
    contrat = contrat_du_client(par, equipement, contrat_id)
    intervention = Intervention(
        titre=titre or titre_par_defaut(type_intervention, equipement),
        description=description,
        type_intervention=type_intervention,
        priorite=priorite,
        urgence=urgence,
        equipement=equipement,
        client=equipement.client,
        site=site_du_client(par, equipement, site_id),
        contrat=contrat,
        created_by=par,
        date_creation=maintenant,
        date_limite=date_limite
        or calculer_date_limite(priorite=priorite, depart=maintenant, contrat=contrat),
        duree_estimee=duree_estimee,
        cout_estime=cout_estime,
    )
    with conflits_en_clair():
        inserer(intervention)
    if competences:
        intervention.competences_requises.set(competences_de(competences))
    if controles:
        PointControle.objects.bulk_create(
            PointControle(
                intervention=intervention,
                ordre=ordre,
                libelle=point.libelle,
                obligatoire=point.obligatoire,
                unite=point.unite,
            )
            for ordre, point in enumerate(controles, 1)
        )
    journaliser(intervention, ActionJournal.CREATION, par=par)
    notifications.annoncer_creation(intervention, par=par)
    if technicien_id is not None:
        appliquer(
            intervention,
            Statut.AFFECTEE,
            par=par,
            donnees={"technicien_id": technicien_id, "debut": debut, "fin": fin},
        )
    elif debut is not None or fin is not None:
        raise ValidationError.champ(
            "technicien_id", _("Un créneau demande un technicien."), "OBLIGATOIRE"
        )
    return intervention


def titre_par_defaut(type_intervention: str, equipement: Equipement) -> str:
    """« Corrective – Compresseur 3 », in the installation's language: a title is data, not interface."""
    with translation.override("fr"):
        libelle = str(TypeIntervention(type_intervention).label)
    return f"{libelle} – {equipement.nom}"[:TITRE_MAX]


@transaction.atomic
def supprimer_intervention(*, par: User, intervention_id: int) -> None:
    """Delete one opened by mistake. Raises BusinessRuleError INTERVENTION_ENTAMEE once anything has happened to it."""
    intervention = verrouiller(intervention_id, par)
    if not par.est_gestion:
        raise AuthorizationError()
    entamee = (
        HistoriqueIntervention.objects.filter(intervention=intervention)
        .exclude(action=ActionJournal.CREATION)
        .exists()
    )
    lie = (
        intervention.documents.exists()
        or intervention.temps.exists()
        or intervention.pieces.exists()
    )
    if entamee or lie or not peut_supprimer(par, intervention):
        raise BusinessRuleError(
            _("Cette intervention a déjà un historique : annulez-la plutôt."),
            code="INTERVENTION_ENTAMEE",
        )
    oublier(sujet=f"intervention:{intervention.pk}")
    effacer(intervention, _("Un plan ou une réserve y tient : annulez-la plutôt."))
