from documents.api import rattaches, views
from erp.api.routes import route

urlpatterns = [
    route("documents", views.Documents.as_view(), name="documents"),
    route(
        "documents/upload",
        views.Documents.as_view(http_method_names=["post", "options"]),
        name="documents_upload",
    ),
    route("documents/<int:pk>", views.UnDocument.as_view(), name="document"),
    route("documents/<int:pk>/fichier", views.Fichier.as_view(), name="document_fichier"),
    route("documents/<int:pk>/vignette", views.Vignette.as_view(), name="document_vignette"),
    route(
        "interventions/<int:pk>/rapport.pdf",
        views.RapportPdf.as_view(),
        name="rapport_intervention",
    ),
    route("clients/<int:pk>/documents", rattaches.DuClient.as_view(), name="documents_du_client"),
    route(
        "clients/<int:pk>/contrats/<int:enfant>/documents",
        rattaches.DuContrat.as_view(),
        name="documents_du_contrat",
    ),
    route(
        "equipements/<int:pk>/documents",
        rattaches.DeLEquipement.as_view(),
        name="documents_de_l_equipement",
    ),
    route(
        "interventions/<int:pk>/documents",
        rattaches.DeLIntervention.as_view(),
        name="documents_de_l_intervention",
    ),
]
