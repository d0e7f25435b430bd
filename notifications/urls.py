from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("preferences/", views.preferences, name="preferences"),
    path("tout-lire/", views.tout_lire, name="tout_lire"),
    path("<int:pk>/lire/", views.lire, name="lire"),
]
