"""Pages of preventive maintenance: plans and the gammes they are made from."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Prefetch
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Client
from equipment.models import Compteur, Equipement
from erp.filters import RechercheFiltre
from erp.pages import (
    JOUR,
    LISTE,
    RECHERCHE,
    Colonne,
    Critere,
    Onglet,
    aller,
    preparer_liste,
    rendre,
    repondre_recherche,
)
from erp.validation import exiger, id_lu, trouver
from interventions.models import Intervention
from planning import permissions, services
from planning.choices import ModeEcheance
from planning.filters import TRIS_GAMME, TRIS_PLAN, GammeFiltres, filtres_de_plan
from planning.forms import (
    FicheGamme,
    LignesPieces,
    LignesPoints,
    NouveauPlanForm,
    PlanForm,
    RecurrenceForm,
)
from planning.libelles import composer, en_mots
from planning.models import Gamme, PlanMaintenance
from planning.previsions import PROCHAINES, a_generer, a_venir, tendance_de
from planning.projection import echeance_estimee
from planning.recurrence import echeances_apres, premiere_echeance
from stock.models import PieceDetachee
from technicians.models import Competence, Technicien

RESULTATS = 20
ONGLETS_PLANS = (
    Onglet(gettext_lazy("Tous"), {}),
    Onglet(gettext_lazy("À créer à la prochaine génération"), {"a_generer": "true"}),
    Onglet(gettext_lazy("Inactifs"), {"actif": "false"}),
)
ONGLETS_GAMMES = (
    Onglet(gettext_lazy("Toutes"), {}),
    Onglet(gettext_lazy("Actives"), {"is_active": "true"}),
    Onglet(gettext_lazy("Inactives"), {"is_active": "false"}),
)
COLONNES_PLANS = (
    Colonne("gamme", gettext_lazy("Gamme"), "gamme", fixe=True),
    Colonne("equipement", gettext_lazy("Équipement"), "equipement"),
    Colonne("client", gettext_lazy("Client"), "client"),
    Colonne("cadence", gettext_lazy("Cadence")),
    Colonne("echeance", gettext_lazy("Prochaine échéance"), "echeance"),
    Colonne("derniere", gettext_lazy("Dernière exécution"), "derniere_execution"),
)
COLONNES_GAMMES = (
    Colonne("titre", gettext_lazy("Titre"), "titre", fixe=True),
    Colonne("competences", gettext_lazy("Compétences")),
    Colonne("duree", gettext_lazy("Durée"), "duree_estimee", "nombre"),
    Colonne("points", gettext_lazy("Points"), "", "nombre"),
    Colonne("plans", gettext_lazy("Plans"), "", "nombre"),
)
CHERCHER_EQUIPEMENT = RechercheFiltre(
    "nom", "code_interne", "numero_serie", "client__nom_entreprise", field_name="nom"
)
CHERCHER_PIECE = RechercheFiltre("reference", "designation", field_name="designation")


# --- Plans --------------------------------------------------------------------------------------


@connexion_requise
@require_GET
def plans(request: Requete) -> HttpResponseBase:
    """The next due first; staff also see how many interventions the next run will make."""
    user = request.user
    exiger(permissions.peut_voir_plans(user))
    gestion = permissions.peut_gerer(user)
    visibles = PlanMaintenance.objects.visible_to(user)
    page = preparer_liste(
        request,
        visibles.for_list().select_related("compteur", "equipement__site"),
        filtres=filtres_de_plan(user),
        tris=TRIS_PLAN,
        tri="echeance",
        criteres=_criteres(user),
        onglets=ONGLETS_PLANS if gestion else (),
        nom="plans",
        colonnes=[c for c in COLONNES_PLANS if gestion or c.nom != "client"],
    )
    contexte: dict[str, Any] = {"liste": page, "gestion": gestion, "jour": timezone.localdate()}
    if gestion:
        contexte["a_generer"] = a_generer(visibles, timezone.localdate()).count()
    return rendre(request, "planning/plans.html", contexte, fragment="liste")


def _criteres(user: User) -> list[Critere]:
    equipements = Equipement.objects.visible_to(user)
    criteres = [
        Critere(
            "equipement_id",
            _("Équipement"),
            RECHERCHE,
            equipements,
            reverse("planning:chercher_equipement"),
        ),
        Critere("date_echeance_gte", _("Échéance du"), JOUR),
        Critere("date_echeance_lte", _("au"), JOUR),
    ]
    if permissions.peut_gerer(user):
        clients = Client.objects.visible_to(user)
        techniciens = Technicien.objects.visible_to(user).select_related("user")
        criteres += [
            Critere("client_id", _("Client"), LISTE, clients),
            Critere("gamme_id", _("Gamme"), LISTE, Gamme.objects.visible_to(user)),
            Critere("technicien_id", _("Technicien habituel"), LISTE, techniciens),
            Critere("mode", _("Échéance"), choix=ModeEcheance.choices),
        ]
    return criteres


@connexion_requise
@require_GET
def plan(request: Requete, pk: int) -> HttpResponseBase:
    """When it is due, what it will make next, what it has made."""
    user = request.user
    visibles = PlanMaintenance.objects.visible_to(user).select_related(
        "equipement__client", "equipement__site", "gamme", "compteur", "technicien__user"
    )
    trouve = trouver(visibles, pk)
    gestion = permissions.peut_gerer(user)
    interventions = Intervention.objects.visible_to(user).select_related("technicien__user")
    occurrences = trouve.occurrences.visible_to(user).prefetch_related(
        Prefetch("intervention", queryset=interventions)
    )
    releve = trouve.compteur.releves.order_by("-date_releve").first() if trouve.compteur else None
    tendance = tendance_de(trouve)
    contexte = {
        "plan": trouve,
        "gestion": gestion,
        "prochaines": a_venir(trouve),
        "tendance": tendance,
        "estimee": echeance_estimee(trouve, tendance, timezone.localdate()),
        "flottant": trouve.mode == ModeEcheance.FLOTTANT,
        "occurrences": occurrences[:50],
        "releve": releve,
        "points": trouve.gamme.points.all(),
        "pieces": trouve.gamme.pieces.select_related("piece") if gestion else (),
        "competences": trouve.gamme.competences.all() if gestion else (),
        "outils": trouve.gamme.outils.all() if gestion else (),
        "a_generer": a_generer(visibles.filter(pk=pk), timezone.localdate()).exists(),
    }
    return rendre(request, "planning/plan.html", contexte)


@connexion_requise
@require_http_methods(["GET", "POST"])
def plan_creer(request: Requete) -> HttpResponseBase:
    """`?equipement_id=3` and `?gamme_id=5` choose beforehand."""
    exiger(permissions.peut_gerer(request.user))
    choisis = {nom: request.GET[nom] for nom in ("equipement_id", "gamme_id") if nom in request.GET}
    form = NouveauPlanForm(request.POST or None, initial=choisis, user=request.user)
    if request.method == "POST" and form.soumettre(services.creer_plan, par=request.user):
        return aller(request, form.resultat.get_absolute_url(), _("Le plan est créé."))
    contexte = {"form": form, "dates": _dates(form), "retour": reverse("planning:plans")}
    return rendre(
        request,
        "planning/plan_formulaire.html",
        contexte,
        fragment="formulaire",
        status=form.status,
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def plan_modifier(request: Requete, pk: int) -> HttpResponseBase:
    actuel = trouver(
        PlanMaintenance.objects.visible_to(request.user).select_related("equipement", "gamme"), pk
    )
    exiger(permissions.peut_gerer(request.user))
    form = PlanForm(
        request.POST or None,
        initial=PlanForm.de(actuel),
        user=request.user,
        equipement_id=actuel.equipement_id,
    )
    if request.method == "POST" and form.soumettre(
        services.modifier_plan, par=request.user, plan_id=pk
    ):
        return aller(request, actuel.get_absolute_url(), _("Le plan est à jour."))
    contexte = {
        "form": form,
        "plan": actuel,
        "dates": _dates(form, a_venir=True),
        "retour": actuel.get_absolute_url(),
    }
    return rendre(
        request,
        "planning/plan_formulaire.html",
        contexte,
        fragment="formulaire",
        status=form.status,
    )


@connexion_requise
@require_POST
def plan_activer(request: Requete, pk: int) -> HttpResponseBase:
    """`actif=1` switches it on, anything else off."""
    actif = request.POST.get("actif") == "1"
    change = services.activer_plan(par=request.user, plan_id=pk, actif=actif)
    message = (
        _("Le plan est actif.") if actif else _("Le plan est désactivé : il ne crée plus rien.")
    )
    return aller(request, change.get_absolute_url(), message)


@connexion_requise
@require_POST
def plan_supprimer(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_plan(par=request.user, plan_id=pk)
    return aller(request, reverse("planning:plans"), _("Le plan est supprimé."))


@connexion_requise
@require_GET
def apercu(request: Requete) -> HttpResponseBase:
    """The first dates of a recurrence while it is being typed."""
    exiger(permissions.peut_gerer(request.user))
    dates = _dates(RecurrenceForm(request.GET), a_venir="a_venir" in request.GET)
    return rendre(request, "planning/_dates.html", {"dates": dates})


def _dates(form: RecurrenceForm, *, a_venir: bool = False) -> dict[str, Any]:
    """The recurrence in words and its next days (from today with `a_venir`), or why there are none."""
    if form.is_bound:
        form.is_valid()
        regle, depart = form.cleaned_data.get("regle"), form.cleaned_data.get("date_depart")
    else:
        depart = form.get_initial_for_field(form.fields["date_depart"], "date_depart")
        unite = form.get_initial_for_field(form.fields["unite"], "unite")
        intervalle = form.get_initial_for_field(form.fields["intervalle"], "intervalle") or 1
        saison = form.get_initial_for_field(form.fields["saison"], "saison") or ()
        mois = [int(numero) for numero in saison]
        regle = form.initial.get("regle") or (unite and composer(unite, int(intervalle), mois))
    if not regle:
        return {"phrase": _("Sans calendrier : le compteur seul décide.")}
    if depart is None:
        return {"phrase": _("Donnez la première échéance pour voir les suivantes.")}
    regle = regle.strip().upper().removeprefix("RRULE:")
    try:
        premiere_echeance(regle, depart)  # a rule that names no day is told
        apres = max(depart, timezone.localdate()) if a_venir else depart
        jours = echeances_apres(regle, depart, apres - timedelta(days=1), PROCHAINES)
    except ValueError:
        if form.is_bound and form.errors.get("saison"):
            return {"phrase": form.errors["saison"][0], "fautive": True}
        return {"phrase": _("Cette règle ne se lit pas encore."), "fautive": True}
    return {"phrase": en_mots(regle), "jours": jours}


@connexion_requise
@require_GET
def compteurs(request: Requete) -> HttpResponseBase:
    """The options of the meter's select, for the équipement just chosen."""
    exiger(permissions.peut_gerer(request.user))
    choisi = id_lu(request.GET.get("equipement_id", "")) or 0
    siens = Compteur.objects.visible_to(request.user).filter(equipement_id=choisi)
    return rendre(request, "planning/_compteurs.html", {"compteurs": siens})


