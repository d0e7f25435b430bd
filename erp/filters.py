"""One FilterSet per entity serves its page, its API and its exports; these are the kinds of filter they are made of.

A page binds the whole form (`MesFiltres(data, queryset)`, `.form`, `.qs`). The API and exports call
`MesFiltres.appliquer(queryset, params)`: only the filters that were asked for are built, and an unknown name or a value
that does not fit is a ValidationError naming it.

Values may be lists, repeated or with commas: `statut=ouverte,affectee`. A day given as `…_lte` counts to its end.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, TypeVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db.models import CharField, Model, Q, QuerySet, TextField, Transform, Value
from django.db.models.expressions import Combinable, Expression, F, OrderBy
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from erp.calendrier import minuit
from erp.exceptions import ErreurChamp, ValidationError
from erp.models import CleCode, CleTri
from erp.validation import CODES

M = TypeVar("M", bound=Model)

# Sort key → what it orders by. Shared by page and API.
Tris = Mapping[str, Sequence[str | Combinable]]

ENTIER_MAX = 2**63 - 1
MOTS_MAX = 8  # of a search
TRIS_MAX = 5  # sort keys at once


# --- Fields ---------------------------------------------------------------------------------------


def valeurs_de_liste(params: Any, nom: str) -> list[str]:
    """The values of a parameter that takes several: `a=1,2` and `a=1&a=2` alike."""
    bruts = params.getlist(nom) if hasattr(params, "getlist") else [params.get(nom, "")]
    return [valeur for brut in bruts for valeur in str(brut).split(",") if valeur]


class _SelectionListe(forms.SelectMultiple):
    """`a=1,2` and `a=1&a=2` alike."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return valeurs_de_liste(data, name)


class ListeChoixField(forms.MultipleChoiceField):
    widget = _SelectionListe


class ListeIdsField(forms.Field):
    widget = _SelectionListe
    default_error_messages = {"invalid": _("« %(value)s » n’est pas un identifiant.")}

    def clean(self, value: Any) -> list[int]:
        propres = []
        for brut in value or ():
            if not (
                brut.isascii() and brut.isdigit() and len(brut) < 20 and 0 < int(brut) <= ENTIER_MAX
            ):
                raise DjangoValidationError(
                    self.error_messages["invalid"], code="invalid", params={"value": brut[:40]}
                )
            propres.append(int(brut))
        return propres


class MomentField(forms.CharField):
    """A datetime in ISO 8601, or a day; without an offset, both are Casablanca's."""

    default_error_messages = {"invalid": _("Donnez une date (2026-01-31) ou un instant ISO 8601.")}

    def clean(self, value: Any) -> Any:
        texte = super().clean(value)
        if not texte:
            return None
        # a "+" that was not escaped in the query string arrives as a space
        texte = re.sub(r" (\d{2}:?\d{2})$", r"+\1", texte)
        try:
            moment = parse_date(texte) or parse_datetime(texte)
            if isinstance(moment, datetime) and timezone.is_naive(moment):
                moment = timezone.make_aware(moment)
            if moment is None or not 1900 <= moment.year <= 9000:
                raise ValueError
        except (ValueError, OverflowError) as erreur:
            raise DjangoValidationError(self.error_messages["invalid"], code="invalid") from erreur
        return moment


class DrapeauField(forms.Field):
    widget = forms.Select(choices=(("", "—"), ("true", _("Oui")), ("false", _("Non"))))
    default_error_messages = {"invalid": _("Donnez true ou false.")}

    def clean(self, value: Any) -> bool | None:
        if value in (None, ""):
            return None
        match str(value).lower():
            case "true" | "1" | "on":
                return True
            case "false" | "0":
                return False
        raise DjangoValidationError(self.error_messages["invalid"], code="invalid")


@CharField.register_lookup
@TextField.register_lookup
class _Tri(Transform):
    """`nom__tri__contains`: without accents or case."""

    lookup_name = "tri"
    function = "cle_tri"
    output_field = TextField()


@CharField.register_lookup
class _Code(Transform):
    """`code_interne__code__startswith`: without accents, case, dashes, dots or spaces."""

    lookup_name = "code"
    template = CleCode.template
    output_field = TextField()


# --- Filters --------------------------------------------------------------------------------------


