"""Sessions: those of the API, with two tokens at sign-in, a new pair at each refresh; those of the pages.

An access token lives for minutes and names its session; a refresh token is good once. One that was already spent ends
its whole session: either its owner or a thief holds a newer one, and nobody can tell which.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from accounts.models import SessionApi, SessionWeb, User
from accounts.querysets import SessionApiQuerySet, SessionWebQuerySet
from erp.annonces import annoncer_acces
from erp.exceptions import ERPException, IntrouvableError

ID_MAX = 2**63 - 1
ACCES, RAFRAICHISSEMENT, PORTEUR = "access", "refresh", "bearer"

J = TypeVar("J", bound=Token)


class JetonRefuse(ERPException):
    """A token that is malformed, expired, spent or revoked, or whose account was deactivated."""

    status = 401
    code = "JETON_INVALIDE"
    detail = _("Ce jeton n’est pas valable : connectez-vous.")


class JetonAcces(Token):
    token_type = ACCES
    lifetime = api_settings.ACCESS_TOKEN_LIFETIME


class JetonRafraichissement(Token):
    token_type = RAFRAICHISSEMENT
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME


@dataclass(frozen=True, slots=True)
class Jetons:
    """What a sign-in or a refresh answers; `expires_in` in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: str = PORTEUR


@transaction.atomic
def ouvrir_session(*, user: User, agent: str = "", adresse: str | None = None) -> Jetons:
    """A new session for somebody who just proved who he is."""
    maintenant = timezone.now()
    session = SessionApi.objects.create(
        user=user,
        jeton=uuid4(),
        agent=agent.replace("\x00", "")[:200],
        adresse=adresse or None,
        utilisee_le=maintenant,
        expire_le=maintenant + _duree(),
    )
    return _jetons(session, user)


def rafraichir(*, jeton: str) -> Jetons:
    """A new pair for a refresh token that is good; it is spent now. Raises JetonRefuse.

    A spent token revokes its session, and that stays although this refuses.
    """
    lu = lire(JetonRafraichissement, jeton)
    session_id, identifiant = _entier(lu.get("session")), _uuid(lu.get("jti"))
    with transaction.atomic():
        session = (
            SessionApi.objects.select_for_update(no_key=True, of=("self",))
            .select_related("user")
            .filter(pk=session_id)
            .first()
        )
        if session is None or session.revoquee_le is not None or not session.user.is_active:
            raise JetonRefuse
        maintenant = timezone.now()
        if session.jeton == identifiant:
            session.jeton = uuid4()
            session.utilisee_le = maintenant
            session.expire_le = maintenant + _duree()
            session.enregistrer("jeton", "utilisee_le", "expire_le")
            return _jetons(session, session.user)
        session.revoquee_le = maintenant
        session.enregistrer("revoquee_le")
    raise JetonRefuse(
        _("Ce jeton a déjà servi : par prudence, la session est fermée."), code="JETON_REUTILISE"
    )


@transaction.atomic
def fermer_session(*, par: User, session_id: int) -> None:
    """Sign out of one of one's own sessions: its tokens are refused from now on. Raises IntrouvableError."""
    fermees = (
        SessionApi.objects.visible_to(par)
        .ouvertes(timezone.now())
        .filter(pk=session_id)
        .update(revoquee_le=timezone.now())
    )
    if not fermees:
        raise IntrouvableError
    annoncer_acces()


@transaction.atomic
def fermer_session_web(*, par: User, marque: str) -> None:
    """End one of one's own sessions of the pages, named by its imprint. Raises IntrouvableError."""
    siennes = SessionWeb.objects.visible_to(par)
    cle = next((session.pk for session in siennes if session.empreinte == marque), None)
    if cle is None:
        raise IntrouvableError
    siennes.filter(pk=cle).delete()
    annoncer_acces()


def fermer_sessions(user: User) -> int:
    """Sign a person out everywhere (new password, deactivated account); how many sessions ended."""
    return _fermer(user, SessionApi.objects.filter(user=user), SessionWeb.objects.filter(user=user))


