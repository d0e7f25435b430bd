from accounts.api import views
from erp.api.routes import route

urlpatterns = [
    route("auth/token", views.Jeton.as_view(), name="api_jeton"),
    route("auth/login", views.Connexion.as_view(), name="api_connexion"),
    route("auth/refresh", views.Rafraichir.as_view(), name="api_rafraichir"),
    route("auth/logout", views.Deconnexion.as_view(), name="api_deconnexion"),
    route("auth/me", views.Moi.as_view(), name="api_moi"),
    route("auth/change-password", views.MotDePasse.as_view(), name="api_mot_de_passe"),
    route("auth/password-reset", views.MotDePasseOublie.as_view(), name="api_mot_de_passe_oublie"),
    route(
        "auth/password-reset/confirm",
        views.NouveauMotDePasse.as_view(),
        name="api_nouveau_mot_de_passe",
    ),
    route("auth/sessions", views.Sessions.as_view(), name="api_sessions"),
    route("auth/sessions/<int:pk>", views.Session.as_view(), name="api_session"),
    route("users", views.Utilisateurs.as_view(), name="api_utilisateurs"),
    route("users/me", views.Moi.as_view(), name="api_utilisateur_moi"),
    route("users/me/preferences", views.MesPreferences.as_view(), name="api_mes_preferences"),
    route("users/update", views.Profil.as_view(), name="api_profil"),
    route("users/<int:pk>", views.Utilisateur.as_view(), name="api_utilisateur"),
    route("users/<int:pk>/deverrouiller", views.Deverrouillage.as_view(), name="api_deverrouiller"),
    route("users/<int:pk>/activate", views.Activation.as_view(), name="api_activation"),
]