class ListeFiltre(django_filters.Filter):
    """One value or several."""

    def filter(self, qs: QuerySet[M], value: Any) -> QuerySet[M]:
        if not value:
            return qs
        if len(value) == 1:
            return qs.filter(**{self.field_name: value[0]})
        return qs.filter(**{f"{self.field_name}__in": value})


class ChoixFiltre(ListeFiltre):
    """Members of an enum: `ChoixFiltre("statut", Statut.choices)`."""

    field_class = ListeChoixField

    def __init__(self, field_name: str, choices: Any, **kwargs: Any) -> None:
        super().__init__(field_name, choices=choices, **kwargs)


class IdsFiltre(ListeFiltre):
    """Ids of a related object: `client_id = IdsFiltre("client_id")`."""

    field_class = ListeIdsField


class TextesFiltre(ListeFiltre):
    """Exact texts, such as a town."""

    class _Field(forms.Field):
        widget = _SelectionListe
        default_validators = [ProhibitNullCharactersValidator()]

        def run_validators(self, value: Any) -> None:
            for element in value:
                super().run_validators(element)

    field_class = _Field


class DrapeauFiltre(django_filters.Filter):
    """true or false; `method=` for one that is not a column."""

    field_class = DrapeauField


class DepuisFiltre(django_filters.Filter):
    """`…_gte` of a datetime column."""

    field_class = MomentField

    def filter(self, qs: QuerySet[M], value: Any) -> QuerySet[M]:
        return (
            qs if value is None else qs.filter(**{f"{self.field_name}__gte": debut_du_jour(value)})
        )


class JusquaFiltre(django_filters.Filter):
    """`…_lte` of a datetime column; a day counts to its end."""

    field_class = MomentField

    def filter(self, qs: QuerySet[M], value: Any) -> QuerySet[M]:
        if value is None:
            return qs
        return qs.filter(**{f"{self.field_name}__lt": borne_haute(value)})


class NombreFiltre(django_filters.NumberFilter):
    """A bound of a number: `NombreFiltre("stock_actuel", "gte")`."""

    def __init__(self, field_name: str, lookup_expr: str = "exact", **kwargs: Any) -> None:
        super().__init__(field_name, lookup_expr, max_digits=16, **kwargs)


class JourDepuisFiltre(DepuisFiltre):
    """`…_gte` of a date column."""

    def filter(self, qs: QuerySet[M], value: Any) -> QuerySet[M]:
        return qs if value is None else qs.filter(**{f"{self.field_name}__gte": _jour(value)})


class JourJusquaFiltre(JusquaFiltre):
    """`…_lte` of a date column."""

    def filter(self, qs: QuerySet[M], value: Any) -> QuerySet[M]:
        return qs if value is None else qs.filter(**{f"{self.field_name}__lte": _jour(value)})


class RechercheFiltre(django_filters.Filter):
    """Every word must occur somewhere: accents and case do not matter.

    `chemins` are columns (through foreign keys too). A column of another table is asked for in a subquery of that
    table, so that the list itself stays without joins.
    """

    field_class = forms.CharField

    def __init__(self, *chemins: str, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)
        self.chemins = chemins

    def filter(self, qs: QuerySet[M], value: Any) -> QuerySet[M]:
        if "\x00" in (value or ""):
            # No text of the database holds one, and it may not even be asked for.
            return qs.none()
        for mot in (value or "").split()[:MOTS_MAX]:
            condition = Q()
            for chemin in self.chemins:
                condition |= _contient(qs.model, chemin, mot)
            qs = qs.filter(condition)
        return qs


def _contient(modele: type[Model], chemin: str, mot: str) -> Q:
    relation, _sep, reste = chemin.partition("__")
    if not reste:
        return Q(**{f"{chemin}__tri__contains": CleTri(Value(mot))})
    autre: Any = modele._meta.get_field(relation).related_model
    # its default manager: only ids that the list, already scoped, is compared with
    return Q(
        **{f"{relation}__in": autre._base_manager.filter(_contient(autre, reste, mot)).values("pk")}
    )


def debut_du_jour(valeur: date | datetime) -> datetime:
    """The moment itself, or midnight in Casablanca of a day."""
    if isinstance(valeur, datetime):
        return valeur
    return minuit(valeur)


def borne_haute(valeur: date | datetime) -> datetime:
    """The first moment after "until this": the next midnight for a day, the next microsecond for a moment."""
    if isinstance(valeur, datetime):
        return valeur + timedelta(microseconds=1)
    return debut_du_jour(valeur + timedelta(days=1))


