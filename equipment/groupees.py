"""What the office does to several machines at once; each is one ordinary service per machine."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Site
from equipment import services
from equipment.choices import Criticite, StatutEquipement
from equipment.filters import TRIS, EquipementFiltres
from equipment.models import Equipement
from equipment.permissions import peut_creer
from erp.forms import ChoixRecherche, Formulaire
from erp.groupees import Action, Lot, traiter
from jobs.groupees import differer

if TYPE_CHECKING:
    _Sites = forms.ModelChoiceField[Site]
else:
    _Sites = forms.ModelChoiceField


class _DeplacerForm(Formulaire):
    site_id = _Sites(
        label=_("Nouveau site"),
        queryset=Site.objects.none(),
        widget=ChoixRecherche(reverse_lazy("clients:chercher_site"), _("Nom ou ville")),
        help_text=_("Un site du client de chaque équipement ; les autres seront refusés."),
    )

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)
        champ: Any = self.fields["site_id"]
        champ.queryset = Site.objects.visible_to(user)


class _CriticiteForm(Formulaire):
    criticite = forms.ChoiceField(label=_("Criticité"), choices=Criticite.choices)

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)


class _RetirerForm(Formulaire):
    motif = forms.CharField(
        label=_("Motif"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Un équipement retiré ne revient pas en service."),
    )

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)


def _modifier(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    champs: services.ChampsEquipement = {**valeurs}  # type: ignore[typeddict-item]  # the fields of the forms above
    return services.modifier_equipement(par=par, equipement_id=pk, **champs)


def _retirer(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.changer_statut_equipement(
        par=par, equipement_id=pk, vers=StatutEquipement.RETIRE, motif=valeurs["motif"]
    )


LOT = Lot(
    page="equipment:liste",
    route="equipment:lot",
    titre=_("Équipements"),
    visibles=lambda user: Equipement.objects.visible_to(user),
    lire=lambda equipements: equipements.select_related("site"),
    filtres=EquipementFiltres,
    tris=TRIS,
    tri="nom",
    nommer=lambda e: f"{e.code_interne} – {e.nom}",
    permis=peut_creer,
    actions=(
        Action(
            "deplacer",
            _("Changer de site"),
            _("Changer de site"),
            "map-pin",
            _modifier,
            lambda e: e.site.nom if e.site is not None else "—",
            _DeplacerForm,
        ),
        Action(
            "criticite",
            _("Criticité"),
            _("Changer la criticité"),
            "flag",
            _modifier,
            lambda e: e.get_criticite_display(),
            _CriticiteForm,
        ),
        Action(
            "retirer",
            _("Retirer du service"),
            _("Retirer du service"),
            "ban",
            _retirer,
            lambda e: e.get_statut_display(),
            _RetirerForm,
            danger=True,
        ),
    ),
)


@connexion_requise
@require_http_methods(["GET", "POST"])
def lot(request: Requete) -> HttpResponseBase:
    """One action on the ticked machines, or on all that the list's filter keeps."""
    return traiter(request, LOT, differer=differer)
