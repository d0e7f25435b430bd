"""The shape of what is typed about clients, their people, sites and contracts."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.choices import Priorite
from clients.models import Client, Contact, Contrat, EngagementSLA, Site
from clients.permissions import COORDONNEES
from clients.services import ChampsEngagement
from erp.champs import FormulaireModele, choix
from erp.validation import id_lu


class SelectCherche(forms.Select):
    """A select in which one types: the page holds the chosen object only, the URL of that name finds the others."""

    def __init__(self, url: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.url = url

    def optgroups(self, name: str, value: list[Any], attrs: Any = None) -> list[Any]:
        ids = [pk for v in value if (pk := id_lu(str(v))) is not None]
        toutes: Any = self.choices
        choisies = toutes.queryset.filter(pk__in=ids) if ids else ()
        self.choices = [("", ""), *((objet.pk, str(objet)) for objet in choisies)]
        try:
            return super().optgroups(name, value, attrs)
        finally:
            self.choices = toutes

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return {
            "data-chercher": reverse(self.url),
            "data-placeholder": str(_("Tapez quelques lettres…")),
            "data-rien": str(_("Aucun résultat")),
            **attrs,
        }


class ClientForm(FormulaireModele):
    """For `services.creer_client` and `modifier_client`; a client user has how to reach his company only."""

    modele = Client
    GROUPES = (
        (
            _("Entreprise"),
            (
                "nom_entreprise",
                "nom_commercial",
                "type_client",
                "secteur_activite",
                "niveau_service",
                "is_active",
            ),
        ),
        (
            _("Contact principal"),
            ("contact_nom", "contact_fonction", "email", "telephone", "telephone_mobile"),
        ),
        (_("Adresse"), ("adresse", "code_postal", "ville", "region", "pays")),
        (
            _("Identifiants légaux"),
            ("ice", "identifiant_fiscal", "registre_commerce", "patente", "cnss"),
        ),
        (_("Consignes"), ("instructions_particulieres", "notes_commerciales")),
    )
    champs = tuple(nom for _titre, noms in GROUPES for nom in noms)

    def preparer(self) -> None:
        if not self.user.est_gestion:
            self.fields = {n: champ for n, champ in self.fields.items() if n in COORDONNEES}


class ContactForm(FormulaireModele):
    """For `services.creer_contact` and `modifier_contact`."""

    modele = Contact
    champs = ("nom", "fonction", "email", "telephone")


class SiteForm(FormulaireModele):
    """For `services.creer_site` and `modifier_site`."""

    modele = Site
    GROUPES = (
        (_("Lieu"), ("nom", "ville", "adresse", "latitude", "longitude")),
        (_("Accès"), ("heures_ouverture", "instructions_acces")),
    )
    champs = tuple(nom for _titre, noms in GROUPES for nom in noms)


class ContratForm(FormulaireModele):
    """For `services.creer_contrat` and `modifier_contrat`; the client is chosen once, when the contract is made."""

    modele = Contrat
    champs = (
        "numero",
        "type_contrat",
        "date_debut",
        "date_fin",
        "reconduction_tacite",
        "montant_annuel",
        "devise",
        "interventions_incluses",
        "heures_incluses",
        "couverture",
        "notes",
    )
    GROUPES = ((_("Contrat"), ("client_id", *champs[:5])), (_("Ce qui est compris"), champs[5:]))

    client_id = choix(_("Client"), widget=SelectCherche("clients:chercher"))

    def preparer(self) -> None:
        if self.instance is not None:
            del self.fields["client_id"]
        else:
            visibles = Client.objects.visible_to(self.user)
            self.fields["client_id"].queryset = visibles  # type: ignore[attr-defined]


class EngagementsForm(forms.Form):
    """What a contract promises: a line per priorité, both delays in hours or none."""

    def __init__(self, data: Any = None, *, contrat: Contrat | None = None) -> None:
        super().__init__(data, prefix="sla")
        promis: dict[str, EngagementSLA] = (
            {e.priorite: e for e in contrat.engagements.all()} if contrat is not None else {}
        )
        for priorite in Priorite:
            for delai, libelle in (
                ("reponse_heures", _("Prise en charge (h)")),
                ("resolution_heures", _("Résolution (h)")),
            ):
                self.fields[f"{priorite}_{delai}"] = forms.IntegerField(
                    label=libelle,
                    required=False,
                    min_value=1,
                    max_value=32767,
                    initial=getattr(promis.get(priorite), delai, None),
                )

    def lignes(self) -> list[tuple[Priorite, forms.BoundField, forms.BoundField]]:
        return [
            (priorite, self[f"{priorite}_reponse_heures"], self[f"{priorite}_resolution_heures"])
            for priorite in Priorite
        ]

    def clean(self) -> dict[str, Any]:
        valeurs: dict[str, Any] = super().clean() or {}
        for priorite in Priorite:
            reponse = valeurs.get(f"{priorite}_reponse_heures")
            resolution = valeurs.get(f"{priorite}_resolution_heures")
            if (reponse is None) != (resolution is None):
                vide = "reponse" if reponse is None else "resolution"
                champ = f"{priorite}_{vide}_heures"
                if champ not in self.errors:
                    self.add_error(champ, _("Donnez les deux délais, ou aucun."))
            elif reponse and resolution and resolution < reponse:
                self.add_error(
                    f"{priorite}_resolution_heures",
                    _("La résolution ne peut pas être promise avant la prise en charge."),
                )
        return valeurs

    def valeurs(self) -> list[ChampsEngagement]:
        """The lines that promise something, as the service takes them."""
        return [
            {
                "priorite": priorite.value,
                "reponse_heures": self.cleaned_data[f"{priorite}_reponse_heures"],
                "resolution_heures": self.cleaned_data[f"{priorite}_resolution_heures"],
            }
            for priorite in Priorite
            if self.cleaned_data.get(f"{priorite}_reponse_heures")
        ]
