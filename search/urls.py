from django.urls import path

from search import views

app_name = "search"

urlpatterns = [
    path("", views.recherche, name="recherche"),
    path("suggestions/", views.suggestions, name="suggestions"),
    path("vues/", views.vues, name="vues"),
    path("vues/nouvelle/", views.vue_creer, name="vue_creer"),
    path("vues/<int:pk>/", views.vue_modifier, name="vue_modifier"),
    path("vues/<int:pk>/ouvrir/", views.vue_ouvrir, name="vue_ouvrir"),
    path("vues/<int:pk>/supprimer/", views.vue_supprimer, name="vue_supprimer"),
]
