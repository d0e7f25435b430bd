from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from accounts.fields import EmailMinuscule
from clients.choices import (
    Couverture,
    NiveauService,
    Priorite,
    StatutContrat,
    TypeClient,
    TypeContrat,
)
from clients.querysets import (
    ClientQuerySet,
    ContactQuerySet,
    ContratQuerySet,
    EngagementQuerySet,
    SiteQuerySet,
)
from erp.horaires import valider_horaires
from erp.models import CleTri, Horodate

ICE = RegexValidator(r"^\d{15}$", _("L’ICE compte exactement 15 chiffres."))
LATITUDE = (MinValueValidator(Decimal(-90)), MaxValueValidator(Decimal(90)))
LONGITUDE = (MinValueValidator(Decimal(-180)), MaxValueValidator(Decimal(180)))


class Client(Horodate):
    """A company (or person) whose équipements are maintained."""

    nom_entreprise = models.CharField(_("raison sociale"), max_length=200)
    nom_commercial = models.CharField(_("nom commercial"), max_length=200, blank=True)
    type_client = models.CharField(
        _("type"), max_length=20, choices=TypeClient.choices, default=TypeClient.ENTREPRISE
    )
    secteur_activite = models.CharField(_("secteur d’activité"), max_length=100, blank=True)
    ice = models.CharField(_("ICE"), max_length=15, blank=True, validators=[ICE])
    identifiant_fiscal = models.CharField(_("identifiant fiscal"), max_length=20, blank=True)
    registre_commerce = models.CharField(_("registre de commerce"), max_length=30, blank=True)
    patente = models.CharField(_("patente"), max_length=20, blank=True)
    cnss = models.CharField(_("CNSS"), max_length=20, blank=True)
    contact_nom = models.CharField(_("contact principal"), max_length=200, blank=True)
    contact_fonction = models.CharField(_("fonction du contact"), max_length=100, blank=True)
    email = EmailMinuscule(_("e-mail"), max_length=255, blank=True)
    telephone = PhoneNumberField(_("téléphone"), blank=True)
    telephone_mobile = PhoneNumberField(_("téléphone mobile"), blank=True)
    adresse = models.CharField(_("adresse"), max_length=300, blank=True)
    code_postal = models.CharField(_("code postal"), max_length=10, blank=True)
    ville = models.CharField(_("ville"), max_length=100, blank=True)
    region = models.CharField(_("région"), max_length=100, blank=True)
    pays = models.CharField(_("pays"), max_length=100, default="Maroc")
    niveau_service = models.CharField(
        _("niveau de service"),
        max_length=20,
        choices=NiveauService.choices,
        default=NiveauService.STANDARD,
    )
    instructions_particulieres = models.TextField(_("instructions particulières"), blank=True)
    notes_commerciales = models.TextField(
        _("notes commerciales"), blank=True, help_text=_("Jamais montrées au client.")
    )
    is_active = models.BooleanField(_("actif"), default=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        db_table = "clients"
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = (CleTri("nom_entreprise"), "id")
        indexes = (models.Index(CleTri("nom_entreprise"), "id", name="idx_client_tri"),)
        constraints = (
            models.UniqueConstraint(
                fields=["ice"],
                condition=~Q(ice=""),
                name="client_ice_unique",
                violation_error_message=_("Un client porte déjà cet ICE."),
            ),
            models.CheckConstraint(
                name="client_ice_15_chiffres",
                condition=Q(ice="") | Q(ice__regex=r"^\d{15}$"),
                violation_error_message=_("L’ICE compte exactement 15 chiffres."),
            ),
        )

    def __str__(self) -> str:
        return self.nom_entreprise

    def get_absolute_url(self) -> str:
        return reverse("clients:detail", args=[self.pk])


class Contact(Horodate):
    """A person at the client's; with a `user` he may enter the portal."""

    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("client")
    )
    nom = models.CharField(_("nom"), max_length=200)
    fonction = models.CharField(_("fonction"), max_length=100, blank=True)
    email = EmailMinuscule(_("e-mail"), max_length=255, blank=True)
    telephone = PhoneNumberField(_("téléphone"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contact",
        verbose_name=_("compte du portail"),
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        db_table = "contacts"
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = (CleTri("nom"), "id")

    def __str__(self) -> str:
        return self.nom


class Site(Horodate):
    """A place of the client's, where équipements stand; travel is computed between sites."""

    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, related_name="sites", verbose_name=_("client")
    )
    nom = models.CharField(_("nom"), max_length=200)
    adresse = models.CharField(_("adresse"), max_length=300, blank=True)
    ville = models.CharField(_("ville"), max_length=100, blank=True)
    latitude = models.DecimalField(
        _("latitude"), max_digits=9, decimal_places=6, null=True, blank=True, validators=LATITUDE
    )
    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True, validators=LONGITUDE
    )
    instructions_acces = models.TextField(_("instructions d’accès"), blank=True)
    heures_ouverture = models.CharField(
        _("heures d’ouverture"),
        max_length=200,
        blank=True,
        validators=[valider_horaires],
        help_text=_("Par exemple : lun-ven 08:00-17:00."),
    )

    objects = SiteQuerySet.as_manager()

    class Meta:
        db_table = "sites"
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = (CleTri("nom"), "id")
        constraints = (
            models.UniqueConstraint(
                fields=["client", "nom"],
                name="site_nom_unique_par_client",
                violation_error_message=_("Ce client a déjà un site de ce nom."),
            ),
            # the target of the composite foreign keys that keep an équipement on a site of its own client
            models.UniqueConstraint(fields=["id", "client"], name="site_id_client"),
            models.CheckConstraint(
                name="site_position_complete",
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
        return self.nom

    def get_absolute_url(self) -> str:
        return reverse("clients:site", args=[self.pk])


class Contrat(Horodate):
    """What was promised to a client; how much of it is used is derived from the interventions, never typed."""

    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, related_name="contrats", verbose_name=_("client")
    )
    numero = models.CharField(_("numéro"), max_length=40, unique=True)
    type_contrat = models.CharField(_("type"), max_length=30, choices=TypeContrat.choices)
    statut = models.CharField(
        _("statut"), max_length=20, choices=StatutContrat.choices, default=StatutContrat.BROUILLON
    )
    date_debut = models.DateField(_("début"))
    date_fin = models.DateField(_("fin"))
    montant_annuel = models.DecimalField(
        _("montant annuel"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    devise = models.CharField(_("devise"), max_length=3, default="MAD")
    interventions_incluses = models.PositiveIntegerField(
        _("interventions incluses"), null=True, blank=True
    )
    heures_incluses = models.PositiveIntegerField(_("heures incluses"), null=True, blank=True)
    couverture = models.CharField(
        _("couverture"), max_length=20, choices=Couverture.choices, default=Couverture.OUVREE
    )
    reconduction_tacite = models.BooleanField(_("reconduction tacite"), default=False)
    notes = models.TextField(_("notes"), blank=True)

    objects = ContratQuerySet.as_manager()

    class Meta:
        db_table = "contrats"
        verbose_name = _("contrat")
        verbose_name_plural = _("contrats")
        ordering = ("-date_debut", "-id")
        indexes = (models.Index(fields=["statut", "date_fin"], name="idx_contrat_statut_fin"),)
        constraints = (
            models.UniqueConstraint(fields=["id", "client"], name="contrat_id_client"),
            models.CheckConstraint(
                name="contrat_dates",
                condition=Q(date_fin__gte=F("date_debut")),
                violation_error_message=_("La fin du contrat précède son début."),
            ),
            models.CheckConstraint(
                name="contrat_montant_positif", condition=Q(montant_annuel__gte=0)
            ),
            models.CheckConstraint(
                name="contrat_statut_connu", condition=Q(statut__in=StatutContrat.values)
            ),
        )

    def __str__(self) -> str:
        return self.numero

    def get_absolute_url(self) -> str:
        return reverse("clients:contrat", args=[self.pk])

    @property
    def en_vigueur(self) -> bool:
        """Active, and today lies within its dates."""
        return (
            self.statut == StatutContrat.ACTIF
            and self.date_debut <= timezone.localdate() <= self.date_fin
        )


class EngagementSLA(Horodate):
    """Response and resolution time, in hours, that a contract promises for one priorité."""

    contrat = models.ForeignKey(
        Contrat, on_delete=models.CASCADE, related_name="engagements", verbose_name=_("contrat")
    )
    priorite = models.CharField(_("priorité"), max_length=20, choices=Priorite.choices)
    reponse_heures = models.PositiveSmallIntegerField(
        _("prise en charge (h)"), validators=[MinValueValidator(1)]
    )
    resolution_heures = models.PositiveSmallIntegerField(
        _("résolution (h)"), validators=[MinValueValidator(1)]
    )

    objects = EngagementQuerySet.as_manager()

    class Meta:
        db_table = "engagements_sla"
        verbose_name = _("engagement de service")
        verbose_name_plural = _("engagements de service")
        ordering = ("contrat", "resolution_heures")
        constraints = (
            models.UniqueConstraint(
                fields=["contrat", "priorite"], name="engagement_unique_par_priorite"
            ),
            models.CheckConstraint(
                name="engagement_reponse_avant_resolution",
                condition=Q(reponse_heures__gte=1, resolution_heures__gte=F("reponse_heures")),
                violation_error_message=_(
                    "La résolution ne peut pas être promise avant la prise en charge."
                ),
            ),
        )

    def __str__(self) -> str:
        return (
            f"{self.get_priorite_display()} : {self.reponse_heures} h / {self.resolution_heures} h"
        )
