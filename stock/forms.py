"""The shape of what is typed about parts and movements."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy

from erp.champs import FormulaireModele
from erp.forms import Formulaire
from stock.choices import TypeMouvement
from stock.models import PieceDetachee


class PieceForm(FormulaireModele):
    """For `services.creer_piece` and `modifier_piece`; the stock of the first day is asked for once."""

    modele = PieceDetachee
    champs = (
        "reference",
        "designation",
        "unite",
        "prix_unitaire",
        "stock_minimum",
        "stock_maximum",
        "emplacement",
        "fournisseur",
        "types_compatibles",
        "is_active",
    )

    def preparer(self) -> None:
        if self.instance is None:
            self.fields["stock_initial"] = forms.DecimalField(
                label=gettext_lazy("Stock initial"),
                min_value=Decimal(0),
                max_digits=12,
                decimal_places=2,
                initial=0,
            )


class MouvementForm(Formulaire):
    """For `services.enregistrer_mouvement`. Of an ajustement the quantity is what was counted."""

    type_mouvement = forms.ChoiceField(
        label=gettext_lazy("Mouvement"), choices=TypeMouvement.choices
    )
    quantite = forms.DecimalField(
        label=gettext_lazy("Quantité"),
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text=gettext_lazy("Pour un ajustement : le stock compté."),
    )
    prix_unitaire = forms.DecimalField(
        label=gettext_lazy("Prix unitaire (MAD)"),
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text=gettext_lazy("Vide : celui de la pièce."),
    )
    motif = forms.CharField(label=gettext_lazy("Motif"), max_length=300, required=False)
