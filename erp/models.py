"""Bases shared by every app, and the company's own settings."""

from datetime import timedelta

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models.functions import Length, Now
from django.utils.translation import gettext_lazy as _

from erp.enonces import Requete, mettre_a_jour
from erp.horaires import valider_horaires

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
        mettre_a_jour(self, (*champs, "updated_at"))


class CleTri(models.Func):
    """Sort key of a name: without accents or case, so that Élodie comes before Zoubir (the C locale puts her after)."""

    function = "cle_tri"
    output_field = models.TextField()


class CleCode(models.Func):
    """A code or serial number as one says it on the telephone: `GF-003 b` is `gf003b`."""

    template = "translate(lower(%(expressions)s), ' -._/', '')"
    output_field = models.TextField()


class ParametresSociete(Horodate):
    """The company that runs this installation: one row, changed in the admin."""

    nom = models.CharField(_("nom"), max_length=200, default="MIF Maroc")
    adresse = models.TextField(_("adresse"), blank=True)
    telephone = models.CharField(_("téléphone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    ice = models.CharField(_("ICE"), max_length=15, blank=True)
    horaires = models.CharField(
        _("horaires"),
        max_length=200,
        default="lun-ven 08:30-18:00",
        validators=[valider_horaires],
        help_text=_("Par exemple : lun-jeu 08:30-12:30, 14:00-18:30 ; ven 08:30-12:00."),
    )
    horaires_ramadan = models.CharField(
        _("horaires du Ramadan"),
        max_length=200,
        blank=True,
        validators=[valider_horaires],
        help_text=_("Vides : les mêmes que le reste de l’année."),
    )
    latitude = models.DecimalField(
        _("latitude du magasin"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    longitude = models.DecimalField(
        _("longitude du magasin"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("Où les techniciens passent prendre les pièces ; vide : pas de passage."),
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
    delai_escalade_heures = models.PositiveSmallIntegerField(
        _("escalade après (heures)"),
        default=4,
        help_text=_(
            "Les administrateurs sont prévenus autant d’heures après les responsables, si le retard dure."
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
        lignes = _PARAMETRES(1)
        return lignes[0] if lignes else cls(pk=1)


_PARAMETRES: Requete[ParametresSociete] = Requete(
    lambda pk: ParametresSociete.objects.filter(pk=pk)
)


class JourFerie(Horodate):
    """What the company knows better than the published list of public holidays: a day more, or a day that is worked.

    Lunar days are published as estimates; once they are announced, the right day is entered here and the estimated one
    is entered as worked.
    """

    jour = models.DateField(_("jour"), unique=True)
    libelle = models.CharField(_("libellé"), max_length=120)
    chome = models.BooleanField(
        _("chômé"),
        default=True,
        help_text=_("Décochez pour travailler un jour que la liste ferme."),
    )

    class Meta:
        db_table = "jours_feries"
        verbose_name = _("jour férié")
        verbose_name_plural = _("jours fériés")
        ordering = ("-jour",)

    def __str__(self) -> str:
        return f"{self.libelle} ({self.jour:%d/%m/%Y})"


class PeriodeRamadan(Horodate):
    """A month of Ramadan once its dates are known; a year without one takes the estimate."""

    debut = models.DateField(_("premier jour"))
    fin = models.DateField(_("dernier jour"))

    class Meta:
        db_table = "periodes_ramadan"
        verbose_name = _("mois de Ramadan")
        verbose_name_plural = _("mois de Ramadan")
        ordering = ("-debut",)
        constraints = (
            models.CheckConstraint(
                name="ramadan_fin_apres_debut",
                condition=models.Q(fin__gte=models.F("debut")),
                violation_error_message=_("Le dernier jour vient après le premier."),
            ),
            ExclusionConstraint(
                name="ramadan_sans_recouvrement",
                expressions=[
                    (
                        models.Func(
                            "debut",
                            "fin",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
                violation_error_message=_("Ces dates recouvrent un autre mois de Ramadan."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.debut:%d/%m/%Y} – {self.fin:%d/%m/%Y}"


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
