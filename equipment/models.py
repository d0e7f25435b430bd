from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Contrat, Site
from equipment.choices import Criticite, StatutEquipement
from equipment.querysets import (
    CompteurQuerySet,
    CouvertureQuerySet,
    EquipementQuerySet,
    HistoriqueEquipementQuerySet,
    ReleveQuerySet,
)
from erp.models import CleCode, CleTri, Horodate


class Equipement(Horodate):
    """A machine of a client's. It stays with its client: once it has a history the database refuses another."""

    nom = models.CharField(_("nom"), max_length=200)
    code_interne = models.CharField(
        _("code interne"),
        max_length=40,
        unique=True,
        validators=[
            # a first letter or digit: the code is a step of an address, where ".." would mean another
            RegexValidator(
                r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("Lettres sans accent, chiffres, point, tiret.")
            )
        ],
        help_text=_("Imprimé sur l’étiquette QR."),
    )
    numero_serie = models.CharField(_("numéro de série"), max_length=100, blank=True)
    type_equipement = models.CharField(_("type"), max_length=80)
    marque = models.CharField(_("marque"), max_length=80, blank=True)
    modele = models.CharField(_("modèle"), max_length=80, blank=True)
    client = models.ForeignKey(
        Client,
        on_delete=models.PROTECT,
        related_name="equipements",
        verbose_name=_("client"),
        db_index=False,
    )
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="equipements",
        verbose_name=_("site"),
    )
    localisation = models.CharField(_("localisation"), max_length=200, blank=True)
    batiment = models.CharField(_("bâtiment"), max_length=80, blank=True)
    etage = models.CharField(_("étage"), max_length=40, blank=True)
    zone = models.CharField(_("zone"), max_length=80, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="composants",
        verbose_name=_("fait partie de"),
    )
    statut = models.CharField(
        _("statut"),
        max_length=20,
        choices=StatutEquipement.choices,
        default=StatutEquipement.OPERATIONNEL,
    )
    criticite = models.CharField(
        _("criticité"), max_length=20, choices=Criticite.choices, default=Criticite.NORMALE
    )
    specifications = models.JSONField(_("caractéristiques"), default=dict, blank=True)
    date_installation = models.DateField(_("installation"), null=True, blank=True)
    date_mise_en_service = models.DateField(_("mise en service"), null=True, blank=True)
    date_fin_garantie = models.DateField(_("fin de garantie"), null=True, blank=True)
    frequence_entretien_jours = models.PositiveSmallIntegerField(
        _("fréquence d’entretien (jours)"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    cout_acquisition = models.DecimalField(
        _("coût d’acquisition"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    contrats = models.ManyToManyField(
        Contrat,
        through="CouvertureContrat",
        related_name="equipements",
        blank=True,
        verbose_name=_("contrats"),
    )

    objects = EquipementQuerySet.as_manager()

    class Meta:
        db_table = "equipements"
        verbose_name = _("équipement")
        verbose_name_plural = _("équipements")
        ordering = ("code_interne",)
        indexes = (
            models.Index(fields=["client", "statut"], name="idx_equipement_client_statut"),
            models.Index(fields=["statut", "criticite"], name="idx_equipement_statut"),
            models.Index(CleTri("nom"), "id", name="idx_equipement_tri"),
            # found while one types, by any part of a name or code: see trouver()
            GinIndex(OpClass(CleTri("nom"), name="gin_trgm_ops"), name="idx_equipement_nom"),
            GinIndex(
                OpClass(CleCode("code_interne"), name="gin_trgm_ops"), name="idx_equipement_code"
            ),
            GinIndex(
                OpClass(CleCode("numero_serie"), name="gin_trgm_ops"), name="idx_equipement_serie"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["numero_serie"],
                condition=~Q(numero_serie=""),
                name="equipement_serie_unique",
                violation_error_message=_("Un équipement porte déjà ce numéro de série."),
            ),
            # the target of the composite foreign key that ties an intervention to the client of its équipement
            models.UniqueConstraint(fields=["id", "client"], name="equipement_id_client"),
            models.CheckConstraint(
                name="equipement_pas_son_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message=_("Un équipement ne peut pas faire partie de lui-même."),
            ),
            models.CheckConstraint(
                name="equipement_statut_connu", condition=Q(statut__in=StatutEquipement.values)
            ),
            models.CheckConstraint(
                name="equipement_cout_positif",
                condition=Q(cout_acquisition__isnull=True) | Q(cout_acquisition__gte=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.nom} ({self.code_interne})"

    def get_absolute_url(self) -> str:
        return reverse("equipment:detail", args=[self.pk])


class HistoriqueEquipement(Horodate):
    """One move of a machine's statut. The database refuses to change it; it goes with the machine.

    `origine` is the reference of the intervention that moved it, `motif` what somebody typed.
    """

    equipement = models.ForeignKey(
        Equipement,
        on_delete=models.CASCADE,
        related_name="historique",
        verbose_name=_("équipement"),
        db_index=False,
    )
    ancien_statut = models.CharField(
        _("ancien statut"), max_length=20, choices=StatutEquipement.choices
    )
    nouveau_statut = models.CharField(
        _("nouveau statut"), max_length=20, choices=StatutEquipement.choices
    )
    motif = models.CharField(_("motif"), max_length=300, blank=True)
    origine = models.CharField(_("origine"), max_length=20, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("par"),
        db_index=False,
    )
    horodatage = models.DateTimeField(_("le"), default=timezone.now)

    objects = HistoriqueEquipementQuerySet.as_manager()

    class Meta:
        db_table = "historiques_equipements"
        verbose_name = _("changement de statut")
        verbose_name_plural = _("changements de statut")
        ordering = ("-horodatage", "-id")
        indexes = (
            models.Index(fields=["equipement", "-horodatage"], name="idx_historique_equipement"),
        )
        triggers = (
            pgtrigger.Protect(name="historique_equipement_inalterable", operation=pgtrigger.Update),
        )

    def __str__(self) -> str:
        return (
            f"{self.get_ancien_statut_display()} → {self.get_nouveau_statut_display()} : "
            f"{self.equipement}"
        )


class CouvertureContrat(Horodate):
    """A contract covers an équipement.

    `periode` and `actif` are copied from the contract by a trigger, so that an exclusion constraint can refuse two
    active contracts on one équipement over overlapping dates, whoever writes and however concurrently.
    """

    equipement = models.ForeignKey(Equipement, on_delete=models.CASCADE, related_name="couvertures")
    contrat = models.ForeignKey(Contrat, on_delete=models.CASCADE, related_name="couvertures")
    periode = DateRangeField(editable=False, null=True)
    actif = models.BooleanField(editable=False, default=False)

    objects = CouvertureQuerySet.as_manager()

    class Meta:
        db_table = "couvertures_contrats"
        verbose_name = _("équipement couvert")
        verbose_name_plural = _("équipements couverts")
        constraints = (
            models.UniqueConstraint(fields=["equipement", "contrat"], name="couverture_unique"),
            ExclusionConstraint(
                name="couverture_sans_chevauchement",
                expressions=[
                    ("equipement", RangeOperators.EQUAL),
                    ("periode", RangeOperators.OVERLAPS),
                ],
                condition=Q(actif=True),
                violation_error_message=_(
                    "Un autre contrat actif couvre déjà cet équipement à ces dates."
                ),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="couverture_suit_contrat",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("le_client", "bigint")],
                func="""
                    SELECT daterange(c.date_debut, c.date_fin, '[]'), c.statut = 'actif', c.client_id
                      INTO NEW.periode, NEW.actif, le_client
                      FROM contrats c WHERE c.id = NEW.contrat_id FOR SHARE;
                    IF NOT EXISTS (SELECT 1 FROM equipements e
                                    WHERE e.id = NEW.equipement_id AND e.client_id = le_client) THEN
                        RAISE EXCEPTION 'the contract belongs to another client'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'couverture_meme_client';
                    END IF;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.contrat} → {self.equipement}"


class Compteur(Horodate):
    """A meter of an équipement: running hours, cycles, kilometres …"""

    equipement = models.ForeignKey(
        Equipement, on_delete=models.CASCADE, related_name="compteurs", verbose_name=_("équipement")
    )
    nom = models.CharField(_("nom"), max_length=80)
    unite = models.CharField(_("unité"), max_length=20, default="h")

    objects = CompteurQuerySet.as_manager()

    class Meta:
        db_table = "compteurs"
        verbose_name = _("compteur")
        verbose_name_plural = _("compteurs")
        ordering = ("equipement", "nom")
        constraints = (
            models.UniqueConstraint(
                fields=["equipement", "nom"],
                name="compteur_nom_unique",
                violation_error_message=_("Cet équipement a déjà un compteur de ce nom."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.nom} ({self.unite})"


class ReleveCompteur(Horodate):
    """One reading. Lower than the one before it is refused, unless the meter was replaced."""

    compteur = models.ForeignKey(
        Compteur, on_delete=models.CASCADE, related_name="releves", verbose_name=_("compteur")
    )
    valeur = models.DecimalField(
        _("valeur"), max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    date_releve = models.DateTimeField(_("relevé le"))
    remplacement = models.BooleanField(_("compteur remplacé"), default=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("par"),
    )

    objects = ReleveQuerySet.as_manager()

    class Meta:
        db_table = "releves_compteurs"
        verbose_name = _("relevé")
        verbose_name_plural = _("relevés")
        ordering = ("-date_releve", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["compteur", "date_releve"], name="releve_un_par_instant"
            ),
            models.CheckConstraint(name="releve_positif", condition=Q(valeur__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.valeur} {self.compteur.unite}"
