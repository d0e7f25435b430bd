"""The only writer of accounts and passwords."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.module_loading import import_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import blocage, permissions
from accounts.choices import Densite, Langue, Role, Theme
from accounts.models import User
from accounts.sessions import fermer_sessions
from erp.exceptions import BusinessRuleError, ErreurChamp, ValidationError
from erp.pages import TAILLES
from erp.validation import ecrire, effacer, exiger, trouver

# The e-mail address and the user name share one sign-in box, told apart by the @.
NOM_UTILISATEUR = re.compile(r"[A-Za-z0-9._-]+")


class Courriel(StrEnum):
    """What a person is written about his account; both carry a link to choose a password."""

    INVITATION = "invitation"
    REINITIALISATION = "reinitialisation"


class ChampsUtilisateur(TypedDict, total=False):
    username: str
    email: str
    full_name: str
    role: str
    langue: str


class ChampsProfil(TypedDict, total=False):
    full_name: str
    langue: str


class Preferences(TypedDict, total=False):
    """How somebody likes his pages, by list's name: the optional columns that it shows, in order, the sort key that it
    opens with, the saved view that it opens on."""

    theme: str
    densite: str
    taille: int
    colonnes: Mapping[str, list[str] | None]
    tris: Mapping[str, str | None]
    vues: Mapping[str, int | None]


# The list of a page and the column of a list, as they name themselves; more of them than there are is a mistake.
NOM_DE_LISTE = re.compile(r"[a-z][a-z0-9_]{0,39}")
CLE_DE_TRI = re.compile(r"-?[a-z][a-z0-9_]{0,39}")
LISTES_MAX, COLONNES_MAX = 60, 40


@transaction.atomic
def creer_utilisateur(
    *,
    par: User,
    email: str,
    full_name: str,
    role: str,
    username: str = "",
    langue: str = Langue.FRANCAIS,
    mot_de_passe: str | None = None,
    invitation: bool = False,
) -> User:
    """Open an account. Without a password nobody can sign in until the link of an invitation was followed.

    `username`, when absent, is made from the address. Raises ValidationError.
    """
    exiger(permissions.peut_gerer(par))
    return ouvrir_compte(
        email=email,
        full_name=full_name,
        role=role,
        username=username,
        langue=langue,
        mot_de_passe=mot_de_passe,
        invitation=invitation,
    )


@transaction.atomic
def ouvrir_compte(
    *,
    email: str,
    full_name: str,
    role: str,
    username: str = "",
    langue: str = Langue.FRANCAIS,
    mot_de_passe: str | None = None,
    invitation: bool = False,
) -> User:
    """`creer_utilisateur` for the services of other apps, which have authorised the user (a new technicien …)."""
    user = User()
    valeurs: dict[str, Any] = {
        "email": email.strip().lower(),
        "full_name": full_name.strip(),
        "role": role,
        "username": username.strip() or _nom_libre(email),
        "langue": langue,
    }
    _verifier_nom(valeurs)
    if mot_de_passe is None:
        user.set_unusable_password()
    else:
        for nom, valeur in valeurs.items():
            setattr(user, nom, valeur)  # a password must not resemble them
        _poser_mot_de_passe(user, mot_de_passe, "mot_de_passe")
    ecrire(user, valeurs)
    if invitation:
        _ecrire_a(user, Courriel.INVITATION)
    return user


@transaction.atomic
def modifier_utilisateur(*, par: User, user_id: int, **champs: Unpack[ChampsUtilisateur]) -> User:
    """Change the named fields of an account.

    Raises BusinessRuleError DERNIER_ADMIN when no active admin would be left, ROLE_INCOMPATIBLE when the user is a
    technicien or a client's contact and would no longer have that role.
    """
    exiger(permissions.peut_gerer(par))
    admins = _verrouiller_admins()
    user: User = trouver(User.objects.visible_to(par), user_id, verrou=True)
    valeurs: dict[str, Any] = dict(champs)
    for nom in ("username", "email", "full_name"):
        if nom in valeurs:
            valeurs[nom] = (valeurs[nom] or "").strip()
    if "email" in valeurs:
        valeurs["email"] = valeurs["email"].lower()
    _verifier_nom(valeurs)
    role = valeurs.get("role", user.role)
    if role != user.role:
        _verifier_role(user, role)
        _garder_un_admin(user, admins)
    return ecrire(user, valeurs)


@transaction.atomic
def changer_activation(*, par: User, user_id: int, actif: bool) -> User:
    """Let a person in or keep him out, from now on; what he did stays. Raises BusinessRuleError DERNIER_ADMIN."""
    exiger(permissions.peut_gerer(par))
    admins = _verrouiller_admins()
    user: User = trouver(User.objects.visible_to(par), user_id, verrou=True)
    if not actif:
        _garder_un_admin(user, admins)
        fermer_sessions(user)
    user.is_active = actif
    user.enregistrer("is_active")
    return user


@transaction.atomic
def deverrouiller(*, par: User, user_id: int) -> User:
    """End the lock-out of an account after too many failed sign-ins, from every address. Not locked: nothing to do."""
    exiger(permissions.peut_gerer(par))
    user: User = trouver(User.objects.visible_to(par), user_id)
    blocage.oublier_echecs(user)
    return user


@transaction.atomic
def supprimer_utilisateur(*, par: User, user_id: int) -> None:
    """Delete an account that has signed nothing; else BusinessRuleError UTILISE: deactivate it instead."""
    exiger(permissions.peut_gerer(par))
    admins = _verrouiller_admins()
    user: User = trouver(User.objects.visible_to(par), user_id, verrou=True)
    _garder_un_admin(user, admins)
    effacer(
        user, _("Ce compte a laissé des traces (interventions, journal…) : désactivez-le plutôt.")
    )


@transaction.atomic
def modifier_profil(*, par: User, **champs: Unpack[ChampsProfil]) -> User:
    """Change one's own name or language."""
    user: User = trouver(User.objects.visible_to(par), par.pk, verrou=True)
    return ecrire(user, champs)


