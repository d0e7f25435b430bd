"""Routes that answer with and without the trailing slash, without a redirect."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.urls.resolvers import RoutePattern


class _AvecOuSansBarre(RoutePattern):
    def match(self, path: str) -> Any:
        return super().match(path.removesuffix("/"))


def route(chemin: str, vue: Callable[..., HttpResponseBase], name: str) -> URLPattern:
    """As `django.urls.path`, for a `chemin` written without the trailing slash."""
    return URLPattern(_AvecOuSansBarre(chemin, name=name, is_endpoint=True), vue, name=name)
