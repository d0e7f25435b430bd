"""Bases shared by every app, and the company's own settings."""

from datetime import time, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Length, Now
from django.utils.translation import gettext_lazy as _

# Constraints speak of the length of a text: `description__length`.
models.TextField.register_lookup(Length)


class Horodate(models.Model):
    """Base of every table: when the row was made and last written (UTC)."""

    created_at = models.DateTimeField(
        _("créé le"), auto_now_add=True, db_default=Now(), editable=False
    )
    updated_at = models.DateTimeField(
        _("modifié le"), auto_now=True, db_default=Now(), editable=False
    )

    class Meta:
        abstract = True

    def enregistrer(self, *champs: str) -> None:
        """Write the named fields of an existing row, and `updated_at`; no other column is touched."""
        self.save(update_fields=[*champs, "updated_at"])


class CleTri(models.Func):
    """Sort key of a name: without accents or case, so that Élodie comes before Zoubir (the C locale puts her after)."""

    function = "cle_tri"
    output_field = models.TextField()


class ParametresSociete(Horodate):
    """The company that runs this installation: one row, changed in the admin."""

    nom = models.CharField(_("nom"), max_length=200, default="MIF Maroc")
    adresse = models.TextField(_("adresse"), blank=True)
    telephone = models.CharField(_("téléphone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    ice = models.CharField(_("ICE"), max_length=15, blank=True)
    heure_ouverture = models.TimeField(_("ouverture"), default=time(8, 30))
    heure_fermeture = models.TimeField(_("fermeture"), default=time(18, 0))
    jours_ouvres = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        blank=True,
        verbose_name=_("jours ouvrés"),
        help_text=_("0 = lundi … 6 = dimanche ; vide = lundi à vendredi"),
    )
    delai_archivage_jours = models.PositiveSmallIntegerField(
        _("archivage après (jours)"),
        default=90,
        help_text=_("Une intervention clôturée ou annulée est archivée après ce délai."),
    )
    delai_alerte_heures = models.PositiveSmallIntegerField(
        _("alerte avant échéance (heures)"),
        default=4,
        help_text=_(
            "Le technicien et les responsables sont prévenus autant d’heures avant la date limite."
        ),
    )

    class Meta:
        db_table = "parametres_societe"
        verbose_name = _("paramètres de la société")
        verbose_name_plural = _("paramètres de la société")
        constraints = (
            models.CheckConstraint(name="parametres_une_seule_ligne", condition=models.Q(pk=1)),
        )

    def __str__(self) -> str:
        return self.nom

    @classmethod
    def actuels(cls) -> "ParametresSociete":
        """The one row; the defaults when nobody has changed anything yet."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)


DUREE_CLE = timedelta(hours=24)


class CleIdempotence(Horodate):
    """The first answer to a POST that carried an `Idempotency-Key`, kept for `DUREE_CLE`.

    `utilisateur` is a plain id: users stand above this app, and a row lives for a day.
    """

    utilisateur = models.BigIntegerField(_("utilisateur"))
    cle = models.CharField(_("clé"), max_length=255)
    empreinte = models.BinaryField(_("empreinte de la demande"))
    statut = models.PositiveSmallIntegerField(_("statut HTTP"), null=True)
    en_tetes = models.JSONField(_("en-têtes"), default=dict)
    corps = models.BinaryField(_("corps"), default=b"")

    class Meta:
        db_table = "cles_idempotence"
        verbose_name = _("clé d’idempotence")
        verbose_name_plural = _("clés d’idempotence")
        indexes = (models.Index(fields=["created_at"], name="idx_cle_idempotence_date"),)
        constraints = (
            models.UniqueConstraint(fields=["utilisateur", "cle"], name="cle_idempotence_unique"),
        )

    def __str__(self) -> str:
        return self.cle
