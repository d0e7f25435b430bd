from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from erp.pages import rendre


@connexion_requise
@require_GET
def accueil(request: Requete) -> HttpResponseBase:
    return rendre(request, "dashboard/accueil.html")
