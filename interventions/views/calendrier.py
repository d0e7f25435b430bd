"""Slots, deadlines and work done, on a calendar; the same filters and the same URL as the list."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet
from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.exceptions import ErreurChamp, ValidationError
from erp.pages import rendre
from erp.societe import calendrier_societe
from interventions import permissions, services
from interventions.choices import STATUTS_ACTIFS, STATUTS_CLOS, Statut
from interventions.filters import InterventionFiltres
from interventions.models import Intervention, Planning
from interventions.views._commun import la_fiche
from interventions.views._json import refus_en_json
from interventions.views.kanban import filtrer, preparer_vue
from technicians.presence import calendrier_de

PERIODE_MAX = timedelta(days=62)
EVENEMENTS_MAX = 600  # of each kind; the calendar says so when there are more
PLANIFIABLES = (Statut.AFFECTEE, Statut.EN_COURS, Statut.EN_ATTENTE)


@connexion_requise
@require_GET
def calendrier(request: Requete) -> HttpResponseBase:
    """The page; what is on it comes by the period that it shows."""
    page, _trouvees = preparer_vue(request)
    return rendre(
        request,
        "interventions/calendrier.html",
        {
            "liste": page,
            "peut_creer": permissions.peut_creer(request.user),
            **ici_et_maintenant(),
        },
        fragment="liste",
    )


@connexion_requise
@refus_en_json
@require_GET
def evenements(request: Requete) -> HttpResponseBase:
    """`debut` and `fin`, wall times of Casablanca at most 62 days apart, and the filters of the list."""
    debut, fin = periode_demandee(request, PERIODE_MAX)
    params = request.GET.copy()
    for cle in ("debut", "fin", "vue", "date", "sort", "taille", "page"):
        params.pop(cle, None)
    visibles = Intervention.objects.visible_to(request.user)
    filtree = any(InterventionFiltres.connus(params).values())
    trouvees = filtrer(visibles, params)
    sortie, tronque = [], False
    for genre in (
        _creneaux(request.user, trouvees, filtree, debut, fin),
        _echeances(trouvees, debut, fin),
        _faites(trouvees, debut, fin),
    ):
        lignes = list(genre)
        tronque = tronque or len(lignes) > EVENEMENTS_MAX
        sortie += lignes[:EVENEMENTS_MAX]
    return JsonResponse({"evenements": sortie, "tronque": tronque})


def periode_demandee(request: Requete, maximum: timedelta) -> tuple[datetime, datetime]:
    """`?debut=&fin=`. Raises ValidationError when they are missing, in disorder or too far apart."""
    champ = forms.DateTimeField()
    bornes = []
    for nom in ("debut", "fin"):
        try:
            bornes.append(champ.clean(request.GET.get(nom, "")))
        except (forms.ValidationError, OverflowError, ValueError) as erreur:
            raise ValidationError.champ(nom, _("Donnez une date et une heure.")) from erreur
    debut, fin = bornes
    if not debut < fin or fin - debut > maximum:
        raise ValidationError.champ(
            "fin", _("La période est vide ou trop longue."), "PERIODE_INVALIDE"
        )
    return debut, fin


def ici_et_maintenant() -> dict[str, Any]:
    """The day in Casablanca, and the offset of its clock now (minutes): the browser's may be another."""
    maintenant = timezone.localtime()
    ecart = maintenant.utcoffset() or timedelta()
    return {"aujourdhui": maintenant.date(), "decalage": int(ecart.total_seconds() // 60)}


def mur(moment: datetime) -> str:
    """Wall time in Casablanca, without an offset: the calendar converts no zones."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")


def _creneaux(
    user: User, trouvees: QuerySet[Intervention], filtree: bool, debut: datetime, fin: datetime
) -> Iterator[dict[str, Any]]:
    creneaux = Planning.objects.visible_to(user).ouverts().touchant(debut, fin).for_list()
    if filtree:
        creneaux = creneaux.filter(intervention__in=trouvees.order_by())
    for creneau in creneaux.order_by("debut", "pk")[: EVENEMENTS_MAX + 1]:
        i = creneau.intervention
        yield {
            **_commun(i, "creneau"),
            "id": f"c{i.pk}",
            "start": mur(creneau.debut),
            "end": mur(creneau.fin),
            "technicien": creneau.technicien.user.full_name,
            "confirme": creneau.confirme,
            "mobile": user.est_gestion and i.statut in PLANIFIABLES,
        }


def _echeances(
    trouvees: QuerySet[Intervention], debut: datetime, fin: datetime
) -> Iterator[dict[str, Any]]:
    maintenant = timezone.now()
    proches = trouvees.filter(
        statut__in=STATUTS_ACTIFS, date_limite__gte=debut, date_limite__lt=fin
    )
    for i in proches.select_related("client", "equipement").order_by("date_limite", "pk")[
        : EVENEMENTS_MAX + 1
    ]:
        assert i.date_limite is not None
        yield {
            **_commun(i, "echeance"),
            "id": f"e{i.pk}",
            "start": mur(i.date_limite),
            "end": mur(i.date_limite),
            "retard": i.date_limite < maintenant and not i.horloge_arretee,
        }


def _faites(
    trouvees: QuerySet[Intervention], debut: datetime, fin: datetime
) -> Iterator[dict[str, Any]]:
    """What was worked on and is closed: from its beginning to its end."""
    closes = trouvees.filter(
        Q(date_debut__lt=fin) & Q(date_fin__gt=debut), statut__in=STATUTS_CLOS
    ).select_related("client", "equipement", "technicien__user")
    for i in closes.order_by(F("date_fin").asc(), "pk")[: EVENEMENTS_MAX + 1]:
        assert i.date_debut is not None
        assert i.date_fin is not None
        yield {
            **_commun(i, "faite"),
            "id": f"f{i.pk}",
            "start": mur(i.date_debut),
            "end": mur(i.date_fin),
            "technicien": i.technicien.user.full_name if i.technicien else "",
        }


def _commun(i: Intervention, genre: str) -> dict[str, Any]:
    return {
        "genre": genre,
        "pk": i.pk,
        "reference": i.reference,
        "titre": i.titre,
        "client": i.client.nom_entreprise,
        "equipement": i.equipement.nom,
        "statut": i.statut,
        "statut_libelle": i.get_statut_display(),
        "priorite": i.priorite,
        "priorite_libelle": i.get_priorite_display(),
        "version": i.version,
        "url": i.get_absolute_url(),
    }


def _hors_horaires(intervention: Intervention, debut: datetime | None, fin: datetime | None) -> str:
    """A word when the slot lies wholly or in part outside working hours: allowed, for there is overtime, but said."""
    if debut is None or fin is None or intervention.technicien is None:
        return ""
    calendrier = calendrier_de(intervention.technicien, calendrier_societe())
    jour = timezone.localdate(debut)
    if calendrier.est_ferie(jour):
        return _("C’est un jour férié.")
    if calendrier.duree(debut, fin) < fin - debut:
        return _("Attention : en dehors de ses horaires.")
    return ""


class PlaceForm(forms.Form):
    """Where a drag put a job; empty is nobody, or no slot."""

    technicien_id = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    debut = forms.DateTimeField(required=False)
    fin = forms.DateTimeField(required=False)
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


@connexion_requise
@refus_en_json
@require_POST
def placer(request: Requete, pk: int) -> HttpResponseBase:
    """Give a job its technicien and slot (wall times); answers where it was, so that the page can put it back.

    Without `technicien_id` in the form the technicien stays; empty, nobody has it any more.
    """
    intervention = la_fiche(request.user, pk)
    form = PlaceForm(request.POST)
    if not form.is_valid():
        raise ValidationError(
            errors=[
                ErreurChamp(champ, str(erreurs[0]), "INVALIDE")
                for champ, erreurs in form.errors.items()
            ]
        )
    donnees = form.cleaned_data
    technicien_id = (
        donnees["technicien_id"] if "technicien_id" in request.POST else intervention.technicien_id
    )
    faite, avant = services.placer(
        par=request.user,
        intervention_id=pk,
        place=services.Place(technicien_id, donnees["debut"], donnees["fin"]),
        version=donnees["version"],
    )
    return JsonResponse(
        {
            "version": faite.version,
            "statut": faite.statut,
            "reference": faite.reference,
            "avertissement": _hors_horaires(faite, donnees["debut"], donnees["fin"]),
            "avant": {
                "technicien_id": avant.technicien_id,
                "debut": mur(avant.debut) if avant.debut else None,
                "fin": mur(avant.fin) if avant.fin else None,
            },
        }
    )
