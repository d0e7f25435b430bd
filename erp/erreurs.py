"""The error pages: a full page for a browser, one sentence for a fragment."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


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
