"""Secret, revocable addresses for calendar programs, and what is read there (RFC 5545)."""

import hashlib
import secrets
from datetime import UTC, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vGeo

from accounts.models import User
from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from erp.models import ParametresSociete
from erp.validation import trouver
from interventions.models import Planning
from planning.models import AbonnementCalendrier
from planning.permissions import peut_s_abonner
from technicians.models import Technicien

ABONNEMENTS_AU_PLUS = 20
PASSE, AVENIR = timedelta(days=30), timedelta(days=180)
CRENEAUX_AU_PLUS = 5000
RELECTURE = timedelta(minutes=15)  # how often a program is asked to come back


@transaction.atomic
def creer_abonnement(
    *, par: User, nom: str, technicien_id: int | None = None
) -> tuple[AbonnementCalendrier, str]:
    """A new address: the row and its token, which is told this once. Without `technicien_id`, everybody's slots.

    A technicien has his own slots whatever he names. Raises AuthorizationError, ValidationError, BusinessRuleError.
    """
    if not (par.est_gestion or par.est_technicien):
        raise AuthorizationError()
    nom = nom.strip()
    if not 1 <= len(nom) <= 80:
        raise ValidationError.champ("nom", _("Donnez un nom, de 80 caractères au plus."))
    technicien = None
    if technicien_id is not None:
        technicien = Technicien.objects.visible_to(par).filter(pk=technicien_id).first()
        if technicien is None:
            raise ValidationError.champ(
                "technicien_id", _("Ce technicien n’existe pas."), "INCONNU"
            )
    elif par.est_technicien:
        technicien = Technicien.objects.filter(user=par).first()
    if not peut_s_abonner(par, technicien.user_id if technicien else None):
        raise AuthorizationError()
    siens = AbonnementCalendrier.objects.visible_to(par).valides()
    if siens.count() >= ABONNEMENTS_AU_PLUS:
        raise BusinessRuleError(
            _("Vous avez déjà %(max)s adresses : révoquez-en une.") % {"max": ABONNEMENTS_AU_PLUS},
            code="TROP_D_ADRESSES",
        )
    jeton = secrets.token_urlsafe(32)
    abonnement = AbonnementCalendrier(
        user=par, nom=nom, technicien=technicien, empreinte=empreinte(jeton)
    )
    abonnement.save(force_insert=True)
    return abonnement, jeton


@transaction.atomic
def revoquer_abonnement(*, par: User, abonnement_id: int) -> None:
    """From now on the address answers nothing. Raises IntrouvableError when it is not his."""
    abonnement = trouver(AbonnementCalendrier.objects.visible_to(par), abonnement_id)
    if abonnement.revoque_le is None:
        abonnement.revoque_le = timezone.now()
        abonnement.enregistrer("revoque_le")


def empreinte(jeton: str) -> str:
    return hashlib.sha256(jeton.encode()).hexdigest()


def lire_calendrier(jeton: str) -> bytes:
    """The calendar behind a token, as its owner may see it now. Raises IntrouvableError when there is none any more."""
    abonnement = (
        AbonnementCalendrier.objects.valides()
        .select_related("user", "technicien__user")
        .filter(empreinte=empreinte(jeton))
        .first()
    )
    if abonnement is None:
        raise IntrouvableError()
    siens = abonnement.technicien
    if not peut_s_abonner(abonnement.user, siens.user_id if siens else None):
        raise IntrouvableError()  # his role has changed since
    maintenant = timezone.now()
    AbonnementCalendrier.objects.filter(pk=abonnement.pk).update(lu_le=maintenant)
    # a closed slot is told as long as its technicien still has the job: done, or called off
    creneaux = (
        Planning.objects.visible_to(abonnement.user)
        .filter(Q(ouvert=True) | Q(intervention__technicien=F("technicien")))
        .touchant(maintenant - PASSE, maintenant + AVENIR)
        .select_related(
            "intervention__client",
            "intervention__site",
            "intervention__equipement",
            "technicien__user",
        )
        .order_by("debut", "pk")
    )
    if siens is not None:
        creneaux = creneaux.filter(technicien=siens)
    with translation.override(abonnement.user.langue):
        return _ecrire(abonnement, list(creneaux[:CRENEAUX_AU_PLUS]))


def _ecrire(abonnement: AbonnementCalendrier, creneaux: list[Planning]) -> bytes:
    calendrier = Calendar()
    calendrier.add("prodid", "-//GMAO//Planning//FR")
    calendrier.add("version", "2.0")
    calendrier.add("method", "PUBLISH")
    societe = ParametresSociete.actuels().nom
    qui = abonnement.technicien.user.full_name if abonnement.technicien else _("Planning")
    calendrier.add("x-wr-calname", f"{qui} – {societe}")
    calendrier.add("x-wr-timezone", settings.TIME_ZONE)
    calendrier.add("refresh-interval", RELECTURE, parameters={"VALUE": "DURATION"})
    derniers = {
        creneau.intervention_id: creneau.pk for creneau in sorted(creneaux, key=lambda c: c.pk)
    }
    for creneau in creneaux:
        etat = _etat(creneau, dernier=derniers[creneau.intervention_id] == creneau.pk)
        seul = abonnement.technicien is not None
        calendrier.add_component(_evenement(creneau, etat, seul=seul))
    return bytes(calendrier.to_ical())


def _etat(creneau: Planning, *, dernier: bool) -> str:
    """STATUS: what is to come is confirmed or not yet, what was done stays, what was freed or cancelled is off."""
    if creneau.ouvert:
        return "CONFIRMED" if creneau.confirme else "TENTATIVE"
    fin = creneau.intervention.date_cloture
    return "CONFIRMED" if dernier and fin is not None and creneau.debut < fin else "CANCELLED"


def _evenement(creneau: Planning, etat: str, *, seul: bool) -> Event:
    """The slot, in UTC: every program knows that zone, and Morocco's changes by decree.

    A slot that moves keeps its row, so its UID; each change of the job raises its version, so SEQUENCE.
    """
    intervention = creneau.intervention
    modifie = max(creneau.updated_at, intervention.updated_at)
    evenement = Event()
    evenement.add("uid", f"creneau-{creneau.pk}@{_hote()}")
    evenement.add("dtstamp", modifie)
    evenement.add("last-modified", modifie)
    evenement.add("sequence", intervention.version)
    evenement.add("dtstart", creneau.debut.astimezone(UTC))
    evenement.add("dtend", creneau.fin.astimezone(UTC))
    titre = f"{intervention.reference} {intervention.titre}"
    evenement.add("summary", titre if seul else f"{creneau.technicien.user.full_name} – {titre}")
    evenement.add("status", etat)
    lignes = [intervention.client.nom_entreprise, intervention.equipement.nom]
    site = intervention.site
    if site is not None:
        lieu = ", ".join(mot for mot in (site.nom, site.adresse, site.ville) if mot)
        evenement.add("location", lieu)
        if site.latitude is not None and site.longitude is not None:
            evenement.add("geo", vGeo((float(site.latitude), float(site.longitude))))
        if site.instructions_acces:
            lignes.append(site.instructions_acces)
    evenement.add("description", "\n".join(lignes))
    evenement.add("url", f"{settings.SITE_URL}{intervention.get_absolute_url()}")
    return evenement


def _hote() -> str:
    return urlsplit(settings.SITE_URL).hostname or "gmao"
