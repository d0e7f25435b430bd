"""What the client does to an intervention of its own."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from erp.exceptions import AuthorizationError, BusinessRuleError, ValidationError
from interventions import notifications
from interventions.choices import ActionJournal, Statut
from interventions.models import Intervention
from interventions.permissions import peut_demander_annulation, peut_noter
from interventions.services._commun import enregistrer, exiger_texte, journaliser, verrouiller


@transaction.atomic
def noter_satisfaction(
    *, par: User, intervention_id: int, note: int, commentaire: str = ""
) -> Intervention:
    """The client's mark, 1 to 5, once, when it is closed. Raises BusinessRuleError NON_CLOTUREE or DEJA_NOTEE."""
    intervention = verrouiller(intervention_id, par)
    if not par.est_client:
        raise AuthorizationError()
    if intervention.satisfaction_client is not None:
        raise BusinessRuleError(_("Vous avez déjà donné votre avis."), code="DEJA_NOTEE")
    if not peut_noter(par, intervention):
        raise BusinessRuleError(
            _("L’avis se donne une fois l’intervention clôturée."), code="NON_CLOTUREE"
        )
    if not 1 <= note <= 5:
        raise ValidationError.champ("note", _("La note va de 1 à 5."), "INVALIDE")
    if len(commentaire) > 2000:
        raise ValidationError.champ("commentaire", _("Ce texte est trop long."), "TROP_LONG")
    intervention.satisfaction_client = note
    intervention.commentaire_client = commentaire.strip()
    enregistrer(intervention, "satisfaction_client", "commentaire_client")
    journaliser(intervention, ActionJournal.SATISFACTION, par=par, donnees={"note": note})
    return intervention


@transaction.atomic
def demander_annulation(*, par: User, intervention_id: int, motif: str) -> Intervention:
    """The client asks that its request be cancelled; a responsable decides. Raises BusinessRuleError NON_ANNULABLE."""
    intervention = verrouiller(intervention_id, par)
    if not par.est_client:
        raise AuthorizationError()
    if not peut_demander_annulation(par, intervention):
        deja = (
            intervention.annulation_demandee_le is not None
            and intervention.statut == Statut.OUVERTE
        )
        raise BusinessRuleError(
            _("L’annulation est déjà demandée.")
            if deja
            else _("L’intervention est déjà prise en charge : appelez-nous."),
            code="NON_ANNULABLE",
        )
    motif = exiger_texte("motif", motif, 500)
    intervention.annulation_demandee_le = timezone.now()
    enregistrer(intervention, "annulation_demandee_le")
    journaliser(intervention, ActionJournal.DEMANDE_ANNULATION, par=par, remarque=motif)
    notifications.annoncer_demande_annulation(intervention, motif, par=par)
    return intervention
