"""Équipements, their meters and what covers them, as pages."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients.models import Client, Contrat, Site
from clients.permissions import peut_modifier_contrat
from equipment import groupees, permissions, services
from equipment.arbre import ancetres, arbre
from equipment.choices import MOUVEMENTS_STATUT, Criticite, StatutEquipement
from equipment.filters import TRIS, EquipementFiltres
from equipment.forms import (
    CompteurForm,
    CouvertureForm,
    EquipementForm,
    ReleveForm,
    StatutEquipementForm,
)
from equipment.models import Compteur, Equipement, ReleveCompteur
from equipment.tendance import tendances
from erp.pages import (
    LISTE,
    RECHERCHE,
    Colonne,
    Critere,
    Onglet,
    aller,
    preparer_liste,
    rendre,
)
from erp.validation import exiger

TRIS_INTERVENTIONS = {"date_creation": ("date_creation",)}
RELEVES_MONTRES = 12  # of a meter, in its table
RELEVES_TRACES = 120  # of a meter, in its curve


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    user = request.user
    visibles = Equipement.objects.visible_to(user)
    types = visibles.order_by("type_equipement").values_list("type_equipement", flat=True)
    criteres = [
        Critere("statut", _("Statut"), choix=StatutEquipement.choices),
        Critere("criticite", _("Criticité"), choix=Criticite.choices),
        Critere("type_equipement", _("Type"), LISTE, [(t, t) for t in types.distinct()]),
    ]
    if user.est_client:
        sites = Site.objects.visible_to(user)
        criteres.append(Critere("site_id", _("Site"), LISTE, sites))
    else:
        # a machine's client is shown to whoever sees the machine
        criteres += [
            Critere(
                "client_id",
                _("Client"),
                RECHERCHE,
                Client.objects.visible_to(user),
                reverse("clients:chercher"),
            ),
            Critere(
                "site_id",
                _("Site"),
                RECHERCHE,
                Site.objects.visible_to(user),
                reverse("clients:chercher_site"),
            ),
        ]
    page = preparer_liste(
        request,
        visibles.for_list(),
        tris=TRIS,
        tri="nom",
        filtres=EquipementFiltres,
        criteres=criteres,
        onglets=(
            Onglet(_("Tous"), {}),
            Onglet(_("En service"), {"en_service": "true"}),
            Onglet(_("En panne"), {"statut": "panne"}, "alert-triangle"),
            Onglet(_("En maintenance"), {"statut": "maintenance"}, "tool"),
            Onglet(_("Critiques"), {"criticite": "critique", "en_service": "true"}),
        ),
        nom="equipements",
        selection=groupees.LOT.selection(user),
        colonnes=_colonnes(user),
    )
    return rendre(
        request,
        "equipment/liste.html",
        {"liste": page, "peut_creer": permissions.peut_creer(user)},
        fragment="liste",
    )


def _colonnes(user: User) -> list[Colonne]:
    """What the list may show; a client's machines are all his."""
    colonnes = [
        Colonne("nom", _("Équipement"), "nom", fixe=True),
        Colonne("client", _("Client"), "client_nom"),
        Colonne("site", _("Site"), "site_nom"),
        Colonne("type", _("Type"), "type_equipement"),
        Colonne("numero_serie", _("Numéro de série"), defaut=False),
        Colonne("statut", _("Statut"), "statut"),
        Colonne("criticite", _("Criticité"), "criticite"),
        Colonne("installation", _("Installé le"), "date_installation", defaut=False),
        Colonne("garantie", _("Fin de garantie"), "date_fin_garantie", defaut=False),
    ]
    return [c for c in colonnes if c.nom != "client" or not user.est_client]


@connexion_requise
@require_GET
def detail(request: Requete, pk: int) -> HttpResponseBase:
    """The machine: facts, tree, meters, contracts, cost, and its whole history a page at a time."""
    user = request.user
    equipement = get_object_or_404(Equipement.objects.visible_to(user).for_detail(), pk=pk)
    interventions = equipement.interventions.visible_to(user)
    histoire = preparer_liste(
        request, interventions.for_list(), tris=TRIS_INTERVENTIONS, tri="-date_creation"
    )
    contexte: dict[str, Any] = {"equipement": equipement, "liste": histoire}
    if not request.htmx or request.htmx.boosted or request.htmx.history_restore_request:
        contexte |= _fiche(user, equipement, interventions)
    return rendre(request, "equipment/detail.html", contexte, fragment="liste")


