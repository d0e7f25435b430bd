"""The page of the one box, and what it proposes while one types."""

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from erp.filters import valeurs_de_liste
from erp.pages import rendre
from search.choices import Genre
from search.permissions import genres_cherchables
from search.recherche import LIMITE_DEFAUT, LIMITE_MAX, LONGUEUR_MAX, chercher

PROPOSEES = 8


@connexion_requise
@require_GET
def recherche(request: Requete) -> HttpResponseBase:
    """`?q=` over everything visible, by kind; `?types=` keeps one kind, with more of its results."""
    q = request.GET.get("q", "").strip()[:LONGUEUR_MAX]
    offerts = genres_cherchables(request.user)
    types = [type_ for type_ in valeurs_de_liste(request.GET, "types") if type_ in offerts]
    limite = LIMITE_MAX if types else LIMITE_DEFAUT
    groupes = chercher(request.user, q, types=types or offerts, limite=limite) if q else []
    contexte = {
        "q": q,
        "q_recherche": q,
        "groupes": groupes,
        "types": types,
        "genres": [(genre, genre.label) for genre in Genre if genre in offerts],
        "nombre": sum(len(groupe.resultats) for groupe in groupes),
        "limite": limite,
    }
    return rendre(request, "search/recherche.html", contexte, fragment="resultats")


@connexion_requise
@require_GET
def suggestions(request: Requete) -> HttpResponseBase:
    """The best few, as options of the box."""
    q = request.GET.get("q", "").strip()[:LONGUEUR_MAX]
    offerts = genres_cherchables(request.user)
    groupes = chercher(request.user, q, types=offerts, limite=3) if len(q) >= 2 else []
    resultats = sorted(
        (resultat for groupe in groupes for resultat in groupe.resultats if resultat.url),
        key=lambda resultat: -resultat.score,
    )[:PROPOSEES]
    return render(request, "search/suggestions.html", {"q": q, "resultats": resultats})
