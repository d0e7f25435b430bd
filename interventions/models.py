from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
)
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client, Contrat, Site
from equipment.models import Equipement
from erp.models import Horodate
from interventions.choices import (
    MOTIFS_DU_CLIENT,
    RANGS_PRIORITE,
    STATUTS_ACTIFS,
    STATUTS_CLOS,
    TRANSITIONS,
    ActionJournal,
    MotifAttente,
    Priorite,
    ResultatControle,
    Statut,
    TypeIntervention,
    TypeTemps,
)
from interventions.querysets import (
    CompteStatutQuerySet,
    HistoriqueQuerySet,
    InterventionPieceQuerySet,
    InterventionQuerySet,
    PlanningQuerySet,
    PointControleQuerySet,
    TempsPasseQuerySet,
)
from stock.models import MouvementStock, PieceDetachee
from technicians.models import Competence, Periode, Technicien

# Columns that may still be written once an intervention is closed (a generated one is not computed yet in the trigger).
_ECRITS_APRES_CLOTURE = (
    "statut",
    "satisfaction_client",
    "commentaire_client",
    "version",
    "updated_at",
    "priorite_rang",
)


def _garde_du_statut() -> str:
    """The body of the trigger that holds the life of an intervention, rendered from `TRANSITIONS`."""
    permises = ", ".join(f"('{ligne.de}', '{ligne.vers}')" for ligne in TRANSITIONS)
    clos = ", ".join(f"'{statut}'" for statut in STATUTS_CLOS)
    libres = ", ".join(f"'{colonne}'" for colonne in _ECRITS_APRES_CLOTURE)
    return f"""
        IF OLD.statut <> NEW.statut AND (OLD.statut, NEW.statut) NOT IN ({permises}) THEN
            RAISE EXCEPTION 'transition % -> % is not in the table', OLD.statut, NEW.statut
                USING ERRCODE = 'check_violation', CONSTRAINT = 'intervention_transition';
        END IF;
        IF OLD.statut IN ({clos})
           AND to_jsonb(OLD) - ARRAY[{libres}] <> to_jsonb(NEW) - ARRAY[{libres}] THEN
            RAISE EXCEPTION 'intervention % is closed', OLD.reference
                USING ERRCODE = 'check_violation', CONSTRAINT = 'intervention_close_inalterable';
        END IF;
        RETURN NEW;
    """


# Whoever writes interventions, however many at once, counts them: see `CompteStatut`.
_COMPTES = (
    pgtrigger.Trigger(
        name="intervention_comptee",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="nouvelles"),
        func="""
            INSERT INTO comptes_interventions (statut, nombre)
                SELECT statut, count(*) FROM nouvelles GROUP BY statut;
            RETURN NULL;
        """,
    ),
    pgtrigger.Trigger(
        name="intervention_decomptee",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Delete,
        referencing=pgtrigger.Referencing(old="anciennes"),
        func="""
            INSERT INTO comptes_interventions (statut, nombre)
                SELECT statut, -count(*) FROM anciennes GROUP BY statut;
            RETURN NULL;
        """,
    ),
    pgtrigger.Trigger(
        name="intervention_recomptee",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("statut"),
        condition=pgtrigger.Q(old__statut__df=pgtrigger.F("new__statut")),
        func="""
            INSERT INTO comptes_interventions (statut, nombre) VALUES (OLD.statut, -1), (NEW.statut, 1);
            RETURN NULL;
        """,
    ),
)


class ProchaineReference(Func):
    """`INT-2026-000123`: the year in Casablanca and the next number of a sequence."""

    function = "prochaine_reference_intervention"
    output_field = models.CharField()


