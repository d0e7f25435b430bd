"""Forms whose fields are those of a model: labels, help, lengths and choices are said once, in the model."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db import models
from django.forms.models import fields_for_model

from erp.forms import DateHeureInput, DateInput, Formulaire

if TYPE_CHECKING:
    from accounts.models import User  # for the type alone: accounts stands above erp


class FormulaireModele(Formulaire):
    """A `Formulaire` with the fields `champs` of `modele`, after them those it declares itself (`site_id` …).

    `instance` is the row being changed: its values stand in the fields. `user` limits what may be chosen; a subclass
    does it in `preparer`.
    """

    modele: ClassVar[type[models.Model]]
    champs: ClassVar[tuple[str, ...]] = ()
    # Declared fields to show first.
    d_abord: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        *args: Any,
        user: "User",
        instance: models.Model | None = None,
        initial: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.user, self.instance = user, instance
        depart = {} if instance is None else self.depuis(instance)
        kwargs["initial"] = {**depart, **(initial or {})}
        super().__init__(*args, **kwargs)
        du_modele = fields_for_model(self.modele, fields=self.champs, formfield_callback=_champ)
        self.fields = {**(du_modele or {}), **self.fields}
        self.preparer()
        self.order_fields(self.d_abord)

    def depuis(self, instance: models.Model) -> dict[str, Any]:
        """What the fields show of a row: columns by name, and the ids of what it points to."""
        valeurs: dict[str, Any] = {}
        for champ in instance._meta.concrete_fields:
            valeurs[champ.attname] = getattr(instance, champ.attname)
        return valeurs

    def preparer(self) -> None:
        """Limit the choices to what the user sees; drop the fields that are not his."""


def _champ(champ: "models.Field[Any, Any]", **kwargs: Any) -> forms.Field | None:
    if isinstance(champ, models.DateTimeField):
        kwargs["widget"] = DateHeureInput
    elif isinstance(champ, models.DateField):
        kwargs["widget"] = DateInput
    elif isinstance(champ, models.TextField):
        kwargs["widget"] = forms.Textarea(attrs={"rows": 3})
    return champ.formfield(**kwargs)


def choix(label: Any, *, requis: bool = True, vide: Any = "—", widget: Any = None) -> Any:
    """A field for one related object; its queryset is set for each user, nothing can be chosen before."""
    return forms.ModelChoiceField(
        queryset=None, label=label, required=requis, empty_label=vide, widget=widget
    )
