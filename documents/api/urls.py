from documents.api import views
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
]