def _jour(valeur: date | datetime) -> date:
    return timezone.localdate(valeur) if isinstance(valeur, datetime) else valeur


# --- The set --------------------------------------------------------------------------------------


class Filtres(django_filters.FilterSet):
    """Base of every FilterSet."""

    base_filters: ClassVar[dict[str, Any]]

    def __init__(
        self,
        data: QueryDict | None = None,
        queryset: QuerySet[Any] | None = None,
        *,
        request: HttpRequest | None = None,
        prefix: str | None = None,
        seulement: Iterable[str] | None = None,
    ) -> None:
        """With `seulement`, a set of these filters: copying and building forty would cost more than the query."""
        if seulement is not None:
            self.__dict__["base_filters"] = {nom: self.base_filters[nom] for nom in seulement}
        super().__init__(data, queryset, request=request, prefix=prefix)

    @classmethod
    def connus(cls, params: QueryDict) -> QueryDict:
        """Those of the parameters that are filters: a page goes on working with a link that says more."""
        siens = QueryDict(mutable=True)
        for nom, valeurs in params.lists():
            if nom in cls.base_filters:
                siens.setlist(nom, valeurs)
        return siens

    @classmethod
    def appliquer(
        cls, queryset: QuerySet[M], params: QueryDict, *, ignores: Iterable[str] = ()
    ) -> QuerySet[M]:
        """The rows that every given filter keeps. `ignores` are parameters of another kind (limit, sort …).

        Raises ValidationError naming every unknown filter and every value that does not fit.
        """
        noms = [nom for nom in params if nom not in ignores]
        if not noms:
            return queryset
        inconnus = [nom for nom in noms if nom not in cls.base_filters]
        erreurs = [
            ErreurChamp(nom[:100], _("Ce filtre n’existe pas."), "FILTRE_INCONNU")
            for nom in inconnus
        ]
        connus = [nom for nom in noms if nom not in inconnus]
        ensemble = cls(params, queryset, seulement=connus)
        for nom, filtre in ensemble.filters.items():
            champ = filtre.field
            try:
                valeur = champ.clean(champ.widget.value_from_datadict(params, {}, nom))
            except DjangoValidationError as erreur:
                code = CODES.get(erreur.error_list[0].code or "", "INVALIDE")
                erreurs.append(ErreurChamp(nom, " ".join(erreur.messages), code))
                continue
            queryset = filtre.filter(queryset, valeur)
        if erreurs:
            raise ValidationError(errors=erreurs)
        return queryset


def ordre(
    tris: Tris, demande: str, defaut: Sequence[str | Combinable]
) -> tuple[list[str | Combinable], list[ErreurChamp]]:
    """`sort=priorite,-date_creation` as an ORM order that is total (the id last), and what is wrong with it."""
    erreurs = []
    cles: list[str | Combinable] = []
    morceaux = demande.split(",") if demande else []
    if len(morceaux) > TRIS_MAX:
        erreurs.append(ErreurChamp("sort", _("Trop de clés de tri."), "TROP_LONG"))
    for morceau in morceaux[:TRIS_MAX]:
        nom = morceau.removeprefix("-")
        if nom not in tris:
            erreurs.append(
                ErreurChamp(
                    "sort",
                    _("« %(cle)s » n’est pas une clé de tri. Clés admises : %(cles)s.")
                    % {"cle": nom[:100], "cles": ", ".join(tris)},
                    "TRI_INCONNU",
                )
            )
            continue
        cles.extend(_a_l_envers(cle) if morceau.startswith("-") else cle for cle in tris[nom])
    if not cles:
        cles = list(defaut)
    if cles[-1] not in ("pk", "-pk", "id", "-id"):
        cles.append("-pk" if _descend(cles[-1]) else "pk")
    return cles, erreurs


def _descend(cle: str | Combinable) -> bool:
    return cle.startswith("-") if isinstance(cle, str) else bool(getattr(cle, "descending", False))


def _a_l_envers(cle: str | Combinable) -> str | Combinable:
    if isinstance(cle, str):
        return cle.removeprefix("-") if cle.startswith("-") else f"-{cle}"
    if isinstance(cle, OrderBy):
        inverse = cle.copy()
        inverse.descending = not cle.descending
        return inverse
    assert isinstance(cle, (F, Expression))
    return cle.desc()
