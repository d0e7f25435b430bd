"""Forms whose fields are named as the parameters of a service, and that show its refusal beside the field."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Model
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from erp.exceptions import BusinessRuleError, StaleVersionError, ValidationError
from erp.validation import CARACTERE_INTERDIT, caractere_interdit, id_lu


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
    the HTTP status of the answer (422 malformed, 409 refused by a rule, 412 changed meanwhile), nothing typed lost.
    """

    # (heading, names of its fields): how a form page lays the fields out; all of them in one group when empty
    GROUPES: ClassVar[Sequence[tuple[str | Promise, Sequence[str]]]] = ()

    resultat: Any = None
    status: int = 200
    perime: bool = False

    def groupes(self) -> Iterator[tuple[str | Promise, list[BoundField]]]:
        """The fields under their headings; those that this user does not have are left out."""
        for titre, noms in self.GROUPES or (("", list(self.fields)),):
            champs = [self[nom] for nom in noms if nom in self.fields]
            if champs:
                yield titre, champs

    def valeurs(self) -> dict[str, Any]:
        """What was typed, as a service takes it: related objects as ids, lists of them as lists of ids."""
        return {nom: _valeur(valeur) for nom, valeur in self.cleaned_data.items()}

    def _clean_fields(self) -> None:
        """As Django's; no text may hold a control character, as in the API."""
        super()._clean_fields()  # type: ignore[misc]  # the stubs leave it out
        for nom, valeur in list(self.cleaned_data.items()):
            interdit = caractere_interdit(valeur) if isinstance(valeur, str) else ""
            if interdit:
                message = CARACTERE_INTERDIT % {"code": f"U+{ord(interdit):04X}"}
                self.add_error(nom, forms.ValidationError(message, code="CARACTERE_INTERDIT"))

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
            self.add_error(
                self._champ(detail.field),
                forms.ValidationError(str(detail.message), code=detail.code),
            )
        if not erreur.errors or not isinstance(erreur, ValidationError):
            self.add_error(None, forms.ValidationError(str(erreur), code=erreur.code))

    def reprendre(self, version: int) -> None:
        """After a StaleVersionError: the same words again, against the version that is in force."""
        donnees = QueryDict(mutable=True)
        donnees.update(self.data)
        donnees["version"] = str(version)
        self.data = donnees

    def _champ(self, nom: str) -> str | None:
        """The field that an error speaks of: its own name, or that of the parameter it stands for."""
        for candidat in (nom, f"{nom}_id", nom.removesuffix("_id")):
            champ = self.fields.get(candidat)
            if champ is not None:
                return None if isinstance(champ.widget, forms.HiddenInput) else candidat
        return None


class FormulaireVersionne(Formulaire):
    """Edits an object that others may edit meanwhile: carries the version that was read, sends only what was changed.

    Every field remembers, in the page, the value it was shown with. When the service answers that the object has moved
    on, `reprendre` shows the others' changes in the fields this person left alone and keeps what he typed in the rest.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any], **kwargs: Any) -> None:
        a_la_minute = {nom: _a_la_minute(valeur) for nom, valeur in initial.items()}
        super().__init__(data, initial=a_la_minute, **kwargs)
        for nom, champ in self.fields.items():
            champ.show_hidden_initial = nom != "version"

    def valeurs(self) -> dict[str, Any]:
        """Only what was changed, and the version."""
        return {
            nom: valeur
            for nom, valeur in super().valeurs().items()
            if nom == "version" or nom in self.changed_data
        }

    def reprendre(self, version: int) -> None:
        """After a StaleVersionError: continue from the object as it is now, which `initial` holds."""
        donnees = QueryDict(mutable=True)
        donnees.update(self.data)
        for nom, champ in self.fields.items():
            frais = version if nom == "version" else champ.prepare_value(self.initial.get(nom))
            if nom == "version" or nom not in self.changed_data:
                _poser(donnees, self.add_prefix(nom), champ.widget, frais)
            _poser(donnees, self.add_initial_prefix(nom), champ.hidden_widget(), frais)
        self.data = donnees


def _poser(donnees: Any, nom: str, widget: forms.Widget, valeur: Any) -> None:
    """Put a value in form data as the browser would send it."""
    texte = widget.format_value(valeur)
    if isinstance(widget, forms.CheckboxInput):
        texte = "on" if valeur else None
    if isinstance(texte, list | tuple):
        donnees.setlist(nom, [str(element) for element in texte])
    elif texte is None or texte == "":
        donnees.pop(nom, None)
    else:
        donnees[nom] = str(texte)


def _a_la_minute(valeur: Any) -> Any:
    """The browser's control knows no seconds."""
    return valeur.replace(second=0, microsecond=0) if isinstance(valeur, datetime) else valeur


def _valeur(valeur: Any) -> Any:
    if isinstance(valeur, Model):
        return valeur.pk
    if hasattr(valeur, "model") and hasattr(valeur, "values_list"):
        return [objet.pk for objet in valeur]
    if isinstance(valeur, datetime):
        # between two moments of one zone Python counts what the clock reads, not what passes
        return valeur.astimezone(UTC)
    return valeur


class ChoixRecherche(forms.Select):
    """A select over many objects, found by typing at `url`: only the chosen one is written in the page."""

    def __init__(
        self, url: Any, placeholder: Any = "", attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.url, self.placeholder = url, placeholder

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        attrs = {
            "data-chercher": str(self.url),
            "data-placeholder": str(self.placeholder),
            "data-rien": _("Aucun résultat"),
            **(attrs or {}),
        }
        return super().get_context(name, value, attrs)

    def optgroups(
        self, name: str, value: list[str], attrs: dict[str, Any] | None = None
    ) -> list[Any]:
        choix: Any = self.choices
        ids = [pk for v in value if (pk := id_lu(v)) is not None]
        options = [("", "")]
        options += [
            (objet.pk, choix.field.label_from_instance(objet))
            for objet in choix.queryset.filter(pk__in=ids)
        ]
        return [
            (None, [self.create_option(name, cle, mots, str(cle) in value, rang)], rang)
            for rang, (cle, mots) in enumerate(options)
        ]
