"""QR labels: one as an SVG file, or sheets of them to print on A4.

The same machines in the same order on the same paper give the same sheet: nothing on it depends on the day.
"""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

import segno
from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.acces import Requete, connexion_requise
from equipment.filters import EquipementFiltres
from equipment.models import Equipement
from erp.exceptions import ValidationError
from erp.filters import valeurs_de_liste
from erp.pages import rendre, url_avec
from erp.validation import id_lu

PLANCHES_MAX = 10  # on one page: more are printed in several goes


@dataclass(frozen=True, slots=True)
class Papier:
    """A sheet of labels as shops sell them: `colonnes` × `rangs` on A4, without gaps."""

    cle: str
    libelle: str | Promise
    colonnes: int
    rangs: int

    @property
    def places(self) -> int:
        return self.colonnes * self.rangs


PAPIERS = {
    papier.cle: papier
    for papier in (
        Papier("3x8", _("24 par feuille (70 × 37 mm)"), 3, 8),
        Papier("2x5", _("10 par feuille (105 × 57 mm)"), 2, 5),
        Papier("4x10", _("40 par feuille (52,5 × 29,7 mm)"), 4, 10),
    )
}


def adresse(code_interne: str) -> str:
    """What a QR label says: the address that leads to the machine's page, whoever scans it."""
    return str(settings.SITE_URL) + reverse("equipment:par_code", args=[code_interne])


@lru_cache(maxsize=2048)
def dessin(texte: str) -> SafeString:
    """The QR code of a text as an SVG to put into a page; it fills the box it is given."""
    # made by segno of numbers alone: the text is drawn, not written
    return SafeString(
        segno.make(texte, error="m", micro=False).svg_inline(
            border=0, omitsize=True, svgclass="etiquette-qr"
        )
    )


@connexion_requise
@require_GET
def etiquette(request: Requete, pk: int) -> HttpResponse:
    """One label, as an SVG file."""
    equipement = get_object_or_404(Equipement.objects.visible_to(request.user), pk=pk)
    image = BytesIO()
    segno.make(adresse(equipement.code_interne), error="m", micro=False).save(
        image, kind="svg", scale=8, border=2
    )
    reponse = HttpResponse(image.getvalue(), content_type="image/svg+xml")
    reponse["Content-Disposition"] = f'inline; filename="{equipement.code_interne}.svg"'
    return reponse


@connexion_requise
@require_http_methods(["GET", "POST"])
def planche(request: Requete) -> HttpResponseBase:
    """Sheets of labels: of `?ids=`, or of what the list's filters keep; in the order of the codes.

    What is ticked in the list comes as a POST and goes on as an address that can be kept. `papier` is the kind of
    sheet, `depart` the first free place of a sheet that was begun, `lot` which go of many.
    """
    if request.method == "POST":
        return redirect(_adresse(request.path, request.POST))
    params = request.GET
    papier = PAPIERS.get(params.get("papier", ""), PAPIERS["3x8"])
    depart = min(_entier(params.get("depart")), papier.places)
    erreurs: list[str] = []
    try:
        equipements = _choisis(request, params).order_by("code_interne")
    except ValidationError as refus:
        erreurs = [f"{erreur.field} : {erreur.message}" for erreur in refus.errors]
        equipements = Equipement.objects.none()
    par_lot = papier.places * PLANCHES_MAX
    total = equipements.count()
    lots = max(1, -(-(total + depart - 1) // par_lot))
    lot = min(_entier(params.get("lot")), lots)
    # the free places at the head of the first sheet push everything back
    debut, fin = (lot - 1) * par_lot - (depart - 1), lot * par_lot - (depart - 1)
    cases: list[Any] = [None] * max(0, -debut)
    for equipement in equipements.select_related("client", "site")[max(0, debut) : fin]:
        cases.append((equipement, dessin(adresse(equipement.code_interne))))
    return rendre(
        request,
        "equipment/etiquettes.html",
        {
            "papier": papier,
            "papiers": PAPIERS.values(),
            "depart": depart,
            "planches": [cases[i : i + papier.places] for i in range(0, len(cases), papier.places)]
            if total
            else [],
            "total": total,
            "lot": lot,
            "lots": lots,
            "precedent": url_avec(request.path, params, lot=lot - 1) if lot > 1 else "",
            "suivant": url_avec(request.path, params, lot=lot + 1) if lot < lots else "",
            "caches": [
                (cle, valeur)
                for cle, valeurs in params.lists()
                if cle not in ("papier", "depart", "lot", "page")
                for valeur in valeurs
            ],
            "erreurs": erreurs,
        },
    )


def _adresse(chemin: str, envoi: QueryDict) -> str:
    """The sheets of the rows that were ticked, or of all that the list's filters keep."""
    if envoi.get("tout") or "ids" not in envoi:
        return url_avec(chemin, EquipementFiltres.connus(QueryDict(envoi.get("requete", ""))))
    return url_avec(chemin, QueryDict(), ids=",".join(valeurs_de_liste(envoi, "ids")))


def _choisis(request: Requete, params: QueryDict) -> Any:
    visibles = Equipement.objects.visible_to(request.user)
    if "ids" in params:
        ids = [pk for v in valeurs_de_liste(params, "ids") if (pk := id_lu(v)) is not None]
        return visibles.filter(pk__in=ids)
    gardes = QueryDict(mutable=True)
    for nom, valeurs in EquipementFiltres.connus(params).lists():
        if pleines := [valeur for valeur in valeurs if valeur.strip()]:
            gardes.setlist(nom, pleines)
    return EquipementFiltres.appliquer(visibles, gardes)


def _entier(texte: str | None) -> int:
    """A number from 1 on; anything else is 1."""
    if texte and texte.isascii() and texte.isdigit() and len(texte) < 7:
        return max(1, int(texte))
    return 1
