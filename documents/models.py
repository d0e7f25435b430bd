from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Contrat
from documents.choices import TypeDocument
from documents.querysets import DocumentQuerySet
from equipment.models import Equipement
from erp.models import Horodate
from interventions.models import Intervention

PROPRIETAIRES = ("intervention", "equipement", "client", "contrat")


def nom_de_stockage(document: "Document", nom: str) -> str:
    """A random name: nothing of the uploaded one reaches the storage."""
    return f"{timezone.now():%Y/%m}/{uuid4().hex}{PurePath(nom).suffix.lower()[:8]}"


def _un_seul_proprietaire() -> Q:
    condition = Q()
    for proprietaire in PROPRIETAIRES:
        condition |= Q(**{f"{autre}__isnull": autre != proprietaire for autre in PROPRIETAIRES})
    return condition


class Document(Horodate):
    """A file attached to exactly one thing, served through the permission check only, never from a public path."""

    fichier = models.FileField(_("fichier"), upload_to=nom_de_stockage, max_length=200)
    nom_fichier = models.CharField(_("nom"), max_length=255)
    type_document = models.CharField(
        _("type"), max_length=20, choices=TypeDocument.choices, default=TypeDocument.AUTRE
    )
    taille = models.PositiveBigIntegerField(_("taille (octets)"))
    mime_type = models.CharField(_("type MIME"), max_length=100)
    checksum = models.CharField(_("SHA-256"), max_length=64)
    interne = models.BooleanField(
        _("interne"), default=False, help_text=_("Le client ne le voit pas.")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("déposé par"),
    )
    date_upload = models.DateTimeField(_("déposé le"), default=timezone.now)
    intervention = models.ForeignKey(
        Intervention, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    equipement = models.ForeignKey(
        Equipement, on_delete=models.CASCADE, null=True, blank=True, related_name="documents"
    )
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, null=True, blank=True, related_name="documents"
    )
    contrat = models.ForeignKey(
        Contrat, on_delete=models.CASCADE, null=True, blank=True, related_name="documents"
    )

    objects = DocumentQuerySet.as_manager()

    class Meta:
        db_table = "documents"
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("-date_upload", "-id")
        constraints = (
            models.CheckConstraint(
                name="document_un_proprietaire", condition=_un_seul_proprietaire()
            ),
            models.CheckConstraint(
                name="document_checksum", condition=Q(checksum__regex=r"^[0-9a-f]{64}$")
            ),
        )

    def __str__(self) -> str:
        return self.nom_fichier

    def get_absolute_url(self) -> str:
        return reverse("documents:fichier", args=[self.pk])

    @property
    def proprietaire(self) -> tuple[str, models.Model]:
        """What the file belongs to: the name of its kind, and the thing."""
        for genre in PROPRIETAIRES:
            if getattr(self, f"{genre}_id") is not None:
                objet: models.Model = getattr(self, genre)
                return genre, objet
        raise AssertionError("the database holds every document to one owner")

    @property
    def est_image(self) -> bool:
        return self.mime_type.startswith("image/")
