from django.urls import path

from technicians import outils, views

app_name = "technicians"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("nouveau/", views.creer, name="creer"),
    path("competences/", views.competences, name="competences"),
    path("competences/nouvelle/", views.creer_competence, name="competence_creer"),
    path("competences/<int:pk>/modifier/", views.modifier_competence, name="competence_modifier"),
    path(
        "competences/<int:pk>/supprimer/", views.supprimer_competence, name="competence_supprimer"
    ),
    path("outils/", outils.catalogue, name="outils"),
    path("outils/nouveau/", outils.creer, name="outil_creer"),
    path("outils/<int:pk>/modifier/", outils.modifier, name="outil_modifier"),
    path("outils/<int:pk>/supprimer/", outils.supprimer, name="outil_supprimer"),
    path("absences/", views.absences, name="absences"),
    path("absences/<int:pk>/accepter/", views.accepter_absence, name="absence_accepter"),
    path("absences/<int:pk>/refuser/", views.refuser_absence, name="absence_refuser"),
    path("absences/<int:pk>/supprimer/", views.supprimer_absence, name="absence_supprimer"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/modifier/", views.modifier, name="modifier"),
    path("<int:pk>/supprimer/", views.supprimer, name="supprimer"),
    path("<int:pk>/absence/", views.absence, name="absence"),
    path("<int:pk>/outils/", outils.equiper, name="equiper"),
    path("<int:pk>/competence/", views.competence, name="competence"),
    path(
        "<int:pk>/competence/<int:competence_id>/retirer/",
        views.retirer_competence,
        name="competence_retirer",
    ),
]
