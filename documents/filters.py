from documents.choices import TypeDocument
from documents.models import Document
from erp.filters import (
    ChoixFiltre,
    DepuisFiltre,
    DrapeauFiltre,
    Filtres,
    IdsFiltre,
    JusquaFiltre,
    RechercheFiltre,
    Tris,
)


class DocumentFiltres(Filtres):
    """What documents are looked for by."""

    search = RechercheFiltre("nom_fichier")
    type_document = ChoixFiltre("type_document", TypeDocument.choices)
    interne = DrapeauFiltre("interne")
    intervention_id = IdsFiltre("intervention_id")
    equipement_id = IdsFiltre("equipement_id")
    client_id = IdsFiltre("client_id")
    contrat_id = IdsFiltre("contrat_id")
    uploaded_by_id = IdsFiltre("uploaded_by_id")
    date_upload_gte = DepuisFiltre("date_upload")
    date_upload_lte = JusquaFiltre("date_upload")

    class Meta:
        model = Document
        fields: list[str] = []


TRIS: Tris = {
    "date_upload": ("date_upload",),
    "nom_fichier": ("nom_fichier",),
    "taille": ("taille",),
}
