from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from erp.forms import Formulaire
from search.models import NOM_MAX
from search.permissions import peut_partager


class VueForm(Formulaire):
    """A saved view: its name, whether the staff shares it, and whether it takes what the list shows now."""

    nom = forms.CharField(label=_("Nom de la vue"), max_length=NOM_MAX)
    partage = forms.BooleanField(
        label=_("Partager avec l’équipe"),
        help_text=_("Chacun la trouvera dans cette liste, avec ce que ses droits lui montrent."),
        required=False,
    )
    remplacer = forms.BooleanField(
        label=_("Remplacer ses filtres par ceux de la liste affichée"), required=False
    )
    requete = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8000)

    def __init__(self, data: Any = None, *, user: User, nouvelle: bool, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["nom"].widget.attrs["autocomplete"] = "off"
        if not peut_partager(user):
            del self.fields["partage"]
        if nouvelle or not self["requete"].value():
            del self.fields["remplacer"]
