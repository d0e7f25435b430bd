"""The page of the one box, what it proposes while one types, and the saved views of every list."""

from typing import Any
from urllib.parse import urlsplit

from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.services import regler_preferences
from erp.filters import valeurs_de_liste
from erp.pages import aller, rendre
from erp.validation import exiger, trouver
from search import services
from search.choices import Entite, Genre
from search.forms import VueForm
from search.models import FiltreEnregistre
from search.permissions import genres_cherchables, peut_modifier
from search.recherche import LIMITE_DEFAUT, LIMITE_MAX, LONGUEUR_MAX, chercher
from search.vues import PAGES, a_des_vues, a_garder, adresse

PROPOSEES = 8


@connexion_requise
@require_GET
def recherche(request: Requete) -> HttpResponseBase:
    """`?q=` over everything visible, by kind; `?types=` keeps one kind, with more of its results."""
    q = request.GET.get("q", "").strip()[:LONGUEUR_MAX]
    offerts = genres_cherchables(request.user)
    types = [type_ for type_ in valeurs_de_liste(request.GET, "types") if type_ in offerts]
    limite = LIMITE_MAX if types else LIMITE_DEFAUT
    groupes = chercher(request.user, q, types=types or offerts, limite=limite) if q else []
    contexte = {
        "q": q,
        "q_recherche": q,
        "groupes": groupes,
        "types": types,
        "genres": [(genre, genre.label) for genre in Genre if genre in offerts],
        "nombre": sum(len(groupe.resultats) for groupe in groupes),
        "limite": limite,
    }
    return rendre(request, "search/recherche.html", contexte, fragment="resultats")


@connexion_requise
@require_GET
def suggestions(request: Requete) -> HttpResponseBase:
    """The best few, as options of the box."""
    q = request.GET.get("q", "").strip()[:LONGUEUR_MAX]
    offerts = genres_cherchables(request.user)
    groupes = chercher(request.user, q, types=offerts, limite=3) if len(q) >= 2 else []
    resultats = sorted(
        (resultat for groupe in groupes for resultat in groupe.resultats if resultat.url),
        key=lambda resultat: -resultat.score,
    )[:PROPOSEES]
    return render(request, "search/suggestions.html", {"q": q, "resultats": resultats})


# --- Saved views of a list ------------------------------------------------------------------------------


@connexion_requise
@require_http_methods(["GET", "POST"])
def vue_creer(request: Requete) -> HttpResponseBase:
    """Keep under a name what the list `?entite=` shows now: its filters, its order, its columns."""
    entite = _entite_a_vues(request)
    form = VueForm(
        request.POST or None,
        user=request.user,
        nouvelle=True,
        initial={"requete": _liste_affichee(request, entite)},
    )

    def creer(*, nom: str, requete: str, partage: bool = False) -> FiltreEnregistre:
        parametres: dict[str, Any] = dict(a_garder(request.user, entite, f"?{requete}").lists())
        return services.creer_filtre(
            par=request.user, entite=entite, nom=nom, partage=partage, parametres=parametres
        )

    if request.method == "POST" and form.soumettre(creer):
        url = adresse(form.resultat, _chemin_affiche(request, entite))
        return aller(request, url, _("Vue enregistrée."))
    return _formulaire_de_vue(request, form, entite, _("Enregistrer la vue"))


@connexion_requise
@require_http_methods(["GET", "POST"])
def vue_modifier(request: Requete, pk: int) -> HttpResponseBase:
    """Rename one of one's own, share it or not, give it the filters of the list that is shown."""
    filtre = trouver(FiltreEnregistre.objects.visible_to(request.user), pk)
    exiger(peut_modifier(request.user, filtre))
    if filtre.entite not in PAGES:
        raise Http404
    form = VueForm(
        request.POST or None,
        user=request.user,
        nouvelle=False,
        initial={
            "nom": filtre.nom,
            "partage": filtre.partage,
            "requete": _liste_affichee(request, filtre.entite),
        },
    )

    def modifier(
        *, nom: str, requete: str, partage: bool = filtre.partage, remplacer: bool = False
    ) -> FiltreEnregistre:
        champs: services.ChampsFiltre = {"nom": nom, "partage": partage}
        if remplacer:
            gardes = a_garder(request.user, filtre.entite, f"?{requete}")
            champs["parametres"] = dict(gardes.lists())
        return services.modifier_filtre(par=request.user, filtre_id=pk, **champs)

    if request.method == "POST" and form.soumettre(modifier):
        url = adresse(form.resultat, _chemin_affiche(request, filtre.entite))
        return aller(request, url, _("Vue modifiée."))
    return _formulaire_de_vue(request, form, filtre.entite, _("Modifier la vue"))


