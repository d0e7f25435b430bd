"""Routes under `/api/v1/`."""

from erp.api.routes import route
from search.api import views
from search.choices import Entite

urlpatterns = [
    route("filters", views.Catalogue.as_view(), name="api_filtres"),
    route("filters/recherche", views.Recherche.as_view(), name="api_recherche"),
    route(
        "filters/enregistres", views.FiltresEnregistres.as_view(), name="api_filtres_enregistres"
    ),
    route(
        "filters/enregistres/<int:pk>",
        views.UnFiltreEnregistre.as_view(),
        name="api_filtre_enregistre",
    ),
    *(
        route(
            f"filters/{entite.value}",
            views.recherche_avancee(entite),
            name=f"api_filtres_{entite.value}",
        )
        for entite in Entite
    ),
]
