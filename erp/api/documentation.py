"""The schema, its two readers, and the answer for paths that no route knows."""

from typing import Any

from csp.decorators import csp_update
from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from erp.api.views import VueApi

# Both readers write their own style sheets at run time. No script but from our own files, as everywhere.
_LECTEURS = csp_update({"style-src": ["'unsafe-inline'"], "worker-src": ["blob:"]})


class SchemaOpenApi(SpectacularAPIView):
    """OpenAPI 3 as YAML, with `?format=json` as JSON."""

    permission_classes = (AllowAny,)
    authentication_classes = ()


@method_decorator(_LECTEURS, name="dispatch")
class Swagger(TemplateView):
    template_name = "api/swagger.html"


@method_decorator(_LECTEURS, name="dispatch")
class Redoc(TemplateView):
    template_name = "api/redoc.html"


class Inconnue(VueApi):
    """A path that no route knows is a 404, whoever asks."""

    permission_classes = (AllowAny,)

    def _absente(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise Http404

    get = post = put = patch = delete = extend_schema(exclude=True)(_absente)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        raise Http404
