"""Clients, their people, sites and contracts, as pages.

What stands above this app (équipements, interventions, documents) is read through the reverse side of its keys, and
always through its own `visible_to`.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet
from django.http import JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from clients import groupees, permissions, services
from clients.choices import (
    MOUVEMENTS_CONTRAT,
    NiveauService,
    StatutContrat,
    TypeClient,
    TypeContrat,
)
from clients.filters import (
    CLIENTS_TRIS,
    CONTRATS_TRIS,
    ClientFiltres,
    ContratFiltres,
    SiteFiltres,
)
from clients.forms import (
    ClientForm,
    ContactForm,
    ContratForm,
    EngagementsForm,
    SiteForm,
)
from clients.models import Client, Contact, Contrat, Site
from erp.models import CleTri
from erp.pages import (
    JOUR,
    LISTE,
    OUI,
    RECHERCHE,
    Colonne,
    Critere,
    Onglet,
    aller,
    preparer_liste,
    rendre,
    repondre_recherche,
)
from erp.validation import exiger

RESULTATS_MAX = 20
MONTREES = 5  # interventions of each kind, on the overview of a client
AVIS_MONTRES = 3
TRIS_INTERVENTIONS = {"date_creation": ("date_creation",)}
TRIS_EQUIPEMENTS = {"nom": (CleTri("nom"),)}

# A contract that ends within so many days is worth a call.
BIENTOT_JOURS = 60

# What a button says that moves a contract to a statut, and what it asks first.
GESTES_CONTRAT: dict[StatutContrat, tuple[str | Promise, str | Promise]] = {
    StatutContrat.BROUILLON: (gettext_lazy("Remettre en brouillon"), ""),
    StatutContrat.ACTIF: (gettext_lazy("Activer"), ""),
    StatutContrat.SUSPENDU: (
        gettext_lazy("Suspendre"),
        gettext_lazy("Suspendre ce contrat ? Ses délais ne s’appliqueront plus."),
    ),
    StatutContrat.EXPIRE: (
        gettext_lazy("Déclarer expiré"),
        gettext_lazy("Déclarer ce contrat expiré ?"),
    ),
    StatutContrat.RESILIE: (
        gettext_lazy("Résilier"),
        gettext_lazy("Résilier ce contrat ? Il ne pourra plus changer."),
    ),
}


# --- Clients --------------------------------------------------------------------------------------


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    """The companies that the reader works with; a client user goes straight to his own."""
    user = request.user
    visibles = Client.objects.visible_to(user)
    if user.est_client:
        return redirect(get_object_or_404(visibles))
    villes = Client.objects.visible_to(user).exclude(ville="").order_by("ville")
    page = preparer_liste(
        request,
        visibles,
        tris=CLIENTS_TRIS,
        tri="nom_entreprise",
        filtres=ClientFiltres,
        criteres=(
            Critere("niveau_service", _("Niveau de service"), choix=NiveauService.choices),
            Critere("type_client", _("Type"), choix=TypeClient.choices),
            Critere(
                "ville",
                _("Ville"),
                LISTE,
                [(ville, ville) for ville in villes.values_list("ville", flat=True).distinct()],
            ),
        ),
        onglets=(
            Onglet(_("Tous"), {}),
            Onglet(_("Actifs"), {"is_active": "true"}),
            Onglet(_("Inactifs"), {"is_active": "false"}),
        ),
        nom="clients",
        selection=groupees.LOT.selection(user),
        colonnes=(
            Colonne("nom", _("Client"), "nom_entreprise", fixe=True),
            Colonne("ville", _("Ville"), "ville"),
            Colonne("type", _("Type"), "type_client", defaut=False),
            Colonne("ice", _("ICE"), defaut=False),
            Colonne("niveau", _("Niveau"), "niveau_service"),
            Colonne("contact", _("Contact")),
            Colonne("equipements", _("Équipements"), "", "nombre"),
            Colonne("interventions", _("Interventions en cours"), "", "nombre"),
            Colonne("creation", _("Depuis le"), "created_at", defaut=False),
        ),
    )
    ids = [client.pk for client in page.objets]
    equipements = _compter(_de("equipements").visible_to(user), ids)
    ouvertes = _compter(_de("interventions").visible_to(user).actives(), ids)
    return rendre(
        request,
        "clients/liste.html",
        {
            "liste": page,
            "lignes": [(c, equipements.get(c.pk, 0), ouvertes.get(c.pk, 0)) for c in page.objets],
            "peut_creer": permissions.peut_creer(user),
        },
        fragment="liste",
    )


def _de(relation: str) -> Any:
    """The manager of what points at clients from an app above this one."""
    modele: Any = Client._meta.get_field(relation).related_model
    return modele.objects


def _compter(lignes: QuerySet[Any], ids: Iterable[int]) -> dict[int, int]:
    """How many of the rows each client has."""
    comptes = lignes.order_by().filter(client__in=list(ids)).values_list("client")
    return dict(comptes.annotate(nombre=Count("pk")))


@connexion_requise
@require_GET
def chercher(request: Requete) -> JsonResponse:
    """Clients found by typing, for a form."""
    trouves = ClientFiltres.appliquer(
        Client.objects.visible_to(request.user).actifs(), _recherche(request)
    )
    return repondre_recherche((c.pk, c.nom_entreprise, c.ville) for c in trouves[:RESULTATS_MAX])


@connexion_requise
@require_GET
def chercher_site(request: Requete) -> JsonResponse:
    """Sites found by typing, for a form."""
    sites = Site.objects.visible_to(request.user).select_related("client")
    trouves = SiteFiltres.appliquer(sites, _recherche(request))
    return repondre_recherche(
        (lieu.pk, lieu.nom, f"{lieu.client} · {lieu.ville}") for lieu in trouves[:RESULTATS_MAX]
    )


def _recherche(request: Requete) -> QueryDict:
    params = QueryDict(mutable=True)
    if texte := request.GET.get("q", "").replace("\x00", "").strip()[:200]:
        params["search"] = texte
    return params


@connexion_requise
@require_GET
def detail(request: Requete, pk: int) -> HttpResponseBase:
    """Everything about a company, a tab at a time; `?onglet=` is part of the URL."""
    user = request.user
    client = get_object_or_404(Client.objects.visible_to(user), pk=pk)
    voir_contrats = user.est_gestion or user.est_client
    equipements = client.equipements.visible_to(user)
    interventions = client.interventions.visible_to(user)
    contrats = client.contrats.visible_to(user)
    onglets = [
        ("", _("Vue d’ensemble"), None),
        ("equipements", _("Équipements"), equipements.count()),
        ("interventions", _("Interventions"), interventions.count()),
        *([("contrats", _("Contrats"), contrats.count())] if voir_contrats else []),
        *(
            []
            if user.est_technicien
            else [("documents", _("Documents"), client.documents.visible_to(user).count())]
        ),
    ]
    onglet = request.GET.get("onglet", "")
    if onglet not in {cle for cle, _libelle, _nombre in onglets}:
        onglet = ""
    contexte: dict[str, Any] = {
        "client": client,
        "onglet": onglet,
        "onglets": onglets,
        "peut_modifier": permissions.peut_modifier(user, client),
        "peut_modifier_coordonnees": permissions.peut_modifier_coordonnees(user, client),
        "peut_supprimer": permissions.peut_supprimer(user, client),
        "voir_montants": permissions.peut_voir_montants(user),
        "voir_notes": permissions.peut_voir_notes_commerciales(user),
    }
    if onglet == "equipements":
        contexte["liste"] = preparer_liste(
            request, equipements.for_list(), tris=TRIS_EQUIPEMENTS, tri="nom"
        )
    elif onglet == "interventions":
        contexte["liste"] = preparer_liste(
            request, interventions.for_list(), tris=TRIS_INTERVENTIONS, tri="-date_creation"
        )
    elif onglet == "contrats":
        contexte["contrats"] = [
            (c, consommation(c))
            for c in contrats.avec_consommation().order_by("-date_debut", "-pk")
        ]
    elif not onglet:
        contexte |= {
            "sites": client.sites.visible_to(user).annotate(nombre=Count("equipements")),
            "contacts": _contacts(user, client),
            "indicateurs": {
                "ouvertes": interventions.actives().count(),
                "en_retard": interventions.en_retard().count(),
                "equipements_arretes": equipements.filter(
                    statut__in=("panne", "maintenance")
                ).count(),
                "contrats": contrats.en_vigueur().count() if voir_contrats else None,
            },
            "contrats": [
                (c, consommation(c))
                for c in contrats.en_vigueur().avec_consommation().order_by("date_fin", "pk")
            ]
            if voir_contrats
            else [],
            "ouvertes": interventions.actives()
            .for_list()
            .order_by(F("date_limite").asc(nulls_last=True), "-pk")[:MONTREES],
            "dernieres": interventions.exclude(date_cloture=None)
            .for_list()
            .order_by("-date_cloture", "-pk")[:MONTREES],
            "avis": interventions.exclude(satisfaction_client=None)
            .for_list()
            .order_by("-date_cloture", "-pk")[:AVIS_MONTRES],
            "voir_chiffres": not user.est_technicien,
        }
    return rendre(request, "clients/detail.html", contexte, fragment="liste")


def _contacts(user: User, client: Client) -> list[tuple[Contact, bool, bool]]:
    """Each person, whether the reader may change the entry, and whether he may open the portal for that person."""
    portail = permissions.peut_ouvrir_portail(user)
    return [
        (
            contact,
            permissions.peut_modifier_contact(user, contact),
            portail and contact.user_id is None,
        )
        for contact in client.contacts.visible_to(user).select_related("user")
    ]


@connexion_requise
@require_http_methods(["GET", "POST"])
def creer(request: Requete) -> HttpResponseBase:
    exiger(permissions.peut_creer(request.user))
    form = ClientForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.soumettre(services.creer_client, par=request.user):
        return aller(request, form.resultat.get_absolute_url(), _("Le client est créé."))
    return _formulaire(
        request,
        form,
        titre=_("Nouveau client"),
        miettes=[(_("Clients"), reverse("clients:liste"))],
        bouton=_("Créer le client"),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def modifier(request: Requete, pk: int) -> HttpResponseBase:
    """All of it for those who run the operations; how to reach the company for the client himself."""
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=pk)
    exiger(permissions.peut_modifier_coordonnees(request.user, client))
    form = ClientForm(request.POST or None, user=request.user, instance=client)
    if request.method == "POST" and form.soumettre(
        services.modifier_client, par=request.user, client_id=pk
    ):
        return aller(request, client.get_absolute_url(), _("Le client est modifié."))
    return _formulaire(
        request,
        form,
        titre=_("Modifier %(nom)s") % {"nom": client},
        miettes=_miettes(client),
        bouton=_("Enregistrer"),
    )


@connexion_requise
@require_POST
def supprimer(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_client(par=request.user, client_id=pk)
    return aller(request, reverse("clients:liste"), _("Le client est supprimé."))


# --- Contacts -------------------------------------------------------------------------------------


@connexion_requise
@require_http_methods(["GET", "POST"])
def contact_creer(request: Requete, client_pk: int) -> HttpResponseBase:
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=client_pk)
    exiger(permissions.peut_modifier(request.user, client))
    form = ContactForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.soumettre(
        services.creer_contact, par=request.user, client_id=client_pk
    ):
        return aller(request, client.get_absolute_url(), _("Le contact est ajouté."))
    return _formulaire(
        request,
        form,
        titre=_("Nouveau contact"),
        miettes=_miettes(client),
        bouton=_("Ajouter le contact"),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def contact_modifier(request: Requete, pk: int) -> HttpResponseBase:
    contact = get_object_or_404(
        Contact.objects.visible_to(request.user).select_related("client"), pk=pk
    )
    exiger(permissions.peut_modifier_contact(request.user, contact))
    form = ContactForm(request.POST or None, user=request.user, instance=contact)
    if request.method == "POST" and form.soumettre(
        services.modifier_contact, par=request.user, contact_id=pk
    ):
        return aller(request, contact.client.get_absolute_url(), _("Le contact est modifié."))
    return _formulaire(
        request,
        form,
        titre=_("Modifier %(nom)s") % {"nom": contact},
        miettes=_miettes(contact.client),
        bouton=_("Enregistrer"),
    )


@connexion_requise
@require_POST
def contact_supprimer(request: Requete, pk: int) -> HttpResponseBase:
    contact = get_object_or_404(
        Contact.objects.visible_to(request.user).select_related("client"), pk=pk
    )
    services.supprimer_contact(par=request.user, contact_id=pk)
    return aller(request, contact.client.get_absolute_url(), _("Le contact est supprimé."))


@connexion_requise
@require_POST
def contact_portail(request: Requete, pk: int) -> HttpResponseBase:
    """Give the person an account on the portal, by an invitation at his address."""
    contact = services.ouvrir_portail(par=request.user, contact_id=pk)
    return aller(
        request,
        contact.client.get_absolute_url(),
        _("%(nom)s reçoit une invitation à %(email)s.")
        % {"nom": contact.nom, "email": contact.email},
    )


# --- Sites ----------------------------------------------------------------------------------------


@connexion_requise
@require_GET
def site(request: Requete, pk: int) -> HttpResponseBase:
    user = request.user
    lieu = get_object_or_404(Site.objects.visible_to(user).select_related("client"), pk=pk)
    return rendre(
        request,
        "clients/site.html",
        {
            "site": lieu,
            "liste": preparer_liste(
                request,
                lieu.equipements.visible_to(user).for_list(),
                tris=TRIS_EQUIPEMENTS,
                tri="nom",
            ),
            "interventions": lieu.interventions.visible_to(user)
            .for_list()
            .order_by("-date_creation", "-pk")[:10],
            "peut_modifier": permissions.peut_modifier_site(user, lieu),
        },
        fragment="liste",
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def site_creer(request: Requete, client_pk: int) -> HttpResponseBase:
    client = get_object_or_404(Client.objects.visible_to(request.user), pk=client_pk)
    exiger(permissions.peut_modifier(request.user, client))
    form = SiteForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.soumettre(
        services.creer_site, par=request.user, client_id=client_pk
    ):
        return aller(request, form.resultat.get_absolute_url(), _("Le site est créé."))
    return _formulaire(
        request,
        form,
        titre=_("Nouveau site"),
        miettes=_miettes(client),
        bouton=_("Créer le site"),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def site_modifier(request: Requete, pk: int) -> HttpResponseBase:
    lieu = get_object_or_404(Site.objects.visible_to(request.user).select_related("client"), pk=pk)
    exiger(permissions.peut_modifier_site(request.user, lieu))
    form = SiteForm(request.POST or None, user=request.user, instance=lieu)
    if request.method == "POST" and form.soumettre(
        services.modifier_site, par=request.user, site_id=pk
    ):
        return aller(request, lieu.get_absolute_url(), _("Le site est modifié."))
    return _formulaire(
        request,
        form,
        titre=_("Modifier %(nom)s") % {"nom": lieu},
        miettes=[*_miettes(lieu.client), (lieu.nom, lieu.get_absolute_url())],
        bouton=_("Enregistrer"),
        retour=lieu.get_absolute_url(),
    )


@connexion_requise
@require_POST
def site_supprimer(request: Requete, pk: int) -> HttpResponseBase:
    lieu = get_object_or_404(Site.objects.visible_to(request.user).select_related("client"), pk=pk)
    services.supprimer_site(par=request.user, site_id=pk)
    return aller(request, lieu.client.get_absolute_url(), _("Le site est supprimé."))


# --- Contrats -------------------------------------------------------------------------------------


def consommation(contrat: Any) -> list[dict[str, Any]]:
    """What is used of a contract read `avec_consommation`: number, what is included, and the share in per cent."""
    mesures = (
        (_("Interventions"), contrat.interventions_utilisees, contrat.interventions_incluses, ""),
        (
            _("Heures"),
            round(Decimal(contrat.minutes_utilisees or 0) / 60, 1),
            contrat.heures_incluses,
            f" {_('h')}",
        ),
    )
    return [
        {
            "libelle": libelle,
            "utilise": utilise,
            "inclus": inclus,
            "unite": unite,
            "part": None if inclus is None else _part(utilise, inclus),
        }
        for libelle, utilise, inclus, unite in mesures
    ]


def _part(utilise: Decimal | int, inclus: int) -> int:
    if inclus:
        return round(100 * utilise / inclus)
    return 100 if utilise else 0


@connexion_requise
@require_GET
def contrats(request: Requete) -> HttpResponseBase:
    """Contracts that the reader sees, with what is used of each; the newest first."""
    user = request.user
    visibles = Contrat.objects.visible_to(user).select_related("client")
    criteres = [
        Critere("statut", _("Statut"), choix=StatutContrat.choices),
        Critere("type_contrat", _("Type"), choix=TypeContrat.choices),
        Critere("en_vigueur", _("En vigueur"), OUI),
        Critere("date_fin_lte", _("Finit avant le"), JOUR),
    ]
    if not user.est_client:
        criteres.append(
            Critere(
                "client_id",
                _("Client"),
                RECHERCHE,
                Client.objects.visible_to(user),
                reverse("clients:chercher"),
            )
        )
    page = preparer_liste(
        request,
        visibles,
        tris=CONTRATS_TRIS,
        tri="-date_debut",
        filtres=ContratFiltres,
        criteres=criteres,
        onglets=_onglets_contrats(user),
        nom="contrats",
        colonnes=_colonnes_contrats(user),
    )
    ids = [contrat.pk for contrat in page.objets]
    mesures = {
        contrat.pk: consommation(contrat)
        for contrat in Contrat.objects.visible_to(user).filter(pk__in=ids).avec_consommation()
    }
    return rendre(
        request,
        "clients/contrats.html",
        {
            "liste": page,
            "lignes": [(contrat, mesures[contrat.pk]) for contrat in page.objets],
            "voir_montants": permissions.peut_voir_montants(user),
            "peut_creer": permissions.peut_creer(user),
        },
        fragment="liste",
    )


def _colonnes_contrats(user: User) -> list[Colonne]:
    """What the list may show; amounts are for those who may read them, a client's contracts are all his."""
    absentes = {"client"} if user.est_client else set()
    if not permissions.peut_voir_montants(user):
        absentes.add("montant")
    colonnes = [
        Colonne("numero", _("Contrat"), "numero", fixe=True),
        Colonne("client", _("Client"), "client_nom"),
        Colonne("statut", _("Statut"), "statut"),
        Colonne("debut", _("Début"), "date_debut"),
        Colonne("fin", _("Fin"), "date_fin"),
        Colonne("montant", _("Montant annuel"), "", "nombre"),
        Colonne("consomme", _("Consommé")),
    ]
    return [colonne for colonne in colonnes if colonne.nom not in absentes]