def fermer_les_autres(*, par: User, api: int | None = None, web: str | None = None) -> int:
    """Sign out everywhere else than here: the session `api`, or that of the pages with key `web`. How many ended."""
    return _fermer(
        par,
        SessionApi.objects.visible_to(par).exclude(pk=api or 0),
        SessionWeb.objects.visible_to(par).exclude(pk=web or ""),
    )


@transaction.atomic
def _fermer(user: User, api: SessionApiQuerySet, web: SessionWebQuerySet) -> int:
    maintenant = timezone.now()
    fermees = api.filter(revoquee_le__isnull=True).update(
        revoquee_le=maintenant, updated_at=maintenant
    )
    fermees += web.delete()[0]
    annoncer_acces()
    return fermees


@dataclass(frozen=True, slots=True)
class SessionOuverte:
    """Where a person is signed in, as his profile shows it."""

    genre: str  # "api" or "web"
    marque: str
    agent: str
    adresse: str
    ouverte_le: datetime | None
    utilisee_le: datetime | None
    courante: bool = False


def sessions_ouvertes(user: User, web: str | None = None) -> list[SessionOuverte]:
    """His sessions of the pages and of the API, the current one (its key) first, then the last used."""
    maintenant = timezone.now()
    ouvertes = [
        SessionOuverte(
            "web",
            session.empreinte,
            session.agent,
            session.adresse,
            session.ouverte_le,
            session.utilisee_le,
            courante=session.pk == web,
        )
        for session in SessionWeb.objects.visible_to(user).ouvertes(maintenant)
    ]
    ouvertes += [
        SessionOuverte(
            "api",
            str(session.pk),
            session.agent,
            session.adresse or "",
            session.created_at,
            session.utilisee_le,
        )
        for session in SessionApi.objects.visible_to(user).ouvertes(maintenant)[:200]
    ]
    jamais = datetime.min.replace(tzinfo=UTC)
    return sorted(
        ouvertes,
        key=lambda ouverte: (ouverte.courante, ouverte.utilisee_le or jamais),
        reverse=True,
    )


def purger_sessions(maintenant: datetime) -> int:
    """Forget sessions of the API that ended a month ago or more, and those of the pages that expired; how many."""
    limite = maintenant - timedelta(days=30)
    perimees = SessionApi.objects.filter(expire_le__lt=limite) | SessionApi.objects.filter(
        revoquee_le__lt=limite
    )
    finies = SessionWeb.objects.filter(expire_date__lt=maintenant).delete()[0]
    return int(perimees.delete()[0] + finies)


def lire(classe: type[J], brut: str) -> J:
    """A token whose signature, kind and date are right. Raises JetonRefuse (code JETON_EXPIRE when it is too old)."""
    try:
        return classe(brut)  # type: ignore[arg-type]  # published as taking a Token; it takes the text of one
    except ExpiredTokenError as erreur:
        raise JetonRefuse(_("Ce jeton a expiré."), code="JETON_EXPIRE") from erreur
    except (TokenError, ValueError) as erreur:
        raise JetonRefuse from erreur


def _jetons(session: SessionApi, user: User) -> Jetons:
    rafraichissement = JetonRafraichissement()
    rafraichissement["jti"] = session.jeton.hex
    acces = JetonAcces()
    for jeton in (acces, rafraichissement):
        jeton["sub"] = user.email
        jeton["user_id"] = user.pk
        jeton["session"] = session.pk
    acces["role"] = user.role
    return Jetons(str(acces), str(rafraichissement), int(JetonAcces.lifetime.total_seconds()))


def _duree() -> timedelta:
    duree: timedelta = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    return duree


def _entier(valeur: Any) -> int:
    if not isinstance(valeur, int) or isinstance(valeur, bool) or not 0 < valeur <= ID_MAX:
        raise JetonRefuse
    return valeur


def _uuid(valeur: Any) -> UUID:
    try:
        return UUID(hex=valeur)
    except (ValueError, TypeError, AttributeError) as erreur:
        raise JetonRefuse from erreur
