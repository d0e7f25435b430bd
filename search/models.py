"""What search keeps: one line per object and circle of readers, the words met, and the filters that people saved."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from erp.models import Horodate
from search.choices import Cercle, Entite, Genre
from search.querysets import FiltreQuerySet

NOM_MAX = 80


class EntreeRecherche(Horodate):
    """What may be found of one object, as one circle of readers reads it; written by the triggers of the tables alone.

    `interne` is for the company's own people: it weighs D in `tsv`, and others ask for the weights ABC only. What only
    those who run the operations may read makes a second line of the object, which holds all that the first one does.
    The column `tsv` is the database's: generated from the texts (see the migration).
    """

    genre = models.CharField(_("genre"), max_length=20, choices=Genre.choices)
    objet_id = models.BigIntegerField(_("objet"))
    cercle = models.PositiveSmallIntegerField(_("cercle"), choices=Cercle.choices)
    codes = models.TextField(_("codes"), blank=True)
    titre = models.TextField(_("titre"))
    contexte = models.TextField(_("contexte"), blank=True)
    texte = models.TextField(_("texte"), blank=True)
    interne = models.TextField(_("interne"), blank=True)

    class Meta:
        db_table = "index_recherche"
        verbose_name = _("entrée de l’index de recherche")
        verbose_name_plural = _("index de recherche")
        constraints = (
            models.UniqueConstraint(
                fields=["genre", "objet_id", "cercle"], name="index_recherche_unique"
            ),
        )

    def __str__(self) -> str:
        return self.titre


class MotConnu(Horodate):
    """A word of the index, without accents or case: what a misspelt one is compared with.

    Two writers may add the same word: nothing waits for anything here, and a word twice does no harm.
    """

    mot = models.CharField(_("mot"), max_length=40)
    racine = models.CharField(_("racine"), max_length=40)

    class Meta:
        db_table = "vocabulaire_recherche"
        verbose_name = _("mot connu")
        verbose_name_plural = _("vocabulaire de la recherche")
        indexes = (
            models.Index(fields=["mot"], name="idx_vocabulaire_mot"),
            models.Index(fields=["racine"], name="idx_vocabulaire_racine"),
        )

    def __str__(self) -> str:
        return self.mot


class FiltreEnregistre(Horodate):
    """A search somebody keeps under a name: the query string of a list, page or API, as {parameter: [values]}."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="filtres_enregistres",
        verbose_name=_("utilisateur"),
    )
    entite = models.CharField(_("entité"), max_length=20, choices=Entite.choices)
    nom = models.CharField(_("nom"), max_length=NOM_MAX)
    parametres = models.JSONField(_("paramètres"), default=dict, blank=True)
    partage = models.BooleanField(
        _("partagé"),
        default=False,
        help_text=_("Proposé à tous les membres du personnel qui voient ces objets."),
    )

    objects = FiltreQuerySet.as_manager()

    class Meta:
        db_table = "filtres_enregistres"
        verbose_name = _("filtre enregistré")
        verbose_name_plural = _("filtres enregistrés")
        ordering = ("entite", Lower("nom"), "id")
        indexes = (
            models.Index(
                fields=["entite"], condition=Q(partage=True), name="idx_filtre_enregistre_partage"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                "user",
                "entite",
                Lower("nom"),
                name="filtre_enregistre_unique",
                violation_error_message=_("Vous avez déjà un filtre de ce nom."),
            ),
            models.CheckConstraint(
                name="filtre_enregistre_entite_connue", condition=Q(entite__in=Entite.values)
            ),
            models.CheckConstraint(name="filtre_enregistre_nomme", condition=~Q(nom="")),
        )

    def __str__(self) -> str:
        return self.nom
