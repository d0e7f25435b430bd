from erp.api.routes import route
from notifications.api import views

urlpatterns = [
    route("notifications", views.Notifications.as_view(), name="api_notifications"),
    route("notifications/non-lues", views.NonLues.as_view(), name="api_non_lues"),
    route("notifications/tout-lire", views.ToutLire.as_view(), name="api_tout_lire"),
    route("notifications/preferences", views.Preferences.as_view(), name="api_preferences"),
    route("notifications/stream", views.Flux.as_view(), name="api_flux"),
    route("notifications/<int:pk>", views.UneNotification.as_view(), name="api_notification"),
    route("notifications/<int:pk>/lire", views.Lire.as_view(), name="api_lire"),
]
