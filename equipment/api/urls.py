from equipment.api import views
from erp.api.routes import route

_UN = "equipements/<int:pk>"
_COMPTEUR = f"{_UN}/compteurs/<int:enfant>"

urlpatterns = [
    route("equipements", views.Equipements.as_view(), name="api_equipements"),
    route("equipements/par-code/<str:code>", views.ParCode.as_view(), name="api_par_code"),
    route(_UN, views.UnEquipement.as_view(), name="api_equipement"),
    route(f"{_UN}/statut", views.Statut.as_view(), name="api_statut_equipement"),
    route(f"{_UN}/compteurs", views.Compteurs.as_view(), name="api_compteurs"),
    route(_COMPTEUR, views.UnCompteur.as_view(), name="api_compteur"),
    route(f"{_COMPTEUR}/releves", views.Releves.as_view(), name="api_releves"),
    route(f"{_COMPTEUR}/releves/<int:releve>", views.UnReleve.as_view(), name="api_releve"),
    route(
        "clients/<int:pk>/equipements", views.DuClient.as_view(), name="api_equipements_du_client"
    ),
    route(
        "clients/<int:pk>/contrats/<int:enfant>/equipements",
        views.DuContrat.as_view(),
        name="api_equipements_du_contrat",
    ),
]
