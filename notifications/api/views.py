"""`/notifications`: one's own messages in the application, and what one wants to hear of."""

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from erp.api.listing import ListeApi
from erp.api.views import VueApi
from notifications import services
from notifications.api.serializers import (
    NOTIFICATION,
    CompteSortie,
    LuesSortie,
    NotificationSortie,
    PreferencesEntree,
    PreferencesSortie,
)
from notifications.filters import TRIS, NotificationFiltres
from notifications.models import Notification
from notifications.querysets import NotificationQuerySet


class VueNotification(VueApi):
    def siennes(self) -> NotificationQuerySet:
        return Notification.objects.visible_to(self.request.user).dans_l_application()


class Notifications(VueNotification):
    """One's own, newest first."""

    liste = ListeApi(NOTIFICATION, NotificationFiltres, TRIS, ("-pk",))

    def get(self, request: RequeteApi) -> Response:
        return self.lister(self.siennes())


class UneNotification(VueNotification):
    @extend_schema(responses=NotificationSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One of them; reading it here does not mark it as read."""
        return self.fiche(NOTIFICATION.fiche(self.siennes(), pk))


class NonLues(VueNotification):
    """How many are unread."""

    @extend_schema(responses=CompteSortie)
    def get(self, request: RequeteApi) -> Response:
        return Response({"non_lues": self.siennes().non_lues().count()})


class Lire(VueNotification):
    """Mark one as read; a second time changes nothing."""

    @extend_schema(request=None, responses={200: NotificationSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        services.lire(par=request.user, notification_id=pk)
        return self.fiche(NOTIFICATION.lignes([pk])[0])


class ToutLire(VueNotification):
    """Mark all as read; how many were not."""

    @extend_schema(request=None, responses={200: LuesSortie})
    def post(self, request: RequeteApi) -> Response:
        return Response({"marquees": services.tout_lire(par=request.user)})


class Preferences(VueApi):
    @extend_schema(responses=PreferencesSortie)
    def get(self, request: RequeteApi) -> Response:
        """Whether one wants each event on each channel."""
        return self._toutes(request)

    @extend_schema(request=PreferencesEntree, responses=PreferencesSortie)
    def put(self, request: RequeteApi) -> Response:
        """Write the choices that are given; the others stay as they are."""
        lignes = self.entree(PreferencesEntree)["data"]
        services.regler_preferences(
            par=request.user,
            choix={(ligne["evenement"], ligne["canal"]): ligne["active"] for ligne in lignes},
        )
        return self._toutes(request)

    def _toutes(self, request: RequeteApi) -> Response:
        choix = services.preferences(request.user)
        return Response(
            {
                "data": [
                    {
                        "evenement": evenement,
                        "evenement_libelle": str(evenement.label),
                        "canal": canal,
                        "active": active,
                    }
                    for (evenement, canal), active in choix.items()
                ]
            }
        )
