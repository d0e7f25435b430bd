from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from clients.models import LATITUDE, LONGITUDE
from erp.horaires import valider_horaires
from erp.models import CleTri, Horodate
from technicians.choices import NiveauCompetence, StatutAbsence, TypeAbsence
from technicians.querysets import (
    CompetenceQuerySet,
    DisponibiliteQuerySet,
    OutilQuerySet,
    TechnicienCompetenceQuerySet,
    TechnicienQuerySet,
)

# How long before its end a skill is shown as about to expire.
ALERTE_EXPIRATION = timedelta(days=60)


class Periode(Func):
    """The half-open period [debut, fin) of a row, for exclusion constraints."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()

    def __init__(self, debut: str = "debut", fin: str = "fin") -> None:
        super().__init__(F(debut), F(fin), RangeBoundary())


class Competence(Horodate):
    """A skill that an intervention may require."""

    nom = models.CharField(_("nom"), max_length=100, unique=True)
    description = models.TextField(_("description"), blank=True)

    objects = CompetenceQuerySet.as_manager()

    class Meta:
        db_table = "competences"
        verbose_name = _("compétence")
        verbose_name_plural = _("compétences")
        ordering = (CleTri("nom"), "id")

    def __str__(self) -> str:
        return self.nom


class Outil(Horodate):
    """A tool that work may need: it rides in a technicien's van, or is fetched at the store.

    An inactive one is out of service: neither a van nor the store gives it.
    """

    nom = models.CharField(_("nom"), max_length=100)
    is_active = models.BooleanField(_("en service"), default=True)

    objects = OutilQuerySet.as_manager()

    class Meta:
        db_table = "outils"
        verbose_name = _("outil")
        verbose_name_plural = _("outils")
        ordering = (CleTri("nom"), "id")
        constraints = (
            models.UniqueConstraint(
                CleTri("nom"),
                name="outil_nom_unique",
                violation_error_message=_("Un outil porte déjà ce nom."),
            ),
        )

    def __str__(self) -> str:
        return self.nom


class Technicien(Horodate):
    """Somebody who goes out and does the work. Whether he is free at a moment is derived, never stored."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="technicien",
        verbose_name=_("compte"),
    )
    matricule = models.CharField(_("matricule"), max_length=30, unique=True)
    specialite = models.CharField(_("spécialité"), max_length=100, blank=True)
    equipe = models.CharField(_("équipe"), max_length=80, blank=True)
    zone_geographique = models.CharField(_("zone géographique"), max_length=100, blank=True)
    telephone = PhoneNumberField(_("téléphone"), blank=True)
    date_embauche = models.DateField(_("embauche"), null=True, blank=True)
    latitude = models.DecimalField(
        _("latitude du domicile"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=LATITUDE,
    )
    longitude = models.DecimalField(
        _("longitude du domicile"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=LONGITUDE,
    )
    heures_hebdomadaires = models.PositiveSmallIntegerField(
        _("heures par semaine"),
        default=44,
        validators=[MinValueValidator(1), MaxValueValidator(84)],
    )
    horaires = models.CharField(
        _("horaires"),
        max_length=200,
        blank=True,
        validators=[valider_horaires],
        help_text=_("Par exemple : lun-ven 07:00-15:00. Vides : ceux de la société."),
    )
    cout_horaire = models.DecimalField(
        _("coût horaire"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    notes_privees = models.TextField(_("notes privées"), blank=True)
    competences = models.ManyToManyField(
        Competence,
        through="TechnicienCompetence",
        related_name="techniciens",
        verbose_name=_("compétences"),
    )
    outils = models.ManyToManyField(
        Outil,
        blank=True,
        related_name="porteurs",
        verbose_name=_("outils dans son véhicule"),
    )

    objects = TechnicienQuerySet.as_manager()

    class Meta:
        db_table = "techniciens"
        verbose_name = _("technicien")
        verbose_name_plural = _("techniciens")
        ordering = ("matricule",)
        constraints = (
            models.CheckConstraint(
                name="technicien_cout_positif", condition=Q(cout_horaire__gte=0)
            ),
            models.CheckConstraint(
                name="technicien_position_complete",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                # a comparison with NULL does not fail a check: both must be said to be there
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                violation_error_message=_(
                    "Donnez la latitude et la longitude, ou aucune des deux."
                ),
            ),
        )

    def __str__(self) -> str:
        return self.user.full_name

    def get_absolute_url(self) -> str:
        return reverse("technicians:detail", args=[self.pk])


class TechnicienCompetence(Horodate):
    """A skill held; an expired one does not count."""

    technicien = models.ForeignKey(
        Technicien,
        on_delete=models.CASCADE,
        related_name="competences_detenues",
        verbose_name=_("technicien"),
    )
    competence = models.ForeignKey(
        Competence,
        on_delete=models.PROTECT,
        related_name="detenteurs",
        verbose_name=_("compétence"),
    )
    niveau = models.CharField(
        _("niveau"),
        max_length=20,
        choices=NiveauCompetence.choices,
        default=NiveauCompetence.INTERMEDIAIRE,
    )
    certifie = models.BooleanField(_("certifié"), default=False)
    date_acquisition = models.DateField(_("acquise le"), null=True, blank=True)
    date_expiration = models.DateField(_("expire le"), null=True, blank=True)

    objects = TechnicienCompetenceQuerySet.as_manager()

    class Meta:
        db_table = "techniciens_competences"
        verbose_name = _("compétence détenue")
        verbose_name_plural = _("compétences détenues")
        ordering = ("technicien", "competence")
        constraints = (
            models.UniqueConstraint(
                fields=["technicien", "competence"],
                name="competence_detenue_une_fois",
                violation_error_message=_("Le technicien a déjà cette compétence."),
            ),
            models.CheckConstraint(
                name="competence_dates",
                condition=Q(date_expiration__isnull=True)
                | Q(date_acquisition__isnull=True)
                | Q(date_expiration__gte=F("date_acquisition")),
                violation_error_message=_("L’expiration précède l’acquisition."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.competence} ({self.get_niveau_display()})"

    @property
    def expiree(self) -> bool:
        return self.date_expiration is not None and self.date_expiration < timezone.localdate()

    @property
    def expire_bientot(self) -> bool:
        """Still counts, but for less than `ALERTE_EXPIRATION`."""
        return (
            self.date_expiration is not None
            and not self.expiree
            and self.date_expiration <= timezone.localdate() + ALERTE_EXPIRATION
        )


class Disponibilite(Horodate):
    """A period during which a technicien is away: [debut, fin). Only accepted ones count against him."""

    technicien = models.ForeignKey(
        Technicien,
        on_delete=models.CASCADE,
        related_name="disponibilites",
        verbose_name=_("technicien"),
    )
    type = models.CharField(_("type"), max_length=20, choices=TypeAbsence.choices)
    debut = models.DateTimeField(_("début"))
    fin = models.DateTimeField(_("fin"))
    motif = models.CharField(_("motif"), max_length=300, blank=True)
    statut = models.CharField(
        _("statut"), max_length=20, choices=StatutAbsence.choices, default=StatutAbsence.ACCEPTEE
    )

    objects = DisponibiliteQuerySet.as_manager()

    class Meta:
        db_table = "disponibilites"
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("debut", "id")
        constraints = (
            models.CheckConstraint(
                name="disponibilite_dates",
                condition=Q(fin__gt=F("debut")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
            ExclusionConstraint(
                name="disponibilite_sans_chevauchement",
                expressions=[
                    ("technicien", RangeOperators.EQUAL),
                    (Periode(), RangeOperators.OVERLAPS),
                ],
                condition=~Q(statut=StatutAbsence.REFUSEE),
                violation_error_message=_("Ce technicien a déjà une absence à ces dates."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.technicien} : {self.get_type_display()}"
