"""`/auth` and `/users`."""

from dataclasses import asdict
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import blocage, services, sessions
from accounts.api.authentication import RequeteApi
from accounts.api.serializers import (
    MOI,
    SESSION,
    UTILISATEUR,
    ActivationEntree,
    ChangementMotDePasse,
    ConnexionEntree,
    DemandeReinitialisation,
    JetonEntree,
    JetonsSortie,
    MoiSortie,
    PreferencesForme,
    ProfilEntree,
    RafraichissementEntree,
    Reinitialisation,
    SessionsSortie,
    UtilisateurEntree,
    UtilisateurNouveau,
    UtilisateurSortie,
)
from accounts.filters import TRIS, UtilisateurFiltres
from accounts.models import SessionApi, User
from erp.api.errors import ErreurApi
from erp.api.listing import ListeApi
from erp.api.parsers import OrjsonParser
from erp.api.throttling import adresse
from erp.api.views import VueApi
from erp.models import CleTri

# --- /auth ----------------------------------------------------------------------------------------


class VueAuth(VueApi):
    debit = "auth"


class VueAnonyme(VueAuth):
    authentication_classes = ()
    permission_classes = (AllowAny,)


class Jeton(VueAnonyme):
    """Sign in by e-mail address and password, as JSON or as a form."""

    parser_classes = (OrjsonParser, FormParser, MultiPartParser)

    @extend_schema(request=JetonEntree, responses={200: JetonsSortie})
    def post(self, request: Request) -> Response:
        donnees = self.entree(JetonEntree)
        return _connecter(request, donnees["email"], donnees["password"])


class Connexion(VueAnonyme):
    """Sign in by user name (or e-mail address) and password."""

    parser_classes = (OrjsonParser, FormParser, MultiPartParser)

    @extend_schema(request=ConnexionEntree, responses={200: JetonsSortie})
    def post(self, request: Request) -> Response:
        donnees = self.entree(ConnexionEntree)
        return _connecter(request, donnees["username"], donnees["password"])


def _connecter(request: Request, identifiant: str, mot_de_passe: str) -> Response:
    """After too many failures of one account from one address: 429 until the lock-out ends."""
    # the address in one spelling, or each way to write it would have failures of its own
    nom = identifiant.strip().lower() if "@" in identifiant else identifiant.strip()
    requete = request._request
    user = authenticate(requete, username=nom, password=mot_de_passe)
    if not isinstance(user, User):
        if not AxesProxyHandler.is_allowed(requete, {"username": nom}):
            raise ErreurApi(
                429,
                "CONNEXION_BLOQUEE",
                _("Trop d’échecs de connexion : réessayez plus tard."),
                wait=blocage.secondes_restantes(requete, nom),
            )
        raise ErreurApi(
            401, "IDENTIFIANTS_INVALIDES", _("L’adresse ou le mot de passe ne correspond pas.")
        )
    user_logged_in.send(sender=User, request=requete, user=user)
    jetons = sessions.ouvrir_session(
        user=user, agent=request.headers.get("User-Agent", ""), adresse=adresse(request)
    )
    return _jetons(jetons)


def _jetons(jetons: sessions.Jetons) -> Response:
    return Response(asdict(jetons), headers={"Cache-Control": "no-store"})


class Rafraichir(VueAnonyme):
    """A new pair of tokens. The refresh token is spent: used again, it closes the session."""

    @extend_schema(request=RafraichissementEntree, responses={200: JetonsSortie})
    def post(self, request: Request) -> Response:
        donnees = self.entree(RafraichissementEntree)
        return _jetons(sessions.rafraichir(jeton=donnees["refresh_token"]))


class Deconnexion(VueAuth):
    """Close the session of the token that is sent: it and its refresh token are refused from now on."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: RequeteApi) -> Response:
        sessions.fermer_session(par=request.user, session_id=request.auth["session"])
        return self.vide()


class Sessions(VueAuth):
    """Where one is signed in."""

    @extend_schema(responses=SessionsSortie)
    def get(self, request: RequeteApi) -> Response:
        ouvertes = SessionApi.objects.visible_to(request.user).ouvertes(timezone.now())
        courante = request.auth["session"]
        lignes = [
            {**ligne, "courante": ligne["id"] == courante} for ligne in SESSION.de(ouvertes[:200])
        ]
        return Response({"data": lignes})

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi) -> Response:
        """Close all one's other sessions, of the API and of the pages."""
        sessions.fermer_les_autres(par=request.user, api=request.auth["session"])
        return self.vide()


class Session(VueAuth):
    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Close one of one's own sessions."""
        sessions.fermer_session(par=request.user, session_id=pk)
        return self.vide()