@transaction.atomic
def regler_preferences(*, par: User, **choix: Unpack[Preferences]) -> User:
    """Remember how one likes one's pages; what is not named stays. None for a list's columns: as it comes.

    Raises ValidationError naming what does not fit. A list or column that no longer exists does no harm: pages read
    only what they know.
    """
    user: User = trouver(User.objects.visible_to(par), par.pk, verrou=True)
    voulues: dict[str, Any] = dict(choix)
    retenues: dict[str, Any] = {**user.preferences}
    admis: dict[str, Any] = {
        "theme": Theme.values,
        "densite": Densite.values,
        "taille": list(TAILLES),
    }
    for nom, valeurs in admis.items():
        if nom not in voulues:
            continue
        if voulues[nom] not in valeurs:
            raise ValidationError.champ(nom, _("Ce choix n’existe pas."), "CHOIX_INVALIDE")
        retenues[nom] = voulues[nom]
    if "colonnes" in voulues:
        colonnes = {**retenues.get("colonnes", {}), **voulues["colonnes"]}
        retenues["colonnes"] = {liste: noms for liste, noms in colonnes.items() if noms is not None}
        _verifier_colonnes(retenues["colonnes"])
    for nom in ("tris", "vues"):
        if nom in voulues:
            choisis = {**retenues.get(nom, {}), **voulues[nom]}
            retenues[nom] = {liste: choix for liste, choix in choisis.items() if choix is not None}
            _verifier_choix(nom, retenues[nom])
    user.preferences = retenues
    user.enregistrer("preferences")
    return user


def _verifier_colonnes(colonnes: Mapping[str, list[str]]) -> None:
    noms = [nom for liste in colonnes.values() for nom in liste]
    trop = len(colonnes) > LISTES_MAX or any(len(n) > COLONNES_MAX for n in colonnes.values())
    if trop or not all(NOM_DE_LISTE.fullmatch(nom) for nom in (*colonnes, *noms)):
        raise ValidationError.champ("colonnes", _("Ces colonnes n’existent pas."), "INVALIDE")


def _verifier_choix(nom: str, choix: Mapping[str, str | int]) -> None:
    listes_connues = len(choix) <= LISTES_MAX and all(map(NOM_DE_LISTE.fullmatch, choix))
    if not listes_connues or not all(
        (isinstance(valeur, int) and 0 < valeur < 2**63)
        if nom == "vues"
        else CLE_DE_TRI.fullmatch(str(valeur))
        for valeur in choix.values()
    ):
        raise ValidationError.champ(nom, _("Ce choix n’existe pas."), "CHOIX_INVALIDE")


@transaction.atomic
def changer_mot_de_passe(*, par: User, ancien_mot_de_passe: str, nouveau_mot_de_passe: str) -> User:
    """Change one's own password; every other session, of pages and of the API, ends.

    Raises ValidationError when the old one is wrong or the new one too weak.
    """
    user: User = trouver(User.objects.visible_to(par), par.pk, verrou=True)
    if not user.check_password(ancien_mot_de_passe):
        raise ValidationError.champ(
            "ancien_mot_de_passe",
            _("Ce n’est pas votre mot de passe actuel."),
            "MOT_DE_PASSE_INCORRECT",
        )
    _poser_mot_de_passe(user, nouveau_mot_de_passe, "nouveau_mot_de_passe")
    user.enregistrer("password")
    fermer_sessions(user)
    return user


