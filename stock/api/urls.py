from erp.api.routes import route
from stock.api import views

urlpatterns = [
    route("stock/pieces", views.Pieces.as_view(), name="api_pieces"),
    route("stock/pieces/<int:pk>", views.UnePiece.as_view(), name="api_piece"),
    route(
        "stock/pieces/<int:pk>/mouvements",
        views.MouvementsDePiece.as_view(),
        name="api_mouvements_de_piece",
    ),
    route("stock/mouvements", views.Mouvements.as_view(), name="api_mouvements"),
    route("stock/mouvements/<int:pk>", views.UnMouvement.as_view(), name="api_mouvement"),
    route("stock/vehicules", views.Vehicules.as_view(), name="api_vehicules"),
    route("stock/sous-minimum", views.SousMinimum.as_view(), name="api_sous_minimum"),
]
