from django.urls import path

from search import views

app_name = "search"

urlpatterns = [
    path("", views.recherche, name="recherche"),
    path("suggestions/", views.suggestions, name="suggestions"),
]
