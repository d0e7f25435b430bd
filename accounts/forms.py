"""The shape of what is typed about accounts."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from erp.champs import FormulaireModele
from erp.forms import Formulaire

ROLES = gettext_lazy(
    "Technicien : ses interventions. Client : le portail de sa société. Responsable : toute l’exploitation. "
    "Administrateur : tout, et les comptes."
)


class UtilisateurForm(FormulaireModele):
    """A new account, for `services.creer_utilisateur`."""

    modele = User
    champs = ("full_name", "email", "username", "role", "langue")
    GROUPES = (
        (gettext_lazy("La personne"), ("full_name", "email", "langue")),
        (gettext_lazy("Ce qu’elle peut faire"), ("role", "username")),
        (gettext_lazy("Sa première connexion"), ("invitation", "mot_de_passe")),
    )

    invitation = forms.BooleanField(
        label=gettext_lazy("Envoyer une invitation"),
        required=False,
        initial=True,
        help_text=gettext_lazy("La personne reçoit un lien pour choisir son mot de passe."),
    )
    mot_de_passe = forms.CharField(
        label=gettext_lazy("Premier mot de passe"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Sans invitation : donnez-le vous-même à la personne."),
    )

    def preparer(self) -> None:
        self.fields["role"].help_text = ROLES
        self.fields["username"].required = False
        self.fields["username"].help_text = _("Vide : le début de l’adresse e-mail.")

    def clean(self) -> dict[str, Any]:
        propre = super().clean() or {}
        propre["mot_de_passe"] = propre.get("mot_de_passe") or None
        if not propre.get("invitation") and propre["mot_de_passe"] is None:
            self.add_error(
                "mot_de_passe", _("Envoyez une invitation, ou donnez un premier mot de passe.")
            )
        return propre


class UtilisateurModifierForm(FormulaireModele):
    """For `services.modifier_utilisateur`."""

    modele = User
    champs = ("full_name", "email", "username", "role", "langue")


class ProfilForm(FormulaireModele):
    """One's own name and language, for `services.modifier_profil`."""

    modele = User
    champs = ("full_name", "langue")


class MotDePasseForm(Formulaire):
    """One's own password, for `services.changer_mot_de_passe`."""

    ancien_mot_de_passe = forms.CharField(
        label=gettext_lazy("Mot de passe actuel"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    nouveau_mot_de_passe = forms.CharField(
        label=gettext_lazy("Nouveau mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    confirmation = forms.CharField(
        label=gettext_lazy("Le même, encore une fois"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        propre = super().clean() or {}
        premier, second = propre.get("nouveau_mot_de_passe"), propre.pop("confirmation", None)
        if premier and second and premier != second:
            self.add_error("confirmation", _("Les deux mots de passe diffèrent."))
        return propre
