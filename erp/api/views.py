"""The base of every API view.

A view is three lines: validate (`self.entree`), service, respond (`self.creee`, `self.fiche`, `self.vide`).

    class Sites(VueApi):
        @extend_schema(request=SiteEntree, responses={201: sortie("Site", SITE)})
        def post(self, request: RequeteApi, pk: int) -> Response:
            donnees = self.entree(SiteEntree)
            site = creer_site(par=request.user, client_id=pk, **donnees)
            return self.creee(SITE.fiche(Site.objects.visible_to(request.user), site.pk), f"/api/v1/sites/{site.pk}")
"""

import functools
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.cache import patch_vary_headers
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from erp.api import formes, idempotence
from erp.api.columns import Colonnes, Ligne
from erp.api.errors import a_plat, identifiant_requete
from erp.api.listing import ListeApi, Total, page
from erp.api.renderers import en_json
from erp.api.schema import SchemaApi
from erp.exceptions import IntrouvableError, StaleVersionError, ValidationError

if TYPE_CHECKING:
    from accounts.models import User  # for the type alone: accounts stands above erp


class RequeteApi(Request):
    """A request of somebody who is signed in."""

    user: "User"


class UnSeulFormat(BaseContentNegotiation):
    """A view answers in its one format, whatever `Accept` says: a client that cannot read it would not read a 406."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        for parser in parsers:
            if _accepte(parser.media_type, request.content_type or ""):
                return parser
        return None

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], str(renderers[0].media_type)


def _accepte(attendu: str, recu: str) -> bool:
    return recu.split(";", 1)[0].strip().lower() == attendu


class _DejaRendue(Response):
    """An answer whose JSON was needed for its tag: it is not rendered a second time."""

    def __init__(self, donnees: Ligne, corps: bytes, status: int) -> None:
        super().__init__(donnees, status=status)
        self._corps = corps

    @property
    def rendered_content(self) -> Any:
        self["Content-Type"] = "application/json"
        return self._corps


class VueApi(APIView):
    """Authenticates, counts, answers in the wire format of the API."""

    content_negotiation_class: type[BaseContentNegotiation] = UnSeulFormat
    schema = SchemaApi()

    # The list that GET answers with, for `lister` and for the schema.
    liste: ClassVar[ListeApi | None] = None
    # "auth" for the tighter rate of `/auth`.
    debit: ClassVar[str] = ""
    request: Any

    # --- Order of things: who, how often, may he --------------------------------------------------

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As DRF's, but a request is counted before it is refused, so that guessing tokens is limited too."""
        self.format_kwarg = None
        negociation = self.perform_content_negotiation(request)
        request.accepted_renderer, request.accepted_media_type = negociation
        request.version, request.versioning_scheme = None, None
        try:
            self.perform_authentication(request)
        finally:
            self.check_throttles(request)
        self.check_permissions(request)
        if request.method == "POST" and request.user.is_authenticated:
            self._idempotence(request)

    def _idempotence(self, request: Request) -> None:
        action = getattr(self, "post", None)
        if idempotence.EN_TETE in request.headers and action is not None:
            # dispatch looks the handler up after this
            self.__dict__["post"] = functools.partial(idempotence.une_seule_fois, self, action)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What may be done here is in `Allow`."""
        return Response(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        debit = getattr(request._request, "debit", None)
        if debit is not None:
            limite, reste, fin = debit
            response["X-RateLimit-Limit"] = str(limite)
            response["X-RateLimit-Remaining"] = str(reste)
            response["X-RateLimit-Reset"] = str(fin)
        response["X-Request-ID"] = identifiant_requete()
        if "Cache-Control" not in response:
            response["Cache-Control"] = (
                "private, no-cache" if response.status_code in (200, 304) else "no-store"
            )
        patch_vary_headers(response, ("Authorization", "Accept-Language"))
        return response

    # --- Validate ---------------------------------------------------------------------------------

    def entree(
        self, forme: type[serializers.BaseSerializer[Any]], *, partielle: bool = False
    ) -> dict[str, Any]:
        """What was sent, in its shape; `partielle` for PATCH: only the named fields.

        Raises ValidationError naming each field that the form does not have, DRF's for values that do not fit.
        """
        contexte = {"request": self.request, "view": self}
        with formes.empruntee(
            forme, data=self.request.data, partial=partielle, context=contexte
        ) as lu:
            refusees = formes.fautes(lu, self.request.data)
            if refusees:
                lu.is_valid()
                raise ValidationError(errors=[*refusees, *a_plat(lu.errors)])
            lu.is_valid(raise_exception=True)
            return dict(lu.validated_data)

    def version_attendue(self) -> int | None:
        """The version of `If-Match`, for services that take one; None when the caller does not care.

        Raises StaleVersionError for a tag that cannot be of the current version.
        """
        etiquettes = _etiquettes(self.request.headers.get("If-Match"))
        if etiquettes is None or "*" in etiquettes:
            return None
        versions = [tag.partition(".")[0] for tag in etiquettes]
        if (
            len(versions) == 1
            and versions[0].isascii()
            and versions[0].isdigit()
            and len(versions[0]) < 10
        ):
            return int(versions[0])
        raise StaleVersionError

    @contextmanager
    def si_inchangee(self, visibles: QuerySet[Any], pk: int) -> Iterator[None]:
        """Around a service that takes no version: refuses when the object changed since the `ETag` of `If-Match`.

        Raises IntrouvableError, StaleVersionError. Holds the row until the service is done.
        """
        etiquettes = _etiquettes(self.request.headers.get("If-Match"))
        if etiquettes is None:
            yield
            return
        with transaction.atomic():
            objet = (
                visibles.order_by()
                .select_for_update(no_key=True, of=("self",))
                .filter(pk=pk)
                .first()
            )
            if objet is None:
                raise IntrouvableError
            marque = str(getattr(objet, "version", "") or _moment(objet.updated_at))
            if "*" not in etiquettes and marque not in {
                tag.partition(".")[0] for tag in etiquettes
            }:
                raise StaleVersionError
            yield

    # --- Respond ----------------------------------------------------------------------------------

    def lister(
        self,
        visibles: QuerySet[Any],
        colonnes: Colonnes | None = None,
        total_connu: Total | None = None,
    ) -> Response:
        """One page of `liste`, of what the user sees; `total_connu` only where he sees everything that it counts."""
        assert self.liste is not None
        params = self.request.query_params
        return Response(page(self.liste, visibles, params, colonnes, total_connu))

    def fiche(self, donnees: Ligne, *, status: int = 200, lieu: str = "") -> Response:
        """One object with its `ETag`; 304 when the caller already has it.

        The tag starts with `version`, or with `updated_at` for what has none: that part is what `If-Match` compares.
        """
        version = donnees.get("version")
        debut = str(version) if version is not None else _moment(donnees.get("updated_at"))
        corps = en_json(donnees)
        etiquette = f'"{debut}.{zlib.crc32(corps):08x}"'
        connues = _etiquettes(self.request.headers.get("If-None-Match"))
        if (
            status == 200
            and self.request.method in ("GET", "HEAD")
            and connues is not None
            and ("*" in connues or etiquette.strip('"') in connues)
        ):
            return Response(status=304, headers={"ETag": etiquette})
        reponse = _DejaRendue(donnees, corps, status)
        reponse["ETag"] = etiquette
        if lieu:
            reponse["Location"] = lieu
        return reponse

    def creee(self, donnees: Ligne, lieu: str) -> Response:
        """201 with `Location`; `lieu` is a path such as `/api/v1/clients/3`."""
        return self.fiche(donnees, status=201, lieu=lieu)

    def vide(self) -> Response:
        """204."""
        return Response(status=204)


def _moment(moment: Any) -> str:
    return "0" if moment is None else f"{moment.timestamp() * 1e6:.0f}"


def _etiquettes(en_tete: str | None) -> set[str] | None:
    """The tags of an `If-Match` or `If-None-Match`, without quotes; None when there is no such header.

    A proxy that compresses marks tags as weak (`W/`): they are taken as what they were.
    """
    if en_tete is None:
        return None
    return {tag.strip().removeprefix("W/").strip('"') for tag in en_tete.split(",")}
