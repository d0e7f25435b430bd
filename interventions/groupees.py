"""What the office does to several interventions at once; each is one ordinary service per intervention."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.forms import DateHeureInput, Formulaire
from erp.groupees import Action, Lot, traiter
from interventions import services
from interventions.choices import Priorite, Statut
from interventions.filters import TRIS, InterventionFiltres
from interventions.forms import ChoixTechnicien
from interventions.models import Intervention, Planning
from jobs.groupees import differer
from technicians.models import Technicien

JOUR_EN_MINUTES = 24 * 60
# One after the other they may take sixty years: the calendar ends with 9999.
ANNEE_MAX = 9900


class _AffecterForm(Formulaire):
    technicien_id = ChoixTechnicien(label=_("Technicien"), queryset=Technicien.objects.none())

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)
        champ: Any = self.fields["technicien_id"]
        champ.queryset = (
            Technicien.objects.visible_to(user)
            .actifs()
            .select_related("user")
            .order_by("user__full_name")
        )
        champ.widget.attrs["data-chercher"] = ""


class _PlanifierForm(_AffecterForm):
    debut = forms.DateTimeField(label=_("Début"), widget=DateHeureInput)
    duree = forms.IntegerField(
        label=_("Durée de chacune"),
        min_value=5,
        max_value=JOUR_EN_MINUTES,
        initial=60,
        help_text=_("En minutes."),
    )
    a_la_suite = forms.BooleanField(
        label=_("L’une après l’autre"),
        help_text=_("Chacune commence quand la précédente finit ; sinon, toutes à la même heure."),
        required=False,
        initial=True,
    )

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, user=user, **options)
        champ: Any = self.fields["technicien_id"]
        champ.required = False
        champ.help_text = _("Sans choix, chacune garde son technicien.")

    def clean_debut(self) -> datetime:
        debut: datetime = self.cleaned_data["debut"]
        if debut.year > ANNEE_MAX:
            raise forms.ValidationError(self.fields["debut"].error_messages["invalid"], "invalid")
        return debut


class _PrioriteForm(Formulaire):
    priorite = forms.ChoiceField(label=_("Priorité"), choices=Priorite.choices)

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)


class _EcheanceForm(Formulaire):
    date_limite = forms.DateTimeField(label=_("À finir avant le"), widget=DateHeureInput)

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)


class _AnnulerForm(Formulaire):
    motif_annulation = forms.CharField(
        label=_("Motif"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Le client et le technicien de chacune en sont prévenus."),
    )

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)


def _affecter(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.affecter_technicien(
        par=par, intervention_id=pk, technicien_id=valeurs["technicien_id"]
    )


def _planifier(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    duree = timedelta(minutes=valeurs["duree"])
    debut = valeurs["debut"] + duree * (rang if valeurs["a_la_suite"] else 0)
    fin = debut + duree
    if valeurs["technicien_id"] is None:
        return services.planifier(par=par, intervention_id=pk, debut=debut, fin=fin)
    return services.affecter_technicien(
        par=par,
        intervention_id=pk,
        technicien_id=valeurs["technicien_id"],
        debut=debut,
        fin=fin,
    )


def _modifier(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.modifier_intervention(par=par, intervention_id=pk, **valeurs)


def _annuler(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.changer_statut(par=par, intervention_id=pk, vers=Statut.ANNULEE, **valeurs)


def _archiver(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.changer_statut(par=par, intervention_id=pk, vers=Statut.ARCHIVEE)


def _technicien(intervention: Intervention) -> str:
    technicien = intervention.technicien
    return technicien.user.full_name if technicien is not None else "—"


def _creneau(intervention: Any) -> str:
    mots = [_technicien(intervention)]
    for creneau in intervention.creneaux_ouverts:
        debut, fin = timezone.localtime(creneau.debut), timezone.localtime(creneau.fin)
        mots.append(f"{date_format(debut, 'SHORT_DATETIME_FORMAT')}–{date_format(fin, 'H:i')}")
    return " · ".join(mots)


def _echeance(intervention: Intervention) -> str:
    limite = intervention.date_limite
    return (
        date_format(timezone.localtime(limite), "SHORT_DATETIME_FORMAT")
        if limite is not None
        else "—"
    )


def _lire(interventions: QuerySet[Intervention]) -> QuerySet[Intervention]:
    ouverts = Planning.objects.ouverts()
    return interventions.select_related("equipement", "technicien__user").prefetch_related(
        Prefetch("creneaux", ouverts, to_attr="creneaux_ouverts")
    )


LOT = Lot(
    page="interventions:liste",
    route="interventions:lot",
    titre=_("Interventions"),
    visibles=lambda user: Intervention.objects.visible_to(user),
    lire=_lire,
    filtres=InterventionFiltres,
    tris=TRIS,
    tri="-date_creation",
    nommer=lambda i: f"{i.reference} – {i.titre}",
    permis=lambda user: user.est_gestion,
    actions=(
        Action(
            "affecter",
            _("Affecter"),
            _("Affecter des interventions"),
            "user-check",
            _affecter,
            _technicien,
            _AffecterForm,
        ),
        Action(
            "planifier",
            _("Planifier"),
            _("Planifier des interventions"),
            "calendar-event",
            _planifier,
            _creneau,
            _PlanifierForm,
        ),
        Action(
            "priorite",
            _("Priorité"),
            _("Changer la priorité"),
            "flag",
            _modifier,
            lambda i: i.get_priorite_display(),
            _PrioriteForm,
        ),
        Action(
            "echeance",
            _("Échéance"),
            _("Changer l’échéance"),
            "hourglass",
            _modifier,
            _echeance,
            _EcheanceForm,
        ),
        Action(
            "archiver",
            _("Archiver"),
            _("Archiver des interventions"),
            "archive",
            _archiver,
            lambda i: i.get_statut_display(),
        ),
        Action(
            "annuler",
            _("Annuler"),
            _("Annuler des interventions"),
            "ban",
            _annuler,
            lambda i: i.get_statut_display(),
            _AnnulerForm,
            danger=True,
        ),
    ),
)


@connexion_requise
@require_http_methods(["GET", "POST"])
def lot(request: Requete) -> HttpResponseBase:
    """One action on the ticked interventions, or on all that the list's filter keeps."""
    return traiter(request, LOT, differer=differer)
