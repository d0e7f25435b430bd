"""The shape of what people enter about an intervention. The rules are the services'."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clients.models import Contrat, Site
from equipment.models import Equipement
from erp.forms import ChoixRecherche, DateHeureInput, Formulaire, FormulaireVersionne
from interventions.choices import (
    ActionJournal,
    MotifAttente,
    Priorite,
    ResultatControle,
    Transition,
    TypeIntervention,
    TypeTemps,
)
from interventions.machines import equipements_demandables
from interventions.models import Intervention
from interventions.permissions import peut_fixer_priorite
from stock.choices import TypeMouvement
from stock.models import PieceDetachee
from technicians.models import Competence, Technicien

if TYPE_CHECKING:
    _Equipements = forms.ModelChoiceField[Equipement]
    _Techniciens = forms.ModelChoiceField[Technicien]
    _Pieces = forms.ModelChoiceField[PieceDetachee]
else:
    _Equipements = _Techniciens = _Pieces = forms.ModelChoiceField


class ChoixEquipement(_Equipements):
    def label_from_instance(self, obj: Equipement) -> str:
        return f"{obj.nom} ({obj.code_interne}) – {obj.client}"


class ChoixTechnicien(_Techniciens):
    def label_from_instance(self, obj: Technicien) -> str:
        return obj.user.full_name


class ChoixPiece(_Pieces):
    def label_from_instance(self, obj: PieceDetachee) -> str:
        return f"{obj.reference} – {obj.designation}"


def _texte(lignes: int = 3, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": lignes, **attrs})


def _techniciens(user: User) -> QuerySet[Technicien]:
    return (
        Technicien.objects.visible_to(user)
        .actifs()
        .select_related("user")
        .order_by("user__full_name")
    )


class CreationForm(Formulaire):
    """A call: what the user may not fix is not asked for."""

    equipement_id = ChoixEquipement(
        label=_("Équipement"),
        queryset=Equipement.objects.none(),
        widget=ChoixRecherche(
            reverse_lazy("interventions:equipements"), _("Nom, code, numéro de série ou client")
        ),
        error_messages={"invalid_choice": _("Choisissez un équipement en service de la liste.")},
    )
    type_intervention = forms.ChoiceField(
        label=_("Type"),
        choices=TypeIntervention.choices,
        initial=TypeIntervention.CORRECTIVE,
        widget=forms.RadioSelect,
    )
    priorite = forms.ChoiceField(
        label=_("Priorité"),
        choices=Priorite.choices,
        initial=Priorite.NORMALE,
        widget=forms.RadioSelect,
    )
    urgence = forms.BooleanField(
        label=_("C’est urgent : la machine est arrêtée ou dangereuse"), required=False
    )
    description = forms.CharField(
        label=_("Description"),
        min_length=10,
        max_length=2000,
        widget=_texte(4),
        help_text=_("Ce que le client constate, depuis quand, ce qu’il a déjà essayé."),
    )
    titre = forms.CharField(
        label=_("Titre"),
        max_length=200,
        required=False,
        help_text=_("Fait du type et de l’équipement si vous le laissez vide."),
    )
    technicien_id = ChoixTechnicien(
        label=_("Technicien"),
        queryset=Technicien.objects.none(),
        required=False,
        empty_label=_("À affecter plus tard"),
    )
    debut = forms.DateTimeField(label=_("Début du créneau"), widget=DateHeureInput, required=False)
    fin = forms.DateTimeField(label=_("Fin du créneau"), widget=DateHeureInput, required=False)
    date_limite = forms.DateTimeField(
        label=_("Date limite"),
        widget=DateHeureInput,
        required=False,
        help_text=_("Celle du contrat ou de la priorité si vous la laissez vide."),
    )
    duree_estimee = forms.IntegerField(label=_("Durée estimée"), min_value=1, required=False)
    competences = forms.ModelMultipleChoiceField(
        label=_("Compétences requises"),
        queryset=Competence.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-chercher": ""}),
    )

    RESERVES = (
        "titre",
        "technicien_id",
        "debut",
        "fin",
        "date_limite",
        "duree_estimee",
        "competences",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["equipement_id"].queryset = equipements_demandables(user)  # type: ignore[attr-defined]
        if not peut_fixer_priorite(user):
            del self.fields["priorite"]
        if not user.est_gestion:
            for nom in self.RESERVES:
                del self.fields[nom]
        else:
            self.fields["technicien_id"].queryset = _techniciens(user)  # type: ignore[attr-defined]
            self.fields["competences"].queryset = Competence.objects.visible_to(user)  # type: ignore[attr-defined]
        if user.est_client:
            self.fields["type_intervention"].initial = TypeIntervention.CORRECTIVE
            self.fields["type_intervention"].widget = forms.HiddenInput()
            self.fields["description"].help_text = _(
                "Ce que vous constatez, depuis quand, ce que vous avez déjà essayé."
            )
            self.fields["equipement_id"].widget.placeholder = _("Nom, code ou numéro de série")

    def affecte(self) -> bool:
        """Whether somebody or a slot was chosen, or either is wrong."""
        return self._touche("technicien_id", "debut", "fin")

    def plus(self) -> bool:
        """Whether something beyond the essential was entered, or is wrong."""
        return self._touche("titre", "date_limite", "duree_estimee", "competences")

    def _touche(self, *noms: str) -> bool:
        donnees = self.data or self.initial
        return any(donnees.get(nom) or nom in self.errors for nom in noms if nom in self.fields)


class ModificationForm(FormulaireVersionne):
    """What was asked for."""

    titre = forms.CharField(label=_("Titre"), max_length=200)
    description = forms.CharField(
        label=_("Description"), min_length=10, max_length=2000, widget=_texte(5)
    )
    type_intervention = forms.ChoiceField(label=_("Type"), choices=TypeIntervention.choices)
    priorite = forms.ChoiceField(label=_("Priorité"), choices=Priorite.choices)
    urgence = forms.BooleanField(label=_("C’est urgent"), required=False)
    site_id = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), required=False)
    contrat_id = forms.ModelChoiceField(
        label=_("Contrat"), queryset=Contrat.objects.none(), required=False
    )
    date_limite = forms.DateTimeField(label=_("Date limite"), widget=DateHeureInput, required=False)
    duree_estimee = forms.IntegerField(label=_("Durée estimée"), min_value=1, required=False)
    cout_estime = forms.DecimalField(
        label=_("Coût estimé"), min_value=0, max_digits=12, decimal_places=2, required=False
    )
    competences = forms.ModelMultipleChoiceField(
        label=_("Compétences requises"),
        queryset=Competence.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-chercher": ""}),
    )

    def __init__(self, data: Any = None, *, user: User, intervention: Intervention) -> None:
        initial = {
            nom: getattr(intervention, nom) for nom in self.base_fields if nom != "competences"
        }
        initial["competences"] = [c.pk for c in intervention.competences_requises.all()]
        super().__init__(data, initial=initial)
        client = intervention.client_id
        sites = Site.objects.visible_to(user).filter(client=client)
        contrats = Contrat.objects.visible_to(user).filter(client=client)
        self.fields["site_id"].queryset = sites  # type: ignore[attr-defined]
        self.fields["contrat_id"].queryset = contrats  # type: ignore[attr-defined]
        self.fields["competences"].queryset = Competence.objects.visible_to(user)  # type: ignore[attr-defined]


class SaisieForm(FormulaireVersionne):
    """What the field writes while the work goes on."""

    diagnostic = forms.CharField(
        label=_("Diagnostic"), max_length=5000, required=False, widget=_texte(4)
    )
    solution = forms.CharField(
        label=_("Solution"), max_length=5000, required=False, widget=_texte(4)
    )
    notes_techniques = forms.CharField(
        label=_("Notes techniques"),
        max_length=5000,
        required=False,
        widget=_texte(3),
        help_text=_("Le client ne les voit pas."),
    )

    def __init__(self, data: Any = None, *, intervention: Intervention) -> None:
        initial = {nom: getattr(intervention, nom) for nom in self.base_fields}
        super().__init__(data, initial=initial)


class AffectationForm(Formulaire):
    """Who, and perhaps when."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    technicien_id = ChoixTechnicien(
        label=_("Technicien"),
        queryset=Technicien.objects.none(),
        error_messages={"required": _("Choisissez un technicien.")},
    )
    debut = forms.DateTimeField(label=_("Début du créneau"), widget=DateHeureInput, required=False)
    fin = forms.DateTimeField(label=_("Fin du créneau"), widget=DateHeureInput, required=False)
    remarque = forms.CharField(
        label=_("Remarque"), max_length=2000, required=False, widget=_texte(2)
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["technicien_id"].queryset = _techniciens(user)  # type: ignore[attr-defined]


class PlanificationForm(Formulaire):
    version = forms.IntegerField(widget=forms.HiddenInput)
    debut = forms.DateTimeField(label=_("Début"), widget=DateHeureInput)
    fin = forms.DateTimeField(label=_("Fin"), widget=DateHeureInput)
    confirme = forms.BooleanField(label=_("Confirmé avec le client"), required=False)
    notes = forms.CharField(label=_("Notes"), max_length=500, required=False)


class TransitionForm(Formulaire):
    """What one line of the table needs and takes."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    vers = forms.CharField(widget=forms.HiddenInput)
    motif_attente = forms.ChoiceField(
        label=_("Pourquoi attendre ?"), choices=MotifAttente.choices, widget=forms.RadioSelect
    )
    diagnostic = forms.CharField(label=_("Diagnostic"), max_length=5000, widget=_texte(3))
    solution = forms.CharField(label=_("Solution"), max_length=5000, widget=_texte(3))
    notes_techniques = forms.CharField(
        label=_("Notes techniques"),
        max_length=5000,
        widget=_texte(2),
        help_text=_("Le client ne les voit pas."),
    )
    toujours_en_panne = forms.BooleanField(label=_("L’équipement reste en panne"))
    motif_annulation = forms.CharField(
        label=_("Motif de l’annulation"),
        max_length=500,
        widget=_texte(2),
        help_text=_("Le client le lira."),
    )
    remarque = forms.CharField(label=_("Remarque"), max_length=2000, widget=_texte(2))
    interne = forms.BooleanField(label=_("Remarque interne : le client ne la voit pas"))

    def __init__(self, data: Any = None, *, ligne: Transition, intervention: Intervention) -> None:
        initial = {"version": intervention.version, "vers": ligne.vers}
        for nom in ("diagnostic", "solution", "notes_techniques"):
            initial[nom] = getattr(intervention, nom)
        super().__init__(data, initial=initial)
        exiges = set(ligne.exige)
        if (
            ligne.action == ActionJournal.CLOTURE
            and intervention.type_intervention == TypeIntervention.CORRECTIVE
        ):
            exiges.add("diagnostic")
        gardes = {"version", "vers", *exiges, *ligne.accepte}
        if "remarque" in gardes:
            gardes.add("interne")
        for nom in list(self.fields):
            if nom not in gardes:
                del self.fields[nom]
        for nom, champ in self.fields.items():
            champ.required = nom in exiges or nom == "vers"


class RemarqueForm(Formulaire):
    remarque = forms.CharField(label=_("Remarque"), max_length=2000, widget=_texte(2))
    interne = forms.BooleanField(label=_("Interne : le client ne la voit pas"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.est_client:
            del self.fields["interne"]


class PieceForm(Formulaire):
    piece_id = ChoixPiece(
        label=_("Pièce"),
        queryset=PieceDetachee.objects.none(),
        widget=ChoixRecherche(reverse_lazy("interventions:pieces"), _("Référence ou désignation")),
    )
    quantite = forms.DecimalField(
        label=_("Quantité"), min_value=0, max_digits=12, decimal_places=2, initial=1
    )
    type_mouvement = forms.ChoiceField(
        label=_("Mouvement"),
        choices=[
            (TypeMouvement.SORTIE, _("Prise du stock")),
            (TypeMouvement.RETOUR, _("Rendue au stock")),
        ],
        initial=TypeMouvement.SORTIE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pieces = PieceDetachee.objects.visible_to(user).filter(is_active=True)
        self.fields["piece_id"].queryset = pieces  # type: ignore[attr-defined]


class TempsForm(Formulaire):
    technicien_id = ChoixTechnicien(label=_("Technicien"), queryset=Technicien.objects.none())
    type_temps = forms.ChoiceField(
        label=_("Type"),
        choices=TypeTemps.choices,
        initial=TypeTemps.TRAVAIL,
        widget=forms.RadioSelect,
    )
    debut = forms.DateTimeField(label=_("Début"), widget=DateHeureInput)
    fin = forms.DateTimeField(label=_("Fin"), widget=DateHeureInput)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        intervention: Intervention,
        initial: dict[str, Any] | None = None,
    ) -> None:
        depart = {"technicien_id": intervention.technicien_id, **(initial or {})}
        super().__init__(data, initial=depart)
        if user.est_gestion:
            self.fields["technicien_id"].queryset = _techniciens(user)  # type: ignore[attr-defined]
        else:
            del self.fields["technicien_id"]


class ControleForm(Formulaire):
    """One item added to the checklist."""

    libelle = forms.CharField(label=_("Point à contrôler"), max_length=300)
    unite = forms.CharField(
        label=_("Unité de la mesure"), max_length=20, required=False, help_text=_("bar, °C, mm/s…")
    )
    obligatoire = forms.BooleanField(
        label=_("Obligatoire avant la clôture"), required=False, initial=True
    )


class ReponseForm(Formulaire):
    """The answer to one item."""

    resultat = forms.ChoiceField(label=_("Résultat"), choices=ResultatControle.choices)
    valeur_mesuree = forms.DecimalField(
        label=_("Valeur mesurée"), max_digits=14, decimal_places=4, required=False
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)


class SatisfactionForm(Formulaire):
    note = forms.TypedChoiceField(
        label=_("Votre note"),
        coerce=int,
        choices=[(n, str(n)) for n in range(5, 0, -1)],
        widget=forms.RadioSelect,
        help_text=_("5 : parfait ; 1 : très mauvais."),
    )
    commentaire = forms.CharField(
        label=_("Un mot de plus ?"), max_length=2000, required=False, widget=_texte(3)
    )


class DemandeAnnulationForm(Formulaire):
    motif = forms.CharField(label=_("Pourquoi ?"), max_length=500, widget=_texte(3))