def _fiche(user: User, equipement: Equipement, interventions: Any) -> dict[str, Any]:
    peut_modifier = permissions.peut_modifier(user, equipement)
    peut_intervenir = permissions.peut_intervenir(user, equipement)
    site_visible = (
        equipement.site is not None
        and Site.objects.visible_to(user).filter(pk=equipement.site.pk).exists()
    )
    au_dessus = ancetres(equipement)
    client_visible = Client.objects.visible_to(user).filter(pk=equipement.client_id).exists()
    return {
        "ancetres": au_dessus,
        "arbre": arbre(user, equipement, au_dessus),
        "compteurs": (compteurs := _compteurs(user, equipement)),
        "courbes": any(compteur["courbe"] for compteur in compteurs),
        "couvertures": equipement.couvertures.visible_to(user)
        .select_related("contrat")
        .order_by("-contrat__date_fin"),
        "plans": _plans(user, equipement),
        "voir_contrats": not user.est_technicien,
        "voir_montants": permissions.peut_voir_montants(user),
        "couts": _couts(interventions) if user.est_gestion else None,
        "client_visible": client_visible,
        "site_visible": site_visible,
        "peut_modifier": peut_modifier,
        "peut_supprimer": permissions.peut_supprimer(user, equipement),
        "peut_intervenir": peut_intervenir,
        "peut_changer_statut": peut_intervenir
        and bool(MOUVEMENTS_STATUT[StatutEquipement(equipement.statut)]),
        "peut_demander": equipement.statut != StatutEquipement.RETIRE
        and (not user.est_technicien or interventions.exists()),
    }


def _plans(user: User, equipement: Equipement) -> list[tuple[Any, date | None, bool]]:
    """(plan, next date, estimated) of its preventive plans; the first of the rule's and of the meter's trend."""
    siens = list(equipement.plans.visible_to(user).select_related("gamme"))
    lues = tendances(plan.compteur_id for plan in siens if plan.compteur_id is not None)
    lignes = []
    for plan in siens:
        estimee = None
        if plan.compteur_id in lues and plan.prochaine_valeur is not None:
            estimee = lues[plan.compteur_id].atteinte(plan.prochaine_valeur)
            estimee = max(estimee, timezone.localdate()) if estimee is not None else None
        dates = [jour for jour in (plan.prochaine_echeance, estimee) if jour is not None]
        prochaine = min(dates, default=None)
        lignes.append((plan, prochaine, prochaine != plan.prochaine_echeance))
    return lignes


def _couts(interventions: Any) -> dict[str, Any]:
    """What the machine cost so far (MAD) and the mean real duration of its repairs (minutes), cancelled work apart."""
    # the reason of a cancellation stays when the intervention is archived, its statut does not
    faites = Q(motif_annulation="")
    depannages = Q(type_intervention="corrective")
    totaux: dict[str, Any] = interventions.aggregate(
        nombre=Count("pk", filter=faites),
        correctives=Count("pk", filter=faites & depannages),
        main_oeuvre=Sum("cout_main_oeuvre", filter=faites, default=0),
        pieces=Sum("cout_pieces", filter=faites, default=0),
        duree_moyenne=Avg("duree_reelle", filter=faites & depannages),
    )
    totaux["total"] = totaux["main_oeuvre"] + totaux["pieces"]
    return totaux


def _compteurs(user: User, equipement: Equipement) -> list[dict[str, Any]]:
    """Each meter with its last readings, the points of its curve, and how fast it has counted of late."""
    compteurs = list(Compteur.objects.visible_to(user).filter(equipement=equipement))
    par_compteur: dict[int, list[ReleveCompteur]] = {compteur.pk: [] for compteur in compteurs}
    if compteurs:
        rang = Window(
            RowNumber(), partition_by="compteur", order_by=[F("date_releve").desc(), F("pk").desc()]
        )
        releves = ReleveCompteur.objects.visible_to(user).filter(compteur__in=compteurs)
        derniers = releves.annotate(rang=rang).filter(rang__lte=RELEVES_TRACES)
        for releve in derniers.select_related("user").order_by("-date_releve", "-pk"):
            par_compteur[releve.compteur_id].append(releve)
    return [
        {
            "compteur": compteur,
            "releves": (siens := par_compteur[compteur.pk])[:RELEVES_MONTRES],
            "dernier": siens[0] if siens else None,
            "par_jour": rythme(siens),
            "courbe": courbe(compteur, siens),
        }
        for compteur in compteurs
    ]


