from django.urls import path

from equipment import chronologie, etiquettes, groupees, views

app_name = "equipment"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("lot/", groupees.lot, name="lot"),
    path("nouveau/", views.creer, name="creer"),
    path("etiquettes/", etiquettes.planche, name="etiquettes"),
    path("code/<str:code>/", views.par_code, name="par_code"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/modifier/", views.modifier, name="modifier"),
    path("<int:pk>/supprimer/", views.supprimer, name="supprimer"),
    path("<int:pk>/statut/", views.statut, name="statut"),
    path("<int:pk>/chronologie/", chronologie.chronologie, name="chronologie"),
    path("<int:pk>/etiquette.svg", etiquettes.etiquette, name="etiquette"),
    path("<int:pk>/compteurs/nouveau/", views.compteur_creer, name="compteur_creer"),
    path("compteurs/<int:pk>/supprimer/", views.compteur_supprimer, name="compteur_supprimer"),
    path("compteurs/<int:pk>/releve/", views.releve, name="releve"),
    path("releves/<int:pk>/supprimer/", views.releve_supprimer, name="releve_supprimer"),
    path("couverture/<int:contrat_pk>/", views.couverture, name="couverture"),
]
