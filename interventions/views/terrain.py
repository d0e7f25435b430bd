"""What the field adds while the work goes on."""

from datetime import timedelta

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from erp.exceptions import ValidationError
from erp.filters import RechercheFiltre
from erp.pages import aller, est_fragment, rendre, repondre_recherche
from erp.templatetags.pages import quantite
from erp.validation import exiger
from interventions import permissions, services
from interventions.forms import ControleForm, PieceForm, ReponseForm, SaisieForm, TempsForm
from interventions.views._commun import la_fiche, rendre_action
from interventions.views.fiche import contexte_controles
from stock.models import PieceDetachee

RESULTATS = 20
RECHERCHE = RechercheFiltre("reference", "designation")


@connexion_requise
@require_GET
def chercher_piece(request: Requete) -> HttpResponseBase:
    """`?q=` over reference and name: JSON for a select in which one types."""
    pieces = PieceDetachee.objects.visible_to(request.user).filter(is_active=True)
    trouvees = RECHERCHE.filter(pieces, request.GET.get("q", "")[:200])
    return repondre_recherche(
        (
            piece.pk,
            f"{piece.reference} – {piece.designation}",
            _("%(quantite)s %(unite)s en stock")
            % {"quantite": quantite(piece.stock_actuel), "unite": piece.unite},
        )
        for piece in trouvees.order_by("reference")[:RESULTATS]
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def saisir(request: Requete, pk: int) -> HttpResponseBase:
    """Diagnostic, solution and notes, before the closing asks for them."""
    intervention = la_fiche(request.user, pk)
    exiger(permissions.peut_saisir(request.user, intervention))
    form = SaisieForm(request.POST or None, intervention=intervention)
    if request.method == "POST" and form.soumettre(
        services.modifier_intervention, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Saisie enregistrée."))
    return rendre_action(request, "interventions/saisie.html", intervention, form)


@connexion_requise
@require_http_methods(["GET", "POST"])
def piece(request: Requete, pk: int) -> HttpResponseBase:
    """A part taken from the stock, or brought back."""
    intervention = la_fiche(request.user, pk)
    exiger(permissions.peut_saisir(request.user, intervention))
    form = PieceForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.soumettre(
        services.consommer_piece, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Pièce enregistrée."))
    return rendre_action(request, "interventions/piece.html", intervention, form)


@connexion_requise
@require_http_methods(["GET", "POST"])
def temps(request: Requete, pk: int) -> HttpResponseBase:
    """Time spent; by default from the start of the work until now."""
    intervention = la_fiche(request.user, pk)
    exiger(permissions.peut_saisir(request.user, intervention))
    maintenant = timezone.now()
    hier = maintenant - timedelta(hours=24)
    debut = max(intervention.date_debut or maintenant - timedelta(hours=1), hier)
    form = TempsForm(
        request.POST or None,
        user=request.user,
        intervention=intervention,
        initial={"debut": debut, "fin": maintenant},
    )
    if request.method == "POST" and form.soumettre(
        services.ajouter_temps, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Temps enregistré."))
    return rendre_action(request, "interventions/temps.html", intervention, form)


@connexion_requise
@require_http_methods(["GET", "POST"])
def controle_ajouter(request: Requete, pk: int) -> HttpResponseBase:
    """One more item on the checklist."""
    intervention = la_fiche(request.user, pk)
    exiger(permissions.peut_modifier(request.user, intervention))
    form = ControleForm(request.POST or None)
    if request.method == "POST" and form.soumettre(
        services.ajouter_controle, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Point de contrôle ajouté."))
    return rendre_action(request, "interventions/controle.html", intervention, form)


@connexion_requise
@require_POST
def controle(request: Requete, pk: int, controle_pk: int) -> HttpResponseBase:
    """The answer to one item: htmx gets the checklist again, a browser goes back to the page."""
    intervention = la_fiche(request.user, pk)
    form = ReponseForm(request.POST)
    if not form.soumettre(
        services.repondre_controle, par=request.user, intervention_id=pk, controle_id=controle_pk
    ):
        raise ValidationError(" ".join(str(m) for liste in form.errors.values() for m in liste))
    if not est_fragment(request):
        return aller(request, intervention.get_absolute_url())
    contexte = contexte_controles(request.user, intervention)
    return rendre(request, "interventions/fiche.html", contexte, fragment="controles")
