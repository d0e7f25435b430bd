"""The admin: every page opens for an admin, none for anybody else, and nothing there is a way around the rules."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from equipment.models import Equipement
from equipment.tests.factories import EquipementFactory
from interventions.models import HistoriqueIntervention, Intervention
from interventions.tests.factories import HistoriqueFactory, InterventionFactory
from stock.models import MouvementStock, PieceDetachee
from stock.tests.factories import PieceFactory
from tests.monde import creer_monde

pytestmark = pytest.mark.django_db

MODELES = sorted(admin.site._registry, key=lambda modele: modele._meta.label)


@pytest.fixture
def ouvrir(client, admin):
    client.force_login(admin, backend="accounts.backends.EmailBackend")
    return client.get


def adresse(modele, page, *args):
    return reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_{page}", args=args)


def test_chaque_page_s_ouvre(ouvrir):
    creer_monde()
    assert ouvrir(reverse("admin:index")).status_code == 200
    for modele in MODELES:
        assert ouvrir(adresse(modele, "changelist")).status_code == 200, modele
        assert ouvrir(adresse(modele, "changelist"), {"q": "a"}).status_code == 200, modele
        assert ouvrir(adresse(modele, "add")).status_code in (200, 403), modele
        objet = modele._default_manager.first()
        if objet is not None:
            assert ouvrir(adresse(modele, "change", objet.pk)).status_code == 200, modele


@pytest.mark.parametrize("qui", ["responsable", "technicien", "client_portail"])
def test_les_autres_n_entrent_pas(client, request, qui):
    client.force_login(request.getfixturevalue(qui), backend="accounts.backends.EmailBackend")
    for modele in MODELES:
        reponse = client.get(adresse(modele, "changelist"))
        assert reponse.status_code == 302, modele
        assert "/connexion/" in reponse["Location"] or "/admin/login/" in reponse["Location"]


@pytest.mark.parametrize("modele", [Intervention, HistoriqueIntervention, MouvementStock])
def test_ce_que_les_services_seuls_ecrivent(client, admin, modele):
    client.force_login(admin, backend="accounts.backends.EmailBackend")
    PieceFactory()
    HistoriqueFactory()
    objet = modele.objects.first()
    assert client.get(adresse(modele, "add")).status_code == 403
    assert (
        client.post(adresse(modele, "change", objet.pk), {"statut": "cloturee"}).status_code == 403
    )
    assert client.post(adresse(modele, "delete", objet.pk), {"post": "yes"}).status_code == 403


def test_le_stock_et_le_statut_ne_s_y_ecrivent_pas(client, admin):
    client.force_login(admin, backend="accounts.backends.EmailBackend")
    for modele, champ in ((PieceDetachee, "stock_actuel"), (Equipement, "statut")):
        objet = PieceFactory() if modele is PieceDetachee else EquipementFactory()
        page = client.get(adresse(modele, "change", objet.pk)).content.decode()
        assert f'name="{champ}"' not in page


def test_le_dernier_admin_le_reste(client, admin):
    client.force_login(admin, backend="accounts.backends.EmailBackend")
    page = client.get(adresse(type(admin), "change", admin.pk)).content.decode()
    assert 'name="role"' not in page
    assert 'name="is_active"' not in page


@pytest.mark.parametrize("fabrique", [InterventionFactory, EquipementFactory])
def test_autant_de_requetes_pour_trente_lignes(ouvrir, fabrique):
    fabrique.create_batch(3)
    url = adresse(fabrique._meta.model, "changelist")
    ouvrir(url)
    with CaptureQueriesContext(connection) as peu:
        ouvrir(url)
    fabrique.create_batch(27)
    with CaptureQueriesContext(connection) as beaucoup:
        ouvrir(url)
    assert len(peu) == len(beaucoup)
