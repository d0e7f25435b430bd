"""Whether a planned visit is ready to go: parts, tools, skills, access, documents; green, or what is missing."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from erp.calendrier import Calendrier, croiser
from erp.horaires import lire_semaine
from interventions.models import Intervention, Planning
from planning.besoins import besoins_de_la_visite, outils_de_la_visite


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to have before leaving: there (`pret`), or what is missing in words."""

    libelle: str
    pret: bool
    detail: str


def verifier_depart(par: User, intervention: Intervention) -> list[Point]:
    """The check of a visit that has a slot; empty when it has none."""
    creneau = (
        Planning.objects.visible_to(par)
        .ouverts()
        .filter(intervention=intervention)
        .select_related("technicien__user")
        .first()
    )
    if creneau is None:
        return []
    return [
        _competences(intervention, creneau),
        _pieces(intervention, creneau),
        _outils(intervention, creneau),
        _acces(intervention, creneau),
    ]


def _competences(intervention: Intervention, creneau: Planning) -> Point:
    jour = timezone.localdate(creneau.debut)
    detenues = creneau.technicien.competences_detenues.valides(jour).values("competence")
    manquantes = list(
        intervention.competences_requises.exclude(pk__in=detenues).values_list("nom", flat=True)
    )
    if manquantes:
        detail = _("%(nom)s n’a pas, ce jour-là : %(competences)s.") % {
            "nom": creneau.technicien.user.full_name,
            "competences": ", ".join(manquantes),
        }
        return Point(_("Compétences"), False, detail)
    return Point(_("Compétences"), True, _("Toutes valables ce jour-là."))


def _pieces(intervention: Intervention, creneau: Planning) -> Point:
    """The parts that the gamme takes: in his van, else at the store, where he passes first."""
    besoins = besoins_de_la_visite(intervention.pk, creneau.technicien.user_id)
    if not besoins:
        return Point(_("Pièces"), True, _("Aucune n’est prévue."))
    if manquent := [f"{b.nom} ({b.manque.normalize():f})" for b in besoins if b.manque]:
        detail = _("Ni dans son véhicule ni au magasin : %(pieces)s.") % {
            "pieces": ", ".join(manquent)
        }
        return Point(_("Pièces"), False, detail)
    if a_prendre := [f"{b.nom} ({b.a_prendre.normalize():f})" for b in besoins if b.a_prendre]:
        detail = _("À prendre au magasin : %(pieces)s.") % {"pieces": ", ".join(a_prendre)}
        return Point(_("Pièces"), True, detail)
    return Point(_("Pièces"), True, _("Toutes dans son véhicule."))


def _outils(intervention: Intervention, creneau: Planning) -> Point:
    """The tools that the gamme needs: in his van, else at the store, unless they are out of service."""
    outils = outils_de_la_visite(intervention.pk, creneau.technicien_id)
    if outils is None:
        return Point(_("Outils"), True, _("Aucun n’est nécessaire."))
    phrases = []
    if outils.hors_service:
        phrases.append(_("Hors service : %(outils)s.") % {"outils": ", ".join(outils.hors_service)})
    if outils.a_prendre:
        phrases.append(
            _("À prendre au magasin : %(pieces)s.") % {"pieces": ", ".join(outils.a_prendre)}
        )
    detail = " ".join(phrases) or _("Tous dans son véhicule.")
    return Point(_("Outils"), not outils.hors_service, detail)


def _acces(intervention: Intervention, creneau: Planning) -> Point:
    site = intervention.site
    if site is None or not site.heures_ouverture:
        return Point(_("Accès"), True, _("Le site n’a pas d’heures d’ouverture connues."))
    try:
        semaine = lire_semaine(site.heures_ouverture)
    except ValueError:
        detail = _("Heures du site à vérifier : %(heures)s.") % {"heures": site.heures_ouverture}
        return Point(_("Accès"), False, detail)
    ouvert = croiser(
        Calendrier(semaine, chome=False).plages(creneau.debut, creneau.fin),
        [(creneau.debut, creneau.fin)],
    )
    if ouvert != [(creneau.debut, creneau.fin)]:
        detail = _("Le site n’est ouvert que : %(heures)s.") % {"heures": site.heures_ouverture}
        return Point(_("Accès"), False, detail)
    return Point(_("Accès"), True, _("Le site est ouvert pendant tout le créneau."))