def _onglets_contrats(user: User) -> list[Onglet]:
    echeance = timezone.localdate() + timedelta(days=BIENTOT_JOURS)
    onglets = [
        Onglet(_("Tous"), {}),
        Onglet(_("En vigueur"), {"en_vigueur": "true"}),
        Onglet(
            _("Finissent sous %(jours)d jours") % {"jours": BIENTOT_JOURS},
            {"en_vigueur": "true", "date_fin_lte": echeance.isoformat()},
        ),
    ]
    if not user.est_client:
        onglets.append(Onglet(_("Brouillons"), {"statut": StatutContrat.BROUILLON.value}))
    return onglets


@connexion_requise
@require_GET
def contrat(request: Requete, pk: int) -> HttpResponseBase:
    """What was promised, what it covers and what is used of it."""
    user = request.user
    visibles = Contrat.objects.visible_to(user).select_related("client").avec_consommation()
    objet = get_object_or_404(visibles, pk=pk)
    peut_modifier = permissions.peut_modifier_contrat(user, objet)
    return rendre(
        request,
        "clients/contrat.html",
        {
            "contrat": objet,
            "mesures": consommation(objet),
            "engagements": objet.engagements.visible_to(user),
            "equipements": objet.equipements.visible_to(user).select_related("site"),
            "voir_documents": not user.est_technicien,
            "voir_montants": permissions.peut_voir_montants(user),
            "peut_modifier": peut_modifier and objet.statut != StatutContrat.RESILIE,
            "peut_supprimer": peut_modifier and objet.statut == StatutContrat.BROUILLON,
            "mouvements": _mouvements(objet) if peut_modifier else [],
            "jours_restants": (objet.date_fin - timezone.localdate()).days,
            "liste": preparer_liste(
                request,
                objet.interventions.visible_to(user).for_list(),
                tris=TRIS_INTERVENTIONS,
                tri="-date_creation",
            ),
        },
        fragment="liste",
    )


