from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from erp.models import CleTri, Horodate
from stock.choices import StatutInventaire, TypeMouvement
from stock.querysets import (
    InventaireQuerySet,
    LigneInventaireQuerySet,
    MouvementQuerySet,
    PieceQuerySet,
    VehiculeQuerySet,
)


class PieceDetachee(Horodate):
    """A spare part. `stock_actuel` is written by the ledger's trigger alone: it always equals the ledger's sum."""

    reference = models.CharField(_("référence"), max_length=60, unique=True)
    designation = models.CharField(_("désignation"), max_length=200)
    unite = models.CharField(_("unité"), max_length=20, default="pièce")
    prix_unitaire = models.DecimalField(
        _("prix unitaire"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    stock_actuel = models.DecimalField(
        _("stock"), max_digits=12, decimal_places=2, default=Decimal(0), editable=False
    )
    stock_minimum = models.DecimalField(
        _("stock minimum"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    stock_maximum = models.DecimalField(
        _("stock maximum"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    emplacement = models.CharField(_("emplacement"), max_length=80, blank=True)
    fournisseur = models.CharField(_("fournisseur"), max_length=120, blank=True)
    types_compatibles = ArrayField(
        models.CharField(max_length=80),
        default=list,
        blank=True,
        verbose_name=_("types d’équipement compatibles"),
        help_text=_("Séparés par des virgules ; vide = tous."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = PieceQuerySet.as_manager()

    class Meta:
        db_table = "pieces_detachees"
        verbose_name = _("pièce détachée")
        verbose_name_plural = _("pièces détachées")
        ordering = (CleTri("designation"), "id")
        constraints = (
            models.CheckConstraint(
                name="piece_stock_positif",
                condition=Q(stock_actuel__gte=0),
                violation_error_message=_("Le stock ne peut pas être négatif."),
            ),
            models.CheckConstraint(name="piece_prix_positif", condition=Q(prix_unitaire__gte=0)),
            models.CheckConstraint(
                name="piece_minimum_maximum",
                condition=Q(stock_minimum__gte=0)
                & (Q(stock_maximum__isnull=True) | Q(stock_maximum__gte=F("stock_minimum"))),
                violation_error_message=_("Le maximum est inférieur au minimum."),
            ),
        )
        triggers = (
            # depth 1 is a statement from outside; the ledger's own trigger writes at depth 2
            pgtrigger.Trigger(
                name="stock_par_mouvement_seul",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("stock_actuel"),
                func="""
                    IF (TG_OP = 'INSERT' AND NEW.stock_actuel <> 0)
                       OR (TG_OP = 'UPDATE' AND NEW.stock_actuel <> OLD.stock_actuel AND pg_trigger_depth() < 2) THEN
                        RAISE EXCEPTION 'stock_actuel changes through mouvements_stock only'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_par_mouvement_seul';
                    END IF;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.reference} – {self.designation}"

    def get_absolute_url(self) -> str:
        return reverse("stock:detail", args=[self.pk])

    @property
    def sous_minimum(self) -> bool:
        return self.stock_actuel < self.stock_minimum


class MouvementStock(Horodate):
    """One line of the append-only ledger: what moved, and the stock before and after it."""

    piece = models.ForeignKey(
        PieceDetachee, on_delete=models.PROTECT, related_name="mouvements", verbose_name=_("pièce")
    )
    type_mouvement = models.CharField(_("type"), max_length=20, choices=TypeMouvement.choices)
    quantite = models.DecimalField(_("quantité"), max_digits=12, decimal_places=2)
    stock_avant = models.DecimalField(_("stock avant"), max_digits=12, decimal_places=2)
    stock_apres = models.DecimalField(_("stock après"), max_digits=12, decimal_places=2)
    prix_unitaire = models.DecimalField(_("prix unitaire"), max_digits=12, decimal_places=2)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("par"),
    )
    motif = models.CharField(_("motif"), max_length=300, blank=True)
    date_mouvement = models.DateTimeField(_("date"), auto_now_add=True)

    objects = MouvementQuerySet.as_manager()

    class Meta:
        db_table = "mouvements_stock"
        verbose_name = _("mouvement de stock")
        verbose_name_plural = _("mouvements de stock")
        ordering = ("-id",)
        indexes = (models.Index(fields=["piece", "-id"], name="idx_mouvement_piece"),)
        constraints = (
            models.CheckConstraint(name="mouvement_quantite_positive", condition=Q(quantite__gt=0)),
            models.CheckConstraint(
                name="mouvement_coherent",
                condition=Q(
                    type_mouvement__in=[TypeMouvement.ENTREE, TypeMouvement.RETOUR],
                    stock_apres=F("stock_avant") + F("quantite"),
                )
                | Q(
                    type_mouvement=TypeMouvement.SORTIE,
                    stock_apres=F("stock_avant") - F("quantite"),
                )
                | Q(
                    Q(stock_apres=F("stock_avant") + F("quantite"))
                    | Q(stock_apres=F("stock_avant") - F("quantite")),
                    type_mouvement=TypeMouvement.AJUSTEMENT,
                ),
            ),
        )
        triggers = (
            pgtrigger.Protect(
                name="mouvement_inalterable", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            pgtrigger.Trigger(
                name="mouvement_ecrit_stock",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("actuel", "numeric")],
                func="""
                    SELECT stock_actuel INTO actuel FROM pieces_detachees
                     WHERE id = NEW.piece_id FOR NO KEY UPDATE;
                    IF actuel IS DISTINCT FROM NEW.stock_avant THEN
                        RAISE EXCEPTION 'the ledger says %, the movement starts from %', actuel, NEW.stock_avant
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'mouvement_suit_le_stock';
                    END IF;
                    UPDATE pieces_detachees SET stock_actuel = NEW.stock_apres, updated_at = now()
                     WHERE id = NEW.piece_id;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_type_mouvement_display()} {self.quantite} × {self.piece}"


class PieceVehicule(Horodate):
    """So much of a part rides in the van of a technicien (his account: he stands beside this app).

    It is some of `stock_actuel`, not more of it: what is at the store is the rest.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="pieces_vehicule",
        verbose_name=_("technicien"),
    )
    piece = models.ForeignKey(
        PieceDetachee, on_delete=models.PROTECT, related_name="vehicules", verbose_name=_("pièce")
    )
    quantite = models.DecimalField(_("quantité"), max_digits=12, decimal_places=2)

    objects = VehiculeQuerySet.as_manager()

    class Meta:
        db_table = "pieces_vehicules"
        verbose_name = _("pièce dans un véhicule")
        verbose_name_plural = _("pièces dans les véhicules")
        ordering = ("user", "piece")
        constraints = (
            models.UniqueConstraint(fields=["user", "piece"], name="vehicule_une_ligne_par_piece"),
            models.CheckConstraint(name="vehicule_quantite_positive", condition=Q(quantite__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.quantite} × {self.piece}"


class Inventaire(Horodate):
    """A count of what is on the shelves. Nothing of it touches the ledger before it is validated, as a whole."""

    libelle = models.CharField(_("libellé"), max_length=120, blank=True)
    statut = models.CharField(
        _("statut"),
        max_length=20,
        choices=StatutInventaire.choices,
        default=StatutInventaire.EN_COURS,
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("par"),
    )
    date_validation = models.DateTimeField(_("validé le"), null=True, blank=True)

    objects = InventaireQuerySet.as_manager()

    class Meta:
        db_table = "inventaires"
        verbose_name = _("inventaire")
        verbose_name_plural = _("inventaires")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="inventaire_date_si_valide",
                condition=Q(statut=StatutInventaire.VALIDE, date_validation__isnull=False)
                | Q(statut=StatutInventaire.EN_COURS, date_validation__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.libelle or _("Inventaire n° %(numero)s") % {"numero": self.pk}

    def get_absolute_url(self) -> str:
        return reverse("stock:inventaire", args=[self.pk])

    @property
    def en_cours(self) -> bool:
        return self.statut == StatutInventaire.EN_COURS


class LigneInventaire(Horodate):
    """One part as it was counted. `stock_registre` is what the ledger said at that moment: what moved since is kept."""

    inventaire = models.ForeignKey(
        Inventaire,
        on_delete=models.CASCADE,
        related_name="lignes",
        verbose_name=_("inventaire"),
        db_index=False,
    )
    piece = models.ForeignKey(
        PieceDetachee, on_delete=models.PROTECT, related_name="+", verbose_name=_("pièce")
    )
    quantite = models.DecimalField(
        _("compté"), max_digits=12, decimal_places=2, validators=[MinValueValidator(0)]
    )
    stock_registre = models.DecimalField(_("registre"), max_digits=12, decimal_places=2)
    compte_le = models.DateTimeField(_("compté le"), auto_now=True)
    mouvement = models.OneToOneField(
        MouvementStock,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("mouvement"),
    )

    objects = LigneInventaireQuerySet.as_manager()

    class Meta:
        db_table = "lignes_inventaires"
        verbose_name = _("pièce comptée")
        verbose_name_plural = _("pièces comptées")
        ordering = ("-compte_le", "-id")
        constraints = (
            models.UniqueConstraint(fields=["inventaire", "piece"], name="ligne_une_par_piece"),
            models.CheckConstraint(name="ligne_quantite_positive", condition=Q(quantite__gte=0)),
        )

    def __str__(self) -> str:
        return f"{self.piece} : {self.quantite}"

    @property
    def ecart(self) -> Decimal:
        """What the shelf holds more (or less) than the ledger said."""
        return self.quantite - self.stock_registre

    @property
    def valeur(self) -> Decimal:
        """Of the difference, in MAD, at the part's present price."""
        return self.ecart * self.piece.prix_unitaire
