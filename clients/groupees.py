"""What the office does to several clients at once; each is one ordinary service per client."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http.response import HttpResponseBase
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients import services
from clients.choices import NiveauService
from clients.filters import CLIENTS_TRIS, ClientFiltres
from clients.models import Client
from clients.permissions import peut_creer
from erp.forms import Formulaire
from erp.groupees import Action, Lot, traiter
from jobs.groupees import differer


class _NiveauForm(Formulaire):
    niveau_service = forms.ChoiceField(label=_("Niveau de service"), choices=NiveauService.choices)

    def __init__(self, data: Any = None, *, user: User, **options: Any) -> None:
        super().__init__(data, **options)


def _activer(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.modifier_client(par=par, client_id=pk, is_active=True)


def _desactiver(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.modifier_client(par=par, client_id=pk, is_active=False)


def _niveau(par: User, pk: int, valeurs: Mapping[str, Any], rang: int) -> object:
    return services.modifier_client(par=par, client_id=pk, niveau_service=valeurs["niveau_service"])


def _etat(client: Client) -> str:
    return gettext("Actif") if client.is_active else gettext("Inactif")


LOT = Lot(
    page="clients:liste",
    route="clients:lot",
    titre=_("Clients"),
    visibles=lambda user: Client.objects.visible_to(user),
    lire=lambda clients: clients,
    filtres=ClientFiltres,
    tris=CLIENTS_TRIS,
    tri="nom_entreprise",
    nommer=lambda client: client.nom_entreprise,
    permis=peut_creer,
    actions=(
        Action(
            "niveau",
            _("Niveau de service"),
            _("Changer le niveau de service"),
            "star",
            _niveau,
            lambda client: client.get_niveau_service_display(),
            _NiveauForm,
        ),
        Action("activer", _("Activer"), _("Activer des clients"), "check", _activer, _etat),
        Action(
            "desactiver",
            _("Désactiver"),
            _("Désactiver des clients"),
            "ban",
            _desactiver,
            _etat,
            danger=True,
        ),
    ),
)


@connexion_requise
@require_http_methods(["GET", "POST"])
def lot(request: Requete) -> HttpResponseBase:
    """One action on the ticked clients, or on all that the list's filter keeps."""
    return traiter(request, LOT, differer=differer)
