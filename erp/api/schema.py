"""OpenAPI from the declarations that do the work: columns become response schemas, filters become parameters."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import permissions, serializers
from rest_framework.utils.field_mapping import ClassLookupDict

from erp import filters
from erp.api.columns import Colonne, Colonnes
from erp.api.listing import DECALAGE_MAX, LIMITE_DEFAUT, LIMITE_MAX, ListeApi

_CLASSES: Any = ClassLookupDict(serializers.ModelSerializer.serializer_field_mapping)


class _ErreurChampSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(
        help_text=_("Nom du champ ; vide quand la faute n’est d’aucun champ.")
    )
    message = serializers.CharField()
    code = serializers.CharField()

    class Meta:
        ref_name = "ErreurChamp"


class _PaginationSerializer(serializers.Serializer[Any]):
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()
    total = serializers.IntegerField()
    has_next = serializers.BooleanField()
    has_prev = serializers.BooleanField()

    class Meta:
        ref_name = "Pagination"


# --- Columns → response schemas -------------------------------------------------------------------


@cache
def sortie(nom: str, colonnes: Colonnes) -> type[serializers.Serializer[Any]]:
    """The schema of one row of these columns. It describes only: nothing is ever serialized through it."""
    champs = {cle: _champ(colonnes, valeur) for cle, valeur in colonnes.colonnes.items()}
    return type(
        nom, (serializers.Serializer,), {**champs, "Meta": type("Meta", (), {"ref_name": nom})}
    )


@cache
def page_de(
    nom: str, colonnes: Colonnes, ligne: type[serializers.Serializer[Any]] | None = None
) -> type[serializers.Serializer[Any]]:
    """The schema of a list: {"data", "pagination"}; `ligne` when a row is more than its columns."""
    return type(
        f"{nom}Page",
        (serializers.Serializer,),
        {
            "data": (ligne or sortie(nom, colonnes))(many=True),
            "pagination": _PaginationSerializer(),
            "Meta": type("Meta", (), {"ref_name": f"{nom}Page"}),
        },
    )


def compose(
    nom: str,
    base: type[serializers.Serializer[Any]],
    **champs: "serializers.Field[Any, Any, Any, Any]",
) -> type[serializers.Serializer[Any]]:
    """The schema of a row with more in it: lists of children, permitted actions."""
    return type(nom, (base,), {**champs, "Meta": type("Meta", (), {"ref_name": nom})})


# The envelope of every error.
ErreurSerializer = compose(
    "Erreur",
    serializers.Serializer,
    detail=serializers.CharField(help_text=_("Une phrase pour les personnes.")),
    code=serializers.CharField(help_text=_("Un code pour les programmes.")),
    errors=_ErreurChampSerializer(many=True),
    timestamp=serializers.DateTimeField(),
    request_id=serializers.CharField(help_text=_("Aussi dans les journaux du serveur.")),
)


def donnees_de(nom: str, colonnes: Colonnes) -> type[serializers.Serializer[Any]]:
    """The schema of {"data": […]}: all the children of one object, without pages."""
    return compose(f"{nom}Liste", serializers.Serializer, data=sortie(nom, colonnes)(many=True))


def _champ(colonnes: Colonnes, colonne: Colonne) -> "serializers.Field[Any, Any, Any, Any]":
    champ, nulle = _resolu(colonnes, colonne)
    if isinstance(champ, models.GeneratedField):
        champ = champ.output_field
    options: dict[str, Any] = {"read_only": True, "allow_null": nulle}
    if champ.choices:
        return serializers.ChoiceField(choices=champ.choices, allow_blank=champ.blank, **options)
    if isinstance(champ, models.DecimalField):
        return serializers.DecimalField(champ.max_digits, champ.decimal_places, **options)
    if isinstance(champ, (models.ForeignKey, models.AutoField, models.IntegerField)):
        return serializers.IntegerField(**options)
    if isinstance(champ, models.EmailField) and champ.blank:
        return serializers.CharField(**options)
    classe: type[serializers.Field[Any, Any, Any, Any]] = _CLASSES[champ]
    return classe(**options)


def _resolu(colonnes: Colonnes, colonne: Colonne) -> tuple[Any, bool]:
    """The model field behind a column, and whether it can be null on the way there."""
    if not isinstance(colonne, str):
        expression: Any = colonne
        return expression.output_field, bool(expression.output_field.null)
    nulle = False
    courant: Any = colonnes.modele
    for morceau in colonne.split("__"):
        relation = colonnes.relations.get(morceau)
        nom = relation.relation_name if relation is not None else morceau
        champ = courant._meta.pk if nom == "pk" else courant._meta.get_field(nom)
        nulle = nulle or bool(champ.null)
        courant = champ.related_model
    return champ, nulle


# --- Operations -----------------------------------------------------------------------------------


class SchemaApi(AutoSchema):
    """What every operation has: the errors it may answer, its filters, the headers that it reads."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/", 1)[0]]

    def get_override_parameters(self) -> Any:
        return list(self._parametres())

    def get_response_serializers(self) -> Any:
        liste = getattr(self.view, "liste", None)
        if liste is not None and self.method == "GET":
            return page_de(f"{liste.colonnes.modele.__name__}Ligne", liste.colonnes)
        return super().get_response_serializers()

    def get_operation_id(self) -> str:
        nom = super().get_operation_id()
        if self.method == "GET" and getattr(self.view, "liste", None) is not None:
            return nom.removesuffix("_retrieve") + "_list"
        if self.method == "DELETE" and "{" not in self.path:
            return f"{nom}_all"
        # `/dashboard` beside `/dashboard/{cle}`: one name each
        dernier = self.path.rsplit("/", 1)[-1]
        if dernier.startswith("{") and dernier not in ("{id}", "{enfant}", "{code}", "{releve}"):
            return f"{nom}_{dernier.strip('{}')}"
        return nom

    def _parametres(self) -> Iterator[OpenApiParameter]:
        liste = getattr(self.view, "liste", None)
        if liste is not None and self.method == "GET":
            yield from parametres_de_liste(liste)
        if self.method == "POST" and not self._anonyme():
            yield OpenApiParameter(
                "Idempotency-Key",
                {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
                OpenApiParameter.HEADER,
                description=str(
                    _("La même clé et le même corps donnent la première réponse, 24 heures.")
                ),
            )
        if self.method in ("PATCH", "PUT", "DELETE") and "{" in self.path:
            yield OpenApiParameter(
                "If-Match",
                str,
                OpenApiParameter.HEADER,
                description=str(_("L’ETag de ce qui a été lu : 412 si l’objet a changé depuis.")),
            )

    def _anonyme(self) -> bool:
        return any(isinstance(p, permissions.AllowAny) for p in self.view.get_permissions())

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        corps = super()._get_response_bodies(direction)
        decrire: Any = self._get_response_for_code
        for code in self._codes():
            if str(code) not in corps:
                corps[str(code)] = decrire(ErreurSerializer, str(code), None, direction)
        return dict(sorted(corps.items()))

    def _codes(self) -> Iterator[int]:
        yield from (400, 401, 429, 500, 503)
        if not self._anonyme():
            yield 403
        if "{" in self.path:
            yield 404
        if self.method in ("POST", "PUT", "PATCH", "DELETE"):
            yield from (409, 412) if "{" in self.path else (409,)
        if self.method in ("POST", "PUT", "PATCH"):
            yield from (413, 415)
        if self.method == "POST":
            yield 422
        yield from getattr(self.view, "codes_de_plus", {}).get(self.method, ())

    def _map_serializer_field(
        self, field: Any, direction: Any, bypass_extensions: bool = False
    ) -> Any:
        """A decimal is answered as a text; it may be sent as a number too."""
        decrire: Any = super()._map_serializer_field
        decrit = decrire(field, direction, bypass_extensions)
        if direction == "request" and decrit.get("format") == "decimal":
            return {"oneOf": [decrit, {"type": "number"}]}
        return decrit


def parametres_de_liste(liste: ListeApi) -> Iterator[OpenApiParameter]:
    """limit, offset, sort and every filter of a list."""
    entier = {"type": "integer"}
    yield OpenApiParameter(
        "limit", {**entier, "minimum": 1, "maximum": LIMITE_MAX, "default": LIMITE_DEFAUT}
    )
    yield OpenApiParameter(
        "offset", {**entier, "minimum": 0, "maximum": DECALAGE_MAX, "default": 0}
    )
    if liste.tris:
        cles = [signe + cle for cle in liste.tris for signe in ("", "-")]
        yield OpenApiParameter(
            "sort",
            {
                "type": "array",
                "items": {"type": "string", "enum": cles},
                "maxItems": filters.TRIS_MAX,
            },
            style="form",
            explode=False,
            description=str(_("Clés de tri dans l’ordre ; « - » pour décroître.")),
        )
    for nom, filtre in liste.filtres.base_filters.items():
        forme, liste_de = _forme(filtre)
        yield OpenApiParameter(
            nom,
            forme,
            description=str(filtre.extra.get("help_text") or getattr(filtre, "_label", None) or ""),
            style="form" if liste_de else None,
            explode=False if liste_de else None,
        )


def _forme(filtre: Any) -> tuple[dict[str, Any], bool]:
    match filtre:
        case filters.ChoixFiltre():
            valeurs = [valeur for valeur, _libelle in filtre.extra["choices"]]
            return {"type": "array", "items": {"type": "string", "enum": valeurs}}, True
        case filters.IdsFiltre():
            return {"type": "array", "items": {"type": "integer", "minimum": 1}}, True
        case filters.ListeFiltre():
            return {"type": "array", "items": {"type": "string"}}, True
        case filters.DrapeauFiltre():
            return {"type": "boolean"}, False
        case filters.DepuisFiltre() | filters.JusquaFiltre():
            return {"type": "string", "format": "date-time"}, False
        case filters.NombreFiltre():
            return {"type": "number"}, False
        case _:
            return {"type": "string", "maxLength": 200}, False
