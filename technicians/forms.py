"""The shape of what is typed about techniciens, their skills and their absences."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from accounts.choices import Langue, Role
from accounts.models import User
from erp.forms import DateHeureInput, DateInput, Formulaire
from technicians.choices import NiveauCompetence, TypeAbsence
from technicians.models import Competence, Outil, Technicien


class TechnicienForm(Formulaire):
    matricule = forms.CharField(label=_("Matricule"), max_length=30)
    specialite = forms.CharField(label=_("Spécialité"), max_length=100, required=False)
    equipe = forms.CharField(label=_("Équipe"), max_length=80, required=False)
    zone_geographique = forms.CharField(
        label=_("Zone géographique"), max_length=100, required=False
    )
    telephone = PhoneNumberField(label=_("Téléphone"), region="MA", required=False)
    date_embauche = forms.DateField(label=_("Date d’embauche"), widget=DateInput(), required=False)
    heures_hebdomadaires = forms.IntegerField(
        label=_("Heures par semaine"), min_value=1, max_value=84, initial=44
    )
    horaires = forms.CharField(
        label=_("Horaires"),
        max_length=200,
        required=False,
        help_text=_("Par exemple : lun-ven 07:00-15:00. Vides : ceux de la société."),
    )
    cout_horaire = forms.DecimalField(
        label=_("Coût horaire"), min_value=0, max_digits=12, decimal_places=2, initial=0
    )
    latitude = forms.DecimalField(
        label=_("Latitude du domicile"),
        min_value=-90,
        max_value=90,
        max_digits=9,
        decimal_places=6,
        required=False,
    )
    longitude = forms.DecimalField(
        label=_("Longitude du domicile"),
        min_value=-180,
        max_value=180,
        max_digits=9,
        decimal_places=6,
        required=False,
        help_text=_("Départ du matin, pour calculer les trajets."),
    )
    notes_privees = forms.CharField(
        label=_("Notes privées"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=5000,
        help_text=_("Lues des responsables seulement."),
    )

    @classmethod
    def de(cls, technicien: Technicien) -> dict[str, Any]:
        """The initial values of an existing one."""
        return {nom: getattr(technicien, nom) for nom in cls.base_fields}

    def clean(self) -> dict[str, Any]:
        propres = super().clean() or {}
        if ("latitude" in propres and "longitude" in propres) and (
            (propres["latitude"] is None) != (propres["longitude"] is None)
        ):
            self.add_error(
                "longitude", _("Donnez la latitude et la longitude, ou aucune des deux.")
            )
        return propres

    def valeurs(self) -> dict[str, Any]:
        valeurs = super().valeurs()
        valeurs["telephone"] = str(valeurs["telephone"] or "")
        return valeurs


class NouveauTechnicienForm(TechnicienForm):
    """A technicien with his account: a new one, or that of a user who has the role and no profile yet."""

    user_id = forms.ModelChoiceField(
        label=_("Compte existant"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nouveau compte"),
        widget=forms.Select(attrs={"data-chercher": ""}),
    )
    full_name = forms.CharField(label=_("Nom complet"), max_length=200, required=False)
    email = forms.EmailField(label=_("Adresse e-mail"), max_length=255, required=False)
    username = forms.CharField(
        label=_("Nom d’utilisateur"),
        max_length=100,
        required=False,
        help_text=_("Vide : fait à partir de l’adresse."),
    )
    langue = forms.ChoiceField(
        label=_("Langue"), choices=Langue.choices, initial=Langue.FRANCAIS, required=False
    )
    mot_de_passe = forms.CharField(
        label=_("Mot de passe"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        required=False,
        strip=False,
        empty_value=None,
        help_text=_("Vide : une invitation à le choisir est envoyée par e-mail."),
    )
    competences = forms.ModelMultipleChoiceField(
        label=_("Compétences"),
        queryset=Competence.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-chercher": ""}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        comptes: Any = self.fields["user_id"]
        comptes.queryset = (
            User.objects.visible_to(user)
            .actifs()
            .filter(role=Role.TECHNICIEN, technicien__isnull=True)
            .order_by("full_name")
        )
        if not comptes.queryset.exists():
            del self.fields["user_id"]
            self.fields["full_name"].required = self.fields["email"].required = True
        competences: Any = self.fields["competences"]
        competences.queryset = Competence.objects.visible_to(user)

    def clean(self) -> dict[str, Any]:
        propres = super().clean()
        if (
            "user_id" in self.fields
            and propres.get("user_id") is None
            and "user_id" not in self.errors
        ):
            for nom in ("full_name", "email"):
                if not propres.get(nom) and nom not in self.errors:
                    self.add_error(
                        nom, forms.ValidationError(_("Ce champ est obligatoire."), code="required")
                    )
        return propres

    def valeurs(self) -> dict[str, Any]:
        valeurs = super().valeurs()
        valeurs["langue"] = valeurs["langue"] or Langue.FRANCAIS
        return valeurs


class CompetenceDetenueForm(Formulaire):
    competence_id = forms.ModelChoiceField(
        label=_("Compétence"),
        queryset=Competence.objects.none(),
        widget=forms.Select(attrs={"data-chercher": ""}),
    )
    niveau = forms.ChoiceField(
        label=_("Niveau"),
        choices=NiveauCompetence.choices,
        initial=NiveauCompetence.INTERMEDIAIRE,
        widget=forms.RadioSelect(),
    )
    certifie = forms.BooleanField(label=_("Certifié (habilitation délivrée)"), required=False)
    date_acquisition = forms.DateField(label=_("Acquise le"), widget=DateInput(), required=False)
    date_expiration = forms.DateField(
        label=_("Expire le"),
        widget=DateInput(),
        required=False,
        help_text=_("Elle compte jusqu’à ce jour compris ; vide : sans limite."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["competence_id"]
        champ.queryset = Competence.objects.visible_to(user)


class CompetenceForm(Formulaire):
    nom = forms.CharField(label=_("Nom"), max_length=100)
    description = forms.CharField(
        label=_("Description"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2000,
    )


class OutilForm(Formulaire):
    nom = forms.CharField(label=_("Nom"), max_length=100)
    is_active = forms.BooleanField(
        label=_("En service"),
        required=False,
        initial=True,
        help_text=_("Hors service, ni un véhicule ni le magasin ne le donne."),
    )


class EquipementVehiculeForm(Formulaire):
    """Which tools ride in a van: all of them, at once."""

    outils = forms.ModelMultipleChoiceField(
        label=_("Outils dans son véhicule"),
        queryset=Outil.objects.none(),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-chercher": ""}),
    )

    def __init__(self, *args: Any, user: User, technicien: Technicien, **kwargs: Any) -> None:
        siens = list(technicien.outils.values_list("pk", flat=True))
        kwargs["initial"] = {"outils": siens}
        super().__init__(*args, **kwargs)
        champ: Any = self.fields["outils"]
        visibles = Outil.objects.visible_to(user)
        champ.queryset = visibles.en_service() | visibles.filter(pk__in=siens)


class AbsenceForm(Formulaire):
    type = forms.ChoiceField(
        label=_("Type"),
        choices=TypeAbsence.choices,
        initial=TypeAbsence.CONGE,
        widget=forms.RadioSelect(),
    )
    debut = forms.DateTimeField(label=_("Du"), widget=DateHeureInput())
    fin = forms.DateTimeField(label=_("Au"), widget=DateHeureInput())
    motif = forms.CharField(label=_("Motif"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        propres = super().clean() or {}
        debut, fin = propres.get("debut"), propres.get("fin")
        if debut is not None and fin is not None and fin <= debut:
            self.add_error("fin", _("La fin doit suivre le début."))
        return propres

    @staticmethod
    def journee() -> dict[str, Any]:
        """Tomorrow, the whole day: what is asked for most often is a day away."""
        demain = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        demain += timedelta(days=1)
        return {"debut": demain, "fin": demain + timedelta(days=1)}


class RefusForm(Formulaire):
    motif = forms.CharField(
        label=_("Motif du refus"),
        max_length=300,
        required=False,
        help_text=_("Le technicien le lira dans sa notification."),
    )
