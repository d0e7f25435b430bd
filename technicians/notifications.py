"""Who is told what about absences and hours."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from notifications import flux
from notifications.choices import Evenement
from notifications.services import notifier
from technicians.choices import StatutAbsence
from technicians.models import Disponibilite, Technicien


def absence_demandee(absence: Disponibilite) -> None:
    """The responsables, who decide."""
    notifier(
        destinataires=User.objects.actifs().avec_role(Role.RESPONSABLE),
        evenement=Evenement.ABSENCE_DEMANDEE,
        titre=lambda: _("Absence demandée : %(nom)s") % {"nom": absence.technicien.user.full_name},
        message=lambda: _texte(absence),
        lien=absence.technicien.get_absolute_url(),
        sujet=f"technicien:{absence.technicien_id}",
    )


def absence_decidee(absence: Disponibilite, par: User, motif: str = "") -> None:
    """The technicien who asked, with the reason when one was given."""
    acceptee = absence.statut == StatutAbsence.ACCEPTEE
    notifier(
        destinataires=[absence.technicien.user],
        evenement=Evenement.ABSENCE_DEMANDEE,
        titre=lambda: (
            _("Votre absence est acceptée") if acceptee else _("Votre absence est refusée")
        ),
        message=lambda: f"{_texte(absence)} {motif}".rstrip(),
        lien=absence.technicien.get_absolute_url(),
        sujet=f"technicien:{absence.technicien_id}",
        sauf=par,
    )


def absence_a_change(technicien: Technicien, action: str) -> None:
    """Open boards and calendars: those who run the operations, and himself; no colleague, no client."""
    _au_flux("absence", action, technicien)


def horaires_ont_change(technicien: Technicien) -> None:
    """The same persons, of his working hours."""
    _au_flux("calendrier", "horaires", technicien)


def _au_flux(genre: str, action: str, technicien: Technicien) -> None:
    gestion = User.objects.actifs().avec_role(Role.ADMIN, Role.RESPONSABLE)
    flux.publier(
        genre=genre,
        action=action,
        objet="technicien",
        objet_ids=[technicien.pk],
        destinataires=[*gestion.order_by().values_list("pk", flat=True), technicien.user_id],
    )


def _texte(absence: Disponibilite) -> str:
    return _("%(type)s, du %(debut)s au %(fin)s.") % {
        "type": absence.get_type_display(),
        "debut": date_format(localtime(absence.debut), "SHORT_DATETIME_FORMAT"),
        "fin": date_format(localtime(absence.fin), "SHORT_DATETIME_FORMAT"),
    }
