"""Forms whose fields are named as the parameters of a service, and that show its refusal beside the field."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Model

from erp.exceptions import BusinessRuleError, StaleVersionError, ValidationError


class DateHeureInput(forms.DateTimeInput):
    """Typed or picked, in the browser's own control; wall time in Africa/Casablanca."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%dT%H:%M")


class DateInput(forms.DateInput):
    """Typed or picked, in the browser's own control."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class Formulaire(forms.Form):
    """The shape of a service's input: fields bear the names of its parameters (`site_id`, `date_limite` …).

    `soumettre` validates the shape, calls the service, and turns its refusal into errors of the form; `status` is then
    the HTTP status of the answer (422 malformed, 409 refused by a rule, 412 changed meanwhile), with all that was typed.
    """

    resultat: Any = None
    status: int = 200
    perime: bool = False

    def valeurs(self) -> dict[str, Any]:
        """What was typed, as a service takes it: related objects as ids, lists of them as lists of ids."""
        return {nom: _valeur(valeur) for nom, valeur in self.cleaned_data.items()}

    def soumettre(self, service: Callable[..., Any], **parametres: Any) -> bool:
        """Call the service with the form's values; whether it did its work. Its answer is in `resultat`."""
        if not self.is_valid():
            self.status = 422
            return False
        try:
            self.resultat = service(**parametres, **self.valeurs())
        except (ValidationError, BusinessRuleError) as erreur:
            self.refuser(erreur)
            return False
        return True

    def refuser(self, erreur: ValidationError | BusinessRuleError) -> None:
        """Show what a service refused: each error beside its field, the rest on top."""
        self.status = 422 if isinstance(erreur, ValidationError) else erreur.status
        self.perime = isinstance(erreur, StaleVersionError)
        for detail in erreur.errors:
            self.add_error(self._champ(detail.field), forms.ValidationError(str(detail.message), code=detail.code))
        if not erreur.errors or not isinstance(erreur, ValidationError):
            self.add_error(None, forms.ValidationError(str(erreur), code=erreur.code))

    def _champ(self, nom: str) -> str | None:
        """The field that an error speaks of: its own name, or that of the parameter it stands for."""
        for candidat in (nom, f"{nom}_id", nom.removesuffix("_id")):
            champ = self.fields.get(candidat)
            if champ is not None:
                return None if isinstance(champ.widget, forms.HiddenInput) else candidat
        return None


def _valeur(valeur: Any) -> Any:
    if isinstance(valeur, Model):
        return valeur.pk
    if hasattr(valeur, "model") and hasattr(valeur, "values_list"):
        return [objet.pk for objet in valeur]
    return valeur
