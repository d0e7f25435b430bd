"""The answers that a drag waits for: JSON, the refusal of a rule with its words."""

from functools import wraps
from typing import ParamSpec

from django.http import JsonResponse
from django.http.response import HttpResponseBase

from accounts.acces import Requete, Vue
from erp.exceptions import ERPException

P = ParamSpec("P")


def refus_en_json(vue: Vue[P]) -> Vue[P]:
    """Answers a refusal as `{"detail", "code"}` with its status, for a page that springs back and says why."""

    @wraps(vue)
    def repondre(request: Requete, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return vue(request, *args, **kwargs)
        except ERPException as refus:
            details = [str(erreur.message) for erreur in refus.errors]
            return JsonResponse(
                {"detail": " ".join(details) or str(refus), "code": refus.code},
                status=refus.status,
            )

    return repondre
