"""The assembly that a machine is part of, from its outermost machine down."""

from dataclasses import dataclass, field

from accounts.models import User
from equipment.models import Equipement

PROFONDEUR_MAX = 10  # of assemblies within assemblies, above a machine and below it
NOEUDS_MAX = 300  # of one tree; a larger one is cut


@dataclass(slots=True)
class Noeud:
    """A machine of the tree. `ouvert` when the machine of the page is it or below it."""

    equipement: Equipement
    courant: bool = False
    ouvert: bool = False
    enfants: list["Noeud"] = field(default_factory=list)


def ancetres(equipement: Equipement) -> list[Equipement]:
    """The assemblies that it is part of, the outermost first; all are of the same client."""
    chaine: list[Equipement] = []
    courant = equipement.parent
    while courant is not None and len(chaine) < PROFONDEUR_MAX:
        chaine.insert(0, courant)
        courant = courant.parent
    return chaine


def arbre(user: User, equipement: Equipement, au_dessus: list[Equipement]) -> Noeud | None:
    """The whole assembly, one query for each level; None for a machine that stands alone."""
    chemin = {autre.pk for autre in au_dessus} | {equipement.pk}
    racine = au_dessus[0] if au_dessus else equipement
    sommet = Noeud(racine, courant=racine.pk == equipement.pk, ouvert=True)
    connus = {racine.pk: sommet}
    niveau = [racine.pk]
    for _etage in range(2 * PROFONDEUR_MAX):
        places = NOEUDS_MAX - len(connus)
        if not niveau or places <= 0:
            break
        enfants = list(
            Equipement.objects.visible_to(user)
            .filter(parent__in=niveau)
            .exclude(pk__in=connus)
            .order_by("code_interne")[:places]
        )
        for enfant in enfants:
            assert enfant.parent_id is not None
            noeud = Noeud(enfant, courant=enfant.pk == equipement.pk, ouvert=enfant.pk in chemin)
            connus[enfant.pk] = noeud
            connus[enfant.parent_id].enfants.append(noeud)
        niveau = [enfant.pk for enfant in enfants]
    return sommet if sommet.enfants else None
