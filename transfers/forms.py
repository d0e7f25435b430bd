from django import forms
from django.utils.translation import gettext_lazy as _

from erp.forms import Formulaire
from transfers.choices import ModeImport


class FichierForm(Formulaire):
    fichier = forms.FileField(
        label=_("Fichier CSV ou XLSX"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )


class AppliquerForm(Formulaire):
    mode = forms.ChoiceField(
        label=_("Façon d’importer"), choices=ModeImport.choices, widget=forms.RadioSelect
    )
