from clients.api import views
from erp.api.routes import route

_UN = "clients/<int:pk>"

urlpatterns = [
    route("clients", views.Clients.as_view(), name="api_clients"),
    route(_UN, views.UnClient.as_view(), name="api_client"),
    route(f"{_UN}/contacts", views.Contacts.as_view(), name="api_contacts"),
    route(f"{_UN}/contacts/<int:enfant>", views.UnContact.as_view(), name="api_contact"),
    route(f"{_UN}/sites", views.Sites.as_view(), name="api_sites"),
    route(f"{_UN}/sites/<int:enfant>", views.UnSite.as_view(), name="api_site"),
    route(f"{_UN}/contrats", views.Contrats.as_view(), name="api_contrats"),
    route(f"{_UN}/contrats/<int:enfant>", views.UnContrat.as_view(), name="api_contrat"),
    route(
        f"{_UN}/contrats/<int:enfant>/statut",
        views.StatutContrat.as_view(),
        name="api_statut_contrat",
    ),
]
