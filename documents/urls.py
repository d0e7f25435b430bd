from django.urls import path

from documents import views

app_name = "documents"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("<int:pk>/fichier", views.fichier, name="fichier"),
    path("<int:pk>/vignette", views.vignette, name="vignette"),
    path("<int:pk>/supprimer", views.supprimer, name="supprimer"),
    path("rapport/<int:intervention_pk>.pdf", views.rapport, name="rapport"),
    path("de/<slug:genre>/<int:pk>/", views.cadre, name="cadre"),
]
