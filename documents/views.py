"""Files: the list under the thing they belong to, and their download behind the permission check."""

from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Client, Contrat
from documents import services
from documents.choices import TypeDocument
from documents.filters import GENRES, TRIS, DocumentFiltres
from documents.forms import DepotForm
from documents.models import Document
from documents.permissions import peut_rendre_interne, peut_supprimer
from documents.rapport import composer_rapport, rapport_disponible
from documents.reponses import servir, servir_image, servir_rapport
from documents.vignettes import vignette as dessiner_vignette
from equipment.models import Equipement
from erp.exceptions import ValidationError
from erp.pages import (
    JOUR,
    LISTE,
    OUI,
    Colonne,
    Critere,
    Onglet,
    preparer_liste,
    rendre,
)
from interventions.models import Intervention


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    """Everything uploaded that one sees, newest first."""
    user = request.user
    internes = (
        (Critere("interne", _("Internes seulement"), OUI),) if peut_rendre_interne(user) else ()
    )
    page = preparer_liste(
        request,
        Document.objects.visible_to(user).for_list(),
        tris=TRIS,
        tri="-date_upload",
        filtres=DocumentFiltres,
        criteres=(
            Critere("type_document", _("Nature"), choix=TypeDocument.choices),
            Critere("proprietaire", _("Rattaché à"), choix=GENRES),
            Critere(
                "uploaded_by_id",
                _("Déposé par"),
                LISTE,
                User.objects.visible_to(user).filter(
                    pk__in=Document.objects.visible_to(user).values("uploaded_by")
                ),
            ),
            Critere("date_upload_gte", _("Déposé depuis le"), JOUR),
            Critere("date_upload_lte", _("Déposé jusqu’au"), JOUR),
            *internes,
        ),
        onglets=(
            Onglet(_("Tous"), {}),
            Onglet(_("Photos"), {"type_document": "photo"}),
            Onglet(_("Rapports"), {"type_document": "rapport"}),
        ),
        nom="documents",
        colonnes=(
            Colonne("apercu", _("Aperçu")),
            Colonne("nom", _("Document"), "nom_fichier", fixe=True),
            Colonne("rattache", _("Rattaché à")),
            Colonne("nature", _("Nature")),
            Colonne("taille", _("Taille"), "taille", "nombre"),
            Colonne("par", _("Déposé par")),
            Colonne("date", _("Déposé le"), "date_upload"),
        ),
    )
    return rendre(request, "documents/liste.html", {"liste": page}, fragment="liste")


@connexion_requise
@require_safe
def fichier(request: Requete, pk: int) -> HttpResponseBase:
    """The bytes, for whoever sees the document; anybody else learns nothing of it."""
    return servir(request, get_object_or_404(Document.objects.visible_to(request.user), pk=pk))


@connexion_requise
@require_safe
def vignette(request: Requete, pk: int) -> HttpResponseBase:
    """A small picture of a photo, for whoever sees the document."""
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    return servir_image(request, document, dessiner_vignette(document))


@connexion_requise
@require_safe
def rapport(request: Requete, intervention_pk: int) -> HttpResponseBase:
    """The PDF report of an intervention, in the reader's language."""
    return servir_rapport(
        request, composer_rapport(par=request.user, intervention_id=intervention_pk)
    )


def _proprietaire(request: Requete, genre: str, pk: int) -> Any:
    visibles: dict[str, Any] = {
        "intervention": Intervention.objects.visible_to(request.user),
        "equipement": Equipement.objects.visible_to(request.user),
        "client": Client.objects.visible_to(request.user),
        "contrat": Contrat.objects.visible_to(request.user),
    }
    if genre not in visibles:
        raise Http404
    return get_object_or_404(visibles[genre], pk=pk)


def _cadre(
    request: Requete, genre: str, objet: Any, form: DepotForm, *, status: int = 200
) -> HttpResponseBase:
    documents = (
        Document.objects.visible_to(request.user)
        .filter(**{genre: objet})
        .select_related("uploaded_by", "intervention")
    )
    if not peut_rendre_interne(request.user):
        form.fields.pop("interne")
    return render(
        request,
        "documents/cadre.html",
        {
            "genre": genre,
            "objet": objet,
            "form": form,
            "rapport": genre == "intervention" and rapport_disponible(request.user, objet),
            "lignes": [
                (document, peut_supprimer(request.user, document)) for document in documents
            ],
        },
        status=status,
    )


@connexion_requise
@require_http_methods(["GET", "HEAD", "POST"])
def cadre(request: Requete, genre: str, pk: int) -> HttpResponseBase:
    """The files of one thing, and the form that adds one; a fragment that its page loads."""
    objet = _proprietaire(request, genre, pk)
    if request.method != "POST":
        return _cadre(request, genre, objet, DepotForm())
    form = DepotForm(request.POST, request.FILES)
    if not form.is_valid():
        return _cadre(request, genre, objet, form, status=422)
    try:
        services.deposer_document(
            par=request.user,
            fichier=form.cleaned_data["file"],
            type_document=form.cleaned_data["type_document"],
            interne=form.cleaned_data.get("interne", False),
            **{f"{genre}_id": objet.pk},
        )
    except ValidationError as refus:
        for erreur in refus.errors:
            form.add_error(
                erreur.field if erreur.field in form.fields else None, str(erreur.message)
            )
        return _cadre(request, genre, objet, form, status=422)
    return _cadre(request, genre, objet, DepotForm())


@connexion_requise
@require_POST
def supprimer(request: Requete, pk: int) -> HttpResponseBase:
    """Take a file away and show what is left."""
    document = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    genre, objet = document.proprietaire
    services.supprimer_document(par=request.user, document_id=document.pk)
    return _cadre(request, genre, objet, DepotForm())
