"""`/notifications`: one's own messages in the application, and what one wants to hear of."""

from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.authentication import JetonAuthentication, RequeteApi, SessionDePage
from erp.api.listing import ListeApi
from erp.api.views import VueApi
from notifications import flux, services
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


class Flux(VueApi):
    """What happens, as it happens (server-sent events): one's notifications, and what one may see of the planning.

    Each message is `{evenements: [{type, action, objet, id, …}], non_lues}`; `recharger: true` says that something was
    missed and everything is to be read again. `Last-Event-ID` resumes without loss nor double, for 24 hours.

    The stream has a process of its own. Where that one is not reached this answer takes its place: what was missed,
    then the end, and a reader that comes back after `retry`, as any EventSource does, is polling.
    """

    authentication_classes = (JetonAuthentication, SessionDePage)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Last-Event-ID", str, OpenApiParameter.HEADER, description="`id` du dernier message"
            ),
            OpenApiParameter(
                "depuis", str, description="comme `Last-Event-ID`, pour un nouvel EventSource"
            ),
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: RequeteApi) -> HttpResponse:
        contenu, curseur = flux.reprendre(request.user, dernier_vu(request._request))
        return HttpResponse(
            b"retry: %d\n%s" % (flux.RELEVE_MS, flux.en_sse(contenu, curseur)),
            content_type="text/event-stream",
            headers={"Cache-Control": "no-store"},
        )


def dernier_vu(request: HttpRequest) -> flux.Curseur | None:
    """From where a reader resumes; without, he begins now. A place that is none is one too old."""
    texte = request.headers.get("Last-Event-ID") or request.GET.get("depuis") or ""
    return (flux.Curseur.lire(texte) or flux.INCONNU) if texte else None
