"""The error pages: a full page for a browser, one sentence for a fragment."""

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from erp.exceptions import IndisponibleError

logger = structlog.get_logger(__name__)

ATTENTE = 5  # seconds until somebody should try again
# Fields that are not written back into a page.
_SECRETS = ("password", "mot_de_passe")


def _repondre(request: HttpRequest, gabarit: str, message: str, status: int) -> HttpResponse:
    if getattr(request, "htmx", False):
        contexte = {"message": message}
        reponse = render(request, "composants/erreur_fragment.html", contexte, status=status)
        reponse["HX-Retarget"] = "#alertes"
        reponse["HX-Reswap"] = "innerHTML"
        return reponse
    return render(request, gabarit, status=status)


def interdit(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403"""
    message = _("Vous n’avez pas le droit de faire cette action.")
    return _repondre(request, "403.html", message, 403)


def introuvable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, the same whether the thing does not exist or is not visible."""
    message = _("Cet élément n’existe pas ou ne vous est pas visible.")
    return _repondre(request, "404.html", message, 404)


def jeton_refuse(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token is missing or old."""
    message = _("La page est trop ancienne : rechargez-la et recommencez.")
    return _repondre(request, "403_csrf.html", message, 403)


def indisponible(exception: BaseException) -> IndisponibleError:
    """What anybody is told of a deadlock, a serialization failure or a database that is away; the log keeps it."""
    logger.error("base_indisponible", exc_info=exception)
    return IndisponibleError()


def page_indisponible(request: HttpRequest) -> HttpResponse:
    """503 for a page: the transaction was rolled back, and what was sent is in the page, ready to be sent again.

    The page asks nothing of the database. A file or a password is not sent back: the browser's « back » holds the form.
    """
    champs: list[tuple[str, str]] | None = None
    if request.method == "POST" and not request.FILES:
        lus = [(nom, valeur) for nom, valeurs in request.POST.lists() for valeur in valeurs]
        if not any(secret in nom for nom, _valeur in lus for secret in _SECRETS):
            champs = lus
    reponse = render(request, "503.html", {"champs": champs}, status=IndisponibleError.status)
    reponse["Retry-After"] = str(ATTENTE)
    reponse["Cache-Control"] = "no-store"
    return reponse
