from pathlib import PurePath
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from erp.models import Horodate
from jobs.choices import EN_VIE, StatutTravail
from jobs.querysets import TravailQuerySet


def stockage() -> Storage:
    """The private place of what jobs read and make; apart from the documents, which have their own."""
    return storages["travaux"]


def nom_de_stockage(travail: "Travail", nom: str) -> str:
    """A random name: nothing of the uploaded one reaches the storage."""
    return f"{timezone.now():%Y/%m}/{uuid4().hex}{PurePath(nom).suffix.lower()[:5]}"


class Travail(Horodate):
    """Something long that somebody asked for: its progress can be looked at, left, and come back to.

    The row says everything; `tache` is the name of the Celery task that is given its id. `bail` is how long the
    worker's claim holds unless renewed, `jeton` tells one run from the next. `page` is where the result is shown, when
    that is not the job's own page.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="travaux",
        verbose_name=_("demandé par"),
    )
    role = models.CharField(_("rôle"), max_length=20)
    tache = models.CharField(_("tâche"), max_length=100)
    titre = models.CharField(_("titre"), max_length=200)
    parametres = models.JSONField(_("paramètres"), default=dict, blank=True)
    page = models.CharField(_("page du résultat"), max_length=200, blank=True)
    statut = models.CharField(
        _("statut"),
        max_length=20,
        choices=StatutTravail.choices,
        default=StatutTravail.EN_ATTENTE,
    )
    total = models.PositiveIntegerField(_("lignes à traiter"), null=True, blank=True)
    fait = models.PositiveIntegerField(_("lignes traitées"), default=0)
    resultat = models.JSONField(_("résultat"), default=dict, blank=True)
    message = models.TextField(_("message"), blank=True)
    source = models.FileField(
        _("fichier reçu"), storage=stockage, upload_to=nom_de_stockage, max_length=200, blank=True
    )
    fichier = models.FileField(
        _("fichier produit"),
        storage=stockage,
        upload_to=nom_de_stockage,
        max_length=200,
        blank=True,
    )
    nom_fichier = models.CharField(_("nom du fichier"), max_length=200, blank=True)
    jeton = models.UUIDField(_("jeton"), null=True, editable=False)
    bail = models.DateTimeField(_("réservé jusqu’au"), null=True, editable=False)
    debut = models.DateTimeField(_("commencé le"), null=True, editable=False)
    fin = models.DateTimeField(_("terminé le"), null=True, editable=False)
    expire_le = models.DateTimeField(_("fichiers gardés jusqu’au"), null=True, editable=False)

    objects = TravailQuerySet.as_manager()

    class Meta:
        db_table = "travaux"
        verbose_name = _("travail")
        verbose_name_plural = _("travaux")
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["user", "-created_at"], name="idx_travail_user"),
            models.Index(
                fields=["statut", "bail"],
                condition=models.Q(statut__in=EN_VIE),
                name="idx_travail_en_vie",
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="travail_statut_connu",
                condition=models.Q(statut__in=StatutTravail.values),
            ),
            # a claim is a token and a time, together
            models.CheckConstraint(
                name="travail_reserve",
                condition=~models.Q(statut=StatutTravail.EN_COURS)
                | models.Q(jeton__isnull=False, bail__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.titre

    def get_absolute_url(self) -> str:
        return reverse("jobs:detail", args=[self.pk])

    @property
    def en_vie(self) -> bool:
        return self.statut in EN_VIE

    @property
    def part(self) -> int | None:
        """How much is done, in per cent; None when that is not known."""
        return min(100, 100 * self.fait // self.total) if self.total else None

    @property
    def telechargeable(self) -> bool:
        return self.statut == StatutTravail.TERMINE and bool(self.fichier)
