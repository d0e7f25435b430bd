"""Every address of the product. Apps are named by string: the platform imports none of them."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.i18n import set_language

from erp import developpement, sante
from erp.admin import entrer
from erp.api.documentation import Inconnue, Redoc, Swagger
from erp.api.routes import route

handler400 = "erp.api.errors.mauvaise_requete"
handler403 = "erp.erreurs.interdit"
handler404 = "erp.erreurs.introuvable"
handler500 = "erp.api.errors.erreur_interne"

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("erp.api.urls")),
    re_path(r"^api/", Inconnue.as_view()),
    route("docs", Swagger.as_view(), name="docs"),
    route("redoc", Redoc.as_view(), name="redoc"),
    route("health", sante.vivant, name="health"),
    route("health/ready", sante.pret, name="health_ready"),
    route("metrics", sante.mesures, name="metrics"),
    path("admin/login/", entrer),
    path("admin/", admin.site.urls),
    path("langue/", set_language, name="langue"),
    path("", include("dashboard.urls")),
    path("", include("accounts.urls")),
    path("interventions/", include("interventions.urls")),
    path("equipements/", include("equipment.urls")),
    path("clients/", include("clients.urls")),
    path("stock/", include("stock.urls")),
    path("notifications/", include("notifications.urls")),
    path("techniciens/", include("technicians.urls")),
    path("", include("planning.urls")),
    path("documents/", include("documents.urls")),
    path("recherche/", include("search.urls")),
    path("synchronisation/", include("sync.urls")),
    path("travaux/", include("jobs.urls")),
    path("", include("transfers.urls")),
]

if settings.DEBUG:
    urlpatterns += developpement.ROUTES
