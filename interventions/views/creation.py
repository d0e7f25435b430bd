from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Contrat, EngagementSLA
from equipment.models import Equipement
from erp.envois import une_seule_fois
from erp.pages import aller, rendre, repondre_recherche
from erp.societe import calendrier_societe
from erp.validation import exiger, id_lu
from interventions import services
from interventions.candidats import Besoin, candidats
from interventions.choices import Priorite
from interventions.forms import CreationForm, ModificationForm, RemarqueForm
from interventions.machines import equipements_demandables, trouver_machines
from interventions.models import Intervention
from interventions.permissions import peut_creer, peut_modifier, peut_remarquer
from interventions.views._commun import creneau_demande, la_fiche, rendre_action
from technicians.models import Competence

OUVERTES = 3  # jobs already open on the machine, the newest first
VISITES = 3  # the last ones that are over
DUREE = 120  # minutes of a slot when nobody said


@connexion_requise
@require_GET
def chercher_equipement(request: Requete) -> HttpResponseBase:
    """`?q=` over name, code, serial number, client and site: JSON for a select in which one types."""
    return repondre_recherche(
        (
            machine.pk,
            f"{machine.nom} ({machine.code_interne})",
            " · ".join(part for part in _detail(machine, ouvertes) if part),
        )
        for machine, ouvertes in trouver_machines(request.user, request.GET.get("q", ""))
    )


def _detail(machine: Equipement, ouvertes: int) -> list[str]:
    deja = ngettext("%(n)d déjà ouverte", "%(n)d déjà ouvertes", ouvertes) % {"n": ouvertes}
    return [
        str(machine.client),
        machine.site.nom if machine.site else "",
        machine.numero_serie,
        deja if ouvertes else "",
    ]


@connexion_requise
@require_http_methods(["GET", "POST"])
def creer(request: Requete) -> HttpResponseBase:
    """A phone call becomes an intervention, or a remark on the one it is about (`joindre`).

    `?equipement_id=` comes from the page of a machine. Sent twice, it is created once.
    """
    user = request.user
    exiger(peut_creer(user))
    if request.method == "POST":
        form = CreationForm(request.POST, user=user)
        if request.POST.get("joindre"):
            adresse, message = _joindre(request, form), _("Remarque ajoutée au journal.")
        else:
            adresse = une_seule_fois(request, lambda: _creer(user, form))
            message = _("Intervention créée.")
        if form.resultat is not None:
            message = _("Intervention %(reference)s créée.") % {
                "reference": form.resultat.reference
            }
        if adresse:
            return aller(request, adresse, message)
    else:
        form = CreationForm(user=user, initial=request.GET.dict())
    donnees = request.POST if request.method == "POST" else request.GET
    contexte = {
        "form": form,
        "jeton": request.POST.get("jeton") or uuid4().hex,
        **_apercu(user, donnees),
        **_qui(user, donnees),
    }
    return rendre(
        request, "interventions/creer.html", contexte, fragment="formulaire", status=form.status
    )


def _creer(user: User, form: CreationForm) -> str:
    """The page of what was created; "" when it was refused."""
    fait = form.soumettre(services.creer_intervention, par=user)
    return str(form.resultat.get_absolute_url()) if fait else ""


def _joindre(request: Requete, form: CreationForm) -> str:
    """The call is about a job that is open: its words become a remark there. "" when there are none."""
    brut = request.POST["joindre"]
    intervention = la_fiche(request.user, int(brut) if brut.isdecimal() and len(brut) < 19 else 0)
    exiger(peut_remarquer(request.user, intervention))
    remarque = RemarqueForm({"remarque": request.POST.get("description", "")}, user=request.user)

    def ajouter() -> str:
        fait = remarque.soumettre(
            services.ajouter_remarque, par=request.user, intervention_id=intervention.pk
        )
        return str(intervention.get_absolute_url()) if fait else ""

    adresse = une_seule_fois(request, ajouter)
    if not adresse:
        form.is_valid()
        form.status = remarque.status
        form.errors.clear()
        for erreur in remarque.errors.get("remarque", remarque.non_field_errors()):
            form.add_error("description", str(erreur))
    return adresse


@connexion_requise
@require_GET
def apercu(request: Requete) -> HttpResponseBase:
    """What is known once the machine is chosen: its contract, the deadline, what is open on it, who could go."""
    exiger(peut_creer(request.user))
    contexte = {
        "form": CreationForm(user=request.user, initial=request.GET.dict()),
        "hors_bande": True,
        **_apercu(request.user, request.GET),
        **_qui(request.user, request.GET),
    }
    return rendre(request, "interventions/creer.html", contexte, fragment="apercu_et_qui")


def _machine(user: User, donnees: QueryDict) -> Equipement | None:
    choisi = id_lu(donnees.get("equipement_id", ""))
    if choisi is None:
        return None
    return equipements_demandables(user).select_related("site").filter(pk=choisi).first()


