"""Settings, all from the environment (12-factor). `.env.example` documents every variable.

With DEBUG off the process refuses to start on a default secret key, an empty ALLOWED_HOSTS or no mail sender.
"""

import logging
import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import structlog
from botocore.config import Config
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

VERSION = "0.1.0"
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# --- What must be right before anything starts ------------------------------------------------------------------------
CLE_PAR_DEFAUT = "dev-only-secret-key-never-use-it-outside-a-development-machine"

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default=CLE_PAR_DEFAUT if DEBUG else "")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default="MIF Maroc <ne-pas-repondre@mif.ma>" if DEBUG else ""
)

if not DEBUG:
    if (
        len(SECRET_KEY) < 50
        or len(set(SECRET_KEY)) < 5
        or SECRET_KEY in {CLE_PAR_DEFAUT, "change-me"}
    ):
        raise ImproperlyConfigured(
            "SECRET_KEY: set a random value of at least 50 characters (see .env.example)."
        )
    if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS: list the host names that this site answers to, without '*'."
        )
    if not DEFAULT_FROM_EMAIL:
        raise ImproperlyConfigured("DEFAULT_FROM_EMAIL: set the address that mail is sent from.")

# --- Applications -----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "corsheaders",
    "django_celery_beat",
    "django_celery_results",
    "pgtrigger",
    "django_htmx",
    "template_partials",
    "axes",
    "csp",
    "django_prometheus",
    "django_structlog",
    "phonenumber_field",
    "erp",
    "accounts",
    "notifications",
    "jobs",
    "clients",
    "equipment",
    "technicians",
    "stock",
    "interventions",
    "planning",
    "search",
    "sync",
    "transfers",
    "documents",
    "dashboard",
    "demo",
]

# The classes of erp.middleware let `/api/` through untouched: the API carries its own authentication and needs neither
# session, nor messages, nor the form token.
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "erp.middleware.CompressionApi",
    "erp.middleware.AdresseAppelant",
    "erp.middleware.JournalRequetes",
    "erp.middleware.SessionPages",
    "erp.middleware.LanguePages",
    "django.middleware.common.CommonMiddleware",
    "erp.middleware.CsrfPages",
    "erp.middleware.AuthentificationPages",
    "erp.middleware.LangueUtilisateur",
    "accounts.middleware.SessionSuivie",
    "erp.middleware.MessagesPages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "erp.middleware.HtmxPages",
    "erp.middleware.PolitiqueContenu",
    "erp.middleware.ErreursMetier",
    "search.middleware.OuvrirSurSaVue",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "erp.urls"
WSGI_APPLICATION = "erp.wsgi.application"
ASGI_APPLICATION = "erp.asgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "erp.context_processors.societe",
            ],
        },
    }
]

# --- Database ---------------------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgresql://localhost/erp"),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=300),
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"]["ENGINE"] = "erp.postgresql"
DATABASES["default"].setdefault("OPTIONS", {})["application_name"] = "erp"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: cache, rate limits, broker --------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},  # seconds
    }
}

CELERY_BROKER_URL = REDIS_URL
# A request that has something to send does not wait for a broker that is gone: the row is there, the sweep sends it.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,  # seconds, all three
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = timedelta(days=14)
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SYNC_EVERY = 1  # the admin shows a run once it has started, not minutes later
# The lowest priority (Redis counts down from 0): a thousand e-mails, or a slow mail server, hold no other job back.
CELERY_TASK_ROUTES = {"notifications.tasks.envoyer_courriel": {"priority": 9}}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TRACK_STARTED = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Africa/Casablanca"
DJANGO_STRUCTLOG_CELERY_ENABLED = True

# --- Accounts ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesBackend", "accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:connexion"
LOGIN_REDIRECT_URL = "dashboard:accueil"
LOGOUT_REDIRECT_URL = "accounts:connexion"
CSRF_FAILURE_VIEW = "erp.erreurs.jeton_refuse"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600  # seconds
# Who writes to people about their account: `accounts` stands below the outbox and cannot import it.
COURRIEL_DES_COMPTES = "notifications.comptes.ecrire"

