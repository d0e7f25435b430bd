"""Routes under `/api/v1/`."""

from erp.api.routes import route
from sync.api import views

urlpatterns = [
    route("sync", views.Sync.as_view(), name="api_sync"),
    route("sync/documents", views.SyncDocuments.as_view(), name="api_sync_documents"),
]
