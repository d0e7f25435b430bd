"""What every service of an intervention does: lock and check, write the journal, say a broken constraint in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from erp.enonces import Requete, inserer
from erp.exceptions import BusinessRuleError, IntrouvableError, StaleVersionError, ValidationError
from interventions.choices import ActionJournal
from interventions.models import HistoriqueIntervention, Intervention
from notifications import flux

# What changes where an intervention stands on a list, a board or a calendar: those who look at one are told at once.
_VISIBLES_AU_LOIN = frozenset(
    {
        ActionJournal.CREATION,
        ActionJournal.MODIFICATION,
        ActionJournal.AFFECTATION,
        ActionJournal.REAFFECTATION,
        ActionJournal.DESAFFECTATION,
        ActionJournal.PLANIFICATION,
        ActionJournal.DEPLANIFICATION,
        ActionJournal.DEMARRAGE,
        ActionJournal.MISE_EN_ATTENTE,
        ActionJournal.REPRISE,
        ActionJournal.CLOTURE,
        ActionJournal.ANNULATION,
        ActionJournal.ARCHIVAGE,
    }
)

# The database has the last word when two people act at once; these are its words, for people.
_CONTRAINTES: dict[str, tuple[str, str | Promise]] = {
    "intervention_un_en_cours_par_tech": (
        "TECHNICIEN_DEJA_EN_COURS",
        _("Ce technicien a déjà une intervention en cours."),
    ),
    "planning_technicien_sans_chevauchement": (
        "CRENEAU_OCCUPE",
        _("Le technicien vient d’être planifié ailleurs à ces heures."),
    ),
    "planning_un_ouvert_par_intervention": (
        "DEJA_PLANIFIEE",
        _("Cette intervention vient d’être planifiée par quelqu’un d’autre."),
    ),
    "intervention_transition": (
        "TRANSITION_INTERDITE",
        _("Ce changement de statut n’est pas possible."),
    ),
    "intervention_close_inalterable": (
        "INTERVENTION_CLOSE",
        _("L’intervention est close : elle ne change plus."),
    ),
    "interventions_site_meme_client": (
        "SITE_AUTRE_CLIENT",
        _("Ce site appartient à un autre client."),
    ),
    "interventions_contrat_meme_client": (
        "CONTRAT_AUTRE_CLIENT",
        _("Ce contrat appartient à un autre client."),
    ),
    "interventions_equipement_meme_client": (
        "EQUIPEMENT_AUTRE_CLIENT",
        _("Cet équipement appartient à un autre client."),
    ),
}


_VERROUILLEE = Requete(
    lambda par, pk: (
        Intervention.objects.visible_to(par)
        .select_for_update(no_key=True, of=("self",))
        .select_related("equipement", "technicien__user")
        .order_by()
        .filter(pk=pk)
    )
)


@contextmanager
def conflits_en_clair() -> Iterator[None]:
    """Raise a broken constraint of `_CONTRAINTES` as a BusinessRuleError; the caller's transaction rolls back."""
    try:
        yield
    except IntegrityError as erreur:
        diagnostic = getattr(erreur.__cause__, "diag", None)
        connue = _CONTRAINTES.get(getattr(diagnostic, "constraint_name", None) or "")
        if connue is None:
            raise
        code, detail = connue
        raise BusinessRuleError(detail, code=code) from erreur


def verrouiller(intervention_id: int, par: User, version: int | None = None) -> Intervention:
    """The intervention, its row locked until the end of the transaction.

    Raises IntrouvableError when `par` does not see it, StaleVersionError when it is no longer the `version` he saw.
    """
    trouvees = _VERROUILLEE(par, intervention_id)
    if not trouvees:
        raise IntrouvableError()
    intervention = trouvees[0]
    if version is not None and version != intervention.version:
        raise StaleVersionError()
    return intervention


def enregistrer(intervention: Intervention, *champs: str) -> None:
    """Write the named fields and the next version."""
    intervention.version += 1
    with conflits_en_clair():
        intervention.enregistrer(*champs, "version")


def journaliser(
    intervention: Intervention,
    action: ActionJournal,
    *,
    par: User,
    ancien_statut: str = "",
    remarque: str = "",
    interne: bool = False,
    donnees: dict[str, Any] | None = None,
) -> HistoriqueIntervention:
    """Add one line to the journal; `donnees` maps a changed field to [before, after].

    Open pages hear of what moves the intervention, once the transaction commits (`gmao:flux`, type `intervention`).
    """
    ligne = HistoriqueIntervention(
        intervention=intervention,
        action=action,
        ancien_statut=ancien_statut,
        nouveau_statut=intervention.statut
        if ancien_statut or action == ActionJournal.CREATION
        else "",
        remarque=remarque.strip(),
        interne=interne,
        user_id=par.pk,
        donnees=donnees or {},
    )
    if action not in _VISIBLES_AU_LOIN:
        return inserer(ligne)
    return inserer(
        ligne,
        flux.evenement(
            genre="intervention", action=action, objet="intervention", objet_id=intervention.pk
        ),
    )


def exiger_texte(champ: str, valeur: str, maximum: int) -> str:
    """The text without its outer blanks. Raises ValidationError when it is empty or too long."""
    texte = valeur.strip()
    if not texte:
        raise ValidationError.champ(champ, _("Ce champ est obligatoire."), "OBLIGATOIRE")
    if len(texte) > maximum:
        raise ValidationError.champ(champ, _("Ce texte est trop long."), "TROP_LONG")
    return texte
