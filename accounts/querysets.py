from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.sessions.base_session import BaseSessionManager
from django.db import models

from accounts.choices import Role

if TYPE_CHECKING:
    from accounts.models import SessionApi, SessionWeb, User


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User") -> Self:
        """Admin and responsable see every account, anybody else his own."""
        if user.est_gestion:
            return self
        return self.filter(pk=user.pk) if user.is_active else self.none()

    def actifs(self) -> Self:
        return self.filter(is_active=True)

    def avec_role(self, *roles: Role) -> Self:
        return self.filter(role__in=roles)

    def for_list(self) -> Self:
        return self.only(
            "username",
            "email",
            "full_name",
            "role",
            "is_active",
            "langue",
            "last_login",
            "invite_le",
            "created_at",
        )


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates accounts for Django's own commands (`createsuperuser`); the product goes through `services`."""

    def create_user(
        self, email: str, username: str, password: str | None = None, **champs: Any
    ) -> "User":
        user: User = self.model(email=email.lower(), username=username, **champs)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, username: str, password: str | None = None, **champs: Any
    ) -> "User":
        return self.create_user(email, username, password, **{**champs, "role": Role.ADMIN})

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email=(username or "").strip().lower())
        return user


class SessionApiQuerySet(models.QuerySet["SessionApi"]):
    def visible_to(self, user: "User") -> Self:
        """Everybody sees his own."""
        return self.filter(user=user) if user.is_active else self.none()

    def ouvertes(self, maintenant: datetime) -> Self:
        """Neither revoked nor expired."""
        return self.filter(revoquee_le__isnull=True, expire_le__gt=maintenant)


class SessionWebQuerySet(models.QuerySet["SessionWeb"]):
    def visible_to(self, user: "User") -> Self:
        """Everybody sees his own."""
        return self.filter(user=user) if user.is_active else self.none()

    def ouvertes(self, maintenant: datetime) -> Self:
        """Not expired; a closed one is gone."""
        return self.filter(expire_date__gt=maintenant)


class SessionWebManager(BaseSessionManager.from_queryset(SessionWebQuerySet)):  # type: ignore[misc]
    """What the session engine asks of a manager, and ours."""
