from datetime import date, timedelta

from django.core.validators import MaxLengthValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from equipment.models import Compteur, Equipement
from erp.models import CleTri, Horodate
from interventions.choices import Priorite, Statut, TypeIntervention
from interventions.models import Intervention
from planning.choices import (
    Conclusion,
    EtatLigne,
    EtatProposition,
    GenreLigne,
    JourFerme,
    ModeEcheance,
    RaisonOmission,
)
from planning.querysets import (
    AbonnementQuerySet,
    GammeQuerySet,
    InspectionQuerySet,
    LigneQuerySet,
    OccurrenceQuerySet,
    PlanQuerySet,
    PropositionQuerySet,
    ReserveQuerySet,
)
from stock.models import PieceDetachee
from technicians.models import Competence, Outil, Technicien


class Gamme(Horodate):
    """A reusable work order: what a preventive intervention is made from."""

    titre = models.CharField(_("titre"), max_length=200, unique=True)
    description = models.TextField(
        _("description"),
        validators=[MinLengthValidator(10), MaxLengthValidator(2000)],
        max_length=2000,
    )
    type_intervention = models.CharField(
        _("type"),
        max_length=20,
        choices=TypeIntervention.choices,
        default=TypeIntervention.PREVENTIVE,
    )
    priorite = models.CharField(
        _("priorité"), max_length=20, choices=Priorite.choices, default=Priorite.PROGRAMMEE
    )
    duree_estimee = models.PositiveIntegerField(
        _("durée estimée (min)"), default=60, validators=[MinValueValidator(1)]
    )
    competences = models.ManyToManyField(
        Competence, blank=True, related_name="gammes", verbose_name=_("compétences requises")
    )
    outils = models.ManyToManyField(
        Outil, blank=True, related_name="gammes", verbose_name=_("outils nécessaires")
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = GammeQuerySet.as_manager()

    class Meta:
        db_table = "gammes"
        verbose_name = _("gamme")
        verbose_name_plural = _("gammes")
        ordering = (CleTri("titre"), "id")
        constraints = (
            models.CheckConstraint(
                name="gamme_description_longueur",
                condition=Q(description__length__gte=10, description__length__lte=2000),
            ),
        )

    def __str__(self) -> str:
        return self.titre

    def get_absolute_url(self) -> str:
        return reverse("planning:gamme", args=[self.pk])


class PointGamme(Horodate):
    """An item that every intervention of the gamme finds on its checklist."""

    gamme = models.ForeignKey(
        Gamme, on_delete=models.CASCADE, related_name="points", verbose_name=_("gamme")
    )
    ordre = models.PositiveSmallIntegerField(_("ordre"), default=0)
    libelle = models.CharField(_("point"), max_length=300)
    obligatoire = models.BooleanField(_("obligatoire"), default=True)
    unite = models.CharField(_("unité mesurée"), max_length=20, blank=True)

    class Meta:
        db_table = "points_gamme"
        verbose_name = _("point de la gamme")
        verbose_name_plural = _("points de la gamme")
        ordering = ("ordre", "id")

    def __str__(self) -> str:
        return self.libelle


class PieceGamme(Horodate):
    """A part that the gamme expects to be used."""

    gamme = models.ForeignKey(
        Gamme, on_delete=models.CASCADE, related_name="pieces", verbose_name=_("gamme")
    )
    piece = models.ForeignKey(
        PieceDetachee, on_delete=models.PROTECT, related_name="gammes", verbose_name=_("pièce")
    )
    quantite = models.DecimalField(_("quantité"), max_digits=12, decimal_places=2)

    class Meta:
        db_table = "pieces_gamme"
        verbose_name = _("pièce de la gamme")
        verbose_name_plural = _("pièces de la gamme")
        constraints = (
            models.UniqueConstraint(fields=["gamme", "piece"], name="piece_gamme_unique"),
            models.CheckConstraint(name="piece_gamme_quantite", condition=Q(quantite__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.quantite} × {self.piece}"


class PlanMaintenance(Horodate):
    """When a gamme is due on an équipement: by a calendar rule, by a meter, or by whichever comes first."""

    equipement = models.ForeignKey(
        Equipement, on_delete=models.CASCADE, related_name="plans", verbose_name=_("équipement")
    )
    gamme = models.ForeignKey(
        Gamme, on_delete=models.PROTECT, related_name="plans", verbose_name=_("gamme")
    )
    regle = models.CharField(
        _("récurrence"),
        max_length=200,
        blank=True,
        help_text=_("Règle RFC 5545, par exemple FREQ=MONTHLY;INTERVAL=3."),
    )
    compteur = models.ForeignKey(
        Compteur,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        verbose_name=_("compteur"),
    )
    intervalle_compteur = models.DecimalField(
        _("tous les (unités)"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    prochaine_valeur = models.DecimalField(
        _("prochaine valeur du compteur"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    date_depart = models.DateField(_("première échéance"))
    prochaine_echeance = models.DateField(_("prochaine échéance"), null=True, blank=True)
    derniere_execution = models.DateField(_("dernière exécution"), null=True, blank=True)
    jours_avance = models.PositiveSmallIntegerField(_("créer à l’avance (jours)"), default=7)
    mode = models.CharField(
        _("échéance"), max_length=10, choices=ModeEcheance.choices, default=ModeEcheance.FIXE
    )
    technicien = models.ForeignKey(
        Technicien,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="plans",
        verbose_name=_("technicien habituel"),
    )
    jour_ferme = models.CharField(
        _("si la date tombe un jour fermé"),
        max_length=10,
        choices=JourFerme.choices,
        default=JourFerme.GARDER,
    )
    reglementaire = models.BooleanField(_("contrôle réglementaire"), default=False)
    texte_legal = models.CharField(
        _("texte qui l’exige"),
        max_length=300,
        blank=True,
        help_text=_("Par exemple : arrêté, article, norme. La période est celle de la récurrence."),
    )
    organisme = models.CharField(
        _("qui peut contrôler"),
        max_length=200,
        blank=True,
        help_text=_("Organisme agréé ou personne habilitée."),
    )
    actif = models.BooleanField(_("actif"), default=True)

    # what `PlanQuerySet.avec_registre` adds
    echeance_legale: date | None

    objects = PlanQuerySet.as_manager()

    class Meta:
        db_table = "plans_maintenance"
        verbose_name = _("plan de maintenance")
        verbose_name_plural = _("plans de maintenance")
        ordering = ("prochaine_echeance", "id")
        indexes = (
            models.Index(
                fields=["prochaine_echeance"], condition=Q(actif=True), name="idx_plan_echeance"
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="plan_regle_ou_compteur",
                condition=~Q(regle="") | Q(compteur__isnull=False),
                violation_error_message=_("Donnez une récurrence, un compteur, ou les deux."),
            ),
            models.CheckConstraint(
                name="plan_reglementaire_texte",
                condition=Q(reglementaire=False) | ~Q(texte_legal=""),
                violation_error_message=_("Dites quel texte exige ce contrôle."),
            ),
            models.CheckConstraint(
                name="plan_compteur_intervalle",
                condition=Q(compteur__isnull=True, intervalle_compteur__isnull=True)
                | Q(
                    compteur__isnull=False,
                    intervalle_compteur__isnull=False,
                    intervalle_compteur__gt=0,
                ),
                violation_error_message=_("Un compteur demande un intervalle, et l’inverse."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.gamme} – {self.equipement}"

    def get_absolute_url(self) -> str:
        return reverse("planning:plan", args=[self.pk])

    @property
    def url_registre(self) -> str:
        return reverse("planning:registre_plan", args=[self.pk])

    @property
    def date_generation(self) -> "object":
        """The day from which the next intervention may be made."""
        return self.prochaine_echeance and self.prochaine_echeance - timedelta(
            days=self.jours_avance
        )


class OccurrencePlan(Horodate):
    """One due date of a plan and the intervention made for it: one per plan and date, ever."""

    plan = models.ForeignKey(
        PlanMaintenance,
        on_delete=models.CASCADE,
        related_name="occurrences",
        verbose_name=_("plan"),
    )
    date_echeance = models.DateField(_("échéance"))
    intervention = models.OneToOneField(
        Intervention,
        on_delete=models.SET_NULL,
        null=True,
        related_name="occurrence",
        verbose_name=_("intervention"),
    )

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        db_table = "occurrences_plans"
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        ordering = ("-date_echeance",)
        constraints = (
            models.UniqueConstraint(fields=["plan", "date_echeance"], name="occurrence_unique"),
        )

    def __str__(self) -> str:
        return f"{self.plan} {self.date_echeance:%d/%m/%Y}"


class PropositionPlanning(Horodate):
    """What the optimiser makes of some days: computed in the background, compared with today's plan, applied or not."""

    demandee_par = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="propositions",
        verbose_name=_("demandée par"),
    )
    debut = models.DateField(_("du"))
    fin = models.DateField(_("au"))
    techniciens = models.ManyToManyField(
        Technicien, blank=True, related_name="propositions", verbose_name=_("techniciens")
    )
    secondes = models.PositiveSmallIntegerField(_("temps de calcul (s)"), default=10)
    etat = models.CharField(
        _("état"), max_length=10, choices=EtatProposition.choices, default=EtatProposition.DEMANDEE
    )
    progression = models.PositiveSmallIntegerField(_("progression (%)"), default=0)
    erreur = models.CharField(_("erreur"), max_length=500, blank=True)
    avant = models.JSONField(_("plan d’aujourd’hui"), default=dict)
    apres = models.JSONField(_("plan proposé"), default=dict)
    calculee_le = models.DateTimeField(_("calculée le"), null=True)

    objects = PropositionQuerySet.as_manager()

    class Meta:
        db_table = "propositions_planning"
        verbose_name = _("proposition de planning")
        verbose_name_plural = _("propositions de planning")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(
                name="proposition_une_semaine_au_plus",
                condition=Q(fin__gte=models.F("debut"))
                & Q(fin__lt=models.F("debut") + models.Value(timedelta(days=7))),
                violation_error_message=_("Choisissez un à sept jours."),
            ),
            models.CheckConstraint(
                name="proposition_progression", condition=Q(progression__lte=100)
            ),
        )

    def __str__(self) -> str:
        return f"{self.debut:%d/%m/%Y} – {self.fin:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        return reverse("planning:proposition", args=[self.pk])


class LigneProposition(Horodate):
    """One intervention in a proposal: where it stands, where it would go, or why it stays out."""

    proposition = models.ForeignKey(
        PropositionPlanning,
        on_delete=models.CASCADE,
        related_name="lignes",
        verbose_name=_("proposition"),
    )
    intervention = models.ForeignKey(
        Intervention, on_delete=models.CASCADE, related_name="+", verbose_name=_("intervention")
    )
    version = models.PositiveIntegerField(_("version lue"))
    genre = models.CharField(_("genre"), max_length=10, choices=GenreLigne.choices)
    technicien = models.ForeignKey(
        Technicien,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("technicien"),
    )
    debut = models.DateTimeField(_("début"), null=True)
    fin = models.DateTimeField(_("fin"), null=True)
    ancien_technicien = models.ForeignKey(
        Technicien,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("technicien d’aujourd’hui"),
    )
    ancien_debut = models.DateTimeField(_("début d’aujourd’hui"), null=True)
    ancienne_fin = models.DateTimeField(_("fin d’aujourd’hui"), null=True)
    par_le_magasin = models.BooleanField(_("passe avant par le magasin"), default=False)
    raison = models.CharField(
        _("raison"), max_length=12, choices=RaisonOmission.choices, blank=True
    )
    etat = models.CharField(
        _("état"), max_length=10, choices=EtatLigne.choices, default=EtatLigne.PROPOSEE
    )
    message = models.CharField(_("message"), max_length=500, blank=True)

    objects = LigneQuerySet.as_manager()

    class Meta:
        db_table = "lignes_propositions"
        verbose_name = _("ligne de proposition")
        verbose_name_plural = _("lignes de propositions")
        ordering = ("technicien", "debut", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["proposition", "intervention"], name="ligne_proposition_unique"
            ),
            models.CheckConstraint(
                name="ligne_proposition_place_ou_raison",
                condition=Q(genre=GenreLigne.OMISE, technicien__isnull=True, debut__isnull=True)
                & ~Q(raison="")
                | ~Q(genre=GenreLigne.OMISE)
                & Q(technicien__isnull=False, debut__isnull=False, fin__gt=models.F("debut")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.intervention_id} {self.genre}"


class AbonnementCalendrier(Horodate):
    """A secret address at which a calendar program reads the planning: one technicien's, or everybody's.

    Only the token's digest is kept: who reads the database cannot read the calendars with it.
    """

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="abonnements_calendrier",
        verbose_name=_("compte"),
    )
    nom = models.CharField(_("nom"), max_length=80)
    empreinte = models.CharField(_("empreinte du jeton"), max_length=64, unique=True)
    technicien = models.ForeignKey(
        Technicien,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="abonnements_calendrier",
        verbose_name=_("technicien"),
    )
    lu_le = models.DateTimeField(_("lu le"), null=True, blank=True)
    revoque_le = models.DateTimeField(_("révoqué le"), null=True, blank=True)

    objects = AbonnementQuerySet.as_manager()

    class Meta:
        db_table = "abonnements_calendrier"
        verbose_name = _("abonnement au calendrier")
        verbose_name_plural = _("abonnements au calendrier")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.nom


class Inspection(Horodate):
    """The report of a regulatory inspection: who came, when, what he concluded."""

    plan = models.ForeignKey(
        PlanMaintenance,
        on_delete=models.PROTECT,
        related_name="inspections",
        verbose_name=_("contrôle"),
    )
    date_visite = models.DateField(_("date de la visite"))
    organisme = models.CharField(_("organisme"), max_length=200)
    inspecteur = models.CharField(_("inspecteur"), max_length=120, blank=True)
    numero_rapport = models.CharField(_("numéro du rapport"), max_length=80, blank=True)
    conclusion = models.CharField(_("conclusion"), max_length=15, choices=Conclusion.choices)
    observations = models.TextField(_("observations"), blank=True, max_length=5000)
    enregistree_par = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("enregistrée par"),
    )

    objects = InspectionQuerySet.as_manager()

    class Meta:
        db_table = "inspections"
        verbose_name = _("inspection réglementaire")
        verbose_name_plural = _("inspections réglementaires")
        ordering = ("-date_visite", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["plan", "date_visite"],
                name="inspection_unique_par_jour",
                violation_error_message=_("Le rapport de cette visite est déjà enregistré."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.plan} {self.date_visite:%d/%m/%Y}"


class Reserve(Horodate):
    """What an inspector found wanting: a corrective intervention, until it is lifted."""

    inspection = models.ForeignKey(
        Inspection,
        on_delete=models.PROTECT,
        related_name="reserves",
        verbose_name=_("inspection"),
    )
    numero = models.PositiveSmallIntegerField(_("numéro"))
    libelle = models.CharField(_("réserve"), max_length=500)
    delai = models.DateField(_("à lever avant le"), null=True, blank=True)
    intervention = models.OneToOneField(
        Intervention,
        on_delete=models.PROTECT,
        related_name="reserve",
        verbose_name=_("intervention corrective"),
    )
    levee_le = models.DateField(_("levée le"), null=True, blank=True)
    levee_par = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("levée par")
    )
    note = models.CharField(_("note de levée"), max_length=500, blank=True)

    objects = ReserveQuerySet.as_manager()

    class Meta:
        db_table = "reserves"
        verbose_name = _("réserve")
        verbose_name_plural = _("réserves")
        ordering = ("inspection", "numero")
        constraints = (
            models.UniqueConstraint(fields=["inspection", "numero"], name="reserve_numero_unique"),
        )

    def __str__(self) -> str:
        return f"{self.numero}. {self.libelle}"

    @property
    def sans_suite(self) -> bool:
        """Still open, and its intervention was cancelled: nobody works on it."""
        intervention = self.intervention
        return self.levee_le is None and (
            intervention.statut in (Statut.ANNULEE, Statut.ARCHIVEE)
            and intervention.date_cloture is None
        )

    def en_retard(self, jour: date) -> bool:
        """Open past the date that the report gives."""
        return self.levee_le is None and self.delai is not None and self.delai < jour
