"""What the demo accounts were told lately: in the application, and by e-mails that have long gone out."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.urls import reverse

from demo.generateur import horloge
from demo.generateur.horloge import Periode
from erp.calendrier import CASABLANCA
from interventions.choices import Priorite
from notifications.choices import Canal, Evenement, StatutEnvoi
from notifications.models import Notification

if TYPE_CHECKING:
    from demo.generateur.recit import Recit

RECENT = timedelta(days=12)
LU_APRES = timedelta(hours=30)

_TITRES = {
    Evenement.INTERVENTION_CREEE: "{reference} créée : {titre}",
    Evenement.DEMANDE_PORTAIL: "Demande d’un client : {reference}, {titre}",
    Evenement.INTERVENTION_AFFECTEE: "{reference} affectée : {titre}",
    Evenement.INTERVENTION_PLANIFIEE: "{reference} planifiée : {titre}",
    Evenement.INTERVENTION_DEMARREE: "{reference} commencée : {titre}",
    Evenement.INTERVENTION_EN_ATTENTE: "{reference} en attente : {titre}",
    Evenement.INTERVENTION_CLOTUREE: "{reference} clôturée : {titre}",
    Evenement.INTERVENTION_ANNULEE: "{reference} annulée : {titre}",
    Evenement.ANNULATION_DEMANDEE: "{reference} : le client demande l’annulation",
}
_RESPONSABLES = frozenset(
    {
        Evenement.INTERVENTION_CREEE,
        Evenement.DEMANDE_PORTAIL,
        Evenement.INTERVENTION_DEMARREE,
        Evenement.INTERVENTION_EN_ATTENTE,
        Evenement.INTERVENTION_CLOTUREE,
        Evenement.ANNULATION_DEMANDEE,
    }
)
_TECHNICIEN = frozenset(
    {
        Evenement.INTERVENTION_AFFECTEE,
        Evenement.INTERVENTION_PLANIFIEE,
        Evenement.INTERVENTION_ANNULEE,
    }
)
_PAS_LE_CLIENT = frozenset({Evenement.DEMANDE_PORTAIL, Evenement.ANNULATION_DEMANDEE})


def annoncer(
    recit: "Recit",
    evenement: Evenement,
    quand: datetime,
    *,
    par: int | None,
    message: str = "",
    creneau: Periode | None = None,
) -> None:
    """The rows that the outbox would have written for the demo accounts, if somebody still looks at them."""
    monde, travail = recit.monde, recit.travail
    if quand < monde.maintenant - RECENT:
        return
    publics = []
    if evenement in _RESPONSABLES:
        publics.append(monde.comptes["responsable"])
    if evenement in _TECHNICIEN and recit.technicien is not None:
        publics.append(recit.technicien.user)
    if evenement not in _PAS_LE_CLIENT and travail.machine.client.portail is not None:
        publics.append(travail.machine.client.portail)
    titre = _TITRES[evenement].format(reference=recit.reference, titre=travail.titre)[:250]
    if not message:
        message = _message(recit, evenement, creneau)
    demo = set(monde.comptes.values())
    for user in publics:
        if user == par or user not in demo:
            continue
        lu = monde.maintenant - quand > LU_APRES and (recit.pk + user) % 5 != 0
        for canal in (Canal.IN_APP, Canal.EMAIL):
            sur_place = canal == Canal.IN_APP
            monde.lots.ajouter(
                Notification,
                user_id=user,
                type_notification=evenement,
                titre=titre,
                message=message,
                lien=reverse("interventions:detail", args=[recit.pk]),
                sujet=f"intervention:{recit.pk}",
                canal=canal,
                statut_envoi=StatutEnvoi.ENVOYEE,
                tentatives=0 if sur_place else 1,
                prochain_essai=quand,
                date_envoi=quand if sur_place else quand + timedelta(seconds=9),
                lu=sur_place and lu,
                date_lu=min(monde.maintenant, quand + timedelta(hours=3))
                if sur_place and lu
                else None,
                created_at=quand,
            )


def _message(recit: "Recit", evenement: Evenement, creneau: Periode | None) -> str:
    if evenement == Evenement.INTERVENTION_AFFECTEE and recit.technicien is not None:
        return f"Technicien : {recit.technicien.nom}."
    if creneau is not None and recit.technicien is not None:
        debut, fin = (instant.astimezone(CASABLANCA) for instant in creneau)
        jour = horloge.jour_de(creneau[0])
        return f"Le {jour:%d/%m/%Y} {debut:%H:%M}, jusqu’à {fin:%H:%M}, par {recit.technicien.nom}."
    machine = recit.travail.machine
    return f"{machine.nom} ({machine.code}) – {Priorite(recit.travail.priorite).label}"
