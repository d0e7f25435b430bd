"""Every address of the product. Apps are named by string: the platform imports none of them."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from erp import developpement

handler403 = "erp.erreurs.interdit"
handler404 = "erp.erreurs.introuvable"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("dashboard.urls")),
    path("", include("accounts.urls")),
    path("interventions/", include("interventions.urls")),
    path("notifications/", include("notifications.urls")),
]

if settings.DEBUG:
    urlpatterns += [
        path("dev/courriels/", developpement.liste_courriels, name="courriels"),
        path("dev/courriels/<str:cle>/", developpement.voir_courriel, name="courriel"),
        path("dev/courriels/<str:cle>/corps/", developpement.corps_courriel, name="courriel_corps"),
        path("dev/composants/", developpement.galerie, name="composants"),
    ]
