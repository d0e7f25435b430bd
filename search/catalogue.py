"""Every entity with a list: what of it a user sees, and the very list (columns, filters, sorts) of its own route."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.api.views import Utilisateurs
from accounts.models import User
from clients.api.columns import client_pour, contrat_pour
from clients.api.views import Clients, Contacts, Contrats, Sites
from clients.models import Client, Contact, Contrat, Site
from documents.api.views import Documents
from documents.models import Document
from equipment.api.views import EQUIPEMENTS
from equipment.models import Equipement
from erp.api.listing import PARAMETRES, ListeApi
from erp.exceptions import ErreurChamp, ValidationError
from erp.filters import ordre
from interventions.api.views import Interventions
from interventions.models import Intervention, Planning
from notifications.api.views import Notifications
from notifications.models import Notification
from planning.api.serializers import creneau_pour, plan_pour
from planning.api.views import Creneaux, Gammes, Plans
from planning.filters import filtres_de_creneau, filtres_de_plan
from planning.models import Gamme, PlanMaintenance
from search.choices import Entite
from stock.api.columns import mouvement_pour, piece_pour
from stock.api.views import Mouvements, Pieces
from stock.models import MouvementStock, PieceDetachee
from technicians.api.serializers import technicien_pour
from technicians.api.views import Absences, Competences, Techniciens
from technicians.filters import filtres_pour
from technicians.models import Competence, Disponibilite, Technicien


@dataclass(frozen=True)
class EntiteListee:
    """`visibles` is the scope of a user, `liste` the list as he has it: nobody filters by what he does not see."""

    visibles: Callable[[User], QuerySet[Any]]
    declaree: ListeApi
    liste: Callable[[User], ListeApi]


def _entite(
    visibles: Callable[[User], QuerySet[Any]],
    declaree: ListeApi | None,
    adapter: Callable[[ListeApi, User], ListeApi] = lambda liste, user: liste,
) -> EntiteListee:
    assert declaree is not None
    return EntiteListee(visibles, declaree, lambda user: adapter(declaree, user))


def _technicien(liste: ListeApi, user: User) -> ListeApi:
    filtres, tris = filtres_pour(user)
    return replace(liste, colonnes=technicien_pour(user), filtres=filtres, tris=tris)


ENTITES: dict[Entite, EntiteListee] = {
    Entite.INTERVENTIONS: _entite(Intervention.objects.visible_to, Interventions.liste),
    Entite.EQUIPEMENTS: _entite(Equipement.objects.visible_to, EQUIPEMENTS),
    Entite.CLIENTS: _entite(
        Client.objects.visible_to,
        Clients.liste,
        lambda liste, user: replace(liste, colonnes=client_pour(user)),
    ),
    Entite.CONTACTS: _entite(Contact.objects.visible_to, Contacts.liste),
    Entite.SITES: _entite(Site.objects.visible_to, Sites.liste),
    Entite.CONTRATS: _entite(
        Contrat.objects.visible_to,
        Contrats.liste,
        lambda liste, user: replace(liste, colonnes=contrat_pour(user)),
    ),
    Entite.TECHNICIENS: _entite(Technicien.objects.visible_to, Techniciens.liste, _technicien),
    Entite.COMPETENCES: _entite(Competence.objects.visible_to, Competences.liste),
    Entite.ABSENCES: _entite(Disponibilite.objects.visible_to, Absences.liste),
    Entite.CRENEAUX: _entite(
        Planning.objects.visible_to,
        Creneaux.liste,
        lambda liste, user: replace(
            liste, colonnes=creneau_pour(user), filtres=filtres_de_creneau(user)
        ),
    ),
    Entite.PLANS: _entite(
        PlanMaintenance.objects.visible_to,
        Plans.liste,
        lambda liste, user: replace(liste, colonnes=plan_pour(user), filtres=filtres_de_plan(user)),
    ),
    Entite.GAMMES: _entite(Gamme.objects.visible_to, Gammes.liste),
    Entite.PIECES: _entite(
        PieceDetachee.objects.visible_to,
        Pieces.liste,
        lambda liste, user: replace(liste, colonnes=piece_pour(user)),
    ),
    Entite.MOUVEMENTS: _entite(
        MouvementStock.objects.visible_to,
        Mouvements.liste,
        lambda liste, user: replace(liste, colonnes=mouvement_pour(user)),
    ),
    Entite.DOCUMENTS: _entite(Document.objects.visible_to, Documents.liste),
    Entite.NOTIFICATIONS: _entite(
        lambda user: Notification.objects.visible_to(user).dans_l_application(),
        Notifications.liste,
    ),
    Entite.USERS: _entite(User.objects.visible_to, Utilisateurs.liste),
}

# Parameters of the pages' lists beside filters: their order, their size, the columns they show.
PARAMETRES_DE_PAGE = ("tri", "taille", "colonnes", "vue")


def verifier(user: User, entite: Entite, parametres: QueryDict) -> None:
    """Raises ValidationError naming every parameter that this entity's list does not know, or that does not fit."""
    liste = ENTITES[entite].liste(user)
    _cles, erreurs = ordre(liste.tris or {}, parametres.get("sort", ""), liste.tri_defaut)
    rien = ENTITES[entite].visibles(user).none()
    try:
        liste.filtres.appliquer(rien, parametres, ignores=(*PARAMETRES, *PARAMETRES_DE_PAGE))
    except ValidationError as refus:
        erreurs += refus.errors
    if erreurs:
        raise ValidationError(
            errors=[
                ErreurChamp(f"parametres.{erreur.field}", erreur.message, erreur.code)
                for erreur in erreurs
            ]
        )
