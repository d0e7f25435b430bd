"""Équipements from a file."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from clients.imports import client_designe, site_designe
from equipment import permissions, services
from equipment.choices import Criticite
from equipment.models import Equipement
from erp.exceptions import ValidationError
from erp.imports import (
    Champ,
    Import,
    ValeurInvalide,
    Valeurs,
    entier,
    jour,
    montant,
    parmi,
    texte,
)


def _caracteristiques(cellule: Any) -> dict[str, str]:
    """« Puissance : 5 kW ; Tension : 400 V », as the export writes it."""
    couples = {}
    for morceau in filter(None, (partie.strip() for partie in texte(cellule).split(";"))):
        libelle, signe, valeur = morceau.partition(":")
        if not signe or not libelle.strip():
            raise ValeurInvalide(_("Écrivez des couples « libellé : valeur », séparés par « ; »."))
        couples[libelle.strip()] = valeur.strip()
    return couples


def _trouver(par: User, valeurs: Valeurs) -> Equipement | None:
    return Equipement.objects.visible_to(par).filter(code_interne=valeurs["code_interne"]).first()


def _resoudre(par: User, valeurs: Valeurs, equipement: Equipement | None) -> Valeurs:
    """Client, site and assembly by what a person calls them: name or ICE, name, code."""
    propres = dict(valeurs)
    if "client_id" in propres:
        propres["client_id"] = client_designe(par, propres["client_id"]).pk
    elif equipement is None:
        raise ValidationError.champ("client_id", _("Ce champ est obligatoire."), "OBLIGATOIRE")
    for nom in ("nom", "type_equipement"):
        if equipement is None and nom not in propres:
            raise ValidationError.champ(nom, _("Ce champ est obligatoire."), "OBLIGATOIRE")
    client_id = propres.get("client_id") or (equipement.client_id if equipement else 0)
    if "site_id" in propres:
        propres["site_id"] = site_designe(par, client_id, propres["site_id"]).pk
    if "parent_id" in propres:
        parent = Equipement.objects.visible_to(par).filter(code_interne=propres["parent_id"])
        if (pk := parent.values_list("pk", flat=True).first()) is None:
            raise ValidationError.champ(
                "parent_id", _("Aucun équipement « %s ».") % propres["parent_id"][:40], "INCONNU"
            )
        propres["parent_id"] = pk
    if equipement is not None and "specifications" in propres:
        # what the file does not name stays
        connues = equipement.specifications
        nouvelles = {
            libelle: valeur
            for libelle, valeur in propres["specifications"].items()
            if libelle not in connues or str(connues[libelle]) != valeur
        }
        propres["specifications"] = {**connues, **nouvelles}
    return propres


EQUIPEMENTS = Import(
    nom="equipements",
    titre=gettext_lazy("Équipements"),
    regle=gettext_lazy("Un équipement est reconnu à son code interne."),
    champs=(
        Champ(
            "code_interne",
            gettext_lazy("Code interne"),
            "POMPE-001",
            autres=("code", "internal code"),
            obligatoire=True,
        ),
        Champ("nom", gettext_lazy("Nom"), "Pompe de relevage", autres=("name", "equipement")),
        Champ(
            "type_equipement",
            gettext_lazy("Type"),
            "Pompe",
            autres=("type d'équipement", "equipment type"),
        ),
        Champ(
            "client_id",
            gettext_lazy("Client"),
            "Ciments du Nord SA",
            autres=("client", "ice du client", "customer"),
        ),
        Champ("site_id", gettext_lazy("Site"), "Usine de Tanger", autres=("nom du site",)),
        Champ("marque", gettext_lazy("Marque"), "Grundfos", autres=("brand",)),
        Champ("modele", gettext_lazy("Modèle"), "CR 32", autres=("model",)),
        Champ(
            "numero_serie",
            gettext_lazy("Numéro de série"),
            "GR-778812",
            autres=("n° de série", "serial", "serial number"),
        ),
        Champ(
            "criticite",
            gettext_lazy("Criticité"),
            "haute",
            parmi(Criticite),
            autres=("criticality",),
        ),
        Champ("localisation", gettext_lazy("Localisation"), "Local pompes", autres=("location",)),
        Champ("batiment", gettext_lazy("Bâtiment"), autres=("building",)),
        Champ("etage", gettext_lazy("Étage"), autres=("floor",)),
        Champ("zone", gettext_lazy("Zone")),
        Champ(
            "parent_id",
            gettext_lazy("Fait partie de (code interne)"),
            autres=("parent", "code du parent"),
        ),
        Champ(
            "date_installation",
            gettext_lazy("Installation"),
            "15/03/2022",
            jour,
            autres=("installation date", "date d'installation"),
        ),
        Champ(
            "date_mise_en_service",
            gettext_lazy("Mise en service"),
            "01/04/2022",
            jour,
            autres=("commissioning date", "date de mise en service"),
        ),
        Champ(
            "date_fin_garantie",
            gettext_lazy("Fin de garantie"),
            "31/03/2025",
            jour,
            autres=("warranty end", "garantie"),
        ),
        Champ(
            "frequence_entretien_jours",
            gettext_lazy("Fréquence d’entretien (jours)"),
            "90",
            entier,
            autres=("frequence",),
        ),
        Champ(
            "cout_acquisition",
            gettext_lazy("Coût d’acquisition (MAD)"),
            "48500,00",
            montant,
            autres=("cout", "cost"),
        ),
        Champ(
            "specifications",
            gettext_lazy("Caractéristiques"),
            "Puissance : 5 kW ; Tension : 400 V",
            _caracteristiques,
        ),
    ),
    permis=permissions.peut_creer,
    cle=lambda valeurs: valeurs["code_interne"],
    trouver=_trouver,
    resoudre=_resoudre,
    creer=lambda par, valeurs: services.creer_equipement(par=par, **valeurs),
    modifier=lambda par, equipement, valeurs: services.modifier_equipement(
        par=par, equipement_id=equipement.pk, **valeurs
    ),
    second={
        "code_interne": "POMPE-001-M",
        "nom": "Moteur de la pompe de relevage",
        "type_equipement": "Moteur électrique",
        "client_id": "Ciments du Nord SA",
        "site_id": "Usine de Tanger",
        "marque": "Leroy-Somer",
        "numero_serie": "LS-204417",
        "criticite": "normale",
        "localisation": "Local pompes",
        "parent_id": "POMPE-001",
        "date_mise_en_service": "01/04/2022",
        "specifications": "Puissance : 5 kW ; Vitesse : 1450 tr/min",
    },
)
