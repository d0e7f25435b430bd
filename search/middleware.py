"""A list opens on the saved view that its reader chose for it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase

from search.vues import PAGES, adresse, vue_choisie

_LISTES = {page: nom for nom, page in PAGES.items()}
# A list that is swapped in its own page was asked for as it is: the tab that shows everything, say.
_DANS_LA_PAGE = ("liste", "page-liste")


class OuvrirSurSaVue:
    """The bare address of a list leads to the view that its reader opens it on; what an address says goes first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        trouvee = request.resolver_match
        nom = _LISTES.get(trouvee.view_name) if trouvee is not None else None
        if nom is None or request.method != "GET" or request.META.get("QUERY_STRING"):
            return None
        htmx: Any = getattr(request, "htmx", None)
        if htmx and htmx.target in _DANS_LA_PAGE:
            return None
        if not request.user.is_authenticated:
            return None
        filtre = vue_choisie(request.user, nom)
        return None if filtre is None else HttpResponseRedirect(adresse(filtre))