@connexion_requise
@require_GET
def vues(request: Requete) -> HttpResponseBase:
    """The views of one list: one's own to change, those of others to know whose they are."""
    entite = _entite_a_vues(request)
    visibles = FiltreEnregistre.objects.visible_to(request.user).select_related("user")
    choisie = request.user.preferences.get("vues", {}).get(entite)
    lignes = [
        (filtre, adresse(filtre), peut_modifier(request.user, filtre), filtre.pk == choisie)
        for filtre in visibles.filter(entite=entite)
    ]
    contexte = {"lignes": lignes, "entite": Entite(entite), "retour": reverse(PAGES[entite])}
    return rendre(request, "search/vues.html", contexte, fragment="formulaire")


@connexion_requise
@require_POST
def vue_supprimer(request: Requete, pk: int) -> HttpResponseBase:
    """Forget one of one's own; the list stays as it is shown."""
    filtre = trouver(FiltreEnregistre.objects.visible_to(request.user), pk)
    services.supprimer_filtre(par=request.user, filtre_id=pk)
    page = reverse(PAGES[filtre.entite]) if filtre.entite in PAGES else reverse("search:recherche")
    return aller(request, page, _("Vue supprimée."))


@connexion_requise
@require_POST
def vue_ouvrir(request: Requete, pk: int) -> HttpResponseBase:
    """Open the list on this view from now on; `non` opens it as it comes again."""
    filtre = trouver(FiltreEnregistre.objects.visible_to(request.user), pk)
    if filtre.entite not in PAGES:
        raise Http404
    non = "non" in request.POST
    regler_preferences(par=request.user, vues={filtre.entite: None if non else pk})
    if non:
        return aller(request, reverse(PAGES[filtre.entite]), _("La liste s’ouvre entière."))
    return aller(request, adresse(filtre), _("La liste s’ouvrira sur cette vue."))


def _entite_a_vues(request: Requete) -> str:
    """The list that is spoken of; 404 for one that this user has not."""
    entite = request.GET.get("entite", "")
    if not a_des_vues(request.user, entite):
        raise Http404
    return entite


def _derriere(request: Requete, entite: str) -> str:
    """The list behind the dialog, or another drawing of it; "" when there is none."""
    adresse_affichee = request.htmx.current_url_abs_path or ""
    return adresse_affichee if adresse_affichee.startswith(reverse(PAGES[entite])) else ""


def _chemin_affiche(request: Requete, entite: str) -> str:
    return urlsplit(_derriere(request, entite)).path


def _liste_affichee(request: Requete, entite: str) -> str:
    """The query string of the list behind the dialog; of this page's own URL when there is none behind it."""
    derriere = _derriere(request, entite) or request.get_full_path()
    params = a_garder(request.user, entite, derriere)
    if "colonnes" not in params:
        colonnes = request.user.preferences.get("colonnes", {}).get(entite)
        if colonnes:
            params["colonnes"] = ",".join(colonnes)
    return params.urlencode(safe=",")


def _formulaire_de_vue(
    request: Requete, form: VueForm, entite: str, titre: str
) -> HttpResponseBase:
    liste = reverse(PAGES[entite])
    return rendre(
        request,
        "formulaire.html",
        {
            "form": form,
            "titre": titre,
            "miettes": [(Entite(entite).label, liste)],
            "bouton": _("Enregistrer"),
            "retour": liste,
        },
        fragment="formulaire",
        status=form.status,
    )
