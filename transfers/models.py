from django.db import models
from django.utils.translation import gettext_lazy as _

from erp.models import Horodate
from jobs.models import Travail
from transfers.choices import SortLigne
from transfers.querysets import LigneImportQuerySet


class LigneImport(Horodate):
    """What became of one row of an imported file, or would: [heading, words] of each fault or change."""

    travail = models.ForeignKey(
        Travail,
        on_delete=models.CASCADE,
        related_name="lignes_import",
        verbose_name=_("import"),
        db_index=False,
    )
    numero = models.PositiveIntegerField(_("ligne"))
    sort = models.CharField(_("sort"), max_length=10, choices=SortLigne.choices)
    libelle = models.CharField(_("libellé"), max_length=200, blank=True)
    details = models.JSONField(_("détails"), default=list, blank=True)

    objects = LigneImportQuerySet.as_manager()

    class Meta:
        db_table = "lignes_imports"
        verbose_name = _("ligne d’import")
        verbose_name_plural = _("lignes d’import")
        ordering = ("travail", "numero")
        constraints = (
            models.UniqueConstraint(fields=["travail", "numero"], name="ligne_import_unique"),
            models.CheckConstraint(
                name="ligne_import_sort_connu", condition=models.Q(sort__in=SortLigne.values)
            ),
        )

    def __str__(self) -> str:
        return f"{self.numero} : {self.get_sort_display()}"
