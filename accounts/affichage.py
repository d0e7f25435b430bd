"""What a reader chose under « Affichage » of a list: its columns, the lines of a page, the density of every list; the
column by which he last sorted it; and light or dark, from the profile or the bar."""

from urllib.parse import urlsplit

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import services
from accounts.acces import Requete, connexion_requise
from erp.pages import url_avec

# What the URL says of a list goes before what its reader likes: it must go when he has just chosen.
CHOISIS = {"colonnes": None, "taille": None, "page": None}


@connexion_requise
@require_POST
def affichage(request: Requete) -> HttpResponseBase:
    """Remember what was chosen, and show the list again. `defaut` forgets this list's columns and order, and the rest.

    `tri` comes beside the list that is being sorted: nothing is shown again.
    """
    envoi = request.POST
    liste = envoi.get("liste", "")
    if "tri" in envoi:
        services.regler_preferences(par=request.user, tris={liste: envoi["tri"] or None})
        return HttpResponse(status=204)
    if "defaut" in envoi:
        services.regler_preferences(
            par=request.user,
            colonnes={liste: None},
            tris={liste: None},
            densite="confortable",
            taille=25,
        )
    else:
        choix: services.Preferences = {}
        if "theme" in envoi:
            choix["theme"] = envoi["theme"]
        if "densite" in envoi:
            choix["densite"] = envoi["densite"]
        taille = envoi.get("taille", "")
        if taille.isascii() and taille.isdigit() and len(taille) < 5:
            choix["taille"] = int(taille)
        if "choix_colonnes" in envoi:
            choix["colonnes"] = {liste: envoi.getlist("colonnes")}
        services.regler_preferences(par=request.user, **choix)
    return HttpResponseRedirect(_retour(request))


def _retour(request: Requete) -> str:
    """The list as it was, without what the URL said of its look; the profile for who came from nowhere."""
    adresse = request.htmx.current_url_abs_path or request.POST.get("retour", "")
    if not url_has_allowed_host_and_scheme(adresse, None) or not adresse.startswith("/"):
        return reverse("accounts:profil")
    morceaux = urlsplit(adresse)
    return url_avec(morceaux.path, QueryDict(morceaux.query), **CHOISIS)
