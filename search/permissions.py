"""Who may search by what, and keep or share a search, as pure predicates."""

from accounts.models import User
from search.choices import ENTITES_DU_CLIENT, ENTITES_DU_TECHNICIEN, Cercle, Entite, Genre
from search.models import FiltreEnregistre


def entites_listables(user: User) -> frozenset[Entite]:
    """The entities of which this user has a list (permissions.md); of what is in it, `visible_to` decides."""
    if user.est_gestion:
        return frozenset(Entite)
    if user.est_technicien:
        return ENTITES_DU_TECHNICIEN
    return ENTITES_DU_CLIENT if user.est_client else frozenset()


def genres_cherchables(user: User) -> list[Genre]:
    """The kinds that this user may ever find: a client is not offered the stock."""
    return [genre for genre in Genre if genre != Genre.PIECE or not user.est_client]


def cercle_de(user: User) -> Cercle:
    """The widest lines of the index that this user may read."""
    return Cercle.GESTION if user.est_gestion else Cercle.TOUS


def peut_lire_interne(user: User) -> bool:
    """What the company's own people write for one another."""
    return user.est_gestion or user.est_technicien


def peut_enregistrer(user: User, entite: str) -> bool:
    return entite in entites_listables(user)


def peut_partager(user: User) -> bool:
    """Only those who run the operations choose what everybody is offered."""
    return user.est_gestion


def peut_modifier(user: User, filtre: FiltreEnregistre) -> bool:
    """One's own alone, a shared one of somebody else's included."""
    return filtre.user_id == user.pk
