from django.urls import path

from interventions import views

app_name = "interventions"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("nouvelle/", views.creer, name="creer"),
]