AXES_FAILURE_LIMIT = env.int("CONNEXION_ECHECS_MAX", default=8)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("CONNEXION_BLOCAGE_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
# A try during the lock-out does not prolong it: it ends when the answer said it would.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "accounts.blocage.identifiant"
SILENCED_SYSTEM_CHECKS = [
    "axes.W002",  # the sign-in page and `/auth` show the lock-out themselves
    "security.W003",  # erp.middleware.CsrfPages is Django's own, for pages; the check knows one name only
]
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_IPWARE_PROXY_COUNT = env.int("PROXYS", default=0)

# --- Event stream: a process of its own -------------------------------------------------------------------------------
# What erp.asgi serves; erp stands below the app that holds it.
FLUX_APPLICATION = "notifications.flux_asgi.application"
# Objects whose changes are streamed, each to whoever its model's `visible_to` shows it.
FLUX_OBJETS = {
    "intervention": "interventions.Intervention",
    "planning": "interventions.Planning",
}
# Where pages find the stream when no proxy brings it under their own address (`make run`): the port of its process.
FLUX_PORT = int(env.str("FLUX_PORT", default="") or 0)

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.JetonAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["erp.api.renderers.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["erp.api.parsers.OrjsonParser"],
    "DEFAULT_THROTTLE_CLASSES": ["erp.api.throttling.DebitThrottle"],
    "DEFAULT_SCHEMA_CLASS": "erp.api.schema.SchemaApi",
    "EXCEPTION_HANDLER": "erp.api.errors.exception_handler",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
    "DATETIME_FORMAT": "iso-8601",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DEBIT_PAR_MINUTE = {
    # requests a minute, by user when signed in and by address otherwise
    "utilisateur": env.int("DEBIT_UTILISATEUR", default=600),
    "adresse": env.int("DEBIT_ADRESSE", default=300),
    "auth": env.int("DEBIT_AUTH", default=20),
}
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": env.str("JWT_SECRET_KEY", default="") or SECRET_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("JETON_ACCES_MINUTES", default=15)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("JETON_RAFRAICHISSEMENT_JOURS", default=30)),
    "USER_ID_CLAIM": "user_id",
    "UPDATE_LAST_LOGIN": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ERP Maintenance",
    "DESCRIPTION": "API pour l’application mobile des techniciens, les systèmes des clients et les intégrations.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "erp.api.openapi.completer",
    ],
    # one name per vocabulary, whatever the field that uses it is called
    "ENUM_NAME_OVERRIDES": {
        nom: f"{app}.choices.{nom.removesuffix(suffixe)}.choices"
        for app, suffixe, noms in (
            ("accounts", "", "Role Langue"),
            ("notifications", "", "Canal Evenement StatutEnvoi"),
            (
                "clients",
                "",
                "TypeClient NiveauService TypeContrat StatutContrat Couverture Priorite",
            ),
            ("equipment", "", "StatutEquipement Criticite"),
            ("technicians", "", "NiveauCompetence TypeAbsence StatutAbsence"),
            ("stock", "", "TypeMouvement"),
            (
                "interventions",
                "",
                "TypeIntervention MotifAttente ActionJournal TypeTemps ResultatControle",
            ),
            ("interventions", "Intervention", "StatutIntervention"),
            (
                "planning",
                "",
                "ModeEcheance JourFerme EtatProposition EtatLigne GenreLigne RaisonOmission Conclusion",
            ),
            ("documents", "", "TypeDocument"),
            ("search", "Recherche", "GenreRecherche"),
            ("search", "", "Entite"),
            ("jobs", "", "StatutTravail"),
        )
        for nom in noms.split()
    }
    | {"EntiteExport": "transfers.api.serializers.ENTITES"},
}
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "range",
]
CORS_PREFLIGHT_MAX_AGE = 3600  # seconds
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Location",
    "Content-Disposition",
    "Idempotency-Replayed",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-ID",
]

# --- Language, time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("en", _("Anglais")), ("ar", _("Arabe"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
# A stranger's choice on the sign-in page; a signed-in user has his own in his profile.
LANGUAGE_COOKIE_NAME = "langue"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
# The time zones of the pinned tzdata package, not of the machine: Morocco changes its offsets by decree, and an older
# machine would disagree by an hour with the others and with PostgreSQL.
zoneinfo.reset_tzpath(to=())
TIME_ZONE = "Africa/Casablanca"
FORMAT_MODULE_PATH = ["erp.formats"]
PHONENUMBER_DEFAULT_REGION = "MA"
PHONENUMBER_DB_FORMAT = "E164"
PHONENUMBER_DEFAULT_FORMAT = "INTERNATIONAL"

