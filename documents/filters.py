from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.choices import TypeDocument
from documents.models import Document
from erp.filters import (
    ChoixFiltre,
    DepuisFiltre,
    DrapeauFiltre,
    Filtres,
    IdsFiltre,
    JusquaFiltre,
    ListeChoixField,
    ListeFiltre,
    RechercheFiltre,
    Tris,
)

M = TypeVar("M", bound=Model)

GENRES: Sequence[tuple[str, Promise]] = (
    ("intervention", _("Intervention")),
    ("equipement", _("Équipement")),
    ("client", _("Client")),
    ("contrat", _("Contrat")),
)


class ProprietaireFiltre(ListeFiltre):
    """The kind of thing that a document belongs to, one or several."""

    field_class = ListeChoixField

    def filter(self, qs: QuerySet[M], value: Any) -> QuerySet[M]:
        if not value:
            return qs
        condition = Q()
        for genre in value:
            condition |= Q(**{f"{genre}__isnull": False})
        return qs.filter(condition)


class DocumentFiltres(Filtres):
    """What documents are looked for by."""

    search = RechercheFiltre(
        "nom_fichier",
        "intervention__reference",
        "intervention__titre",
        "equipement__nom",
        "equipement__code_interne",
        "client__nom_entreprise",
        "contrat__numero",
    )
    proprietaire = ProprietaireFiltre(choices=GENRES)
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
