import pytest

from clients.models import Client, Contact, Contrat, EngagementSLA, Site
from clients.tests.factories import (
    ClientFactory,
    ContactFactory,
    ContratFactory,
    EngagementFactory,
    SiteFactory,
)
from equipment.tests.factories import EquipementFactory
from interventions.tests.factories import InterventionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def monde(technicien, autre_technicien, client_portail, autre_client):
    """Two companies; a technicien works at a site of the first under a contract, his colleague at the second."""
    premiere, seconde = client_portail.contact.client, autre_client.contact.client
    objets = {}
    for nom, client, qui in (("a", premiere, technicien), ("b", seconde, autre_technicien)):
        site, ailleurs = SiteFactory.create_batch(2, client=client)
        contrat, autre = ContratFactory.create_batch(2, client=client)
        brouillon = ContratFactory(client=client, brouillon=True)
        InterventionFactory(
            affectee=True,
            equipement=EquipementFactory(client=client, site=site),
            contrat=contrat,
            technicien=qui.technicien,
        )
        objets |= {
            f"client_{nom}": client,
            f"site_{nom}": site,
            f"ailleurs_{nom}": ailleurs,
            f"contrat_{nom}": contrat,
            f"autre_{nom}": autre,
            f"brouillon_{nom}": brouillon,
        }
    objets["client_c"] = ClientFactory()
    return objets


def noms(modele, user, monde):
    visibles = set(modele.objects.visible_to(user).values_list("pk", flat=True))
    return {
        nom for nom, objet in monde.items() if isinstance(objet, modele) and objet.pk in visibles
    }


def test_clients(
    monde, admin, responsable, technicien, autre_technicien, client_portail, autre_client
):
    tous = {"client_a", "client_b", "client_c"}
    assert noms(Client, admin, monde) == noms(Client, responsable, monde) == tous
    assert noms(Client, technicien, monde) == noms(Client, client_portail, monde) == {"client_a"}
    assert (
        noms(Client, autre_technicien, monde) == noms(Client, autre_client, monde) == {"client_b"}
    )


def test_sites(
    monde, admin, responsable, technicien, autre_technicien, client_portail, autre_client
):
    tous = {"site_a", "ailleurs_a", "site_b", "ailleurs_b"}
    assert noms(Site, admin, monde) == noms(Site, responsable, monde) == tous
    assert noms(Site, technicien, monde) == {"site_a"}
    assert noms(Site, autre_technicien, monde) == {"site_b"}
    assert noms(Site, client_portail, monde) == {"site_a", "ailleurs_a"}
    assert noms(Site, autre_client, monde) == {"site_b", "ailleurs_b"}


def test_contrats(
    monde, admin, responsable, technicien, autre_technicien, client_portail, autre_client
):
    tous = {nom for nom, objet in monde.items() if isinstance(objet, Contrat)}
    assert noms(Contrat, admin, monde) == noms(Contrat, responsable, monde) == tous
    assert noms(Contrat, technicien, monde) == {"contrat_a"}
    assert noms(Contrat, autre_technicien, monde) == {"contrat_b"}
    # a draft is no promise yet
    assert noms(Contrat, client_portail, monde) == {"contrat_a", "autre_a"}
    assert noms(Contrat, autre_client, monde) == {"contrat_b", "autre_b"}


def test_engagements_et_contacts(monde, responsable, technicien, client_portail, autre_client):
    engagement = EngagementFactory(contrat=monde["contrat_a"])
    EngagementFactory(contrat=monde["brouillon_a"])
    collegue = ContactFactory(client=monde["client_a"])
    assert EngagementSLA.objects.visible_to(responsable).count() == 2
    for user in (technicien, client_portail):
        assert set(EngagementSLA.objects.visible_to(user)) == {engagement}
        assert set(Contact.objects.visible_to(user)) == {client_portail.contact, collegue}
    assert not EngagementSLA.objects.visible_to(autre_client).exists()
    assert set(Contact.objects.visible_to(autre_client)) == {autre_client.contact}


def test_un_compte_desactive_ne_voit_rien(monde, admin, client_portail, technicien):
    for user in (admin, client_portail, technicien):
        user.is_active = False
        for modele in (Client, Contact, Contrat, EngagementSLA, Site):
            assert not modele.objects.visible_to(user).exists()
