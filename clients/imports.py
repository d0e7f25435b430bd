"""Clients and sites from a file."""

from typing import Any

from django.db.models import QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from clients import services
from clients.choices import NiveauService, TypeClient
from clients.models import Client, Site
from erp.exceptions import ValidationError
from erp.imports import Champ, Import, Valeurs, decimal, oui_non, parmi, texte
from erp.models import CleTri


def _gestion(user: User) -> bool:
    return user.est_gestion


def _nomme(objets: QuerySet[Any], champ: str, nom: str) -> QuerySet[Any]:
    """Of that name, without regard to accents and case."""
    nommes: QuerySet[Any] = objets.alias(cle_du_nom=CleTri(champ))
    return nommes.filter(cle_du_nom=CleTri(Value(nom)))


def client_designe(par: User, designation: str) -> Client:
    """The client that a cell names, by its ICE or its name. Raises ValidationError on `client_id`."""
    visibles = Client.objects.visible_to(par)
    if designation.isdigit() and len(designation) == 15:
        trouves = list(visibles.filter(ice=designation)[:1])
    else:
        trouves = list(_nomme(visibles, "nom_entreprise", designation)[:2])
    if not trouves:
        raise ValidationError.champ(
            "client_id", _("Aucun client « %s ».") % designation[:100], "INCONNU"
        )
    if len(trouves) > 1:
        raise ValidationError.champ(
            "client_id",
            _("Plusieurs clients s’appellent « %s » : donnez l’ICE.") % designation[:100],
            "AMBIGU",
        )
    return trouves[0]


def site_designe(par: User, client_id: int, nom: str) -> Site:
    """The client's site of that name. Raises ValidationError on `site_id`."""
    sites = Site.objects.visible_to(par).filter(client_id=client_id)
    trouve = sites.filter(nom=nom).first() or _nomme(sites, "nom", nom).first()
    if trouve is None:
        raise ValidationError.champ(
            "site_id", _("Ce client n’a pas de site « %s ».") % nom[:100], "INCONNU"
        )
    return trouve


# --- Clients --------------------------------------------------------------------------------------


def _ice(cellule: Any) -> str:
    """Fifteen digits, whatever a spreadsheet made of them: a number loses the zeros in front."""
    brut = texte(cellule).replace(" ", "")
    return brut.zfill(15) if brut.isdigit() and 9 <= len(brut) < 15 else brut


def _cle_client(valeurs: Valeurs) -> Any:
    if ice := valeurs.get("ice"):
        return ice
    return valeurs["nom_entreprise"].casefold(), valeurs.get("ville", "").casefold()


def _trouver_client(par: User, valeurs: Valeurs) -> Client | None:
    """By ICE; without one, or when nobody bears it, by name and town among those that have no other ICE."""
    visibles = Client.objects.visible_to(par)
    ice = valeurs.get("ice", "")
    if ice and (trouve := visibles.filter(ice=ice).first()):
        return trouve
    homonymes = _nomme(visibles, "nom_entreprise", valeurs["nom_entreprise"])
    if ville := valeurs.get("ville"):
        homonymes = homonymes.filter(pk__in=_nomme(visibles, "ville", ville).values("pk"))
    if ice:
        homonymes = homonymes.filter(ice="")
    trouves = list(homonymes[:2])
    if len(trouves) > 1:
        raise ValidationError.champ(
            "nom_entreprise",
            _("Plusieurs clients portent ce nom : donnez l’ICE ou la ville."),
            "AMBIGU",
        )
    return trouves[0] if trouves else None


