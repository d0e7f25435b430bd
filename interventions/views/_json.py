"""The answers that a drag waits for: JSON, the refusal of a rule with its words."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from erp.exceptions import ERPException

P = ParamSpec("P")


def refus_en_json(
    vue: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Answers a refusal as `{"detail", "code"}` with its status, for a page that springs back and says why."""

    @wraps(vue)
    def repondre(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return vue(request, *args, **kwargs)
        except ERPException as refus:
            details = [str(erreur.message) for erreur in refus.errors]
            return JsonResponse(
                {"detail": " ".join(details) or str(refus), "code": refus.code},
                status=refus.status,
            )

    return repondre
