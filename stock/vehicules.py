"""What rides in the vans: a page for each technicien, and what is left at the store."""

from decimal import Decimal

from django.db.models import Sum
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.acces import Requete, connexion_requise
from accounts.choices import Role
from accounts.models import User
from erp.pages import aller, rendre
from erp.validation import exiger, trouver
from stock import permissions, services
from stock.forms import VehiculeForm
from stock.models import PieceDetachee, PieceVehicule


@connexion_requise
@require_http_methods(["GET", "POST"])
def vehicule(request: Requete, pk: int) -> HttpResponseBase:
    """What the van of this user holds; the fragment is the card of his fiche. A POST loads or unloads a part."""
    user = request.user
    exiger(permissions.peut_voir(user))
    # closed accounts too: one who left has to be unloaded
    porteur = trouver(User.objects.visible_to(user).avec_role(Role.TECHNICIEN), pk)
    gestion = permissions.peut_gerer(user)
    exiger(gestion or request.method == "GET")
    form = VehiculeForm(request.POST or None, user=user)
    if request.method == "POST" and form.soumettre(services.charger_vehicule, par=user, user_id=pk):
        return aller(request, request.path, _("Le véhicule est à jour."))
    contexte = {
        "porteur": porteur,
        "lignes": PieceVehicule.objects.visible_to(user).filter(user=porteur).for_list(),
        "form": form if gestion else None,
        "gestion": gestion,
    }
    return rendre(
        request,
        "stock/vehicule.html",
        contexte,
        fragment="formulaire" if request.method == "POST" else "carte",
        status=form.status,
    )


def au_magasin(piece: PieceDetachee, user: User) -> tuple[list[PieceVehicule], Decimal]:
    """The vans that this person sees and that hold the part, and how much of it is left at the store."""
    dehors = piece.vehicules.aggregate(total=Sum("quantite", default=Decimal(0)))["total"]
    return list(piece.vehicules.visible_to(user).for_list()), piece.stock_actuel - dehors
