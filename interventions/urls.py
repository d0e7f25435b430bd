from django.urls import path

from interventions import groupees, views

app_name = "interventions"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("kanban/", views.kanban, name="kanban"),
    path("calendrier/", views.calendrier, name="calendrier"),
    path("calendrier/evenements/", views.evenements, name="evenements"),
    path("lot/", groupees.lot, name="lot"),
    path("nouvelle/", views.creer, name="creer"),
    path("nouvelle/apercu/", views.apercu, name="apercu"),
    path("equipements/", views.chercher_equipement, name="equipements"),
    path("pieces/", views.chercher_piece, name="pieces"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/modifier/", views.modifier, name="modifier"),
    path("<int:pk>/saisie/", views.saisir, name="saisie"),
    path("<int:pk>/affecter/", views.affecter, name="affecter"),
    path("<int:pk>/planifier/", views.planifier, name="planifier"),
    path("<int:pk>/placer/", views.placer, name="placer"),
    path("<int:pk>/deplacer/", views.deplacer, name="deplacer"),
    path("<int:pk>/deplanifier/", views.deplanifier, name="deplanifier"),
    path("<int:pk>/statut/", views.statut, name="statut"),
    path("<int:pk>/remarque/", views.remarque, name="remarque"),
    path("<int:pk>/piece/", views.piece, name="piece"),
    path("<int:pk>/temps/", views.temps, name="temps"),
    path("<int:pk>/controle/", views.controle_ajouter, name="controle_ajouter"),
    path("<int:pk>/controle/<int:controle_pk>/", views.controle, name="controle"),
    path("<int:pk>/satisfaction/", views.satisfaction, name="satisfaction"),
    path("<int:pk>/demander-annulation/", views.demander_annulation, name="demander_annulation"),
    path("<int:pk>/supprimer/", views.supprimer, name="supprimer"),
]