@connexion_requise
@require_GET
def chercher_equipement(request: Requete) -> HttpResponseBase:
    """`?q=` among the machines in service that the user sees."""
    visibles = Equipement.objects.visible_to(request.user).en_service().select_related("client")
    trouves = _chercher(CHERCHER_EQUIPEMENT, visibles, request)
    return repondre_recherche(
        (e.pk, e.nom, f"{e.code_interne} · {e.client.nom_entreprise}") for e in trouves
    )


@connexion_requise
@require_GET
def chercher_piece(request: Requete) -> HttpResponseBase:
    """`?q=` among the active parts."""
    visibles = PieceDetachee.objects.visible_to(request.user).filter(is_active=True)
    trouves = _chercher(CHERCHER_PIECE, visibles, request)
    return repondre_recherche(
        (p.pk, p.designation, f"{p.reference} · {p.stock_actuel.normalize():f} {p.unite}")
        for p in trouves
    )


def _chercher(filtre: RechercheFiltre, visibles: Any, request: Requete) -> Any:
    texte = request.GET.get("q", "").strip()
    if not texte or len(texte) > 200 or "\x00" in texte:
        return ()
    return filtre.filter(visibles, texte)[:RESULTATS]


# --- Gammes -------------------------------------------------------------------------------------


@connexion_requise
@require_GET
def gammes(request: Requete) -> HttpResponseBase:
    user = request.user
    exiger(permissions.peut_gerer(user))
    visibles = Gamme.objects.visible_to(user).prefetch_related("competences")
    page = preparer_liste(
        request,
        visibles.annotate(
            points_nombre=Count("points", distinct=True), plans_nombre=Count("plans", distinct=True)
        ),
        filtres=GammeFiltres,
        tris=TRIS_GAMME,
        tri="titre",
        criteres=[
            Critere("competence_id", _("Compétence"), LISTE, Competence.objects.visible_to(user))
        ],
        onglets=ONGLETS_GAMMES,
        nom="gammes",
        colonnes=COLONNES_GAMMES,
    )
    return rendre(request, "planning/gammes.html", {"liste": page}, fragment="liste")