def rythme(releves: Sequence[ReleveCompteur]) -> Decimal | None:
    """Units a day over the readings, newest first, of the last three months and of the meter now in place.

    None when they span less than a day.
    """
    suite: list[ReleveCompteur] = []
    for releve in releves:
        if suite and suite[0].date_releve - releve.date_releve > timedelta(days=92):
            break
        suite.append(releve)
        if releve.remplacement:
            break
    if not suite:
        return None
    jours = Decimal((suite[0].date_releve - suite[-1].date_releve).total_seconds()) / 86400
    if jours < 1:
        return None
    return ((suite[0].valeur - suite[-1].valeur) / jours).quantize(Decimal("0.1"))


def courbe(compteur: Compteur, releves: Sequence[ReleveCompteur]) -> dict[str, Any] | None:
    """What `courbes.js` draws: [milliseconds, value, 1 for a replaced meter], oldest first; None under two readings."""
    if len(releves) < 2:
        return None
    return {
        "nom": compteur.nom,
        "unite": compteur.unite,
        "remplace": _("compteur remplacé"),
        "points": [
            [int(r.date_releve.timestamp() * 1000), float(r.valeur), int(r.remplacement)]
            for r in reversed(releves)
        ],
    }


@connexion_requise
@require_GET
def par_code(request: Requete, code: str) -> HttpResponseBase:
    """Where the QR label leads."""
    if "\x00" in code:  # PostgreSQL refuses to compare with it
        raise Http404
    return redirect(
        get_object_or_404(Equipement.objects.visible_to(request.user), code_interne=code)
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def creer(request: Requete) -> HttpResponseBase:
    """`?client_id=` chooses the client beforehand; choosing one on the page shows its sites."""
    exiger(permissions.peut_creer(request.user))
    if "rafraichir" in request.POST:
        form = EquipementForm(user=request.user, initial=_tape(request))
    else:
        depart = {
            cle: request.GET[cle]
            for cle in ("client_id", "site_id", "parent_id")
            if request.GET.get(cle, "").isdigit()
        }
        form = EquipementForm(request.POST or None, user=request.user, initial=depart)
        if request.method == "POST" and form.soumettre(services.creer_equipement, par=request.user):
            return aller(request, form.resultat.get_absolute_url(), _("L’équipement est créé."))
    return _formulaire_equipement(
        request,
        form,
        titre=_("Nouvel équipement"),
        miettes=[(_("Équipements"), reverse("equipment:liste"))],
        bouton=_("Créer l’équipement"),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def modifier(request: Requete, pk: int) -> HttpResponseBase:
    equipement = get_object_or_404(Equipement.objects.visible_to(request.user), pk=pk)
    exiger(permissions.peut_modifier(request.user, equipement))
    if "rafraichir" in request.POST:
        form = EquipementForm(user=request.user, instance=equipement, initial=_tape(request))
    else:
        form = EquipementForm(request.POST or None, user=request.user, instance=equipement)
        if request.method == "POST" and form.soumettre(
            services.modifier_equipement, par=request.user, equipement_id=pk
        ):
            return aller(request, equipement.get_absolute_url(), _("L’équipement est modifié."))
    return _formulaire_equipement(
        request,
        form,
        titre=_("Modifier %(nom)s") % {"nom": equipement},
        miettes=_miettes(equipement),
        bouton=_("Enregistrer"),
    )


def _tape(request: Requete) -> dict[str, Any]:
    """What was typed so far, when the choice of a client asks for the form again."""
    tape = {cle: request.POST[cle] for cle in request.POST if cle != "csrfmiddlewaretoken"}
    return {**tape, "site_id": "", "parent_id": ""}


def _formulaire_equipement(
    request: Requete, form: EquipementForm, **contexte: Any
) -> HttpResponseBase:
    form.fields["client_id"].widget.attrs |= {
        "hx-post": request.get_full_path(),
        "hx-trigger": "change",
        "hx-target": "closest form",
        "hx-swap": "outerHTML",
        "hx-disabled-elt": "unset",
        "hx-vals": '{"rafraichir": "1"}',
    }
    return _formulaire(request, form, **contexte)


@connexion_requise
@require_POST
def supprimer(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_equipement(par=request.user, equipement_id=pk)
    return aller(request, reverse("equipment:liste"), _("L’équipement est supprimé."))


@connexion_requise
@require_http_methods(["GET", "POST"])
def statut(request: Requete, pk: int) -> HttpResponseBase:
    equipement = get_object_or_404(Equipement.objects.visible_to(request.user), pk=pk)
    exiger(permissions.peut_intervenir(request.user, equipement))
    form = StatutEquipementForm(request.POST or None, equipement=equipement)
    if request.method == "POST" and form.soumettre(
        services.changer_statut_equipement, par=request.user, equipement_id=pk
    ):
        return aller(
            request,
            equipement.get_absolute_url(),
            _("Statut : %(statut)s.") % {"statut": form.resultat.get_statut_display()},
        )
    return _formulaire(
        request,
        form,
        titre=_("Changer le statut"),
        miettes=_miettes(equipement),
        bouton=_("Changer le statut"),
    )


# --- Meters ------------------------------------------------------------------------------------------


@connexion_requise
@require_http_methods(["GET", "POST"])
def compteur_creer(request: Requete, pk: int) -> HttpResponseBase:
    equipement = get_object_or_404(Equipement.objects.visible_to(request.user), pk=pk)
    exiger(permissions.peut_modifier(request.user, equipement))
    form = CompteurForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.soumettre(
        services.creer_compteur, par=request.user, equipement_id=pk
    ):
        return aller(request, equipement.get_absolute_url(), _("Le compteur est ajouté."))
    return _formulaire(
        request,
        form,
        titre=_("Nouveau compteur"),
        miettes=_miettes(equipement),
        bouton=_("Ajouter le compteur"),
    )


@connexion_requise
@require_POST
def compteur_supprimer(request: Requete, pk: int) -> HttpResponseBase:
    compteur = _compteur(request, pk)
    services.supprimer_compteur(par=request.user, compteur_id=pk)
    return aller(
        request,
        compteur.equipement.get_absolute_url(),
        _("Le compteur et ses relevés sont supprimés."),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def releve(request: Requete, pk: int) -> HttpResponseBase:
    """Add a reading to the meter."""
    compteur = _compteur(request, pk)
    exiger(permissions.peut_intervenir(request.user, compteur.equipement))
    form = ReleveForm(request.POST or None, user=request.user)
    form.fields["valeur"].label = _("Valeur (%(unite)s)") % {"unite": compteur.unite}
    if request.method == "POST" and form.soumettre(
        services.enregistrer_releve, par=request.user, compteur_id=pk
    ):
        return aller(
            request, compteur.equipement.get_absolute_url(), _("Le relevé est enregistré.")
        )
    return _formulaire(
        request,
        form,
        titre=_("Relever « %(nom)s »") % {"nom": compteur.nom},
        miettes=_miettes(compteur.equipement),
        bouton=_("Enregistrer le relevé"),
    )


@connexion_requise
@require_POST
def releve_supprimer(request: Requete, pk: int) -> HttpResponseBase:
    """Take back a mistaken reading."""
    objet = get_object_or_404(
        ReleveCompteur.objects.visible_to(request.user).select_related("compteur__equipement"),
        pk=pk,
    )
    services.supprimer_releve(par=request.user, releve_id=pk)
    return aller(
        request, objet.compteur.equipement.get_absolute_url(), _("Le relevé est supprimé.")
    )


def _compteur(request: Requete, pk: int) -> Compteur:
    return get_object_or_404(
        Compteur.objects.visible_to(request.user).select_related("equipement"), pk=pk
    )


# --- What a contract covers --------------------------------------------------------------------------


@connexion_requise
@require_http_methods(["GET", "POST"])
def couverture(request: Requete, contrat_pk: int) -> HttpResponseBase:
    """Which machines of its client a contract covers."""
    contrat = get_object_or_404(
        Contrat.objects.visible_to(request.user).select_related("client"), pk=contrat_pk
    )
    exiger(peut_modifier_contrat(request.user, contrat))
    form = CouvertureForm(request.POST or None, user=request.user, contrat=contrat)
    if request.method == "POST" and form.soumettre(
        services.couvrir_equipements, par=request.user, contrat_id=contrat_pk
    ):
        return aller(
            request, contrat.get_absolute_url(), _("Les équipements couverts sont à jour.")
        )
    return _formulaire(
        request,
        form,
        titre=_("Équipements couverts par %(contrat)s") % {"contrat": contrat},
        miettes=[
            (_("Contrats"), reverse("clients:contrats")),
            (contrat.numero, contrat.get_absolute_url()),
        ],
        bouton=_("Enregistrer"),
    )


# --- Form pages --------------------------------------------------------------------------------------


def _miettes(equipement: Equipement) -> list[tuple[str, str]]:
    return [
        (_("Équipements"), reverse("equipment:liste")),
        (equipement.nom, equipement.get_absolute_url()),
    ]


def _formulaire(
    request: Requete, form: Any, *, titre: str, miettes: list[tuple[str, str]], bouton: str
) -> HttpResponseBase:
    return rendre(
        request,
        "formulaire.html",
        {
            "form": form,
            "titre": titre,
            "miettes": miettes,
            "bouton": bouton,
            "retour": miettes[-1][1],
        },
        fragment="formulaire",
        status=form.status,
    )
