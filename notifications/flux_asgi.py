"""The event stream as its own ASGI application: `GET /api/v1/notifications/stream`, `/health` and `/metrics`.

One connection listens to PostgreSQL, one thread reads for all, and every open stream is a queue: an event costs the
database the same few queries for one stream as for hundreds. Nothing is kept that a restart would lose: a reader names
his place when he comes back (`notifications.flux`).
"""

import asyncio
import io
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
import structlog
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIRequest
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, connections
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, Throttled

from accounts.api.authentication import JetonAuthentication, SessionDePage, meme_hote
from accounts.models import SessionApi, User
from accounts.sessions import JetonAcces
from erp.annonces import ACCES, CANAL
from erp.api.errors import REFUS, ErreurApi, traduction
from erp.api.renderers import en_json
from erp.api.throttling import DebitThrottle
from erp.exceptions import IntrouvableError
from notifications import flux
from notifications.api.views import dernier_vu
from notifications.flux_mesures import Mesures

logger = structlog.get_logger(__name__)

CHEMIN = "/api/v1/notifications/stream"
SANTE, MESURES = "/health", "/metrics"

#: Seconds. A comment keeps proxies from closing a silent stream.
BATTEMENT = 15.0
#: Every so often the table is read unasked, and who may still read is asked again.
PASSAGE = 10.0
#: A reader that takes nothing for this long is cut.
ENVOI_MAX = 20.0
RECONNEXION = (0.2, 5.0)
#: Messages that wait for one reader; he comes back and finds those that he missed.
FILE_MAX = 64
FLUX_PAR_PERSONNE = 12
FLUX_MAX = 2_000

# What a request is refused for; a database that is away among them.
REFUSES: tuple[type[Exception], ...] = (*REFUS, DatabaseError, InterfaceError)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Lecteur:
    """Who reads, and by what right: a session of the API until its token expires, or one of the pages."""

    user_id: int
    session_api: int | None = None
    expire: float = float("inf")  # seconds since 1970
    session_web: str = ""


@dataclass(eq=False, slots=True)
class Abonne:
    """One open stream."""

    lecteur: Lecteur
    #: each message with the moment at which it began to wait
    file: "asyncio.Queue[tuple[bytes, float] | None]" = field(
        default_factory=lambda: asyncio.Queue(FILE_MAX + 1)
    )
    ferme: bool = False

    def deposer(self, message: bytes) -> bool:
        """Put a message in its queue; a queue that is full closes the stream, and the answer is no."""
        if self.ferme:
            return True
        if self.file.qsize() >= FILE_MAX:
            logger.warning("flux_trop_lent", user_id=self.lecteur.user_id)
            self.fermer()
            return False
        self.file.put_nowait((message, time.monotonic()))
        return True

    def fermer(self) -> None:
        """End it: what waits is not sent, the reader resumes before it."""
        if not self.ferme:
            self.ferme = True
            while not self.file.empty():
                self.file.get_nowait()
            self.file.put_nowait(None)


