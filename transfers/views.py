"""Exports and imports, as pages."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.acces import Requete, connexion_requise
from erp.exceptions import ValidationError
from erp.exports import MIMES, a_enregistrer
from erp.pages import Onglet, aller, preparer_liste, rendre, url_avec
from jobs.models import Travail
from jobs.services import executer
from transfers import imports
from transfers.catalogue import EXPORTS, IMPORTS, export_pour, import_pour
from transfers.choices import SortLigne
from transfers.exports import (
    EN_DIRECT_MAX,
    colonnes_demandees,
    de_la_liste,
    demander_export,
    ecrire,
    exiger_format,
    repondre,
)
from transfers.filters import TRIS, LigneImportFiltres
from transfers.forms import AppliquerForm, FichierForm
from transfers.models import LigneImport

RECENTS = 10


@connexion_requise
@require_GET
def accueil(request: Requete) -> HttpResponseBase:
    """What may leave and what may come in, and the jobs one asked for."""
    user = request.user
    return rendre(
        request,
        "transfers/accueil.html",
        {
            "exports": [export for export in EXPORTS.values() if export.permis(user)],
            "imports": [entite for entite in IMPORTS.values() if entite.permis(user)],
            "travaux": Travail.objects.visible_to(user)[:RECENTS],
        },
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def exporter(request: Requete, entite: str) -> HttpResponseBase:
    """Choose columns and format for what a list shows; its URL's parameters are this page's.

    POST asks for it as a job.
    """
    export = export_pour(request.user, entite)
    if request.method == "POST":
        travail = demander_export(
            par=request.user,
            nom=entite,
            format_=request.POST.get("format", ""),
            params=request.POST,
        )
        return aller(request, travail.get_absolute_url(), _("L’export est demandé."))
    params = de_la_liste(request.GET)
    prefere = request.user.preferences.get("tris", {}).get(entite)
    if prefere and "sort" not in params:
        params["sort"] = prefere  # as the list is shown
    try:
        nombre, erreurs = export.compter(request.user, params, EN_DIRECT_MAX), []
    except ValidationError as refus:
        nombre, erreurs = 0, [str(erreur.message) for erreur in refus.errors]
    offertes = export.choisissables(request.user)
    # the list's own columns, as far as they leave under that name
    choisies = set(colonnes_demandees(request.GET)) & {nom for nom, _titre in offertes}
    return rendre(
        request,
        "transfers/exporter.html",
        {
            "export": export,
            "nombre": nombre,
            "maximum": EN_DIRECT_MAX,
            "en_tache": nombre > EN_DIRECT_MAX,
            "erreurs": erreurs,
            "colonnes": [(nom, titre, not choisies or nom in choisies) for nom, titre in offertes],
            "params": [
                (cle, valeur)
                for cle, valeurs in params.lists()
                if cle not in ("page", "taille")
                for valeur in valeurs
            ],
            "filtree": any(cle not in ("page", "taille", "sort") for cle in params),
            "url_tout": url_avec(request.path, de_la_liste(request.GET.__class__())),
        },
    )


@connexion_requise
@require_safe
def fichier(request: Requete, entite: str, format_: str) -> HttpResponseBase:
    """The file at once, streamed; a long one is asked for on the page of the export."""
    return repondre(request.user, entite, format_, request.GET)


# --- Imports --------------------------------------------------------------------------------------


@connexion_requise
@require_http_methods(["GET", "POST"])
def importer(request: Requete, entite: str) -> HttpResponseBase:
    """Choose a file; it is tried, and its result is the next page."""
    cible = import_pour(request.user, entite)
    form = FichierForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = FichierForm(request.POST, request.FILES)
        if form.is_valid():
            recu = form.cleaned_data["fichier"]
            try:
                travail = imports.essayer_import(
                    par=request.user, entite=entite, octets=recu.read(), nom_fichier=recu.name
                )
            except ValidationError as refus:
                form.refuser(refus)
            else:
                return _suivre(request, travail)
        else:
            form.status = 422
    return rendre(
        request,
        "transfers/importer.html",
        {"import": cible, "form": form},
        status=form.status,
    )


def _suivre(request: Requete, travail: Travail) -> HttpResponseBase:
    """A short one is done here and now; a long one has its page."""
    if imports.en_direct(travail):
        executer(travail.pk, imports.executer_import, annoncer=False)
        return aller(request, travail.page)
    return aller(request, travail.get_absolute_url())


@connexion_requise
@require_safe
def modele(request: Requete, entite: str, format_: str) -> HttpResponseBase:
    """The file to fill in."""
    cible = import_pour(request.user, entite)
    exiger_format(format_)
    tableau = imports.modele(cible, get_language() or "fr")
    return _telecharger(ecrire(tableau, format_), f"{_('modele')}-{entite}.{format_}", format_)


@connexion_requise
@require_GET
def resultat(request: Requete, pk: int) -> HttpResponseBase:
    """What became, or would become, of every row."""
    travail, cible = imports.import_de(request.user, pk)
    if travail.statut != "termine":
        return aller(request, travail.get_absolute_url())
    comptes = travail.resultat.get("comptes", {})
    page = preparer_liste(
        request,
        LigneImport.objects.visible_to(request.user).filter(travail=travail),
        tris=TRIS,
        tri="numero",
        filtres=LigneImportFiltres,
        onglets=[
            Onglet(f"{_('Toutes')} ({travail.resultat.get('lignes', 0)})", {}),
            *(
                Onglet(f"{sort.label} ({comptes[sort.value]})", {"sort_ligne": sort.value})
                for sort in SortLigne
                if comptes.get(sort.value)
            ),
        ],
    )
    utiles = comptes.get("cree", 0) + comptes.get("modifie", 0)
    return rendre(
        request,
        "transfers/resultat.html",
        {
            "travail": travail,
            "import": cible,
            "liste": page,
            "refusees": comptes.get("refuse", 0),
            "a_importer": 0 if travail.resultat.get("applique") else utiles,
            "form": AppliquerForm(initial={"mode": "lignes"}),
        },
        fragment="liste",
    )


@connexion_requise
@require_POST
def appliquer(request: Requete, pk: int) -> HttpResponseBase:
    """Do for good what was tried."""
    travail = imports.appliquer_import(
        par=request.user, travail_id=pk, mode=request.POST.get("mode", "")
    )
    return _suivre(request, travail)


@connexion_requise
@require_safe
def erreurs(request: Requete, pk: int) -> HttpResponseBase:
    """The refused rows with what is wrong, in the format of the file, to be mended and sent again."""
    travail, cible = imports.import_de(request.user, pk)
    format_, morceaux = imports.refusees(travail, get_language() or "fr")
    return _telecharger(morceaux, f"{cible.nom}-{_('refusees')}.{format_}", format_)


def _telecharger(morceaux: Iterator[bytes], nom: str, format_: str) -> StreamingHttpResponse:
    reponse = StreamingHttpResponse(morceaux, content_type=MIMES[format_])
    return a_enregistrer(reponse, nom)
