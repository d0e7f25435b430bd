"""Who may do what to techniciens, skills and absences (permissions.md), as pure predicates."""

from accounts.models import User
from technicians.choices import StatutAbsence
from technicians.models import Disponibilite, Technicien


def peut_gerer(user: User) -> bool:
    """Write techniciens, skills, tools and absences."""
    return user.est_gestion


def peut_voir_prive(user: User) -> bool:
    """What an hour costs, home, private notes: not for techniciens, themselves included."""
    return user.est_gestion


def peut_voir_fiche(user: User) -> bool:
    """More than a name: a client learns who comes, not who that is."""
    return user.est_gestion or user.est_technicien


def peut_voir_emploi_du_temps(user: User, technicien: Technicien) -> bool:
    """Absences, slots, work in hand, and what follows from them: staff, and himself."""
    return user.est_gestion or (user.est_technicien and technicien.user_id == user.pk)


def peut_demander_absence(user: User, technicien: Technicien) -> bool:
    """A technicien, for himself."""
    return user.est_technicien and technicien.user_id == user.pk


def peut_supprimer_absence(user: User, absence: Disponibilite) -> bool:
    """Staff; a technicien takes back his own while nobody has decided."""
    if user.est_gestion:
        return True
    return (
        user.est_technicien
        and absence.technicien.user_id == user.pk
        and absence.statut == StatutAbsence.DEMANDEE
    )
