from django.urls import path

from planning import propositions, registre, views, vue_calendriers, vue_suggestions, vue_tableau

app_name = "planning"

urlpatterns = [
    path("planning/", vue_tableau.page, name="tableau"),
    path("planning/donnees/", vue_tableau.donnees, name="donnees"),
    path("plans/", views.plans, name="plans"),
    path("plans/nouveau/", views.plan_creer, name="plan_creer"),
    path("plans/apercu/", views.apercu, name="apercu"),
    path("plans/compteurs/", views.compteurs, name="compteurs"),
    path("plans/equipements/", views.chercher_equipement, name="chercher_equipement"),
    path("plans/<int:pk>/", views.plan, name="plan"),
    path("plans/<int:pk>/modifier/", views.plan_modifier, name="plan_modifier"),
    path("plans/<int:pk>/activer/", views.plan_activer, name="plan_activer"),
    path("plans/<int:pk>/supprimer/", views.plan_supprimer, name="plan_supprimer"),
    path("planning/optimisation/", propositions.optimisation, name="optimisation"),
    path("planning/optimisation/<int:pk>/", propositions.proposition, name="proposition"),
    path(
        "planning/optimisation/<int:pk>/appliquer/",
        propositions.proposition_appliquer,
        name="proposition_appliquer",
    ),
    path("interventions/<int:pk>/suggestions/", vue_suggestions.suggestions, name="suggestions"),
    path("interventions/<int:pk>/depart/", vue_suggestions.depart, name="depart"),
    path("planning/calendriers/", vue_calendriers.calendriers, name="calendriers"),
    path(
        "planning/calendriers/<int:pk>/revoquer/",
        vue_calendriers.calendrier_revoquer,
        name="calendrier_revoquer",
    ),
    path("calendrier/<str:jeton>.ics", vue_calendriers.ics, name="ics"),
    path("registre/", registre.registre, name="registre"),
    path("registre/<int:pk>/", registre.registre_plan, name="registre_plan"),
    path("registre/<int:pk>/rapport/", registre.inspection_creer, name="inspection_creer"),
    path("registre/reserves/<int:pk>/lever/", registre.reserve_lever, name="reserve_lever"),
    path("gammes/", views.gammes, name="gammes"),
    path("gammes/nouvelle/", views.gamme_creer, name="gamme_creer"),
    path("gammes/pieces/", views.chercher_piece, name="chercher_piece"),
    path("gammes/ligne/<str:genre>/", views.gamme_ligne, name="gamme_ligne"),
    path("gammes/<int:pk>/", views.gamme, name="gamme"),
    path("gammes/<int:pk>/modifier/", views.gamme_modifier, name="gamme_modifier"),
    path("gammes/<int:pk>/supprimer/", views.gamme_supprimer, name="gamme_supprimer"),
]