class Intervention(Horodate):
    """A job on an équipement, from the call to the archive. Only `services` write it, with a new `version`."""

    reference = models.CharField(
        _("référence"), max_length=20, unique=True, db_default=ProchaineReference(), editable=False
    )
    titre = models.CharField(_("titre"), max_length=200)
    description = models.TextField(
        _("description"),
        validators=[MinLengthValidator(10), MaxLengthValidator(2000)],
        max_length=2000,
    )
    type_intervention = models.CharField(_("type"), max_length=20, choices=TypeIntervention.choices)
    statut = models.CharField(
        _("statut"), max_length=20, choices=Statut.choices, default=Statut.OUVERTE
    )
    priorite = models.CharField(
        _("priorité"), max_length=20, choices=Priorite.choices, default=Priorite.NORMALE
    )
    priorite_rang = models.GeneratedField(
        expression=Case(
            *(
                When(priorite=priorite, then=Value(rang))
                for priorite, rang in RANGS_PRIORITE.items()
            ),
            default=Value(len(RANGS_PRIORITE)),
            output_field=models.SmallIntegerField(),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    urgence = models.BooleanField(_("urgence"), default=False)
    # The keys with the client's id that the migrations add (`…_meme_client`) refuse what these four would refuse, the
    # client by way of its équipement: the database need not check each of them twice.
    equipement = models.ForeignKey(
        Equipement,
        on_delete=models.PROTECT,
        related_name="interventions",
        verbose_name=_("équipement"),
        db_index=False,
        db_constraint=False,
    )
    client = models.ForeignKey(
        Client,
        on_delete=models.PROTECT,
        related_name="interventions",
        verbose_name=_("client"),
        db_index=False,
        db_constraint=False,
    )
    site = models.ForeignKey(
        Site,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interventions",
        verbose_name=_("site"),
        db_constraint=False,
    )
    contrat = models.ForeignKey(
        Contrat,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interventions",
        verbose_name=_("contrat"),
        db_constraint=False,
    )
    technicien = models.ForeignKey(
        Technicien,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interventions",
        verbose_name=_("technicien"),
        db_index=False,
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="interventions_creees",
        verbose_name=_("créée par"),
        db_index=False,
    )
    competences_requises = models.ManyToManyField(
        Competence, blank=True, related_name="interventions", verbose_name=_("compétences requises")
    )
    date_creation = models.DateTimeField(_("créée le"), default=timezone.now)
    date_limite = models.DateTimeField(_("date limite"), null=True, blank=True)
    date_affectation = models.DateTimeField(_("affectée le"), null=True, blank=True)
    date_debut = models.DateTimeField(_("commencée le"), null=True, blank=True)
    date_fin = models.DateTimeField(_("finie le"), null=True, blank=True)
    date_cloture = models.DateTimeField(_("clôturée le"), null=True, blank=True)
    duree_estimee = models.PositiveIntegerField(_("durée estimée (min)"), null=True, blank=True)
    duree_reelle = models.PositiveIntegerField(_("durée réelle (min)"), null=True, blank=True)
    diagnostic = models.TextField(_("diagnostic"), blank=True, max_length=5000)
    solution = models.TextField(_("solution"), blank=True, max_length=5000)
    notes_techniques = models.TextField(_("notes techniques"), blank=True, max_length=5000)
    cout_estime = models.DecimalField(
        _("coût estimé"),
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    cout_main_oeuvre = models.DecimalField(
        _("main-d’œuvre"), max_digits=12, decimal_places=2, default=Decimal(0)
    )
    cout_pieces = models.DecimalField(
        _("pièces"), max_digits=12, decimal_places=2, default=Decimal(0)
    )
    motif_attente = models.CharField(
        _("motif d’attente"), max_length=20, choices=MotifAttente.choices, blank=True
    )
    en_attente_depuis = models.DateTimeField(_("en attente depuis"), null=True, blank=True)
    minutes_attente = models.PositiveIntegerField(_("attente cumulée (min)"), default=0)
    motif_annulation = models.CharField(_("motif d’annulation"), max_length=500, blank=True)
    annulation_demandee_le = models.DateTimeField(
        _("annulation demandée le"), null=True, blank=True
    )
    satisfaction_client = models.PositiveSmallIntegerField(
        _("satisfaction"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    commentaire_client = models.TextField(_("commentaire du client"), blank=True, max_length=2000)
    alerte_echeance_le = models.DateTimeField(_("échéance rappelée le"), null=True, blank=True)
    alerte_retard_le = models.DateTimeField(_("retard signalé le"), null=True, blank=True)
    escalade_le = models.DateTimeField(_("retard escaladé le"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = InterventionQuerySet.as_manager()

    class Meta:
        db_table = "interventions"
        verbose_name = _("intervention")
        verbose_name_plural = _("interventions")
        ordering = ("-date_creation", "-id")
        indexes = (
            models.Index(
                fields=["statut", "date_creation"],
                include=[
                    "priorite"
                ],  # counts a list by statut and priorité without reading its rows
                name="idx_intervention_statut_date",
            ),
            # what somebody may see through his interventions is found in the index alone (`visible_to`)
            models.Index(
                fields=["client", "statut"],
                include=["id"],
                name="idx_intervention_client_statut",
            ),
            models.Index(
                fields=["technicien", "statut"],
                include=["id", "client", "site", "contrat", "equipement"],
                name="idx_intervention_tech_statut",
            ),
            models.Index(
                fields=["equipement", "date_creation"], name="idx_intervention_equipement"
            ),
            models.Index(fields=["-date_creation", "-id"], name="idx_intervention_recentes"),
            models.Index(
                fields=["priorite_rang", "date_limite"],
                condition=Q(statut__in=STATUTS_ACTIFS),
                name="idx_intervention_a_faire",
            ),
            # the figures of a period read what was finished in it
            models.Index(
                fields=["date_fin"],
                condition=Q(date_fin__isnull=False),
                name="idx_intervention_finies",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["technicien"],
                condition=Q(statut="en_cours"),
                name="intervention_un_en_cours_par_tech",
                violation_error_message=_("Ce technicien a déjà une intervention en cours."),
            ),
            models.CheckConstraint(
                name="intervention_statut_connu", condition=Q(statut__in=Statut.values)
            ),
            models.CheckConstraint(
                name="intervention_priorite_connue", condition=Q(priorite__in=Priorite.values)
            ),
            models.CheckConstraint(
                name="intervention_urgence_urgente",
                condition=Q(urgence=False) | Q(priorite="urgente"),
            ),
            models.CheckConstraint(
                name="intervention_description_longueur",
                condition=Q(description__length__gte=10, description__length__lte=2000),
            ),
            models.CheckConstraint(
                name="intervention_technicien_selon_statut",
                condition=(Q(statut="ouverte") & Q(technicien__isnull=True))
                | (
                    Q(statut__in=["affectee", "en_cours", "en_attente", "cloturee"])
                    & Q(technicien__isnull=False)
                )
                | Q(statut__in=["annulee", "archivee"]),
            ),
            models.CheckConstraint(
                name="intervention_attente_motivee",
                condition=~Q(statut="en_attente")
                | (~Q(motif_attente="") & Q(en_attente_depuis__isnull=False)),
            ),
            models.CheckConstraint(
                name="intervention_cloture_complete",
                condition=~Q(statut="cloturee")
                | (
                    ~Q(solution="")
                    & Q(
                        date_debut__isnull=False, date_fin__isnull=False, date_cloture__isnull=False
                    )
                    & (~Q(type_intervention="corrective") | ~Q(diagnostic=""))
                ),
            ),
            models.CheckConstraint(
                name="intervention_annulation_motivee",
                condition=~Q(statut="annulee") | ~Q(motif_annulation=""),
            ),
            models.CheckConstraint(
                name="intervention_dates",
                condition=Q(date_fin__isnull=True)
                | Q(date_debut__isnull=True)
                | Q(date_fin__gte=F("date_debut")),
            ),
            models.CheckConstraint(
                name="intervention_satisfaction",
                condition=Q(satisfaction_client__isnull=True)
                | (Q(satisfaction_client__range=(1, 5)) & Q(statut__in=["cloturee", "archivee"])),
            ),
            models.CheckConstraint(
                name="intervention_couts_positifs",
                condition=Q(cout_main_oeuvre__gte=0, cout_pieces__gte=0)
                & (Q(cout_estime__isnull=True) | Q(cout_estime__gte=0)),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="intervention_vie",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_garde_du_statut(),
            ),
            pgtrigger.Protect(
                name="intervention_supprimable_si_ouverte",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__statut__df="ouverte"),
            ),
            *_COMPTES,
        )

    def __str__(self) -> str:
        return f"{self.reference} – {self.titre}"

    def get_absolute_url(self) -> str:
        return reverse("interventions:detail", args=[self.pk])

    @property
    def est_active(self) -> bool:
        return self.statut in STATUTS_ACTIFS

    @property
    def horloge_arretee(self) -> bool:
        """Whether the deadline stands still because the client is waited for."""
        return self.statut == Statut.EN_ATTENTE and self.motif_attente in MOTIFS_DU_CLIENT

    @property
    def en_retard(self) -> bool:
        """Past the deadline: while it is active against now, once closed against the closing."""
        if self.date_limite is None or self.horloge_arretee or self.a_ete_annulee:
            return False
        return (self.date_fin or timezone.now()) > self.date_limite

    @property
    def a_ete_annulee(self) -> bool:
        """Cancelled, and perhaps archived since: the reason stays when the statut does not."""
        return self.motif_annulation != ""

    @property
    def cout_total(self) -> Decimal:
        """Labour and parts, MAD."""
        return self.cout_main_oeuvre + self.cout_pieces


class HistoriqueIntervention(Horodate):
    """One line of the journal. The database refuses to change or delete it."""

    intervention = models.ForeignKey(
        Intervention,
        on_delete=models.CASCADE,
        related_name="historique",
        verbose_name=_("intervention"),
        db_index=False,
    )
    action = models.CharField(_("action"), max_length=30, choices=ActionJournal.choices)
    ancien_statut = models.CharField(
        _("ancien statut"), max_length=20, choices=Statut.choices, blank=True
    )
    nouveau_statut = models.CharField(
        _("nouveau statut"), max_length=20, choices=Statut.choices, blank=True
    )
    remarque = models.TextField(_("remarque"), blank=True, max_length=2000)
    interne = models.BooleanField(
        _("interne"), default=False, help_text=_("Le client ne voit pas la remarque.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("par"),
        db_index=False,
    )
    horodatage = models.DateTimeField(_("le"), default=timezone.now)
    donnees = models.JSONField(_("données"), default=dict, blank=True)

    objects = HistoriqueQuerySet.as_manager()

    class Meta:
        db_table = "historiques_interventions"
        verbose_name = _("ligne du journal")
        verbose_name_plural = _("journal")
        ordering = ("-horodatage", "-id")
        indexes = (
            models.Index(
                fields=["intervention", "-horodatage"], name="idx_historique_intervention"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="historique_inalterable", operation=pgtrigger.Update),
            # a whole ouverte intervention may go, with its journal (depth 2); a line alone may not
            pgtrigger.Trigger(
                name="historique_ineffacable",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                func="""
                    IF EXISTS (SELECT 1 FROM interventions WHERE id = OLD.intervention_id
                                AND statut <> 'ouverte')
                       OR OLD.action <> 'creation' THEN
                        RAISE EXCEPTION 'the journal is append-only'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'historique_ineffacable';
                    END IF;
                    RETURN OLD;
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_action_display()} – {self.horodatage:%d/%m/%Y %H:%M}"


class InterventionPiece(Horodate):
    """A part used (quantite > 0) or brought back (quantite < 0), one to one with its stock movement."""

    intervention = models.ForeignKey(
        Intervention,
        on_delete=models.PROTECT,
        related_name="pieces",
        verbose_name=_("intervention"),
    )
    piece = models.ForeignKey(
        PieceDetachee,
        on_delete=models.PROTECT,
        related_name="utilisations",
        verbose_name=_("pièce"),
    )
    mouvement = models.OneToOneField(
        MouvementStock,
        on_delete=models.PROTECT,
        related_name="utilisation",
        verbose_name=_("mouvement"),
    )
    quantite = models.DecimalField(_("quantité"), max_digits=12, decimal_places=2)
    prix_unitaire = models.DecimalField(_("prix unitaire"), max_digits=12, decimal_places=2)

    objects = InterventionPieceQuerySet.as_manager()

    class Meta:
        db_table = "interventions_pieces"
        verbose_name = _("pièce utilisée")
        verbose_name_plural = _("pièces utilisées")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="intervention_piece_quantite", condition=~Q(quantite=0)),
        )
        triggers = (
            pgtrigger.Protect(
                name="piece_inalterable", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantite} × {self.piece}"

    @property
    def cout(self) -> Decimal:
        """Quantity times the price at the time, MAD; negative for a part brought back."""
        return self.quantite * self.prix_unitaire


class TempsPasse(Horodate):
    """Time spent by a technicien on the job or on the road."""

    intervention = models.ForeignKey(
        Intervention, on_delete=models.PROTECT, related_name="temps", verbose_name=_("intervention")
    )
    technicien = models.ForeignKey(
        Technicien, on_delete=models.PROTECT, related_name="temps", verbose_name=_("technicien")
    )
    type_temps = models.CharField(
        _("type"), max_length=20, choices=TypeTemps.choices, default=TypeTemps.TRAVAIL
    )
    debut = models.DateTimeField(_("début"))
    fin = models.DateTimeField(_("fin"))
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = TempsPasseQuerySet.as_manager()

    class Meta:
        db_table = "temps_passes"
        verbose_name = _("temps passé")
        verbose_name_plural = _("temps passés")
        ordering = ("debut", "id")
        constraints = (
            models.CheckConstraint(
                name="temps_dates",
                condition=Q(fin__gt=F("debut")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_type_temps_display()} : {self.minutes} min"

    @property
    def minutes(self) -> int:
        """Whole minutes between debut and fin."""
        return int((self.fin - self.debut).total_seconds() // 60)


class PointControle(Horodate):
    """One item of the checklist; a mandatory one without an answer holds the closing back."""

    intervention = models.ForeignKey(
        Intervention,
        on_delete=models.CASCADE,
        related_name="controles",
        verbose_name=_("intervention"),
    )
    ordre = models.PositiveSmallIntegerField(_("ordre"), default=0)
    libelle = models.CharField(_("point"), max_length=300)
    obligatoire = models.BooleanField(_("obligatoire"), default=True)
    resultat = models.CharField(
        _("résultat"), max_length=20, choices=ResultatControle.choices, blank=True
    )
    valeur_mesuree = models.DecimalField(
        _("valeur mesurée"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    unite = models.CharField(_("unité"), max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("répondu par"),
    )

    objects = PointControleQuerySet.as_manager()

    class Meta:
        db_table = "points_controle"
        verbose_name = _("point de contrôle")
        verbose_name_plural = _("points de contrôle")
        ordering = ("ordre", "id")

    def __str__(self) -> str:
        return self.libelle


class Planning(Horodate):
    """The slot of an intervention: [debut, fin) of a technicien. `ouvert` until the work is done or the slot freed."""

    intervention = models.ForeignKey(
        Intervention,
        on_delete=models.CASCADE,
        related_name="creneaux",
        verbose_name=_("intervention"),
    )
    technicien = models.ForeignKey(
        Technicien, on_delete=models.PROTECT, related_name="creneaux", verbose_name=_("technicien")
    )
    debut = models.DateTimeField(_("début"))
    fin = models.DateTimeField(_("fin"))
    ouvert = models.BooleanField(_("ouvert"), default=True)
    confirme = models.BooleanField(_("confirmé"), default=False)
    # nobody moves it, neither a drag nor the optimiser, before it is unlocked
    verrouille = models.BooleanField(_("verrouillé"), default=False, db_default=False)
    rappel_envoye = models.BooleanField(_("rappel envoyé"), default=False)
    notes = models.CharField(_("notes"), max_length=500, blank=True)

    objects = PlanningQuerySet.as_manager()

    class Meta:
        db_table = "planning"
        verbose_name = _("créneau")
        verbose_name_plural = _("planning")
        ordering = ("debut", "id")
        constraints = (
            models.CheckConstraint(
                name="planning_dates",
                condition=Q(fin__gt=F("debut")),
                violation_error_message=_("La fin doit suivre le début."),
            ),
            models.UniqueConstraint(
                fields=["intervention"],
                condition=Q(ouvert=True),
                name="planning_un_ouvert_par_intervention",
            ),
            ExclusionConstraint(
                name="planning_technicien_sans_chevauchement",
                expressions=[
                    ("technicien", RangeOperators.EQUAL),
                    (Periode(), RangeOperators.OVERLAPS),
                ],
                condition=Q(ouvert=True),
                violation_error_message=_("Le technicien a déjà un créneau à ces heures."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.technicien} {self.debut:%d/%m/%Y %H:%M}"


class CompteStatut(Horodate):
    """How many interventions have a statut, as a sum of differences that triggers add and nobody changes.

    Counting 200,000 rows takes PostgreSQL longer than everything else of a list. A reader sums the rows that he sees,
    which belong to the interventions that he sees: the total is exact beside any writer, and no two writers wait for
    each other. A job rolls the rows up (`services.consolider_comptes`).
    """

    statut = models.CharField(_("statut"), max_length=20, choices=Statut.choices)
    nombre = models.BigIntegerField(_("différence"))

    objects = CompteStatutQuerySet.as_manager()

    class Meta:
        db_table = "comptes_interventions"
        verbose_name = _("compte par statut")
        verbose_name_plural = _("comptes par statut")

    def __str__(self) -> str:
        return f"{self.get_statut_display()} : {self.nombre:+d}"
