"""Routes under `/api/v1/`."""

from dashboard.api import views
from erp.api.routes import route

urlpatterns = [
    route("dashboard", views.Indicateurs.as_view(), name="api_dashboard"),
    route("dashboard/<slug:cle>", views.UnIndicateur.as_view(), name="api_indicateur"),
]
