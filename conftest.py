"""The people that every app's tests speak of. Each is a `User`; `technicien.technicien` is the profile of one who goes
out, `client.contact.client` the company of one who uses the portal."""

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
