from erp.api.routes import route
from transfers.api import views

urlpatterns = [
    route("exports", views.Exports.as_view(), name="api_exports"),
    route("exports/catalogue", views.Catalogue.as_view(), name="api_exports_catalogue"),
    route(
        "exports/fichiers/<str:nom>", views.FichierImmediat.as_view(), name="api_export_immediat"
    ),
    route("exports/<int:pk>", views.UnExport.as_view(), name="api_export"),
    route("exports/<int:pk>/fichier", views.FichierDeLExport.as_view(), name="api_export_fichier"),
]
