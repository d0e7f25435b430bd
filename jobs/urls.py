from django.urls import path

from jobs import views

app_name = "jobs"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/fichier/", views.fichier, name="fichier"),
    path("<int:pk>/relancer/", views.relancer, name="relancer"),
]
