"""The shape of what is typed about plans and gammes."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms import BaseFormSet, formset_factory
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from equipment.models import Compteur, Equipement
from erp.forms import ChoixRecherche, DateInput, Formulaire
from erp.validation import id_lu
from interventions.choices import Priorite, TypeIntervention
from planning.choices import Conclusion, JourFerme, ModeEcheance
from planning.libelles import composer, simple
from planning.models import Gamme, PlanMaintenance
from planning.recurrence import premiere_echeance
from planning.services.catalogue import DEPART_MAX, DEPART_MIN
from stock.models import PieceDetachee
from technicians.models import Competence, Outil, Technicien

UNITES = (
    ("", _("Sans calendrier")),
    ("DAILY", _("jours")),
    ("WEEKLY", _("semaines")),
    ("MONTHLY", _("mois")),
    ("YEARLY", _("années")),
)


class RecurrenceForm(Formulaire):
    """A calendar rule: every so many days, weeks, months or years; an RFC 5545 rule has the last word."""

    intervalle = forms.IntegerField(
        label=_("Tous les"), min_value=1, max_value=9999, required=False, initial=1
    )
    unite = forms.ChoiceField(label=_("Unité"), choices=UNITES, required=False, initial="MONTHLY")
    saison = forms.TypedMultipleChoiceField(
        label=_("Seulement en"),
        choices=[(str(numero), nom) for numero, nom in MONTHS.items()],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Aucun mois coché : toute l’année."),
    )
    regle = forms.CharField(
        label=_("Règle détaillée"),
        max_length=200,
        required=False,
        help_text=_(
            "Facultative, RFC 5545 : FREQ=WEEKLY;BYDAY=MO,TH pour lundi et jeudi. Elle remplace la cadence ci-dessus."
        ),
    )
    date_depart = forms.DateField(
        label=_("Première échéance"),
        widget=DateInput(),
        validators=[
            MinValueValidator(DEPART_MIN, _("Donnez une date entre 2000 et 2100.")),
            MaxValueValidator(DEPART_MAX, _("Donnez une date entre 2000 et 2100.")),
        ],
    )

    def clean(self) -> dict[str, Any]:
        propres = super().clean() or {}
        if not propres.get("regle") and (unite := propres.get("unite")):
            saison = propres.get("saison") or []
            propres["regle"] = composer(unite, propres.get("intervalle") or 1, saison)
            if saison and (depart := propres.get("date_depart")):
                try:
                    premiere_echeance(propres["regle"], depart)
                except ValueError:
                    self.add_error(
                        "saison", _("Avec cette cadence, aucune date ne tombe dans ces mois.")
                    )
        return propres

    def valeurs(self) -> dict[str, Any]:
        valeurs = super().valeurs()
        del valeurs["unite"], valeurs["intervalle"], valeurs["saison"]
        return valeurs


class PlanForm(RecurrenceForm):
    gamme_id = forms.ModelChoiceField(
        label=_("Gamme"),
        queryset=Gamme.objects.none(),
        widget=forms.Select(attrs={"data-chercher": ""}),
    )
    compteur_id = forms.ModelChoiceField(
        label=_("Compteur"),
        queryset=Compteur.objects.none(),
        required=False,
        empty_label=_("Sans compteur"),
        help_text=_("Ceux de l’équipement. Avec un calendrier, le premier atteint décide."),
    )
    intervalle_compteur = forms.DecimalField(
        label=_("Toutes les (unités du compteur)"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        required=False,
    )
    jours_avance = forms.IntegerField(
        label=_("Créer l’intervention à l’avance"), min_value=0, max_value=365, initial=7
    )
    mode = forms.ChoiceField(
        label=_("Échéance suivante"),
        choices=ModeEcheance.choices,
        initial=ModeEcheance.FIXE,
    )
    technicien_id = forms.ModelChoiceField(
        label=_("Technicien habituel"),
        queryset=Technicien.objects.none(),
        required=False,
        empty_label=_("Aucun"),
        widget=forms.Select(attrs={"data-chercher": ""}),
    )
    jour_ferme = forms.ChoiceField(
        label=_("Si la date tombe un jour fermé"),
        choices=JourFerme.choices,
        initial=JourFerme.GARDER,
        required=False,
    )
    reglementaire = forms.BooleanField(
        label=_("Contrôle réglementaire"),
        required=False,
        help_text=_("Il entre au registre, avec ses rapports et leurs réserves."),
    )
    texte_legal = forms.CharField(label=_("Texte qui l’exige"), max_length=300, required=False)
    organisme = forms.CharField(
        label=_("Qui peut contrôler"),
        max_length=200,
        required=False,
        help_text=_("Organismes agréés ou personnes habilitées, séparés par un point-virgule."),
    )
    actif = forms.BooleanField(label=_("Plan actif"), required=False, initial=True)

    def __init__(
        self, *args: Any, user: User, equipement_id: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        champs: dict[str, Any] = dict(self.fields)
        actuelle: Any = self.initial.get("gamme_id")
        gammes = Gamme.objects.visible_to(user)
        champs["gamme_id"].queryset = gammes.filter(is_active=True) | gammes.filter(pk=actuelle)
        techniciens = Technicien.objects.visible_to(user).select_related("user")
        actuel: Any = self.initial.get("technicien_id")
        champs["technicien_id"].queryset = (
            techniciens.actifs() | techniciens.filter(pk=actuel)
        ).order_by("user__full_name")
        compteurs = Compteur.objects.visible_to(user)
        champs["compteur_id"].queryset = compteurs.filter(equipement=equipement_id)

    @classmethod
    def de(cls, plan: PlanMaintenance) -> dict[str, Any]:
        """The initial values of an existing one."""
        initial: dict[str, Any] = {
            nom: getattr(plan, nom)
            for nom in (
                "regle",
                "date_depart",
                "gamme_id",
                "compteur_id",
                "intervalle_compteur",
                "jours_avance",
                "mode",
                "technicien_id",
                "jour_ferme",
                "reglementaire",
                "texte_legal",
                "organisme",
                "actif",
            )
        }
        if not plan.regle:
            initial.update(unite="", intervalle=None)
        elif lue := simple(plan.regle):
            initial.update(
                unite=lue[0], intervalle=lue[1], saison=[str(mois) for mois in lue[2]], regle=""
            )
        return initial

    def clean(self) -> dict[str, Any]:
        propres = super().clean()
        propres["jour_ferme"] = propres.get("jour_ferme") or JourFerme.GARDER
        if not self.errors:
            compteur, intervalle = propres["compteur_id"], propres["intervalle_compteur"]
            if compteur is not None and not intervalle:
                self.add_error("intervalle_compteur", _("Dites toutes les combien d’unités."))
            elif compteur is None:
                propres["intervalle_compteur"] = None
            if compteur is None and not propres["regle"]:
                self.add_error("unite", _("Donnez une cadence, un compteur, ou les deux."))
            if propres["reglementaire"] and not propres["texte_legal"]:
                self.add_error("texte_legal", _("Dites quel texte exige ce contrôle."))
        return propres


class NouveauPlanForm(PlanForm):
    equipement_id = forms.ModelChoiceField(
        label=_("Équipement"),
        queryset=Equipement.objects.none(),
        widget=ChoixRecherche(
            reverse_lazy("planning:chercher_equipement"), _("Nom, code, série, client…")
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        visibles = Equipement.objects.visible_to(user).en_service()
        donnees = args[0] if args else None
        choisi = id_lu(str((donnees or kwargs.get("initial") or {}).get("equipement_id") or ""))
        super().__init__(*args, user=user, equipement_id=choisi, **kwargs)
        champ: Any = self.fields["equipement_id"]
        champ.queryset = visibles
        self.fields["date_depart"].initial = timezone.localdate
        self.order_fields(["equipement_id", "gamme_id"])


class GammeForm(Formulaire):
    titre = forms.CharField(label=_("Titre"), max_length=200)
    description = forms.CharField(
        label=_("Description"),
        widget=forms.Textarea(attrs={"rows": 4}),
        min_length=10,
        max_length=2000,
        help_text=_("Ce que le technicien doit faire, de 10 à 2000 caractères."),
    )
    type_intervention = forms.ChoiceField(
        label=_("Type"), choices=TypeIntervention.choices, initial=TypeIntervention.PREVENTIVE
    )
    priorite = forms.ChoiceField(
        label=_("Priorité"), choices=Priorite.choices, initial=Priorite.PROGRAMMEE
    )
    duree_estimee = forms.IntegerField(
        label=_("Durée estimée"), min_value=1, max_value=60 * 24 * 365, initial=60
    )
    competences = forms.ModelMultipleChoiceField(
        label=_("Compétences requises"),
        queryset=Competence.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-chercher": ""}),
    )
    outils = forms.ModelMultipleChoiceField(
        label=_("Outils nécessaires"),
        queryset=Outil.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-chercher": ""}),
    )
    is_active = forms.BooleanField(
        label=_("Active : peut être choisie dans un plan"), required=False, initial=True
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champs: Any = self.fields
        champs["competences"].queryset = Competence.objects.visible_to(user)
        outils, actuels = Outil.objects.visible_to(user), self.initial.get("outils", ())
        champs["outils"].queryset = outils.en_service() | outils.filter(pk__in=actuels)


class PointForm(forms.Form):
    """A line of the checklist; left empty it is not one."""

    libelle = forms.CharField(label=_("Point à contrôler"), max_length=300, required=False)
    unite = forms.CharField(label=_("Unité mesurée"), max_length=20, required=False)
    obligatoire = forms.BooleanField(label=_("Obligatoire"), required=False, initial=True)


class PieceForm(forms.Form):
    """A part that is expected to be used; a line without a part is not one."""

    piece_id = forms.ModelChoiceField(
        label=_("Pièce"),
        queryset=PieceDetachee.objects.none(),
        required=False,
        widget=ChoixRecherche(
            reverse_lazy("planning:chercher_piece"), _("Référence, désignation…")
        ),
    )
    quantite = forms.DecimalField(
        label=_("Quantité"), min_value=0, max_digits=12, decimal_places=2, required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["piece_id"]
        champ.queryset = PieceDetachee.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        propres = super().clean() or {}
        if (
            propres.get("piece_id") is not None
            and "quantite" in propres
            and not propres["quantite"]
        ):
            self.add_error("quantite", _("La quantité doit être supérieure à zéro."))
        return propres


if TYPE_CHECKING:
    _Lignes = BaseFormSet[PieceForm]
else:
    _Lignes = BaseFormSet


class PiecesDeGamme(_Lignes):
    """The parts of a gamme, each once."""

    def clean(self) -> None:
        vues: set[int] = set()
        for form in self.forms:
            piece = getattr(form, "cleaned_data", {}).get("piece_id")
            if piece is None or form.cleaned_data.get("DELETE"):
                continue
            if piece.pk in vues:
                form.add_error("piece_id", _("Cette pièce figure déjà plus haut."))
            vues.add(piece.pk)


LignesPoints: Any = formset_factory(PointForm, extra=0, can_delete=True, max_num=200)
LignesPieces: Any = formset_factory(
    PieceForm, formset=PiecesDeGamme, extra=0, can_delete=True, max_num=200
)


class FicheGamme:
    """The form of a gamme with its two lists of lines, sent and checked together."""

    def __init__(self, donnees: Any, *, user: User, gamme: Gamme | None = None) -> None:
        initial: dict[str, Any] = {}
        points: list[dict[str, Any]] = [{}]
        pieces: list[dict[str, Any]] = []
        if gamme is not None:
            noms = ("titre", "description", "type_intervention", "priorite", "duree_estimee")
            initial = {nom: getattr(gamme, nom) for nom in (*noms, "is_active")}
            initial["competences"] = list(gamme.competences.values_list("pk", flat=True))
            initial["outils"] = list(gamme.outils.values_list("pk", flat=True))
            points = [
                dict(p) for p in gamme.points.values("libelle", "unite", "obligatoire")
            ] or points
            pieces = [
                {"piece_id": ligne.piece_id, "quantite": f"{ligne.quantite.normalize():f}"}
                for ligne in gamme.pieces.order_by("pk")
            ]
        self.form = GammeForm(donnees, initial=initial, user=user)
        self.points = LignesPoints(donnees, initial=points, prefix="points")
        self.pieces = LignesPieces(
            donnees, initial=pieces, prefix="pieces", form_kwargs={"user": user}
        )

    def soumettre(self, service: Any, **parametres: Any) -> bool:
        """Call the service with the gamme and its lines; whether it did its work."""
        lignes_valides = all([self.points.is_valid(), self.pieces.is_valid()])
        if not lignes_valides:
            self.form.is_valid()
            self.form.status = 422
            return False
        points = [
            {nom: ligne[nom] for nom in ("libelle", "unite", "obligatoire")}
            for ligne in _gardees(self.points)
            if ligne.get("libelle")
        ]
        pieces = [
            {"piece_id": ligne["piece_id"].pk, "quantite": ligne["quantite"]}
            for ligne in _gardees(self.pieces)
            if ligne.get("piece_id") is not None
        ]
        return self.form.soumettre(service, points=points, pieces=pieces, **parametres)


def _gardees(lignes: Any) -> list[dict[str, Any]]:
    return [
        form.cleaned_data
        for form in lignes.forms
        if form.cleaned_data and not form.cleaned_data.get("DELETE")
    ]


class PropositionForm(Formulaire):
    """For `services.optimisation.demander_proposition`."""

    debut = forms.DateField(label=_("Du"), widget=DateInput())
    fin = forms.DateField(label=_("Au"), widget=DateInput(), help_text=_("Sept jours au plus."))
    technicien_ids = forms.ModelMultipleChoiceField(
        label=_("Techniciens"),
        queryset=Technicien.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-chercher": ""}),
        help_text=_("Aucun choisi : tous."),
    )
    secondes = forms.TypedChoiceField(
        label=_("Temps de calcul"),
        choices=[(5, _("5 secondes")), (10, _("10 secondes")), (30, _("30 secondes"))],
        coerce=int,
        initial=10,
    )

    def __init__(
        self, data: Any = None, *, user: User, choisis: Mapping[str, Any] | None = None
    ) -> None:
        demain = timezone.localdate() + timedelta(days=1)
        initial = {"debut": demain, "fin": demain, "secondes": 10, **(choisis or {})}
        super().__init__(data, initial=initial)
        choix: Any = self.fields["technicien_ids"]
        choix.queryset = Technicien.objects.visible_to(user).actifs().select_related("user")


class VerrouForm(forms.Form):
    """The lock of a slot, as the board sends it."""

    verrouille = forms.ChoiceField(choices=(("oui", _("oui")), ("non", _("non"))))
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)


class SuggestionForm(Formulaire):
    """A suggestion that was chosen, for `affecter_technicien`."""

    technicien_id = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    debut = forms.DateTimeField(widget=forms.HiddenInput)
    fin = forms.DateTimeField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class AbonnementForm(Formulaire):
    """For `services.calendriers.creer_abonnement`; a technicien has no choice but himself."""

    nom = forms.CharField(
        label=_("Nom"), max_length=80, help_text=_("Par exemple : mon téléphone.")
    )
    technicien_id = forms.ModelChoiceField(
        label=_("Planning de"),
        queryset=Technicien.objects.none(),
        required=False,
        empty_label=_("Tous les techniciens"),
    )

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        if user.est_gestion:
            choix: Any = self.fields["technicien_id"]
            choix.queryset = Technicien.objects.visible_to(user).actifs().select_related("user")
        else:
            del self.fields["technicien_id"]


class InspectionForm(Formulaire):
    """For `services.reglementaire.enregistrer_inspection`; a reserve a line, its date after a bar."""

    date_visite = forms.DateField(label=_("Date de la visite"), widget=DateInput())
    organisme = forms.CharField(label=_("Organisme"), max_length=200)
    inspecteur = forms.CharField(label=_("Inspecteur"), max_length=120, required=False)
    numero_rapport = forms.CharField(label=_("Numéro du rapport"), max_length=80, required=False)
    conclusion = forms.ChoiceField(label=_("Conclusion"), choices=Conclusion.choices)
    reserves = forms.CharField(
        label=_("Réserves"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Une par ligne ; la date limite après une barre : Garde-corps desserré | 31/12/2026."
        ),
    )
    observations = forms.CharField(
        label=_("Observations"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, organismes: Sequence[str] = (), **kwargs: Any) -> None:
        """`organismes`: those who may inspect, to choose from; none, and anybody may be typed."""
        super().__init__(*args, **kwargs)
        if organismes:
            vide = [] if len(organismes) == 1 else [("", "—")]
            self.fields["organisme"] = forms.ChoiceField(
                label=_("Organisme"), choices=[*vide, *((nom, nom) for nom in organismes)]
            )

    def clean_reserves(self) -> list[tuple[str, date | None]]:
        lues: list[tuple[str, date | None]] = []
        for ligne in self.cleaned_data["reserves"].splitlines():
            libelle, barre, jour = ligne.rpartition("|")
            if not barre:
                libelle, jour = ligne, ""
            if not libelle.strip():
                continue
            delai = None
            if jour.strip():
                try:
                    delai = forms.DateField().clean(jour.strip())
                except forms.ValidationError as refus:
                    raise forms.ValidationError(
                        _("« %(jour)s » n’est pas une date."), params={"jour": jour.strip()}
                    ) from refus
            lues.append((libelle.strip(), delai))
        return lues


class LeveeForm(Formulaire):
    note = forms.CharField(
        label=_("Comment elle a été levée"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
