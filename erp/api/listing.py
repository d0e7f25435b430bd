"""The lean path of every list.

    LISTE = ListeApi(
        colonnes=Colonnes(Client, {"id": "id", "nom_entreprise": "nom_entreprise", "ville": "ville"}),
        filtres=ClientFiltres,
        tris=TRIS,
        tri_defaut=("nom_entreprise",),
    )

    class Clients(VueApi):
        liste = LISTE  # the schema reads its filters, sort keys and columns from here

        def get(self, request: RequeteApi) -> Response:
            return self.lister(Client.objects.visible_to(request.user))

The page is cut before any join: first the ids of the filtered and sorted page, then the columns of those ids
(`erp.api.columns`). One id more than the page is asked for; when it is not there the total is known and nothing is
counted. With the user that makes three statements, four when the total must be counted, whatever the number of rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from erp.api.columns import Colonnes
from erp.exceptions import ErreurChamp, ValidationError
from erp.filters import Filtres, Tris, ordre

LIMITE_DEFAUT = 50
LIMITE_MAX = 100
DECALAGE_MAX = 10_000_000
PARAMETRES = ("limit", "offset", "sort")  # those of every list that are no filters


@dataclass(frozen=True, eq=False)
class ListeApi:
    """What a list answers with, and by what it may be filtered and sorted."""

    colonnes: Colonnes
    filtres: type[Filtres] = Filtres
    tris: Tris | None = None
    tri_defaut: Sequence[str | Combinable] = ("pk",)


# Knows the exact number of rows for these parameters without counting them; None when it does not.
Total = Callable[[QueryDict], int | None]


def vides(params: QueryDict) -> list[ErreurChamp]:
    """The parameters without a value: a client's empty variable must not mean « everything ».

    What is searched may be empty, as the box is; the bounds of the page are looked at with their own words.
    """
    return [
        ErreurChamp(nom, _("Donnez une valeur, ou retirez ce paramètre."), "OBLIGATOIRE")
        for nom, valeurs in params.lists()
        if nom not in ("search", "limit", "offset") and not any(valeurs)
    ]


def page(
    liste: ListeApi,
    visibles: QuerySet[Any],
    params: QueryDict,
    colonnes: Colonnes | None = None,
    total_connu: Total | None = None,
) -> dict[str, Any]:
    """The envelope {"data", "pagination"} of a list, with the columns of this user when they are not everybody's.

    Raises ValidationError naming every parameter that is unknown or wrong.
    """
    erreurs: list[ErreurChamp] = vides(params)
    limite = _entier(params, "limit", LIMITE_DEFAUT, 1, LIMITE_MAX, erreurs)
    decalage = _entier(params, "offset", 0, 0, DECALAGE_MAX, erreurs)
    cles, faux = ordre(liste.tris or {}, params.get("sort", ""), liste.tri_defaut)
    erreurs += faux
    try:
        retenues = liste.filtres.appliquer(visibles, params, ignores=PARAMETRES)
    except ValidationError as refus:
        erreurs += refus.errors
    if erreurs:
        raise ValidationError(errors=erreurs)

    triees = retenues.order_by(*cles).values_list("pk", flat=True)
    ids = list(triees[decalage : decalage + limite + 1])
    suite = len(ids) > limite
    donnees = (colonnes or liste.colonnes).lignes(ids[:limite])
    if suite or (decalage and not ids):
        total = total_connu(params) if total_connu else None
        if total is None:
            total = retenues.order_by().count()
    else:
        total = decalage + len(ids)
    return {
        "data": donnees,
        "pagination": {
            "limit": limite,
            "offset": decalage,
            "total": total,
            "has_next": suite,
            "has_prev": decalage > 0 and total > 0,
        },
    }


def _entier(
    params: QueryDict,
    nom: str,
    defaut: int,
    minimum: int,
    maximum: int,
    erreurs: list[ErreurChamp],
) -> int:
    texte = params.get(nom)
    if texte is None:
        return defaut
    if texte.isascii() and texte.isdigit() and len(texte) <= 8 and minimum <= int(texte) <= maximum:
        return int(texte)
    phrase = _("Donnez un nombre entier de %(min)d à %(max)d.")
    erreurs.append(ErreurChamp(nom, phrase % {"min": minimum, "max": maximum}, "HORS_LIMITES"))
    return defaut
