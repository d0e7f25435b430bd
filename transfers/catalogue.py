"""Everything that leaves or comes in as a table, by the name it has in the address."""

from accounts.models import User
from clients import imports as clients_imports
from clients.exports import CLIENTS, CONTRATS, SITES
from equipment import imports as equipment_imports
from equipment.exports import EQUIPEMENTS
from erp.exceptions import AuthorizationError, IntrouvableError
from erp.exports import Export
from erp.imports import Import
from interventions.exports import INTERVENTIONS
from stock import imports as stock_imports
from stock.exports import PIECES
from technicians.exports import TECHNICIENS

EXPORTS: dict[str, Export] = {
    export.nom: export
    for export in (INTERVENTIONS, EQUIPEMENTS, CLIENTS, SITES, CONTRATS, TECHNICIENS, PIECES)
}


def export_pour(user: User, nom: str) -> Export:
    """The export of that name. Raises IntrouvableError, AuthorizationError for a list the user does not have."""
    export = EXPORTS.get(nom)
    if export is None:
        raise IntrouvableError
    if not export.permis(user):
        raise AuthorizationError
    return export


# In the order in which an installation is filled: each one names those before it.
IMPORTS: dict[str, Import] = {
    entite.nom: entite
    for entite in (
        clients_imports.CLIENTS,
        clients_imports.SITES,
        equipment_imports.EQUIPEMENTS,
        stock_imports.PIECES,
    )
}


def import_pour(user: User, nom: str) -> Import:
    """The import of that name. Raises IntrouvableError, AuthorizationError for one that is not the user's to make."""
    entite = IMPORTS.get(nom)
    if entite is None:
        raise IntrouvableError
    if not entite.permis(user):
        raise AuthorizationError
    return entite
