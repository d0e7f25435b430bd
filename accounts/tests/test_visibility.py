import pytest

from accounts.models import User
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_qui_voit_quels_comptes(
    admin, responsable, technicien, autre_technicien, client_portail, autre_client
):
    tous = {admin, responsable, technicien, autre_technicien, client_portail, autre_client}
    for user in (admin, responsable):
        assert set(User.objects.visible_to(user)) == tous
    for user in (technicien, autre_technicien, client_portail, autre_client):
        assert set(User.objects.visible_to(user)) == {user}


def test_un_compte_desactive_ne_voit_rien(admin):
    for role in ("admin", "responsable", "technicien", "client"):
        assert not User.objects.visible_to(UserFactory(role=role, is_active=False)).exists()
