from django.urls import path

from clients import groupees, views

app_name = "clients"

urlpatterns = [
    path("", views.liste, name="liste"),
    path("lot/", groupees.lot, name="lot"),
    path("nouveau/", views.creer, name="creer"),
    path("chercher/", views.chercher, name="chercher"),
    path("sites/chercher/", views.chercher_site, name="chercher_site"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/modifier/", views.modifier, name="modifier"),
    path("<int:pk>/supprimer/", views.supprimer, name="supprimer"),
    path("<int:client_pk>/contacts/nouveau/", views.contact_creer, name="contact_creer"),
    path("contacts/<int:pk>/modifier/", views.contact_modifier, name="contact_modifier"),
    path("contacts/<int:pk>/supprimer/", views.contact_supprimer, name="contact_supprimer"),
    path("contacts/<int:pk>/portail/", views.contact_portail, name="contact_portail"),
    path("<int:client_pk>/sites/nouveau/", views.site_creer, name="site_creer"),
    path("sites/<int:pk>/", views.site, name="site"),
    path("sites/<int:pk>/modifier/", views.site_modifier, name="site_modifier"),
    path("sites/<int:pk>/supprimer/", views.site_supprimer, name="site_supprimer"),
    path("contrats/", views.contrats, name="contrats"),
    path("contrats/nouveau/", views.contrat_creer, name="contrat_creer"),
    path("contrats/<int:pk>/", views.contrat, name="contrat"),
    path("contrats/<int:pk>/modifier/", views.contrat_modifier, name="contrat_modifier"),
    path("contrats/<int:pk>/statut/", views.contrat_statut, name="contrat_statut"),
    path("contrats/<int:pk>/supprimer/", views.contrat_supprimer, name="contrat_supprimer"),
]
