from django.urls import path

from stock import groupees, inventaire, vehicules, views

app_name = "stock"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("lot/", groupees.lot, name="lot"),
    path("nouvelle/", views.creer, name="creer"),
    path("inventaires/", inventaire.inventaires, name="inventaires"),
    path("inventaires/<int:pk>/", inventaire.inventaire, name="inventaire"),
    path("inventaires/<int:pk>/piece/", inventaire.piece, name="inventaire_piece"),
    path("inventaires/<int:pk>/valider/", inventaire.valider, name="inventaire_valider"),
    path("inventaires/<int:pk>/abandonner/", inventaire.abandonner, name="inventaire_abandonner"),
    path("inventaires/lignes/<int:pk>/retirer/", inventaire.retirer, name="inventaire_retirer"),
    path("vehicules/<int:pk>/", vehicules.vehicule, name="vehicule"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/modifier/", views.modifier, name="modifier"),
    path("<int:pk>/supprimer/", views.supprimer, name="supprimer"),
    path("<int:pk>/mouvement/", views.mouvement, name="mouvement"),
]