def _mouvements(objet: Contrat) -> list[tuple[StatutContrat, str | Promise, str | Promise]]:
    """The statuts that it may move to, each with the words of its button and the question asked first ("" for none)."""
    return [
        (vers, *GESTES_CONTRAT[vers])
        for vers in StatutContrat
        if vers in MOUVEMENTS_CONTRAT[StatutContrat(objet.statut)]
        # past its end it must first be prolonged
        and not (vers == StatutContrat.ACTIF and objet.date_fin < timezone.localdate())
    ]


@connexion_requise
@require_http_methods(["GET", "POST"])
def contrat_creer(request: Requete) -> HttpResponseBase:
    """`?client_id=` chooses the client beforehand."""
    exiger(permissions.peut_creer(request.user))
    choisi = request.GET.get("client_id", "")
    form = ContratForm(
        request.POST or None,
        user=request.user,
        initial={"client_id": choisi} if choisi.isdigit() else None,
    )
    engagements = EngagementsForm(request.POST or None)
    if request.method == "POST" and _soumettre_contrat(
        form, engagements, services.creer_contrat, par=request.user
    ):
        return aller(
            request, form.resultat.get_absolute_url(), _("Le contrat est créé, en brouillon.")
        )
    return _formulaire_contrat(
        request,
        form,
        engagements,
        titre=_("Nouveau contrat"),
        miettes=[(_("Contrats"), reverse("clients:contrats"))],
        bouton=_("Créer le contrat"),
        retour=reverse("clients:contrats"),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def contrat_modifier(request: Requete, pk: int) -> HttpResponseBase:
    objet = get_object_or_404(
        Contrat.objects.visible_to(request.user).select_related("client"), pk=pk
    )
    exiger(permissions.peut_modifier_contrat(request.user, objet))
    form = ContratForm(request.POST or None, user=request.user, instance=objet)
    engagements = EngagementsForm(request.POST or None, contrat=objet)
    if request.method == "POST" and _soumettre_contrat(
        form, engagements, services.modifier_contrat, par=request.user, contrat_id=pk
    ):
        return aller(request, objet.get_absolute_url(), _("Le contrat est modifié."))
    return _formulaire_contrat(
        request,
        form,
        engagements,
        titre=_("Modifier %(nom)s") % {"nom": objet},
        miettes=[*_miettes(objet.client), (objet.numero, objet.get_absolute_url())],
        bouton=_("Enregistrer"),
        retour=objet.get_absolute_url(),
    )


def _soumettre_contrat(
    form: ContratForm, engagements: EngagementsForm, service: Any, **parametres: Any
) -> bool:
    """Both parts must be well formed before the service is asked."""
    if not engagements.is_valid():
        form.is_valid()
        form.status = 422
        return False
    return form.soumettre(service, engagements=engagements.valeurs(), **parametres)


@connexion_requise
@require_POST
def contrat_statut(request: Requete, pk: int) -> HttpResponseBase:
    objet = services.changer_statut_contrat(
        par=request.user, contrat_id=pk, vers=request.POST.get("vers", "")
    )
    return aller(
        request,
        objet.get_absolute_url(),
        _("Le contrat est maintenant « %(statut)s ».") % {"statut": objet.get_statut_display()},
    )


@connexion_requise
@require_POST
def contrat_supprimer(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_contrat(par=request.user, contrat_id=pk)
    return aller(request, reverse("clients:contrats"), _("Le contrat est supprimé."))


# --- Form pages -----------------------------------------------------------------------------------


def _miettes(client: Client) -> list[tuple[str, str]]:
    return [(_("Clients"), reverse("clients:liste")), (str(client), client.get_absolute_url())]


def _formulaire(
    request: Requete,
    form: Any,
    *,
    titre: str,
    miettes: list[tuple[str, str]],
    bouton: str,
    retour: str = "",
) -> HttpResponseBase:
    return rendre(
        request,
        "formulaire.html",
        {
            "form": form,
            "titre": titre,
            "miettes": miettes,
            "bouton": bouton,
            "retour": retour or miettes[-1][1],
        },
        fragment="formulaire",
        status=form.status,
    )


def _formulaire_contrat(
    request: Requete, form: ContratForm, engagements: EngagementsForm, **contexte: Any
) -> HttpResponseBase:
    return rendre(
        request,
        "formulaire.html",
        {
            **contexte,
            "form": form,
            "engagements": engagements,
            "supplement": "clients/engagements.html",
        },
        fragment="formulaire",
        status=form.status,
    )
