"""The people that every app's tests speak of. Each is a `User`; `technicien.technicien` is the profile of one who goes
out, `client.contact.client` the company of one who uses the portal."""

import os
import shutil
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory
from clients.tests.factories import ContactFactory
from technicians.tests.factories import TechnicienFactory


@pytest.fixture
def admin(db: None) -> User:
    return UserFactory(admin=True, username="admin", full_name="Amina Admin")


@pytest.fixture
def responsable(db: None) -> User:
    return UserFactory(responsable=True, username="responsable", full_name="Rachid Responsable")


@pytest.fixture
def technicien(db: None) -> User:
    return TechnicienFactory(user__username="technicien", user__full_name="Tarik Technicien").user


@pytest.fixture
def autre_technicien(db: None) -> User:
    return TechnicienFactory(
        user__username="technicien2", user__full_name="Youssef Technicien"
    ).user


@pytest.fixture
def client_portail(db: None) -> User:
    return ContactFactory(
        portail=True,
        user__username="client",
        user__full_name="Celia Client",
        client__nom_entreprise="Ciments du Nord",
    ).user


@pytest.fixture
def autre_client(db: None) -> User:
    return ContactFactory(
        portail=True,
        user__username="client2",
        user__full_name="Omar Client",
        client__nom_entreprise="Laiterie du Sud",
    ).user


# --- Browser journeys (marker `browser`) -----------------------------------------------------------


def chemin_chromium() -> str | None:
    """The machine's Chromium: Playwright's own download is not used."""
    noms = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, noms)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium the journeys are skipped, aloud; in CI they may not be."""
    journeys = [item for item in items if item.get_closest_marker("browser")]
    if not journeys or chemin_chromium():
        return
    raison = "Chromium manque : installez-le (Debian, Ubuntu : apt install chromium)"
    if os.environ.get("CI") == "true":
        raise pytest.UsageError(raison)
    for item in journeys:
        item.add_marker(pytest.mark.skip(reason=raison))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the Chromium to drive."""
    chemin = chemin_chromium()
    assert chemin is not None
    return chemin


@pytest.fixture(autouse=True)
def _debits_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests speak from one address, several at once: none counts another's requests."""
    monkeypatch.setattr("erp.api.throttling.PREFIXE", f"debit:{uuid4()}")


@pytest.fixture(autouse=True)
def _statiques_sans_manifeste(settings: Any) -> None:
    """Pages render without `collectstatic`; the browser tests collect, and see the hashed files."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
