from erp.api.routes import route
from planning.api import previsions, propositions, reglementaire, views

urlpatterns = [
    route("planning", views.Creneaux.as_view(), name="api_planning"),
    route("planning/<int:pk>", views.UnCreneau.as_view(), name="api_creneau"),
    route("planning/plans", views.Plans.as_view(), name="api_plans"),
    route("planning/plans/<int:pk>", views.UnPlan.as_view(), name="api_plan"),
    route("planning/annee", previsions.Annee.as_view(), name="api_annee"),
    route("planning/charge", previsions.Charge.as_view(), name="api_charge"),
    route("planning/charge/pieces", previsions.PiecesPrevues.as_view(), name="api_charge_pieces"),
    route(
        "planning/charge/visites", previsions.VisitesPrevues.as_view(), name="api_charge_visites"
    ),
    route("planning/gammes", views.Gammes.as_view(), name="api_gammes"),
    route("planning/gammes/<int:pk>", views.UneGamme.as_view(), name="api_gamme"),
    route("planning/propositions", propositions.Propositions.as_view(), name="api_propositions"),
    route(
        "planning/propositions/<int:pk>",
        propositions.UneProposition.as_view(),
        name="api_proposition",
    ),
    route(
        "planning/propositions/<int:pk>/appliquer",
        propositions.AppliquerProposition.as_view(),
        name="api_proposition_appliquer",
    ),
    route("planning/inspections", reglementaire.Inspections.as_view(), name="api_inspections"),
    route(
        "planning/inspections/<int:pk>",
        reglementaire.UneInspection.as_view(),
        name="api_inspection",
    ),
    route("planning/reserves", reglementaire.Reserves.as_view(), name="api_reserves"),
    route("planning/reserves/<int:pk>", reglementaire.UneReserve.as_view(), name="api_reserve"),
    route(
        "planning/reserves/<int:pk>/lever",
        reglementaire.LeverReserve.as_view(),
        name="api_reserve_lever",
    ),
    route(
        "planning/reserves/<int:pk>/reprendre",
        reglementaire.ReprendreReserve.as_view(),
        name="api_reserve_reprendre",
    ),
    route(
        "techniciens/<int:pk>/planning",
        views.CreneauxDuTechnicien.as_view(),
        name="api_technicien_planning",
    ),
]
