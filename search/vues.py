"""Saved views: a saved filter seen from the list of its entity, and where that list is."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from erp.enonces import Requete
from erp.pages import filtres_de, url_avec
from search.catalogue import ENTITES, PARAMETRES_DE_PAGE
from search.choices import Entite
from search.models import FiltreEnregistre
from search.permissions import entites_listables, peut_modifier

# The list page of an entity; those that are only lists of the API have none.
PAGES: dict[str, str] = {
    Entite.INTERVENTIONS: "interventions:liste",
    Entite.EQUIPEMENTS: "equipment:liste",
    Entite.CLIENTS: "clients:liste",
    Entite.CONTRATS: "clients:contrats",
    Entite.TECHNICIENS: "technicians:liste",
    Entite.PLANS: "planning:plans",
    Entite.GAMMES: "planning:gammes",
    Entite.PIECES: "stock:liste",
    Entite.DOCUMENTS: "documents:liste",
    Entite.USERS: "accounts:liste",
}
# A menu holds no more.
MONTREES = 50
_GARDEES = Requete(
    lambda user, nom: FiltreEnregistre.objects.visible_to(user).filter(entite=nom)[:MONTREES]
)


@dataclass(frozen=True, slots=True)
class Vue:
    """One saved view as the menu of a list offers it."""

    filtre: FiltreEnregistre
    url: str
    sienne: bool
    active: bool


def a_des_vues(user: User, nom: str) -> bool:
    """Whether the list of that name keeps views, and this user may keep some."""
    return nom in PAGES and nom in entites_listables(user)


def vues_de(user: User, nom: str, params: QueryDict, chemin: str) -> list[Vue]:
    """The views that the reader is offered over a list, his own first; `params` tells which one is in force.

    They lead to `chemin`: the list, or another drawing of it (the kanban, the calendar).
    """
    ici = filtres_de(params)
    vues = [
        Vue(
            filtre,
            adresse(filtre, chemin),
            peut_modifier(user, filtre),
            filtres_de(requete(filtre)) == ici,
        )
        for filtre in _GARDEES(user, nom)
    ]
    return sorted(vues, key=lambda vue: not vue.sienne)


def vue_choisie(user: User, nom: str) -> FiltreEnregistre | None:
    """The view on which he opens the list of that name, if he chose one that he still sees and that filters."""
    pk = user.preferences.get("vues", {}).get(nom)
    if pk is None:
        return None
    filtre = FiltreEnregistre.objects.visible_to(user).filter(pk=pk, entite=nom).first()
    return filtre if filtre is not None and requete(filtre).urlencode() else None


def adresse(filtre: FiltreEnregistre, chemin: str = "") -> str:
    """The list as the view shows it."""
    return url_avec(chemin or reverse(PAGES[filtre.entite]), requete(filtre))


def requete(filtre: FiltreEnregistre) -> QueryDict:
    params = QueryDict(mutable=True)
    for nom, valeurs in filtre.parametres.items():
        params.setlist(nom, valeurs)
    return params


def a_garder(user: User, entite: str, url: str) -> QueryDict:
    """Of the query string of a list's URL, what a view keeps: filters, order, columns."""
    liste = ENTITES[Entite(entite)].liste(user)
    connus = {*liste.filtres.base_filters, "sort", *PARAMETRES_DE_PAGE} - {"taille"}
    gardes = QueryDict(mutable=True)
    for nom, valeurs in QueryDict(urlsplit(url).query).lists():
        pleines = [valeur for valeur in valeurs if valeur.strip()]
        if nom in connus and pleines:
            gardes.setlist(nom, pleines)
    return gardes
