"""`/api/v1/`: each app brings its routes; what none of them knows is a 404 in the envelope."""

from django.urls import include, path, re_path

from erp.api.documentation import Inconnue, SchemaOpenApi
from erp.api.routes import route

urlpatterns = [
    route("schema", SchemaOpenApi.as_view(), name="schema"),
    path("", include("accounts.api.urls")),
    path("", include("interventions.api.urls")),
    path("", include("notifications.api.urls")),
    path("", include("documents.api.urls")),
    path("", include("clients.api.urls")),
    path("", include("equipment.api.urls")),
    path("", include("stock.api.urls")),
    path("", include("technicians.api.urls")),
    path("", include("planning.api.urls")),
    path("", include("search.api.urls")),
    path("", include("sync.api.urls")),
    path("", include("transfers.api.urls")),
    path("", include("dashboard.api.urls")),
    re_path(r"", Inconnue.as_view(), name="inconnue"),
]
