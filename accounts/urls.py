from django.urls import path

from accounts import connexion

app_name = "accounts"

urlpatterns = [
    path("connexion/", connexion.Connexion.as_view(), name="connexion"),
    path("deconnexion/", connexion.Deconnexion.as_view(), name="deconnexion"),
    path("mot-de-passe-oublie/", connexion.mot_de_passe_oublie, name="mot_de_passe_oublie"),
    path("mot-de-passe/<str:uid>/<str:jeton>/", connexion.reinitialiser, name="reinitialiser"),
]