CLIENTS = Import(
    nom="clients",
    titre=gettext_lazy("Clients"),
    regle=gettext_lazy("Un client est reconnu à son ICE ; sans ICE, à son nom et à sa ville."),
    champs=(
        Champ(
            "nom_entreprise",
            gettext_lazy("Raison sociale"),
            "Ciments du Nord SA",
            autres=("nom", "client", "company", "name"),
            obligatoire=True,
        ),
        Champ("ice", gettext_lazy("ICE"), "001234567000089", _ice),
        Champ("ville", gettext_lazy("Ville"), "Tanger", autres=("city",)),
        Champ(
            "type_client",
            gettext_lazy("Type"),
            "entreprise",
            parmi(TypeClient),
            autres=("type de client",),
        ),
        Champ(
            "niveau_service",
            gettext_lazy("Niveau de service"),
            "standard",
            parmi(NiveauService),
            autres=("niveau", "service level"),
        ),
        Champ("nom_commercial", gettext_lazy("Nom commercial"), autres=("trade name",)),
        Champ(
            "secteur_activite",
            gettext_lazy("Secteur d’activité"),
            "Cimenterie",
            autres=("secteur", "sector"),
        ),
        Champ("identifiant_fiscal", gettext_lazy("Identifiant fiscal"), "12345678", autres=("if",)),
        Champ("registre_commerce", gettext_lazy("Registre de commerce"), autres=("rc",)),
        Champ("patente", gettext_lazy("Patente")),
        Champ("cnss", gettext_lazy("CNSS")),
        Champ(
            "contact_nom",
            gettext_lazy("Contact principal"),
            "Karim Alaoui",
            autres=("contact",),
        ),
        Champ("contact_fonction", gettext_lazy("Fonction du contact"), autres=("fonction",)),
        Champ(
            "email", gettext_lazy("E-mail"), "contact@ciments.example", autres=("courriel", "mail")
        ),
        Champ("telephone", gettext_lazy("Téléphone"), "0522 43 21 00", autres=("phone", "tel")),
        Champ(
            "telephone_mobile",
            gettext_lazy("Téléphone mobile"),
            autres=("mobile", "gsm", "portable"),
        ),
        Champ("adresse", gettext_lazy("Adresse"), "Zone industrielle, lot 12", autres=("address",)),
        Champ("code_postal", gettext_lazy("Code postal"), "90000", autres=("postcode", "zip")),
        Champ("region", gettext_lazy("Région")),
        Champ("pays", gettext_lazy("Pays"), autres=("country",)),
        Champ("instructions_particulieres", gettext_lazy("Instructions particulières")),
        Champ("notes_commerciales", gettext_lazy("Notes commerciales"), autres=("notes",)),
        Champ("is_active", gettext_lazy("Actif"), "oui", oui_non, autres=("active",)),
    ),
    permis=_gestion,
    cle=_cle_client,
    trouver=_trouver_client,
    creer=lambda par, valeurs: services.creer_client(par=par, **valeurs),
    modifier=lambda par, client, valeurs: services.modifier_client(
        par=par, client_id=client.pk, **valeurs
    ),
    second={
        "nom_entreprise": "Hôtel Atlas Palace",
        "ice": "002345678000012",
        "ville": "Marrakech",
        "type_client": "entreprise",
        "niveau_service": "premium",
        "secteur_activite": "Hôtellerie",
        "contact_nom": "Salma Bennis",
        "contact_fonction": "Directrice technique",
        "email": "technique@atlas-palace.example",
        "telephone": "0524 33 12 00",
        "telephone_mobile": "0661 22 33 44",
        "adresse": "Avenue Mohammed VI",
        "code_postal": "40000",
        "is_active": "oui",
    },
)


# --- Sites ----------------------------------------------------------------------------------------


def _trouver_site(par: User, valeurs: Valeurs) -> Site | None:
    client = client_designe(par, valeurs["client_id"])
    sites = Site.objects.visible_to(par).filter(client=client)
    return sites.filter(nom=valeurs["nom"]).first() or _nomme(sites, "nom", valeurs["nom"]).first()


def _resoudre_site(par: User, valeurs: Valeurs, site: Site | None) -> Valeurs:
    """The client makes the site what it is: it is looked up for a new one, and never changed."""
    propres = dict(valeurs)
    designation = propres.pop("client_id")
    if site is None:
        propres["client_id"] = client_designe(par, designation).pk
    else:
        propres.pop("nom")  # the same but for accents and case
    return propres


SITES = Import(
    nom="sites",
    titre=gettext_lazy("Sites"),
    regle=gettext_lazy("Un site est reconnu à son client (nom ou ICE) et à son nom."),
    champs=(
        Champ(
            "client_id",
            gettext_lazy("Client"),
            "Ciments du Nord SA",
            autres=("client", "ice", "ice du client", "customer"),
            obligatoire=True,
        ),
        Champ(
            "nom",
            gettext_lazy("Nom"),
            "Usine de Tanger",
            autres=("site", "nom du site", "name"),
            obligatoire=True,
        ),
        Champ("adresse", gettext_lazy("Adresse"), "Route de Tétouan, km 7", autres=("address",)),
        Champ("ville", gettext_lazy("Ville"), "Tanger", autres=("city",)),
        Champ("latitude", gettext_lazy("Latitude"), "35,7595", decimal, autres=("lat",)),
        Champ("longitude", gettext_lazy("Longitude"), "-5,8340", decimal, autres=("lon", "lng")),
        Champ(
            "instructions_acces",
            gettext_lazy("Instructions d’accès"),
            autres=("acces", "access instructions"),
        ),
        Champ(
            "heures_ouverture",
            gettext_lazy("Heures d’ouverture"),
            "lun-ven 08:00-17:00",
            autres=("horaires", "opening hours"),
        ),
    ),
    permis=_gestion,
    cle=lambda valeurs: (valeurs["client_id"].casefold(), valeurs["nom"].casefold()),
    trouver=_trouver_site,
    resoudre=_resoudre_site,
    creer=lambda par, valeurs: services.creer_site(par=par, **valeurs),
    modifier=lambda par, site, valeurs: services.modifier_site(par=par, site_id=site.pk, **valeurs),
    second={
        "client_id": "Ciments du Nord SA",
        "nom": "Carrière de Tétouan",
        "ville": "Tétouan",
        "instructions_acces": "Gilet et chaussures de sécurité, appeler le gardien.",
        "heures_ouverture": "lun-sam 07:00-15:00",
    },
)