class Diffusion:
    """Reads once for all, and puts into each stream's queue what its reader may see."""

    def __init__(self) -> None:
        self.abonnes: set[Abonne] = set()
        self._curseur: flux.Curseur | None = None
        # one reading at a time: a new stream begins exactly where the readings before it ended
        self._verrou = asyncio.Lock()
        # one thread, so one connection of Django's, whatever the number of streams
        self._fil = ThreadPoolExecutor(max_workers=1, thread_name_prefix="flux-base")
        self._taches: list[asyncio.Task[None]] = []
        self.arretee = False
        self.mesures = Mesures(
            lambda: len(self.abonnes),
            lambda: len({abonne.lecteur.user_id for abonne in self.abonnes}),
        )

    def demarrer(self) -> None:
        self._taches = [asyncio.create_task(tache()) for tache in (self._ecouter, self._passer)]

    def fermer_les_flux(self) -> None:
        """Close all streams: their readers come back, to whoever answers then."""
        self.arretee = True
        for abonne in tuple(self.abonnes):
            abonne.fermer()

    async def arreter(self) -> None:
        self.fermer_les_flux()
        for tache in self._taches:
            tache.cancel()
        await asyncio.gather(*self._taches, return_exceptions=True)
        await self.en_base(connections.close_all)
        self._fil.shutdown()

    async def en_base(self, lire: Callable[..., R], *args: Any) -> R:
        """Run what queries in the thread; a connection that broke is replaced at the next call."""

        def courir() -> R:
            close_old_connections()
            return lire(*args)

        return await asyncio.get_running_loop().run_in_executor(self._fil, courir)

    # --- Readers ------------------------------------------------------------------------------

    async def abonner(self, user: User, lecteur: Lecteur, depuis: flux.Curseur | None) -> Abonne:
        """A new stream, its first message in it: what was missed since `depuis`."""
        self._verifier_la_place(user)
        async with self._verrou:
            curseur = await self._avancer()
            contenu, curseur = await self.en_base(flux.reprendre, user, depuis, curseur)
            # asked again: others came while this one waited
            self._verifier_la_place(user)
            abonne = Abonne(lecteur)
            abonne.deposer(b"retry: %d\n%s" % (flux.RETOUR_MS, flux.en_sse(contenu, curseur)))
            self.abonnes.add(abonne)
        return abonne

    def _verifier_la_place(self, user: User) -> None:
        if self.arretee or len(self.abonnes) >= FLUX_MAX:
            raise ErreurApi(
                503,
                "SERVICE_INDISPONIBLE",
                _("Le service est momentanément indisponible."),
                wait=flux.RELEVE_MS / 1000,
            )
        if Counter(a.lecteur.user_id for a in self.abonnes)[user.pk] >= FLUX_PAR_PERSONNE:
            raise ErreurApi(
                429,
                "TROP_DE_FLUX",
                _("Trop de connexions ouvertes : fermez-en une."),
                wait=flux.RELEVE_MS / 1000,
            )

    # --- The database ---------------------------------------------------------------------------

    async def _ecouter(self) -> None:
        """Wait for what is announced at commit; a lost connection is made again, and the reading goes on."""
        pause = RECONNEXION[0]
        while True:
            try:
                parametres = await self.en_base(_parametres_de_connexion)
                async with await psycopg.AsyncConnection.connect(
                    **parametres, autocommit=True
                ) as ecoute:
                    await ecoute.execute(f"LISTEN {CANAL}")
                    await self.avancer()  # what happened while nobody listened
                    pause = RECONNEXION[0]
                    await self.verifier()
                    while True:
                        annonces = ecoute.notifies(timeout=PASSAGE, stop_after=1)
                        recues = {annonce.payload async for annonce in annonces}
                        await self.avancer()
                        if ACCES in recues:
                            await self.verifier()
            except (psycopg.Error, DatabaseError, InterfaceError, OSError) as erreur:
                logger.warning("flux_sans_base", erreur=str(erreur).splitlines()[:1])
            await asyncio.sleep(pause)
            pause = min(pause * 2, RECONNEXION[1])

    async def avancer(self) -> None:
        """Read what was committed since, and hand it out."""
        async with self._verrou:
            await self._avancer()

    async def _avancer(self) -> flux.Curseur:
        ids = {abonne.lecteur.user_id for abonne in self.abonnes}
        textes, curseur, ages = await self.en_base(_lire_pour, self._curseur, ids)
        self._curseur = curseur
        for abonne in tuple(self.abonnes):
            texte = textes.get(abonne.lecteur.user_id)
            if texte and not abonne.deposer(texte):
                self.mesures.coupes.labels("lent").inc()
        self.mesures.evenements.inc(len(ages))
        for age in ages:
            self.mesures.retard.observe(age)
        return curseur

    async def _passer(self) -> None:
        """Close the streams of those who may not read any more."""
        while True:
            await asyncio.sleep(PASSAGE)
            try:
                await self.verifier()
            except (DatabaseError, InterfaceError) as erreur:
                logger.warning("flux_sans_base", erreur=str(erreur).splitlines()[:1])

    async def verifier(self) -> None:
        lecteurs = {abonne.lecteur for abonne in self.abonnes}
        if not lecteurs:
            return
        admis = await self.en_base(_admis, lecteurs)
        for abonne in tuple(self.abonnes):
            if abonne.lecteur in lecteurs - admis:
                abonne.fermer()
                self.mesures.coupes.labels("acces").inc()


def _parametres_de_connexion() -> dict[str, Any]:
    django = connection.get_connection_params()
    ignores = ("cursor_factory", "context", "prepare_threshold", "application_name")
    params = {nom: valeur for nom, valeur in django.items() if nom not in ignores}
    return {**params, "application_name": "erp-flux", "connect_timeout": 5}


def _lire_pour(
    depuis: flux.Curseur | None, user_ids: set[int]
) -> tuple[dict[int, bytes], flux.Curseur, list[float]]:
    """The new messages for these persons, the new place, and how old each event was when it was read, in seconds."""
    if depuis is None:
        return {}, flux.maintenant(), []
    faits, ici = flux.lire(depuis)
    if faits is None:  # too much to tell one by one
        comptes = flux.non_lues(user_ids)
        return (
            {
                pk: flux.en_sse({"evenements": [], "recharger": True, "non_lues": nombre}, ici)
                for pk, nombre in comptes.items()
            },
            ici,
            [],
        )
    ages = [fait.age for fait in faits]
    if not faits or not user_ids:
        return {}, ici, ages
    # read again each time: a role that changed, an account that was shut
    personnes = User.objects.actifs().filter(pk__in=user_ids)
    contenus = flux.messages(faits, personnes)
    return {pk: flux.en_sse(contenu, ici) for pk, contenu in contenus.items()}, ici, ages