# --- Static and uploaded files ----------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "documents")))
TAILLE_MAX_DOCUMENT = env.int("TAILLE_MAX_DOCUMENT_MO", default=10) * 1024 * 1024  # bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # bytes, of a request body without its files

_STOCKAGE_DOCUMENTS: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": str(MEDIA_ROOT), "base_url": None},
}
if env.str("S3_BUCKET", default=""):
    _STOCKAGE_DOCUMENTS = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
            "access_key": env.str("S3_ACCESS_KEY"),
            "secret_key": env.str("S3_SECRET_KEY"),
            "region_name": env.str("S3_REGION", default="") or None,
            "default_acl": None,  # the bucket's own, private; many refuse a request that names one
            "file_overwrite": False,
            # A store that is gone is said to be within seconds; one that is not Amazon's has one host for all its
            # buckets, and may not know the checksums that Amazon's newest clients add.
            "client_config": Config(
                connect_timeout=3,
                read_timeout=20,
                retries={"total_max_attempts": 2, "mode": "standard"},
                signature_version="s3v4",
                s3={
                    "addressing_style": "path" if env.str("S3_ENDPOINT_URL", default="") else "auto"
                },
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        },
    }
# What imports read and exports make: in the same place, in a folder of its own.
_STOCKAGE_TRAVAUX: dict[str, Any] = {
    **_STOCKAGE_DOCUMENTS,
    "OPTIONS": {
        **_STOCKAGE_DOCUMENTS["OPTIONS"],
        "location": "travaux"
        if _STOCKAGE_DOCUMENTS["BACKEND"].endswith("S3Storage")
        else str(MEDIA_ROOT / "travaux"),
    },
}
STORAGES = {
    "default": _STOCKAGE_DOCUMENTS,
    "travaux": _STOCKAGE_TRAVAUX,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Mail -------------------------------------------------------------------------------------------------------------
# Without EMAIL_URL a development machine keeps its mail as files; /dev/courriels/ shows them.
COURRIELS_DIR = VAR_DIR / "courriels"
_EMAIL_URL = env.str("EMAIL_URL", default="")
if _EMAIL_URL:
    vars().update(env.email_url_config(_EMAIL_URL))
elif DEBUG:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = COURRIELS_DIR
else:
    raise ImproperlyConfigured(
        "EMAIL_URL: set the mail server, such as smtp+tls://user:password@mail.example.ma:587."
    )
EMAIL_TIMEOUT = 30  # seconds
SERVER_EMAIL = DEFAULT_FROM_EMAIL
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
# How long a worker owns a message that it is sending, in seconds: longer than EMAIL_TIMEOUT, or two could send it.
ENVOI_BAIL_SECONDES = env.int("ENVOI_BAIL_SECONDES", default=90)

# The actions over several rows, by the route that receives them: `jobs`, which applies the long ones, stands below.
ACTIONS_GROUPEES = {
    "interventions:lot": "interventions.groupees.LOT",
    "equipment:lot": "equipment.groupees.LOT",
    "clients:lot": "clients.groupees.LOT",
    "stock:lot": "stock.groupees.LOT",
}

# What goes with a message beside its text, by event: `notifications` stands below the apps that know (ADR 0011).
COMPLEMENTS_DES_COURRIELS = {
    "intervention_cloturee": "documents.courriels.completer_cloture",
    "bilan_hebdomadaire": "dashboard.bilan.completer",
}

# --- Security ---------------------------------------------------------------------------------------------------------
HTTPS = env.bool("HTTPS", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "accounts.sessions_web"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 14 * 24 * 3600  # seconds
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=HTTPS)
SECURE_REDIRECT_EXEMPT = [r"^health(/ready)?$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("DERRIERE_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'unsafe-inline'"],  # bar widths; no script can come through it
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
}

# --- Logs: JSON with request id and user id, carried into tasks -------------------------------------------------------
_PREPARE: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
]
# One line per request, when it ends; the other one for whoever looks for a request that never did.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# erp.middleware.AdresseAppelant writes it
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOG_FORMAT = env.str("LOG_FORMAT", default="console" if DEBUG else "json")
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # not the values of local variables: a password may be among them
                structlog.processors.ExceptionRenderer(
                    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
                ),
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": _PREPARE,
        },
        "console": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(colors=False, pad_event_to=28),
            ],
            "foreign_pre_chain": _PREPARE,
        },
    },
    "handlers": {"sortie": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["sortie"], "level": LOG_LEVEL},
    "loggers": {
        "axes": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "django_celery_beat": {"level": "WARNING"},
        "django.server": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_PREPARE,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

# --- Admin ------------------------------------------------------------------------------------------------------------


def _groupe(titre: Any, *pages: tuple[Any, str, str], ferme: bool = True) -> dict[str, Any]:
    """A group of the side bar: title, icon and model of each list."""
    return {
        "title": titre,
        "separator": True,
        "collapsible": ferme,
        "items": [
            {"title": nom, "icon": icone, "link": reverse_lazy(f"admin:{modele}_changelist")}
            for nom, icone, modele in pages
        ],
    }


UNFOLD = {
    "SITE_TITLE": _("Administration"),
    "SITE_HEADER": _("ERP Maintenance"),
    "SITE_SUBHEADER": _("Administration"),
    "SITE_SYMBOL": "precision_manufacturing",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/logo.svg")}
    ],
    "SHOW_VIEW_ON_SITE": True,
    "SHOW_HISTORY": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {
        # the blue of the pages, from light to dark
        "primary": {
            "50": "#eef5fb",
            "100": "#d6e7f5",
            "200": "#aecfec",
            "300": "#7db1df",
            "400": "#4a92d1",
            "500": "#206bc4",
            "600": "#1b5aa6",
            "700": "#174a88",
            "800": "#133b6b",
            "900": "#0f2d51",
            "950": "#0a1e36",
        }
    },
    "SIDEBAR": {
        "navigation": [
            _groupe(
                _("Exploitation"),
                (_("Interventions"), "build", "interventions_intervention"),
                (_("Journal"), "history", "interventions_historiqueintervention"),
                (_("Planning"), "calendar_month", "interventions_planning"),
                (_("Plans de maintenance"), "event_repeat", "planning_planmaintenance"),
                (_("Gammes"), "checklist", "planning_gamme"),
                (_("Occurrences des plans"), "event_available", "planning_occurrenceplan"),
                ferme=False,
            ),
            _groupe(
                _("Clients et parc"),
                (_("Clients"), "apartment", "clients_client"),
                (_("Contacts"), "contacts", "clients_contact"),
                (_("Sites"), "location_on", "clients_site"),
                (_("Contrats"), "contract", "clients_contrat"),
                (_("Équipements"), "precision_manufacturing", "equipment_equipement"),
                (_("Compteurs"), "speed", "equipment_compteur"),
            ),
            _groupe(
                _("Techniciens"),
                (_("Techniciens"), "engineering", "technicians_technicien"),
                (_("Compétences"), "school", "technicians_competence"),
                (_("Outils"), "handyman", "technicians_outil"),
                (_("Absences"), "beach_access", "technicians_disponibilite"),
            ),
            _groupe(
                _("Stock et documents"),
                (_("Pièces détachées"), "inventory_2", "stock_piecedetachee"),
                (_("Mouvements de stock"), "swap_vert", "stock_mouvementstock"),
                (_("Documents"), "description", "documents_document"),
            ),
            _groupe(
                _("Comptes et messages"),
                (_("Utilisateurs"), "group", "accounts_user"),
                (_("Sessions mobiles"), "smartphone", "accounts_sessionapi"),
                (_("Blocages de connexion"), "lock", "axes_accessattempt"),
                (_("Notifications"), "mail", "notifications_notification"),
                (_("Préférences"), "tune", "notifications_preferencenotification"),
            ),
            _groupe(
                _("Système"),
                (_("Société"), "business", "erp_parametressociete"),
                (_("Tâches planifiées"), "schedule", "django_celery_beat_periodictask"),
                (_("Exécutions"), "task_alt", "django_celery_results_taskresult"),
            ),
        ],
    },
}
PROMETHEUS_EXPORT_MIGRATIONS = False
