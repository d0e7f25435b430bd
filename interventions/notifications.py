"""Who is told what of an intervention (jobs.md, events). Sending is the outbox's work.

The client hears facts of its own job, never internal words; nobody is told of what he just did himself.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from clients.models import Contact
from erp.enonces import Requete
from interventions.choices import ActionJournal, Priorite
from interventions.models import Intervention
from notifications.choices import Evenement
from notifications.services import Annonce, notifier, notifier_en_lot
from technicians.models import Technicien

RESPONSABLES, CLIENT, TECHNICIEN = "responsables", "client", "technicien"

# Event and audience of each step; a step that is not here (archiving, resuming) is told to nobody.
_ANNONCES: dict[ActionJournal, tuple[Evenement, frozenset[str]]] = {
    ActionJournal.AFFECTATION: (Evenement.INTERVENTION_AFFECTEE, frozenset({TECHNICIEN, CLIENT})),
    ActionJournal.REAFFECTATION: (Evenement.INTERVENTION_AFFECTEE, frozenset({TECHNICIEN, CLIENT})),
    ActionJournal.DEMARRAGE: (Evenement.INTERVENTION_DEMARREE, frozenset({CLIENT, RESPONSABLES})),
    ActionJournal.MISE_EN_ATTENTE: (
        Evenement.INTERVENTION_EN_ATTENTE,
        frozenset({CLIENT, RESPONSABLES}),
    ),
    ActionJournal.CLOTURE: (Evenement.INTERVENTION_CLOTUREE, frozenset({CLIENT, RESPONSABLES})),
    ActionJournal.ANNULATION: (Evenement.INTERVENTION_ANNULEE, frozenset({TECHNICIEN, CLIENT})),
}


def _titre(modele: Callable[[], str], intervention: Intervention) -> Callable[[], str]:
    return lambda: modele() % {"reference": intervention.reference, "titre": intervention.titre}


_TITRES: dict[Evenement, Callable[[], str]] = {
    Evenement.INTERVENTION_CREEE: lambda: _("%(reference)s créée : %(titre)s"),
    Evenement.DEMANDE_PORTAIL: lambda: _("Demande d’un client : %(reference)s, %(titre)s"),
    Evenement.INTERVENTION_AFFECTEE: lambda: _("%(reference)s affectée : %(titre)s"),
    Evenement.INTERVENTION_DESAFFECTEE: lambda: _("%(reference)s ne vous est plus affectée"),
    Evenement.INTERVENTION_PLANIFIEE: lambda: _("%(reference)s planifiée : %(titre)s"),
    Evenement.INTERVENTION_DEMARREE: lambda: _("%(reference)s commencée : %(titre)s"),
    Evenement.INTERVENTION_EN_ATTENTE: lambda: _("%(reference)s en attente : %(titre)s"),
    Evenement.INTERVENTION_CLOTUREE: lambda: _("%(reference)s clôturée : %(titre)s"),
    Evenement.INTERVENTION_ANNULEE: lambda: _("%(reference)s annulée : %(titre)s"),
    Evenement.DOCUMENT_AJOUTE: lambda: _("%(reference)s : document ajouté"),
    Evenement.ANNULATION_DEMANDEE: lambda: _("%(reference)s : le client demande l’annulation"),
}


def _annoncer(
    intervention: Intervention,
    evenement: Evenement,
    publics: frozenset[str],
    *,
    par: User,
    message: Callable[[], str],
    technicien_id: int | None = None,
    lien: str = "",
) -> None:
    notifier(
        destinataires=_personnes(
            publics, intervention.client_id, technicien_id or intervention.technicien_id
        ),
        evenement=evenement,
        titre=_titre(_TITRES[evenement], intervention),
        message=message,
        lien=lien or intervention.get_absolute_url(),
        sujet=f"intervention:{intervention.pk}",
        sauf=par,
    )


def _personnes(
    publics: frozenset[str], client_id: int | None, technicien_id: int | None
) -> list[User]:
    """The active accounts of these audiences; an id that is None is nobody's."""
    if publics not in _REQUETES:
        _REQUETES[publics] = Requete(
            lambda client, technicien: (
                User.objects.actifs()
                .filter(_qui(publics, client, technicien))
                .only("is_active", "langue")
                .order_by()
            )
        )
    return _REQUETES[publics](client_id or 0, technicien_id or 0)


_REQUETES: dict[frozenset[str], Requete[User]] = {}


def _qui(publics: frozenset[str], client_id: int, technicien_id: int) -> Q:
    qui = Q(pk__in=[])
    if RESPONSABLES in publics:
        qui |= Q(role=Role.RESPONSABLE)
    if CLIENT in publics:
        # not by a join: PostgreSQL would go through every contact to find one client's
        siens = Contact.objects.filter(client=client_id, user__isnull=False)
        qui |= Q(pk__in=siens.values("user"), role=Role.CLIENT)
    if TECHNICIEN in publics:
        qui |= Q(pk__in=Technicien.objects.filter(pk=technicien_id).values("user"))
    return qui


