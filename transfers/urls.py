from django.urls import path

from transfers import views

app_name = "transfers"

urlpatterns = [
    path("exports/", views.accueil, name="accueil"),
    path("exports/<slug:entite>/", views.exporter, name="exporter"),
    path("exports/<slug:entite>.<slug:format_>", views.fichier, name="fichier"),
    path("imports/<slug:entite>/", views.importer, name="importer"),
    path("imports/modeles/<slug:entite>.<slug:format_>", views.modele, name="modele"),
    path("imports/<int:pk>/resultat/", views.resultat, name="resultat"),
    path("imports/<int:pk>/appliquer/", views.appliquer, name="appliquer"),
    path("imports/<int:pk>/erreurs/", views.erreurs, name="erreurs"),
]
