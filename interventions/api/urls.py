from erp.api.routes import route
from interventions.api import rattachees, views

_UNE = "interventions/<int:pk>"

urlpatterns = [
    route("interventions", views.Interventions.as_view(), name="api_interventions"),
    route(_UNE, views.UneIntervention.as_view(), name="api_intervention"),
    route(f"{_UNE}/statut", views.Statut.as_view(), name="api_statut"),
    route(f"{_UNE}/status", views.Statut.as_view(), name="api_status"),
    route(f"{_UNE}/affecter", views.Affecter.as_view(), name="api_affecter"),
    route(f"{_UNE}/planifier", views.Planifier.as_view(), name="api_planifier"),
    route(f"{_UNE}/satisfaction", views.Satisfaction.as_view(), name="api_satisfaction"),
    route(
        f"{_UNE}/demande-annulation",
        views.DemandeAnnulation.as_view(),
        name="api_demande_annulation",
    ),
    route(f"{_UNE}/historique", views.Historique.as_view(), name="api_historique"),
    route(
        f"{_UNE}/historique/<int:enfant>",
        views.UneLigneDuJournal.as_view(),
        name="api_ligne_journal",
    ),
    route(f"{_UNE}/pieces", views.Pieces.as_view(), name="api_intervention_pieces"),
    route(f"{_UNE}/pieces/<int:enfant>", views.UnePiece.as_view(), name="api_intervention_piece"),
    route(f"{_UNE}/temps", views.Temps.as_view(), name="api_intervention_temps"),
    route(f"{_UNE}/temps/<int:enfant>", views.UnTemps.as_view(), name="api_un_temps"),
    route(f"{_UNE}/controles", views.Controles.as_view(), name="api_controles"),
    route(f"{_UNE}/controles/<int:enfant>", views.UnControle.as_view(), name="api_controle"),
    route(
        "clients/<int:pk>/interventions",
        rattachees.DuClient.as_view(),
        name="api_interventions_du_client",
    ),
    route(
        "equipements/<int:pk>/interventions",
        rattachees.DeLEquipement.as_view(),
        name="api_interventions_de_l_equipement",
    ),
]