def _apercu(user: User, donnees: QueryDict) -> dict[str, Any]:
    machine = _machine(user, donnees)
    if machine is None:
        return {"machine": None}
    contrat = services.contrat_couvrant(machine)
    priorite = donnees.get("priorite", Priorite.NORMALE)
    if donnees.get("urgence"):
        priorite = Priorite.URGENTE
    siennes = Intervention.objects.visible_to(user).filter(equipement=machine)
    siennes = siennes.select_related("technicien__user")
    ouvertes = list(siennes.actives()[:OUVERTES])
    visible = _contrat_visible(user, contrat)
    return {
        "machine": machine,
        "contrat_machine": visible,
        "engagement": _engagement(user, visible, priorite),
        "sans_contrat": contrat is None and not user.est_technicien,
        "limite": services.calculer_date_limite(
            priorite=priorite, depart=timezone.now(), contrat=contrat
        ),
        "ouvertes": [(i, peut_remarquer(user, i)) for i in ouvertes],
        "visites": list(siennes.filter(date_fin__isnull=False).order_by("-date_fin")[:VISITES]),
        "sous_garantie": _sous_garantie(machine),
    }


def _contrat_visible(user: User, contrat: Contrat | None) -> Contrat | None:
    """The contract with what is consumed of it, for those who may read it."""
    if contrat is None:
        return None
    visibles = Contrat.objects.visible_to(user).filter(pk=contrat.pk)
    return visibles.avec_consommation().first()


def _engagement(user: User, contrat: Contrat | None, priorite: str) -> EngagementSLA | None:
    if contrat is None:
        return None
    visibles = EngagementSLA.objects.visible_to(user).filter(contrat=contrat, priorite=priorite)
    return visibles.first()


def _sous_garantie(machine: Equipement) -> bool:
    return (
        machine.date_fin_garantie is not None and machine.date_fin_garantie >= timezone.localdate()
    )


def _qui(user: User, donnees: QueryDict) -> dict[str, Any]:
    """Who could go at the hours asked for, and the hours one would propose on the telephone."""
    if not user.est_gestion:
        return {}
    machine = _machine(user, donnees)
    choisi = donnees.get("technicien_id", "")
    if machine is None:
        return {"candidats": [], "choisi": choisi, "heures": heures_proposees(), "duree": DUREE}
    ids = [pk for pk in donnees.getlist("competences") if pk.isdecimal() and len(pk) < 19]
    requises = Competence.objects.visible_to(user).filter(pk__in=ids)
    besoin = Besoin(machine.client, machine.site, dict(requises.values_list("pk", "nom")))
    return {
        "candidats": candidats(user, besoin, *creneau_demande(donnees)),
        "choisi": choisi,
        "heures": heures_proposees(),
        "duree": DUREE,
    }


def heures_proposees(maintenant: datetime | None = None) -> list[tuple[str, str]]:
    """(words, wall time for the browser's control): at once, then the next two half-days on which the company works."""
    quart = timedelta(minutes=15)
    maintenant = timezone.localtime(maintenant)
    tout_de_suite = maintenant.replace(second=0, microsecond=0) + quart
    tout_de_suite -= timedelta(minutes=tout_de_suite.minute % 15)
    calendrier = calendrier_societe()
    minuit = maintenant.replace(hour=0, minute=0, second=0, microsecond=0)
    demi_journees = [
        minuit.replace(hour=14),
        minuit + timedelta(days=1),
        (minuit + timedelta(days=1)).replace(hour=14),
        minuit + timedelta(days=2),
    ]
    suites: list[datetime] = []
    for depart in demi_journees:
        debut = timezone.localtime(calendrier.prochain(depart))
        if debut > tout_de_suite and debut not in suites:
            suites.append(debut)
    return [
        (_("Maintenant"), f"{tout_de_suite:%Y-%m-%dT%H:%M}"),
        *(
            (capfirst(date_format(debut, "D j, H:i")), f"{debut:%Y-%m-%dT%H:%M}")
            for debut in suites[:3]
        ),
    ]


@connexion_requise
@require_http_methods(["GET", "POST"])
def modifier(request: Requete, pk: int) -> HttpResponseBase:
    """Change what was asked for; only the fields that were changed are sent."""
    intervention = la_fiche(request.user, pk)
    exiger(peut_modifier(request.user, intervention))
    form = ModificationForm(request.POST or None, user=request.user, intervention=intervention)
    if request.method == "POST" and form.soumettre(
        services.modifier_intervention, par=request.user, intervention_id=pk
    ):
        return aller(request, intervention.get_absolute_url(), _("Modifications enregistrées."))
    return rendre_action(request, "interventions/modifier.html", intervention, form)