@transaction.atomic
def inviter(*, par: User, user_id: int) -> User:
    """Send (again) the link by which a person chooses his first password."""
    exiger(permissions.peut_gerer(par))
    user: User = trouver(User.objects.visible_to(par), user_id)
    if not user.is_active:
        raise BusinessRuleError(
            _("Ce compte est désactivé : réactivez-le d’abord."), code="COMPTE_INACTIF"
        )
    _ecrire_a(user, Courriel.INVITATION)
    return user


@transaction.atomic
def demander_reinitialisation(*, email: str) -> None:
    """Send the link to choose a new password, if an active account has this address. The caller never learns."""
    user = User.objects.actifs().filter(email=email.strip().lower()).first()
    if user is not None:
        _ecrire_a(user, Courriel.REINITIALISATION)


@transaction.atomic
def reinitialiser_mot_de_passe(*, uid: str, jeton: str, nouveau_mot_de_passe: str) -> User:
    """Set the password that was chosen through a link; the link is spent, every session ends.

    Raises ValidationError LIEN_INVALIDE for a link that is wrong, used or older than PASSWORD_RESET_TIMEOUT, or for a
    weak password.
    """
    user = compte_du_lien(uid, jeton)
    if user is None:
        raise ValidationError.champ(
            "jeton", _("Ce lien n’est plus valable : demandez-en un nouveau."), "LIEN_INVALIDE"
        )
    _poser_mot_de_passe(user, nouveau_mot_de_passe, "nouveau_mot_de_passe")
    user.enregistrer("password")
    fermer_sessions(user)
    return user


def compte_du_lien(uid: str, jeton: str) -> User | None:
    """Whose password a link may set, None when it is wrong, used or too old. The row is locked: a link serves once."""
    try:
        pk = int(urlsafe_base64_decode(uid))
    except ValueError:
        return None
    with transaction.atomic():
        user = User.objects.actifs().select_for_update(no_key=True).filter(pk=pk).first()
    return user if user is not None and default_token_generator.check_token(user, jeton) else None


def lien_mot_de_passe(user: User) -> str:
    """The path where the person chooses a password, good once and for PASSWORD_RESET_TIMEOUT seconds."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accounts:reinitialiser", args=[uid, default_token_generator.make_token(user)])


def _ecrire_a(user: User, courriel: Courriel) -> None:
    """Put the message in the outbox, which stands above this app: the settings name it."""
    ecrire_courriel: Callable[[User, Courriel, str], None] = import_string(
        settings.COURRIEL_DES_COMPTES
    )
    ecrire_courriel(user, courriel, lien_mot_de_passe(user))
    if courriel == Courriel.INVITATION:
        user.invite_le = timezone.now()
        user.enregistrer("invite_le")


def _poser_mot_de_passe(user: User, mot_de_passe: str, champ: str) -> None:
    try:
        validate_password(mot_de_passe, user)
    except DjangoValidationError as erreur:
        raise ValidationError(
            errors=[
                ErreurChamp(champ, message, "MOT_DE_PASSE_FAIBLE") for message in erreur.messages
            ]
        ) from erreur
    user.set_password(mot_de_passe)


def _verrouiller_admins() -> set[int]:
    """The active admins, their rows locked in one order: two of them cannot put each other out at once."""
    return set(
        User.objects.actifs()
        .avec_role(Role.ADMIN)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", flat=True)
    )


def _garder_un_admin(user: User, admins: set[int]) -> None:
    if admins == {user.pk}:
        raise BusinessRuleError(
            _("C’est le dernier administrateur actif : nommez-en un autre d’abord."),
            code="DERNIER_ADMIN",
        )


def _verifier_role(user: User, role: str) -> None:
    # profiles of apps above this one, through the reverse side of their keys
    for profil, compatible, phrase in (
        (
            "technicien",
            Role.TECHNICIEN,
            _("Cette personne a une fiche de technicien : son rôle ne peut pas changer."),
        ),
        (
            "contact",
            Role.CLIENT,
            _("Cette personne est le contact d’un client : son rôle ne peut pas changer."),
        ),
    ):
        if role != compatible and hasattr(user, profil):
            raise BusinessRuleError(phrase, code="ROLE_INCOMPATIBLE")


def _verifier_nom(valeurs: Mapping[str, Any]) -> None:
    nom = valeurs.get("username")
    if nom and not NOM_UTILISATEUR.fullmatch(nom):
        raise ValidationError.champ(
            "username", _("Lettres sans accent, chiffres, point, tiret et tiret bas seulement.")
        )


def _nom_libre(email: str) -> str:
    """A user name from an address: the part before the @, with a number when it is taken."""
    base = slugify(email.partition("@")[0].replace(".", "-"))[:80] or "utilisateur"
    pris = set(User.objects.filter(username__startswith=base).values_list("username", flat=True))
    if base not in pris:
        return base
    return next(nom for numero in range(2, len(pris) + 3) if (nom := f"{base}{numero}") not in pris)