def annoncer_creation(intervention: Intervention, *, par: User) -> None:
    """The client and the responsables; to these a request from the portal is told as such."""
    annonces = [(Evenement.INTERVENTION_CREEE, {RESPONSABLES, CLIENT})]
    if par.est_client:
        annonces = [
            (Evenement.DEMANDE_PORTAIL, {RESPONSABLES}),
            # who asked knows it; the other contacts of his company do not
            (Evenement.INTERVENTION_CREEE, {CLIENT}),
        ]
    for evenement, publics in annonces:
        _annoncer(
            intervention,
            evenement,
            frozenset(publics),
            par=par,
            message=_resume(intervention),
        )


def annoncer_creations(interventions: Sequence[Intervention], *, par: User) -> None:
    """`annoncer_creation` of several that nobody asked for from the portal, in a few statements."""
    personnes: dict[int, list[User]] = {}
    annonces = []
    for intervention in interventions:
        client_id = intervention.client_id
        if client_id not in personnes:
            personnes[client_id] = _personnes(frozenset({RESPONSABLES, CLIENT}), client_id, None)
        annonces.append(
            Annonce(
                destinataires=personnes[client_id],
                titre=_titre(_TITRES[Evenement.INTERVENTION_CREEE], intervention),
                message=_resume(intervention),
                lien=intervention.get_absolute_url(),
                sujet=f"intervention:{intervention.pk}",
            )
        )
    notifier_en_lot(annonces, evenement=Evenement.INTERVENTION_CREEE, sauf=par)


def annoncer_transition(intervention: Intervention, action: ActionJournal, *, par: User) -> None:
    """Whoever `_ANNONCES` names for this step."""
    annonce = _ANNONCES.get(action)
    if annonce is None:
        return
    evenement, publics = annonce
    messages: dict[Evenement, Callable[[], str]] = {
        Evenement.INTERVENTION_AFFECTEE: lambda: (
            _("Technicien : %(nom)s.") % {"nom": intervention.technicien}
        ),
        Evenement.INTERVENTION_EN_ATTENTE: lambda: (
            _("Motif : %(motif)s.") % {"motif": intervention.get_motif_attente_display()}
        ),
        Evenement.INTERVENTION_CLOTUREE: lambda: (
            _("Solution : %(solution)s") % {"solution": intervention.solution}
        ),
        Evenement.INTERVENTION_ANNULEE: lambda: (
            _("Motif : %(motif)s") % {"motif": intervention.motif_annulation}
        ),
    }
    _annoncer(
        intervention,
        evenement,
        publics,
        par=par,
        message=messages.get(evenement, _resume(intervention)),
    )


def annoncer_retrait(
    intervention: Intervention, technicien: Technicien | None, *, par: User
) -> None:
    """The technicien who no longer has the job: its page does not exist for him any more, his list does."""
    if technicien is not None:
        _annoncer(
            intervention,
            Evenement.INTERVENTION_DESAFFECTEE,
            frozenset({TECHNICIEN}),
            par=par,
            technicien_id=technicien.pk,
            message=_resume(intervention),
            lien=reverse("interventions:liste"),
        )


def annoncer_planification(
    intervention: Intervention, debut: datetime, fin: datetime, *, par: User
) -> None:
    """The technicien and the client: when somebody comes."""
    _annoncer(
        intervention,
        Evenement.INTERVENTION_PLANIFIEE,
        frozenset({TECHNICIEN, CLIENT}),
        par=par,
        message=lambda: (
            _("Le %(debut)s, jusqu’à %(fin)s, par %(nom)s.")
            % {
                "debut": date_format(timezone.localtime(debut), "SHORT_DATETIME_FORMAT"),
                "fin": date_format(timezone.localtime(fin), "TIME_FORMAT"),
                "nom": intervention.technicien,
            }
        ),
    )


def annoncer_demande_annulation(intervention: Intervention, motif: str, *, par: User) -> None:
    """The responsables decide."""
    _annoncer(
        intervention,
        Evenement.ANNULATION_DEMANDEE,
        frozenset({RESPONSABLES}),
        par=par,
        message=lambda: motif,
    )


def annoncer_document(intervention: Intervention, nom: str, *, interne: bool, par: User) -> None:
    """The others on the intervention; the client only of what it may open."""
    publics = {RESPONSABLES, TECHNICIEN} if interne else {RESPONSABLES, TECHNICIEN, CLIENT}
    _annoncer(
        intervention,
        Evenement.DOCUMENT_AJOUTE,
        frozenset(publics),
        par=par,
        message=lambda: nom,
    )


def _resume(intervention: Intervention) -> Callable[[], str]:
    return lambda: f"{intervention.equipement} – {Priorite(intervention.priorite).label}"
