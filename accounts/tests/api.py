"""Clients of the API for the tests of every app."""

import itertools

from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import ouvrir_session

_adresses = itertools.count(1)


def client_api(user: User | None = None) -> APIClient:
    """A client with an address of its own, so that no test meets the rate limit of another; signed in when given a
    user, in a new session."""
    numero = next(_adresses)
    client = APIClient(REMOTE_ADDR=f"10.{numero >> 16 & 255}.{numero >> 8 & 255}.{numero & 255}")
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {ouvrir_session(user=user).access_token}")
    return client
