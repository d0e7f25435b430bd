"""The door of every page: who is signed in, as a type the views can rely on."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import User

P = ParamSpec("P")


class Requete(HttpRequest):
    """A request of somebody who is signed in, with what htmx said of it."""

    user: User
    htmx: HtmxDetails


Vue = Callable[Concatenate[Requete, P], HttpResponseBase]


def connexion_requise(vue: Vue[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Sends a stranger to the sign-in page and back; a fragment asked for by htmx sends the whole window."""

    @wraps(vue)
    def entree(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return vue(request, *args, **kwargs)  # type: ignore[arg-type]  # narrowed by the line above
        htmx: Any = getattr(request, "htmx", None)
        if htmx:
            retour = htmx.current_url_abs_path or request.get_full_path()
            return HttpResponseClientRedirect(redirect_to_login(retour).url)
        return redirect_to_login(request.get_full_path())

    return entree
