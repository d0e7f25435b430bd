from django.db import models
from django.utils.translation import gettext_lazy as _


class Genre(models.TextChoices):
    """Kinds of object that the one box finds, in the order in which equals are shown."""

    INTERVENTION = "intervention", _("Interventions")
    EQUIPEMENT = "equipement", _("Équipements")
    CLIENT = "client", _("Clients")
    SITE = "site", _("Sites")
    CONTRAT = "contrat", _("Contrats")
    TECHNICIEN = "technicien", _("Techniciens")
    PIECE = "piece", _("Pièces détachées")
    DOCUMENT = "document", _("Documents")

    @property
    def label_un(self) -> str:
        """One of them."""
        return str(_UN[self])

    @property
    def icone(self) -> str:
        return _ICONES[self]


_UN = {
    Genre.INTERVENTION: _("Intervention"),
    Genre.EQUIPEMENT: _("Équipement"),
    Genre.CLIENT: _("Client"),
    Genre.SITE: _("Site"),
    Genre.CONTRAT: _("Contrat"),
    Genre.TECHNICIEN: _("Technicien"),
    Genre.PIECE: _("Pièce détachée"),
    Genre.DOCUMENT: _("Document"),
}
_ICONES = {
    Genre.INTERVENTION: "tool",
    Genre.EQUIPEMENT: "engine",
    Genre.CLIENT: "building",
    Genre.SITE: "map-pin",
    Genre.CONTRAT: "file-certificate",
    Genre.TECHNICIEN: "user",
    Genre.PIECE: "package",
    Genre.DOCUMENT: "file-text",
}


class Cercle(models.IntegerChoices):
    """Who reads a line of the index, among those who see its object."""

    TOUS = 0, _("Tous ceux qui voient l’objet")
    GESTION = 1, _("Ceux qui gèrent")


class Entite(models.TextChoices):
    """Entities with a list, under their names in the paths of `/filters`."""

    INTERVENTIONS = "interventions", _("Interventions")
    EQUIPEMENTS = "equipements", _("Équipements")
    CLIENTS = "clients", _("Clients")
    CONTACTS = "contacts", _("Contacts")
    SITES = "sites", _("Sites")
    CONTRATS = "contrats", _("Contrats")
    TECHNICIENS = "techniciens", _("Techniciens")
    COMPETENCES = "competences", _("Compétences")
    ABSENCES = "absences", _("Absences")
    CRENEAUX = "creneaux", _("Créneaux")
    PLANS = "plans", _("Plans de maintenance")
    GAMMES = "gammes", _("Gammes")
    PIECES = "pieces", _("Pièces détachées")
    MOUVEMENTS = "mouvements", _("Mouvements de stock")
    DOCUMENTS = "documents", _("Documents")
    NOTIFICATIONS = "notifications", _("Notifications")
    USERS = "users", _("Utilisateurs")


# Of which entities those who do not run the operations have a list (permissions.md).
ENTITES_DU_CLIENT = frozenset(
    {
        Entite.INTERVENTIONS,
        Entite.EQUIPEMENTS,
        Entite.CLIENTS,
        Entite.CONTACTS,
        Entite.SITES,
        Entite.CONTRATS,
        Entite.TECHNICIENS,
        Entite.CRENEAUX,
        Entite.PLANS,
        Entite.DOCUMENTS,
        Entite.NOTIFICATIONS,
        Entite.USERS,
    }
)
ENTITES_DU_TECHNICIEN = frozenset(Entite) - {Entite.PLANS, Entite.GAMMES}
