"""Accounts as pages: those of others for whoever runs the operations, one's own for everybody."""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import blocage, permissions, services, sessions
from accounts.acces import Requete, connexion_requise
from accounts.choices import Role, Theme
from accounts.filters import TRIS, UtilisateurFiltres
from accounts.forms import (
    MotDePasseForm,
    ProfilForm,
    UtilisateurForm,
    UtilisateurModifierForm,
)
from accounts.models import User
from erp.pages import (
    Colonne,
    Critere,
    Onglet,
    aller,
    preparer_liste,
    rendre,
)
from erp.validation import exiger


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    page = preparer_liste(
        request,
        User.objects.visible_to(request.user).for_list(),
        tris=TRIS,
        tri="full_name",
        filtres=UtilisateurFiltres,
        criteres=(Critere("role", _("Rôle"), choix=Role.choices),),
        onglets=(
            Onglet(_("Tous"), {}),
            Onglet(_("Actifs"), {"is_active": "true"}),
            Onglet(_("Désactivés"), {"is_active": "false"}),
        ),
        nom="users",
        colonnes=(
            Colonne("nom", _("Nom"), "full_name", fixe=True),
            Colonne("email", _("E-mail"), "email"),
            Colonne("role", _("Rôle"), "role"),
            Colonne("etat", _("État"), "is_active"),
            Colonne("langue", _("Langue"), defaut=False),
            Colonne("creation", _("Créé le"), "created_at", defaut=False),
            Colonne("vu", _("Dernière connexion"), "last_login"),
        ),
    )
    return rendre(
        request,
        "accounts/liste.html",
        {"liste": page, "peut_gerer": permissions.peut_gerer(request.user)},
        fragment="liste",
    )


@connexion_requise
@require_GET
def detail(request: Requete, pk: int) -> HttpResponseBase:
    visibles = User.objects.visible_to(request.user)
    compte = get_object_or_404(visibles.select_related("technicien", "contact__client"), pk=pk)
    return rendre(
        request,
        "accounts/detail.html",
        {
            "compte": compte,
            "technicien": getattr(compte, "technicien", None),
            "contact": getattr(compte, "contact", None),
            "peut_gerer": permissions.peut_gerer(request.user),
            "soi": compte.pk == request.user.pk,
            "perimee": compte.invitation_jusqu_a is not None
            and compte.invitation_jusqu_a < timezone.now(),
            "bloque": permissions.peut_gerer(request.user) and blocage.bloque(compte),
        },
    )


@connexion_requise
@sensitive_post_parameters("mot_de_passe")
@require_http_methods(["GET", "POST"])
def creer(request: Requete) -> HttpResponseBase:
    """By an invitation, or with a first password given by hand."""
    exiger(permissions.peut_gerer(request.user))
    form = UtilisateurForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.soumettre(services.creer_utilisateur, par=request.user):
        message = (
            _("Le compte est créé ; l’invitation part par e-mail.")
            if form.cleaned_data["invitation"]
            else _("Le compte est créé.")
        )
        return aller(request, form.resultat.get_absolute_url(), message)
    return _formulaire(
        request,
        form,
        titre=_("Nouvel utilisateur"),
        miettes=[(_("Utilisateurs"), reverse("accounts:liste"))],
        bouton=_("Créer le compte"),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def modifier(request: Requete, pk: int) -> HttpResponseBase:
    compte = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    exiger(permissions.peut_gerer(request.user))
    form = UtilisateurModifierForm(request.POST or None, user=request.user, instance=compte)
    if request.method == "POST" and form.soumettre(
        services.modifier_utilisateur, par=request.user, user_id=pk
    ):
        return aller(request, compte.get_absolute_url(), _("Le compte est modifié."))
    return _formulaire(
        request,
        form,
        titre=_("Modifier %(nom)s") % {"nom": compte},
        miettes=[
            (_("Utilisateurs"), reverse("accounts:liste")),
            (compte.full_name, compte.get_absolute_url()),
        ],
        bouton=_("Enregistrer"),
    )


@connexion_requise
@require_POST
def activer(request: Requete, pk: int) -> HttpResponseBase:
    """`actif=oui` lets the person in, anything else keeps him out."""
    actif = request.POST.get("actif") == "oui"
    compte = services.changer_activation(par=request.user, user_id=pk, actif=actif)
    message = _("Le compte est réactivé.") if actif else _("Le compte est désactivé.")
    return aller(request, compte.get_absolute_url(), message)


@connexion_requise
@require_POST
def deverrouiller(request: Requete, pk: int) -> HttpResponseBase:
    compte = services.deverrouiller(par=request.user, user_id=pk)
    return aller(
        request,
        compte.get_absolute_url(),
        _("La personne peut de nouveau essayer de se connecter."),
    )


@connexion_requise
@require_POST
def inviter(request: Requete, pk: int) -> HttpResponseBase:
    compte = services.inviter(par=request.user, user_id=pk)
    return aller(
        request,
        compte.get_absolute_url(),
        _("L’invitation part à %(email)s.") % {"email": compte.email},
    )


@connexion_requise
@require_POST
def supprimer(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_utilisateur(par=request.user, user_id=pk)
    return aller(request, reverse("accounts:liste"), _("Le compte est supprimé."))


# --- One's own ---------------------------------------------------------------------------------------


@connexion_requise
@require_http_methods(["GET", "POST"])
def profil(request: Requete) -> HttpResponseBase:
    """One's own name, language and theme."""
    form = ProfilForm(request.POST or None, user=request.user, instance=request.user)
    if request.method == "POST" and form.soumettre(services.modifier_profil, par=request.user):
        with translation.override(form.resultat.langue):
            message = _("Votre profil est enregistré.")
        return aller(request, reverse("accounts:profil"), message)
    actuel = request.user.preferences.get("theme", Theme.AUTO)
    return rendre(
        request,
        "accounts/profil.html",
        {
            "form": form,
            "themes": [(*theme, theme[0] == actuel) for theme in Theme.choices],
            "sessions": sessions.sessions_ouvertes(request.user, request.session.session_key),
        },
        fragment="formulaire",
        status=form.status,
    )


@connexion_requise
@require_POST
def fermer_session(request: Requete, genre: str, marque: str) -> HttpResponseBase:
    """One of one's own: `genre` says whether it is of the pages (web) or of the mobile application (api)."""
    if genre == "web":
        sessions.fermer_session_web(par=request.user, marque=marque)
    elif genre == "api" and marque.isdecimal() and int(marque) <= sessions.ID_MAX:
        sessions.fermer_session(par=request.user, session_id=int(marque))
    else:
        raise Http404
    return aller(request, reverse("accounts:profil"), _("La session est fermée."))


@connexion_requise
@require_POST
def fermer_les_autres(request: Requete) -> HttpResponseBase:
    sessions.fermer_les_autres(par=request.user, web=request.session.session_key)
    return aller(request, reverse("accounts:profil"), _("Toutes vos autres sessions sont fermées."))


@connexion_requise
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def mot_de_passe(request: Requete) -> HttpResponseBase:
    """One's own password; this session goes on, the others end."""
    form = MotDePasseForm(request.POST or None)
    if request.method == "POST" and form.soumettre(services.changer_mot_de_passe, par=request.user):
        update_session_auth_hash(request, form.resultat)
        return aller(request, reverse("accounts:profil"), _("Votre mot de passe est changé."))
    return _formulaire(
        request,
        form,
        titre=_("Changer de mot de passe"),
        miettes=[(_("Mon profil"), reverse("accounts:profil"))],
        bouton=_("Changer le mot de passe"),
    )


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
