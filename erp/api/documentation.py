"""The schema, its two readers, and the answer for paths that no route knows."""

from functools import cache
from typing import Any

from csp.decorators import csp_update
from django.http import Http404
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from erp.api.views import VueApi

# Both readers write their own style sheets at run time. No script but from our own files, as everywhere.
_LECTEURS = csp_update({"style-src": ["'unsafe-inline'"], "worker-src": ["blob:"]})


class SchemaOpenApi(VueApi):
    """OpenAPI 3 as YAML, with `?format=json` as JSON, in the language of `Accept-Language`."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = DefaultContentNegotiation
    renderer_classes = (OpenApiYamlRenderer, OpenApiJsonRenderer)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(_schema(get_language() or ""))


@cache
def _schema(langue: str) -> Any:
    """It takes a second to generate and depends on the code and the language only."""
    return SchemaGenerator().get_schema(request=None, public=True)


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
