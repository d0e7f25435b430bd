from django import forms
from django.utils.translation import gettext_lazy as _

from documents.choices import TypeDocument


class DepotForm(forms.Form):
    """One file and what it is; its content is the service's to judge."""

    file = forms.FileField(
        label=_("Fichier"), help_text=_("Photo, PDF, DOCX ou XLSX, 10 Mo au plus.")
    )
    type_document = forms.ChoiceField(
        label=_("Nature"), choices=TypeDocument.choices, initial=TypeDocument.PHOTO
    )
    interne = forms.BooleanField(label=_("Interne : le client ne le voit pas"), required=False)
