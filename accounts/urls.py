from django.urls import path

from accounts import affichage, connexion, views

app_name = "accounts"

urlpatterns = [
    path("connexion/", connexion.Connexion.as_view(), name="connexion"),
    path("deconnexion/", connexion.Deconnexion.as_view(), name="deconnexion"),
    path("mot-de-passe-oublie/", connexion.mot_de_passe_oublie, name="mot_de_passe_oublie"),
    path("mot-de-passe/<str:uid>/<str:jeton>/", connexion.reinitialiser, name="reinitialiser"),
    path("profil/", views.profil, name="profil"),
    path("profil/affichage/", affichage.affichage, name="affichage"),
    path("profil/sessions/fermer-les-autres/", views.fermer_les_autres, name="fermer_les_autres"),
    path(
        "profil/sessions/<str:genre>/<str:marque>/fermer/",
        views.fermer_session,
        name="fermer_session",
    ),
    path("profil/mot-de-passe/", views.mot_de_passe, name="mot_de_passe"),
    path("utilisateurs/", views.liste, name="liste"),
    path("utilisateurs/nouveau/", views.creer, name="creer"),
    path("utilisateurs/<int:pk>/", views.detail, name="detail"),
    path("utilisateurs/<int:pk>/modifier/", views.modifier, name="modifier"),
    path("utilisateurs/<int:pk>/activer/", views.activer, name="activer"),
    path("utilisateurs/<int:pk>/deverrouiller/", views.deverrouiller, name="deverrouiller"),
    path("utilisateurs/<int:pk>/inviter/", views.inviter, name="inviter"),
    path("utilisateurs/<int:pk>/supprimer/", views.supprimer, name="supprimer"),
]
