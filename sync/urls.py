from django.urls import path

from sync import views

app_name = "sync"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("<int:pk>/vue", views.vue, name="vue"),
    path("intervention/<int:pk>/", views.cadre, name="cadre"),
]
