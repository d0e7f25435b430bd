from django.contrib import admin

from documents.models import Document
from erp.admin import AdminLecture


@admin.register(Document)
class DocumentAdmin(AdminLecture):
    """Files to be looked up; each is opened through its own address, behind the permission check."""

    list_display = (
        "nom_fichier",
        "type_document",
        "taille",
        "mime_type",
        "uploaded_by",
        "date_upload",
        "interne",
    )
    list_select_related = ("uploaded_by",)
    list_filter = ("type_document", "interne")
    search_fields = ("nom_fichier", "checksum", "intervention__reference")
    exclude = ("fichier",)
