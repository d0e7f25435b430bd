from django.http.response import HttpResponseBase
from accounts.acces import Requete, connexion_requise
from erp.pages import rendre
from interventions.models import Intervention


@connexion_requise
def liste(request: Requete) -> HttpResponseBase:
    return rendre(request, "interventions/liste.html")

creer = liste
