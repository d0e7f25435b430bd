"""The shape of what is typed about parts and movements."""

from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from erp.champs import FormulaireModele
from erp.forms import ChoixRecherche, Formulaire
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


class VehiculeForm(Formulaire):
    """For `services.charger_vehicule`."""

    piece_id = forms.ModelChoiceField(
        label=gettext_lazy("Pièce"),
        queryset=PieceDetachee.objects.none(),
        widget=ChoixRecherche(
            reverse_lazy("planning:chercher_piece"), gettext_lazy("Référence ou désignation")
        ),
    )
    quantite = forms.DecimalField(
        label=gettext_lazy("Quantité dans le véhicule"),
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text=gettext_lazy("Zéro : elle n’y est plus."),
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        choix: Any = self.fields["piece_id"]
        choix.queryset = PieceDetachee.objects.visible_to(user).filter(is_active=True)


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


class InventaireForm(Formulaire):
    """For `services.ouvrir_inventaire`."""

    libelle = forms.CharField(
        label=gettext_lazy("Ce que vous comptez"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Par exemple : allée A, ou inventaire de fin d’année."),
    )


class ComptageForm(Formulaire):
    """One part counted, for `services.compter_piece`; with `un_par_lecture` each reading of a code adds one."""

    reference = forms.CharField(
        label=gettext_lazy("Référence"),
        max_length=60,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "enterkeyhint": "next",
                "data-comptage": "reference",
            }
        ),
    )
    quantite = forms.DecimalField(
        label=gettext_lazy("Quantité comptée"),
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        required=False,
        widget=forms.NumberInput(
            attrs={
                "autocomplete": "off",
                "enterkeyhint": "done",
                "inputmode": "decimal",
                "data-comptage": "quantite",
            }
        ),
    )
    ajouter = forms.BooleanField(
        label=gettext_lazy("Ajouter à ce qui est déjà compté de la pièce"), required=False
    )
    un_par_lecture = forms.BooleanField(
        label=gettext_lazy("Chaque lecture du code compte une pièce"),
        required=False,
        widget=forms.CheckboxInput(attrs={"data-comptage": "un"}),
    )

    def clean(self) -> dict[str, Any]:
        propre = super().clean() or {}
        if propre.pop("un_par_lecture", False) and propre.get("quantite") is None:
            propre |= {"quantite": Decimal(1), "ajouter": True}
        if propre.get("quantite") is None and "quantite" not in self.errors:
            self.add_error("quantite", _("Donnez la quantité comptée."))
        return propre