def _admis(lecteurs: Iterable[Lecteur]) -> set[Lecteur]:
    """Those whose account and session are still good."""
    maintenant = time.time()
    lecteurs = [lecteur for lecteur in lecteurs if lecteur.expire > maintenant]
    comptes = User.objects.actifs().in_bulk({lecteur.user_id for lecteur in lecteurs})
    ouvertes = set(
        SessionApi.objects.filter(
            pk__in={lecteur.session_api for lecteur in lecteurs if lecteur.session_api},
            revoquee_le__isnull=True,
        ).values_list("pk", flat=True)
    )
    admis = set()
    for lecteur in lecteurs:
        compte = comptes.get(lecteur.user_id)
        if compte is None:
            continue
        if lecteur.session_api in ouvertes or (
            lecteur.session_web and _session_bonne(lecteur.session_web, compte)
        ):
            admis.add(lecteur)
    return admis


def _session_bonne(cle: str, compte: User) -> bool:
    demande = HttpRequest()
    demande.COOKIES[settings.SESSION_COOKIE_NAME] = cle
    lu = SessionDePage().authenticate(demande)  # type: ignore[arg-type]  # cookies are all that it reads
    return lu is not None and lu[0].pk == compte.pk


# --- The application ------------------------------------------------------------------------------


def _identifier(request: ASGIRequest) -> tuple[User, Lecteur, tuple[int, int, int] | None]:
    """Who asks, counted as every request to the API. Raises what `erp.api.errors` translates."""
    user: User | None = None
    auth: Any = None
    demande: Any = request
    try:
        for porte in (JetonAuthentication(), SessionDePage()):
            if lu := porte.authenticate(demande):
                user, auth = lu
                break
    finally:
        demande.user = user if user is not None else _Inconnu()
        demande._request = request
        debit = DebitThrottle()
        if not debit.allow_request(demande, None):  # type: ignore[arg-type]  # it asks the view nothing here
            raise Throttled(debit.wait())
    if user is None:
        raise NotAuthenticated
    if isinstance(auth, JetonAcces):
        lecteur = Lecteur(user.pk, session_api=auth["session"], expire=float(auth["exp"]))
    else:
        assert isinstance(auth, SessionBase)
        lecteur = Lecteur(user.pk, session_web=str(auth.session_key))
    return user, lecteur, getattr(request, "debit", None)


class _Inconnu:
    is_authenticated = False
    pk = None


class FluxASGI:
    """The ASGI application."""

    def __init__(self) -> None:
        self.diffusion: Diffusion | None = None
        self._boucle: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._vivre(receive, send)
        elif scope["type"] == "http":
            await self._repondre(scope, receive, send)

    def fermer_les_flux(self) -> None:
        """For a signal handler: let the readers go, so that the server need not wait for them."""
        if self._boucle is not None and self.diffusion is not None:
            self._boucle.call_soon_threadsafe(self.diffusion.fermer_les_flux)

    async def _vivre(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._boucle = asyncio.get_running_loop()
                self.diffusion = Diffusion()
                self.diffusion.demarrer()
                await send({"type": "lifespan.startup.complete"})
            else:
                assert self.diffusion is not None
                await self.diffusion.arreter()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _repondre(self, scope: Scope, receive: Receive, send: Send) -> None:
        diffusion = self.diffusion
        assert diffusion is not None, "the server runs no lifespan"
        chemin = scope["path"].removesuffix("/")
        if chemin == SANTE:
            corps = {"status": "ok", "version": settings.VERSION, "flux": len(diffusion.abonnes)}
            await _envoyer(send, 200, [(b"content-type", b"application/json")], en_json(corps))
            return
        if chemin == MESURES:
            entetes = [(b"content-type", CONTENT_TYPE_LATEST.encode())]
            await _envoyer(send, 200, entetes, diffusion.mesures.texte())
            return
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=str(uuid4()))
        request = ASGIRequest(dict(scope), io.BytesIO())
        entetes = _entetes_communs(request)
        with translation.override(translation.get_language_from_request(request)):
            try:
                if chemin != CHEMIN:
                    raise IntrouvableError
                request.get_host()  # refuses a host that is not ours
                if request.method == "OPTIONS":
                    await _envoyer(send, 204, [*entetes, (b"allow", b"GET, HEAD, OPTIONS")])
                    return
                if request.method not in ("GET", "HEAD"):
                    raise MethodNotAllowed(str(request.method))
                user, lecteur, debit = await diffusion.en_base(_identifier, request)
                entetes += _entetes_debit(debit)
                if request.method == "HEAD":
                    await _envoyer(send, 200, entetes + _ENTETES_FLUX)
                    return
                abonne = await diffusion.abonner(user, lecteur, dernier_vu(request))
            except REFUSES as exc:
                await _refuser(send, request, exc, entetes)
                return
        try:
            await _servir(abonne, entetes + _ENTETES_FLUX, receive, send, diffusion.mesures)
        finally:
            diffusion.abonnes.discard(abonne)


