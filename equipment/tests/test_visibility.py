import pytest

from clients.tests.factories import ContratFactory
from equipment.models import Compteur, CouvertureContrat, Equipement, ReleveCompteur
from equipment.tests.factories import CouvertureFactory, EquipementFactory, ReleveFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def releves(client_portail, autre_client):
    """A reading on a covered machine of each company."""
    sortie = []
    for user in (client_portail, autre_client):
        couverture = CouvertureFactory(contrat=ContratFactory(client=user.contact.client))
        sortie.append(ReleveFactory(compteur__equipement=couverture.equipement))
    return sortie


def test_la_gestion_et_les_techniciens_voient_toutes_les_machines(
    releves, admin, responsable, technicien, autre_technicien
):
    for user in (admin, responsable, technicien, autre_technicien):
        assert set(ReleveCompteur.objects.visible_to(user)) == set(releves)
        assert Compteur.objects.visible_to(user).count() == 2
        assert Equipement.objects.visible_to(user).count() == 2


def test_un_client_voit_les_siennes(releves, client_portail, autre_client):
    EquipementFactory()
    for user, releve in zip((client_portail, autre_client), releves, strict=True):
        assert set(ReleveCompteur.objects.visible_to(user)) == {releve}
        assert set(Compteur.objects.visible_to(user)) == {releve.compteur}
        assert set(Equipement.objects.visible_to(user)) == {releve.compteur.equipement}


def test_ce_qu_un_contrat_couvre(
    releves, admin, responsable, technicien, client_portail, autre_client
):
    for user in (admin, responsable):
        assert CouvertureContrat.objects.visible_to(user).count() == 2
    assert not CouvertureContrat.objects.visible_to(technicien).exists()
    for user, releve in zip((client_portail, autre_client), releves, strict=True):
        assert {c.equipement for c in CouvertureContrat.objects.visible_to(user)} == {
            releve.compteur.equipement
        }


def test_un_compte_desactive_ne_voit_rien(releves, admin, technicien, client_portail):
    for user in (admin, technicien, client_portail):
        user.is_active = False
        for modele in (Equipement, Compteur, ReleveCompteur, CouvertureContrat):
            assert not modele.objects.visible_to(user).exists()
