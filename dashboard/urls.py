from django.urls import path

from dashboard import views

app_name = "dashboard"

urlpatterns = [
    path("", views.accueil, name="accueil"),
    path("indicateurs/", views.indicateurs, name="indicateurs"),
    path("indicateurs/clients/<int:pk>/", views.client, name="client"),
    path("indicateurs/equipements/<int:pk>/", views.equipement, name="equipement"),
    path("indicateurs/techniciens/<int:pk>/", views.technicien, name="technicien"),
]