_ENTETES_FLUX = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
]


async def _servir(
    abonne: Abonne,
    entetes: list[tuple[bytes, bytes]],
    receive: Receive,
    send: Send,
    mesures: Mesures,
) -> None:
    """Send what comes to its queue until its reader leaves, or is made to."""

    async def partir() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        abonne.fermer()

    depart = asyncio.create_task(partir())
    try:
        await send({"type": "http.response.start", "status": 200, "headers": entetes})
        while not abonne.ferme:
            attente = min(BATTEMENT, max(0.0, abonne.lecteur.expire - time.time()))
            depose: float | None = None
            try:
                suivant = await asyncio.wait_for(abonne.file.get(), attente)
                if suivant is None:
                    break
                message, depose = suivant
            except TimeoutError:
                if abonne.lecteur.expire <= time.time():
                    break
                message = b": vivant\n\n"
            corps = {"type": "http.response.body", "body": message, "more_body": True}
            await asyncio.wait_for(send(corps), ENVOI_MAX)
            if depose is not None:
                mesures.messages.inc()
                mesures.attente.observe(time.monotonic() - depose)
        fin = {"type": "http.response.body", "body": b"", "more_body": False}
        await asyncio.wait_for(send(fin), 1)
    except TimeoutError:
        logger.warning("flux_coupe", user_id=abonne.lecteur.user_id)
        mesures.coupes.labels("lent").inc()
    finally:
        abonne.fermer()
        depart.cancel()
        with suppress(asyncio.CancelledError):
            await depart


def _entetes_communs(request: ASGIRequest) -> list[tuple[bytes, bytes]]:
    """Request id and, for a page of another origin, leave to read: with its cookies only from our own host name."""
    identifiant = str(structlog.contextvars.get_contextvars()["request_id"])
    entetes = [
        (b"x-request-id", identifiant.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"vary", b"Authorization, Cookie, Origin, Accept-Language"),
    ]
    origine = request.headers.get("Origin", "")
    try:
        du_site = bool(settings.FLUX_PORT and origine and meme_hote(origine, request.get_host()))
    except SuspiciousOperation:
        return entetes
    if du_site or origine in settings.CORS_ALLOWED_ORIGINS:
        entetes.append((b"access-control-allow-origin", origine.encode("latin-1")))
        entetes.append((b"access-control-allow-headers", b"authorization, last-event-id"))
        entetes.append((b"access-control-allow-methods", b"GET"))
    if du_site:
        entetes.append((b"access-control-allow-credentials", b"true"))
    return entetes


def _entetes_debit(debit: tuple[int, int, int] | None) -> list[tuple[bytes, bytes]]:
    noms = (b"x-ratelimit-limit", b"x-ratelimit-remaining", b"x-ratelimit-reset")
    return [(nom, b"%d" % valeur) for nom, valeur in zip(noms, debit or (), strict=False)]


async def _refuser(
    send: Send, request: ASGIRequest, exc: Exception, entetes: list[tuple[bytes, bytes]]
) -> None:
    """The envelope of every error of the API."""
    erreur = traduction(exc)
    if erreur is None:
        logger.error("api_erreur_interne", exc_info=exc)
        erreur = ErreurApi(
            500, "ERREUR_INTERNE", _("Une erreur interne est survenue. Elle a été consignée.")
        )
    entetes = [*entetes, (b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    entetes += _entetes_debit(getattr(request, "debit", None))
    if erreur.status_code == 401:
        entetes.append((b"www-authenticate", b'Bearer realm="api"'))
    if erreur.status_code == 405:
        entetes.append((b"allow", b"GET, HEAD, OPTIONS"))
    if attente := getattr(erreur, "wait", None):
        entetes.append((b"retry-after", b"%d" % attente))
    corps = b"" if request.method == "HEAD" else en_json(erreur.corps)
    await _envoyer(send, erreur.status_code, entetes, corps)


async def _envoyer(
    send: Send, statut: int, entetes: list[tuple[bytes, bytes]], corps: bytes = b""
) -> None:
    if statut != 204 and corps:
        entetes = [*entetes, (b"content-length", b"%d" % len(corps))]
    await send({"type": "http.response.start", "status": statut, "headers": entetes})
    await send({"type": "http.response.body", "body": corps})


# The session engine is imported by its name at the first request: now, rather than in the middle of one.
import_module(settings.SESSION_ENGINE)
application = FluxASGI()
