from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from erp.models import Horodate
from interventions.models import Intervention
from sync.choices import ETATS_A_VOIR, EtatOperation, TypeOperation
from sync.querysets import EtatSyncQuerySet, OperationSyncQuerySet


class EtatSync(Horodate):
    """What one device was told up to one cursor: the rows that it holds, each with the mark of what it read of it.

    A cursor names a state and a state never changes: a device whose answer was lost asks again with the cursor before.
    `contenu` is {entity: [ids, marks]}, compressed; `empreintes` {entity: [number, exclusive or of the marks]} says
    whether anything changed without reading it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("utilisateur"),
        db_index=False,
    )
    curseur = models.CharField(_("curseur"), max_length=40, unique=True)
    chaine = models.UUIDField(_("appareil"))
    rang = models.PositiveIntegerField(_("rang"), default=0)
    empreintes = models.JSONField(_("empreintes"), default=dict)
    contenu = models.BinaryField(_("contenu"), default=b"")

    objects = EtatSyncQuerySet.as_manager()

    class Meta:
        db_table = "etats_sync"
        verbose_name = _("état d’un appareil")
        verbose_name_plural = _("états des appareils")
        indexes = (
            models.Index(fields=["user", "chaine", "rang"], name="idx_etat_sync_chaine"),
            models.Index(fields=["updated_at"], name="idx_etat_sync_date"),
        )

    def __str__(self) -> str:
        return self.curseur


class OperationSync(Horodate):
    """One operation of a device, applied once whatever happens to the answer.

    The row is inserted in the transaction of the work, so that a second one with this UUID waits for it. It keeps what
    was typed (`demande`) and the answer (`resultat`): nothing that the rules refused is lost.
    """

    uuid = models.UUIDField(_("UUID"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("utilisateur"),
        db_index=False,
    )
    # a newer app may know types that this version does not: the word is kept as it came
    type = models.CharField(_("type"), max_length=40)
    empreinte = models.BinaryField(_("empreinte de la demande"))
    demande = models.JSONField(_("saisie"), default=dict)
    resultat = models.JSONField(_("réponse"), default=dict)
    etat = models.CharField(_("état"), max_length=20, choices=EtatOperation.choices)
    intervention = models.ForeignKey(
        Intervention,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="operations_sync",
        verbose_name=_("intervention"),
    )
    heure_appareil = models.DateTimeField(_("heure de l’appareil"), null=True, blank=True)
    traitee_le = models.DateTimeField(_("vue le"), null=True, blank=True)
    traitee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("vue par"),
        db_index=False,
    )

    objects = OperationSyncQuerySet.as_manager()

    class Meta:
        db_table = "operations_sync"
        verbose_name = _("opération hors ligne")
        verbose_name_plural = _("opérations hors ligne")
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(
                fields=["-created_at"],
                condition=Q(etat__in=ETATS_A_VOIR, traitee_le__isnull=True),
                name="idx_operation_sync_a_voir",
            ),
            models.Index(fields=["created_at"], name="idx_operation_sync_date"),
        )
        constraints = (
            models.UniqueConstraint(fields=["user", "uuid"], name="operation_sync_une_fois"),
            models.CheckConstraint(
                name="operation_sync_etat_connu", condition=Q(etat__in=EtatOperation.values)
            ),
        )

    def __str__(self) -> str:
        return f"{self.libelle_type} – {self.uuid}"

    @property
    def libelle_type(self) -> str:
        """The type in words; the bare word of one that this version does not know."""
        return str(dict(TypeOperation.choices).get(self.type, self.type))