@connexion_requise
@require_GET
def gamme(request: Requete, pk: int) -> HttpResponseBase:
    """The work order as an intervention will get it, and the machines it is done on."""
    user = request.user
    trouvee = trouver(Gamme.objects.visible_to(user), pk)
    siens = PlanMaintenance.objects.visible_to(user).filter(gamme=trouvee).for_list()
    contexte = {
        "gamme": trouvee,
        "points": trouvee.points.all(),
        "pieces": trouvee.pieces.select_related("piece").order_by("pk"),
        "competences": trouvee.competences.all(),
        "outils": trouvee.outils.all(),
        "plans": siens.select_related("compteur")[:50],
        "gestion": permissions.peut_gerer(user),
    }
    return rendre(request, "planning/gamme.html", contexte)


@connexion_requise
@require_http_methods(["GET", "POST"])
def gamme_creer(request: Requete) -> HttpResponseBase:
    exiger(permissions.peut_gerer(request.user))
    fiche = FicheGamme(request.POST or None, user=request.user)
    if request.method == "POST" and fiche.soumettre(services.creer_gamme, par=request.user):
        return aller(request, fiche.form.resultat.get_absolute_url(), _("La gamme est créée."))
    contexte = {"fiche": fiche, "retour": reverse("planning:gammes")}
    return rendre(
        request,
        "planning/gamme_formulaire.html",
        contexte,
        fragment="formulaire",
        status=fiche.form.status,
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def gamme_modifier(request: Requete, pk: int) -> HttpResponseBase:
    actuelle = trouver(Gamme.objects.visible_to(request.user), pk)
    exiger(permissions.peut_gerer(request.user))
    fiche = FicheGamme(request.POST or None, user=request.user, gamme=actuelle)
    if request.method == "POST" and fiche.soumettre(
        services.modifier_gamme, par=request.user, gamme_id=pk
    ):
        return aller(request, actuelle.get_absolute_url(), _("La gamme est à jour."))
    contexte = {"fiche": fiche, "gamme": actuelle, "retour": actuelle.get_absolute_url()}
    return rendre(
        request,
        "planning/gamme_formulaire.html",
        contexte,
        fragment="formulaire",
        status=fiche.form.status,
    )


@connexion_requise
@require_POST
def gamme_supprimer(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_gamme(par=request.user, gamme_id=pk)
    return aller(request, reverse("planning:gammes"), _("La gamme est supprimée."))


@connexion_requise
@require_GET
def gamme_ligne(request: Requete, genre: str) -> HttpResponseBase:
    """One more empty line for the checklist (`points`) or the parts (`pieces`), after those the form already has."""
    exiger(permissions.peut_gerer(request.user))
    if genre not in ("points", "pieces"):
        raise Http404
    texte = request.GET.get(f"{genre}-TOTAL_FORMS", "")
    rang = int(texte) if texte.isascii() and texte.isdigit() and len(texte) < 4 else 0
    lignes = (
        LignesPoints(prefix="points")
        if genre == "points"
        else LignesPieces(prefix="pieces", form_kwargs={"user": request.user})
    )
    ligne = lignes.empty_form
    ligne.prefix = f"{genre}-{rang}"
    contexte = {"ligne": ligne, "genre": genre, "suivant": rang + 1}
    return rendre(request, "planning/_ligne_nouvelle.html", contexte)
