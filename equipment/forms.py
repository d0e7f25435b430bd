"""The shape of what is typed about équipements and their meters."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from clients.forms import SelectCherche
from clients.models import Client, Contrat, Site
from equipment.choices import MOUVEMENTS_STATUT, StatutEquipement
from equipment.models import Compteur, Equipement, ReleveCompteur
from erp.champs import FormulaireModele, choix
from erp.forms import Formulaire
from erp.validation import id_lu


class SpecificationsField(forms.CharField):
    """One `label: value` a line ↔ a JSON object; a repeated label keeps its last value."""

    widget = forms.Textarea(attrs={"rows": 4, "placeholder": "Puissance : 75 kW"})

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{libelle} : {contenu}" for libelle, contenu in value.items())
        return value

    def clean(self, value: Any) -> Any:
        specifications = {}
        for ligne in super().clean(value).splitlines():
            if not ligne.strip():
                continue
            libelle, deux_points, contenu = ligne.partition(":")
            if not deux_points or not libelle.strip():
                raise forms.ValidationError(
                    _("« %(ligne)s » : écrivez un libellé, deux-points, une valeur."),
                    code="invalid",
                    params={"ligne": ligne.strip()[:60]},
                )
            specifications[libelle.strip()] = contenu.strip()
        return specifications


class EquipementForm(FormulaireModele):
    """For `services.creer_equipement` and `modifier_equipement`.

    Sites and assemblies to choose from are those of the client, once it is known: from the row, from `initial`
    (`client_id`), or from what was typed.
    """

    modele = Equipement
    champs = (
        "nom",
        "code_interne",
        "numero_serie",
        "type_equipement",
        "marque",
        "modele",
        "localisation",
        "batiment",
        "etage",
        "zone",
        "criticite",
        "date_installation",
        "date_mise_en_service",
        "date_fin_garantie",
        "frequence_entretien_jours",
        "cout_acquisition",
    )
    d_abord = ("client_id", "site_id", "parent_id")
    GROUPES = (
        (
            gettext_lazy("Équipement"),
            (
                "nom",
                "code_interne",
                "type_equipement",
                "marque",
                "modele",
                "numero_serie",
                "criticite",
            ),
        ),
        (
            gettext_lazy("Où il se trouve"),
            (
                "client_id",
                "site_id",
                "parent_id",
                "localisation",
                "batiment",
                "etage",
                "zone",
            ),
        ),
        (
            gettext_lazy("Dates et entretien"),
            (
                "date_installation",
                "date_mise_en_service",
                "date_fin_garantie",
                "frequence_entretien_jours",
                "cout_acquisition",
            ),
        ),
        (gettext_lazy("Caractéristiques"), ("specifications",)),
    )

    client_id = choix(gettext_lazy("Client"), widget=SelectCherche("clients:chercher"))
    site_id = choix(gettext_lazy("Site"), requis=False)
    parent_id = choix(gettext_lazy("Fait partie de"), requis=False)
    specifications = SpecificationsField(
        label=gettext_lazy("Caractéristiques"),
        required=False,
        help_text=gettext_lazy("Une par ligne, par exemple « Puissance : 75 kW »."),
    )

    def preparer(self) -> None:
        client_id = self._client_id() or 0  # no client has it: nothing to choose from yet
        self._choisir_parmi("client_id", Client.objects.visible_to(self.user))
        self._choisir_parmi(
            "site_id", Site.objects.visible_to(self.user).filter(client_id=client_id)
        )
        parents = Equipement.objects.visible_to(self.user).filter(client_id=client_id)
        if self.instance is not None:
            parents = parents.exclude(pk=self.instance.pk)
        self._choisir_parmi("parent_id", parents)

    def _choisir_parmi(self, nom: str, visibles: models.QuerySet[Any]) -> None:
        self.fields[nom].queryset = visibles  # type: ignore[attr-defined]

    def _client_id(self) -> int | None:
        brut = self.data.get(self.add_prefix("client_id")) if self.is_bound else None
        if brut is None:
            brut = self.initial.get("client_id")
        return id_lu(str(brut or ""))


class StatutEquipementForm(Formulaire):
    """For `services.changer_statut_equipement`: the moves that its table allows from here."""

    vers = forms.ChoiceField(label=gettext_lazy("Nouveau statut"))
    motif = forms.CharField(label=gettext_lazy("Motif"), required=False, max_length=300)

    def __init__(self, *args: Any, equipement: Equipement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        permis = MOUVEMENTS_STATUT[StatutEquipement(equipement.statut)]
        self.fields["vers"].choices = [  # type: ignore[attr-defined]
            (statut.value, statut.label) for statut in StatutEquipement if statut in permis
        ]


class CompteurForm(FormulaireModele):
    """For `services.creer_compteur` and `modifier_compteur`."""

    modele = Compteur
    champs = ("nom", "unite")


class ReleveForm(FormulaireModele):
    """For `services.enregistrer_releve`; without a date, now."""

    modele = ReleveCompteur
    champs = ("valeur", "date_releve", "remplacement")

    def preparer(self) -> None:
        self.fields["date_releve"].required = False
        self.fields["date_releve"].help_text = _("Vide : maintenant.")


class CouvertureForm(Formulaire):
    """For `services.couvrir_equipements`: which machines of its client a contract covers."""

    equipement_ids = forms.ModelMultipleChoiceField(
        queryset=Equipement.objects.none(),
        label=gettext_lazy("Équipements couverts"),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-chercher": ""}),
    )

    def __init__(self, *args: Any, user: User, contrat: Contrat, **kwargs: Any) -> None:
        couverts = list(contrat.couvertures.values_list("equipement_id", flat=True))
        kwargs["initial"] = {"equipement_ids": couverts}
        super().__init__(*args, **kwargs)
        siens = Equipement.objects.visible_to(user).filter(client_id=contrat.client_id)
        self.fields["equipement_ids"].queryset = siens  # type: ignore[attr-defined]
