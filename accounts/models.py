from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.choices import Langue, Role
from accounts.fields import EmailMinuscule
from accounts.querysets import SessionApiQuerySet, SessionWebManager, UserManager
from accounts.sessions_web import SessionStore
from erp.models import Horodate

ROLE_SYSTEME = "systeme"


class User(AbstractBaseUser, Horodate):
    """A person who signs in with an e-mail address. The role decides everything he may do (permissions.md)."""

    username = models.CharField(_("nom d’utilisateur"), max_length=100, unique=True)
    email = EmailMinuscule(_("adresse e-mail"), max_length=255, unique=True)
    full_name = models.CharField(_("nom complet"), max_length=200)
    role = models.CharField(_("rôle"), max_length=20, choices=Role.choices)
    is_active = models.BooleanField(_("actif"), default=True)
    langue = models.CharField(
        _("langue"), max_length=2, choices=Langue.choices, default=Langue.FRANCAIS
    )
    # when the last invitation was sent; its link serves for PASSWORD_RESET_TIMEOUT seconds
    invite_le = models.DateTimeField(_("invité le"), null=True, blank=True, editable=False)
    # how he likes his pages (see `services.regler_preferences`); read with the user, so that a page asks nothing more
    preferences = models.JSONField(_("préférences d’affichage"), default=dict, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["username", "full_name"]

    class Meta:
        db_table = "users"
        verbose_name = _("utilisateur")
        verbose_name_plural = _("utilisateurs")
        ordering = ("full_name", "id")
        indexes = (
            models.Index(fields=["email", "is_active"], name="idx_user_email_active"),
            models.Index(fields=["role"], name="idx_user_role"),
        )
        constraints = (
            models.CheckConstraint(
                name="user_email_minuscule", condition=models.Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="user_role_connu", condition=models.Q(role__in=Role.values)
            ),
        )

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return reverse("accounts:detail", args=[self.pk])

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.split(" ", 1)[0]

    @property
    def attendu(self) -> bool:
        """Whether he was let in and has never come."""
        return self.is_active and self.last_login is None

    @property
    def invitation_jusqu_a(self) -> datetime | None:
        """Until when the link of his last invitation serves."""
        if self.invite_le is None:
            return None
        return self.invite_le + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)

    @property
    def est_admin(self) -> bool:
        return self.is_active and self.role == Role.ADMIN

    @property
    def est_gestion(self) -> bool:
        """Admin or responsable, those who run the operations, and the clock (`SYSTEME`)."""
        return self.is_active and self.role in (Role.ADMIN, Role.RESPONSABLE, ROLE_SYSTEME)

    @property
    def est_technicien(self) -> bool:
        return self.is_active and self.role == Role.TECHNICIEN

    @property
    def est_client(self) -> bool:
        return self.is_active and self.role == Role.CLIENT

    # What Django's admin asks: only admins enter, and they may all that each ModelAdmin allows.
    @property
    def is_staff(self) -> bool:
        return self.est_admin

    @property
    def is_superuser(self) -> bool:
        return self.est_admin

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.est_admin

    def has_perms(self, perm_list: Any, obj: Any = None) -> bool:
        return self.est_admin

    def has_module_perms(self, app_label: str) -> bool:
        return self.est_admin


# Whoever acts in a service. `SYSTEME` stands for the clock: the scheduled jobs pass it as `par=`, a request never does.
# It is no row (a check constraint knows four roles), so what it writes is signed by nobody.
Acteur = User
SYSTEME = User(username="systeme", email="", full_name="Système", role=ROLE_SYSTEME)


class SessionApi(Horodate):
    """One sign-in to the API: the family of the refresh tokens that followed one another since.

    Only the last one, `jeton`, is good. One that was spent comes back when it was stolen: the whole family ends. An
    access token names its session too, so that signing out takes effect at once.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="sessions_api", verbose_name=_("utilisateur")
    )
    jeton = models.UUIDField(_("jeton en cours"))
    agent = models.CharField(_("appareil"), max_length=200, blank=True)
    adresse = models.GenericIPAddressField(_("adresse"), null=True, blank=True)
    utilisee_le = models.DateTimeField(_("utilisée le"))
    expire_le = models.DateTimeField(_("expire le"))
    revoquee_le = models.DateTimeField(_("révoquée le"), null=True, blank=True)

    objects = SessionApiQuerySet.as_manager()

    class Meta:
        db_table = "sessions_api"
        verbose_name = _("session de l’API")
        verbose_name_plural = _("sessions de l’API")
        ordering = ("-utilisee_le", "-id")
        indexes = (models.Index(fields=["expire_le"], name="idx_session_api_expiration"),)

    def __str__(self) -> str:
        return f"{self.user} – {self.agent or self.adresse or self.pk}"


class SessionWeb(AbstractBaseSession):
    """One sign-in to the pages. Its key is a secret, so it is spoken of by its imprint.

    Written by the session engine, from what is in the session. The key to `users` is not enforced: the engine would
    take a refusal for a key that is taken, and try for ever.
    """

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        db_constraint=False,
        related_name="sessions_web",
        verbose_name=_("utilisateur"),
    )
    agent = models.CharField(_("appareil"), max_length=200, blank=True)
    adresse = models.CharField(_("adresse"), max_length=64, blank=True)
    ouverte_le = models.DateTimeField(_("ouverte le"), null=True)
    utilisee_le = models.DateTimeField(_("utilisée le"), null=True)

    objects: ClassVar[SessionWebManager] = SessionWebManager()

    class Meta:
        db_table = "sessions_web"
        verbose_name = _("session des pages")
        verbose_name_plural = _("sessions des pages")

    def __str__(self) -> str:
        return f"{self.user} – {self.agent or self.adresse}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore

    @property
    def empreinte(self) -> str:
        return empreinte(self.session_key)


def empreinte(cle: str) -> str:
    """What a session of the pages is called where others may read it."""
    return salted_hmac("accounts.SessionWeb", cle, algorithm="sha256").hexdigest()[:16]
