from django.urls import path

from stock import groupees, views

app_name = "stock"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("lot/", groupees.lot, name="lot"),
    path("nouvelle/", views.creer, name="creer"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/modifier/", views.modifier, name="modifier"),
    path("<int:pk>/supprimer/", views.supprimer, name="supprimer"),
    path("<int:pk>/mouvement/", views.mouvement, name="mouvement"),
]
