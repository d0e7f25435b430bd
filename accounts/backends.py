from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts.models import User
from erp.enonces import Requete

# asked for by every page
_ACTIF = Requete(lambda pk: User.objects.actifs().filter(pk=pk))


class EmailBackend(BaseBackend):
    """Signs in by e-mail address (or user name, for `/auth/login`) and password; inactive accounts are refused."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        identifiant = (username or kwargs.get("email") or "").strip()
        if not identifiant or password is None or "\x00" in identifiant:
            return None
        champ = "email" if "@" in identifiant else "username"
        user: User | None = User.objects.filter(**{champ: identifiant}).first()
        if user is None:
            User().set_password(
                password
            )  # takes as long as a wrong password: the answer must not tell who exists
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return next(iter(_ACTIF(user_id)), None)
