"""Many interventions at once, as the clock makes them: the rules of `creer_intervention`, a few statements a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clients.models import Contrat
from equipment.choices import StatutEquipement
from equipment.models import Equipement
from erp.enonces import inserer_lot
from erp.exceptions import AuthorizationError, BusinessRuleError, ValidationError
from interventions import notifications
from interventions.choices import ActionJournal
from interventions.models import HistoriqueIntervention, Intervention, PointControle
from interventions.permissions import peut_creer
from interventions.services._commun import conflits_en_clair
from interventions.services.champs import verifier_champs
from interventions.services.creation import NouveauPoint
from notifications import flux
from technicians.models import Competence


@dataclass(frozen=True, slots=True)
class Demande:
    """One intervention to be made; `duree_estimee` in minutes, `competences` are ids."""

    equipement_id: int
    type_intervention: str
    titre: str
    description: str
    priorite: str
    date_limite: datetime
    duree_estimee: int
    competences: Sequence[int] = ()
    controles: Sequence[NouveauPoint] = ()


@transaction.atomic
def creer_interventions(*, par: User, demandes: Sequence[Demande]) -> list[Intervention]:
    """Open them all, in their order, or none: journal, checklists, skills and notifications as one by one.

    For those who run the operations. Raises what `creer_intervention` raises; nothing then says which one it was.
    """
    if not par.est_gestion or not peut_creer(par):
        raise AuthorizationError()
    if not demandes:
        return []
    equipements = _equipements(par, demandes)
    contrats = _contrats(equipements)
    _verifier_competences(demandes)
    maintenant = timezone.now()
    creees = []
    for demande in demandes:
        equipement = equipements[demande.equipement_id]
        verifier_champs(
            type_intervention=demande.type_intervention,
            priorite=demande.priorite,
            titre=demande.titre,
            description=demande.description,
            duree_estimee=demande.duree_estimee,
            cout_estime=None,
        )
        creees.append(
            Intervention(
                titre=demande.titre.strip(),
                description=demande.description.strip(),
                type_intervention=demande.type_intervention,
                priorite=demande.priorite,
                equipement=equipement,
                client_id=equipement.client_id,
                site_id=equipement.site_id,
                contrat_id=contrats.get(equipement.pk),
                created_by_id=par.pk,
                date_creation=maintenant,
                date_limite=demande.date_limite,
                duree_estimee=demande.duree_estimee,
            )
        )
    with conflits_en_clair():
        inserer_lot(creees)
    _detailler(demandes, creees)
    flux.publier(
        genre="intervention",
        action=ActionJournal.CREATION,
        objet="intervention",
        objet_ids=[intervention.pk for intervention in creees],
    )
    inserer_lot(
        HistoriqueIntervention(
            intervention=intervention,
            action=ActionJournal.CREATION,
            nouveau_statut=intervention.statut,
            user_id=par.pk,
        )
        for intervention in creees
    )
    notifications.annoncer_creations(creees, par=par)
    return creees


def _equipements(par: User, demandes: Sequence[Demande]) -> dict[int, Equipement]:
    voulus = {demande.equipement_id for demande in demandes}
    trouves = Equipement.objects.visible_to(par).select_related("client").in_bulk(voulus)
    if voulus - trouves.keys():
        raise ValidationError.champ("equipement_id", _("Cet équipement n’existe pas."), "INCONNU")
    if any(e.statut == StatutEquipement.RETIRE for e in trouves.values()):
        raise BusinessRuleError(
            _("Cet équipement est retiré du service."), code="EQUIPEMENT_RETIRE"
        )
    return trouves


def _contrats(equipements: dict[int, Equipement]) -> dict[int, int]:
    """Équipement → the contract in force that covers it; the database allows one at most."""
    couvrants = Contrat.objects.en_vigueur(timezone.localdate())
    return dict(
        couvrants.filter(couvertures__equipement__in=list(equipements))
        .order_by()
        .values_list("couvertures__equipement_id", "pk")
    )


def _verifier_competences(demandes: Sequence[Demande]) -> None:
    voulues = {pk for demande in demandes for pk in demande.competences}
    if voulues and Competence.objects.filter(pk__in=voulues).count() != len(voulues):
        raise ValidationError.champ(
            "competences", _("Une de ces compétences n’existe pas."), "INCONNU"
        )


def _detailler(demandes: Sequence[Demande], creees: Sequence[Intervention]) -> None:
    """The skills they require and their checklists."""
    paires = list(zip(demandes, creees, strict=True))
    lien = Intervention.competences_requises.through
    lien.objects.bulk_create(
        lien(intervention_id=intervention.pk, competence_id=pk)
        for demande, intervention in paires
        for pk in dict.fromkeys(demande.competences)
    )
    inserer_lot(
        PointControle(
            intervention=intervention,
            ordre=ordre,
            libelle=point.libelle,
            obligatoire=point.obligatoire,
            unite=point.unite,
        )
        for demande, intervention in paires
        for ordre, point in enumerate(demande.controles, 1)
    )