class Moi(VueApi):
    """Who one is: account, role, the technicien or the client behind it."""

    @extend_schema(responses=MoiSortie)
    def get(self, request: RequeteApi) -> Response:
        return self.fiche(MOI.fiche(User.objects.visible_to(request.user), request.user.pk))


class MesPreferences(VueApi):
    """How one likes the pages: what was never chosen is left out."""

    @extend_schema(responses=PreferencesForme)
    def get(self, request: RequeteApi) -> Response:
        return Response(request.user.preferences)

    @extend_schema(request=PreferencesForme, responses=PreferencesForme)
    def patch(self, request: RequeteApi) -> Response:
        """Change the named ones; null for a list's columns shows it again as it comes."""
        choix = self.entree(PreferencesForme, partielle=True)
        return Response(services.regler_preferences(par=request.user, **choix).preferences)


class MotDePasse(VueAuth):
    """Change one's own password. Every session ends, this one too: sign in again."""

    @extend_schema(request=ChangementMotDePasse, responses={204: None})
    def post(self, request: RequeteApi) -> Response:
        services.changer_mot_de_passe(par=request.user, **self.entree(ChangementMotDePasse))
        return self.vide()


class MotDePasseOublie(VueAnonyme):
    """Send the link to choose a new password. The answer is the same whether the address has an account or not."""

    @extend_schema(request=DemandeReinitialisation, responses={204: None})
    def post(self, request: Request) -> Response:
        services.demander_reinitialisation(**self.entree(DemandeReinitialisation))
        return self.vide()


class NouveauMotDePasse(VueAnonyme):
    """Set the password that was chosen through the link of the e-mail (`uid` and `jeton` are in it)."""

    @extend_schema(request=Reinitialisation, responses={204: None})
    def post(self, request: Request) -> Response:
        services.reinitialiser_mot_de_passe(**self.entree(Reinitialisation))
        return self.vide()


# --- /users ---------------------------------------------------------------------------------------


class Utilisateurs(VueApi):
    """Accounts: everybody's for admins and responsables, one's own for others."""

    liste = ListeApi(UTILISATEUR, UtilisateurFiltres, TRIS, (CleTri("full_name").asc(),))

    def get(self, request: RequeteApi) -> Response:
        """List."""
        return self.lister(User.objects.visible_to(request.user))

    @extend_schema(request=UtilisateurNouveau, responses={201: UtilisateurSortie})
    def post(self, request: RequeteApi) -> Response:
        """Open an account (admins)."""
        user = services.creer_utilisateur(par=request.user, **self.entree(UtilisateurNouveau))
        return self.creee(_utilisateur(request, user.pk), f"/api/v1/users/{user.pk}")


class Utilisateur(VueApi):
    @extend_schema(responses=UtilisateurSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One account."""
        return self.fiche(_utilisateur(request, pk))

    @extend_schema(request=UtilisateurEntree, responses=UtilisateurSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields (admins)."""
        return self._modifier(request, pk, self.entree(UtilisateurEntree, partielle=True))

    @extend_schema(request=UtilisateurEntree, responses=UtilisateurSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change the account (admins)."""
        return self._modifier(request, pk, self.entree(UtilisateurEntree))

    def _modifier(self, request: RequeteApi, pk: int, champs: dict[str, Any]) -> Response:
        with self.si_inchangee(User.objects.visible_to(request.user), pk):
            services.modifier_utilisateur(par=request.user, user_id=pk, **champs)
        return self.fiche(_utilisateur(request, pk))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete an account that has signed nothing (admins); deactivate any other."""
        with self.si_inchangee(User.objects.visible_to(request.user), pk):
            services.supprimer_utilisateur(par=request.user, user_id=pk)
        return self.vide()


class Activation(VueApi):
    """Let a person in or keep him out, at once (admins)."""

    @extend_schema(request=ActivationEntree, responses=UtilisateurSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        actif = self.entree(ActivationEntree)["is_active"]
        with self.si_inchangee(User.objects.visible_to(request.user), pk):
            services.changer_activation(par=request.user, user_id=pk, actif=actif)
        return self.fiche(_utilisateur(request, pk))


class Deverrouillage(VueApi):
    """End the lock-out of an account after too many failed sign-ins, from every address (admins)."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: RequeteApi, pk: int) -> Response:
        services.deverrouiller(par=request.user, user_id=pk)
        return self.vide()


class Profil(VueApi):
    """One's own name and language."""

    @extend_schema(request=ProfilEntree, responses=MoiSortie)
    def put(self, request: RequeteApi) -> Response:
        services.modifier_profil(par=request.user, **self.entree(ProfilEntree))
        return self.fiche(MOI.fiche(User.objects.visible_to(request.user), request.user.pk))


def _utilisateur(request: RequeteApi, pk: int) -> dict[str, Any]:
    return UTILISATEUR.fiche(User.objects.visible_to(request.user), pk)
