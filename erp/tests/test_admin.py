"""The admin: every page opens for an admin, none for anybody else, and nothing there is a way around the rules."""

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.sessions import ouvrir_session
from clients.tests.factories import ClientFactory, ContratFactory
from equipment.models import Equipement
from equipment.tests.factories import EquipementFactory
from interventions.models import HistoriqueIntervention, Intervention
from interventions.tests.factories import HistoriqueFactory, InterventionFactory, TempsFactory
from notifications.tests.factories import NotificationFactory
from planning.tests.factories import PlanFactory
from stock.models import MouvementStock, PieceDetachee
from stock.tests.factories import PieceFactory
from technicians.tests.factories import TechnicienFactory
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
        for page in ("changelist", "add"):
            reponse = client.get(adresse(modele, page))
            assert reponse.status_code == 302, modele
            assert reponse["Location"].startswith("/admin/login/"), modele
    assert client.get(reponse["Location"]).status_code == 403


def test_une_seule_page_de_connexion(client, admin):
    porte = reverse("admin:login") + "?next=/admin/clients/client/"
    reponse = client.get(porte)
    assert reponse.status_code == 302
    assert reponse["Location"].startswith(reverse("accounts:connexion"))
    client.force_login(admin, backend="accounts.backends.EmailBackend")
    assert client.get(porte)["Location"] == "/admin/clients/client/"
    ailleurs = client.get(reverse("admin:login") + "?next=https://example.com/")
    assert ailleurs["Location"] == reverse("admin:index")


def test_la_politique_de_contenu_ne_s_ouvre_que_la(ouvrir):
    assert "'unsafe-eval'" in ouvrir(reverse("admin:index"))["Content-Security-Policy"]
    assert "unsafe-eval" not in ouvrir(reverse("dashboard:accueil"))["Content-Security-Policy"]


def test_le_menu_mene_partout(ouvrir):
    page = ouvrir(reverse("admin:index")).content.decode()
    for groupe in settings.UNFOLD["SIDEBAR"]["navigation"]:
        for lien in groupe["items"]:
            assert str(lien["link"]) in page
            assert ouvrir(str(lien["link"])).status_code == 200


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


class TestComptes:
    @pytest.fixture(autouse=True)
    def _admin(self, client, admin):
        client.force_login(admin, backend="accounts.backends.EmailBackend")

    def _champs(self, user, **suite):
        champs = ("full_name", "email", "username", "role", "langue")
        actif = {"is_active": "on"} if user.is_active else {}
        return {**{nom: getattr(user, nom) for nom in champs}, **actif, **suite}

    def test_ouvrir_puis_changer_de_role(self, client):
        client.post(
            adresse(User, "add"),
            {
                "full_name": "Sara Nouvelle",
                "email": "Sara@Example.com",
                "username": "sara",
                "role": "responsable",
                "langue": "fr",
                "usable_password": "true",
                "password1": "un-mot-de-passe-solide",
                "password2": "un-mot-de-passe-solide",
            },
        )
        sara = User.objects.get(email="sara@example.com")
        assert sara.check_password("un-mot-de-passe-solide")
        client.post(adresse(User, "change", sara.pk), self._champs(sara, role="admin"))
        sara.refresh_from_db()
        assert sara.role == "admin"

    def test_les_regles_des_services_valent_ici(self, client, technicien):
        url = adresse(User, "change", technicien.pk)
        client.post(url, self._champs(technicien, role="client"), HTTP_REFERER=url)
        technicien.refresh_from_db()
        assert technicien.role == "technicien"
        page = client.get(url)
        assert any("technicien" in str(m).lower() for m in page.context["messages"])

    def test_desactiver_ferme_les_sessions(self, client, technicien):
        ouvrir_session(user=technicien)
        champs = self._champs(technicien)
        del champs["is_active"]
        client.post(adresse(User, "change", technicien.pk), champs)
        technicien.refresh_from_db()
        assert not technicien.is_active
        assert not technicien.sessions_api.filter(revoquee_le__isnull=True).exists()

    def test_nouveau_mot_de_passe(self, client, technicien):
        ouvrir_session(user=technicien)
        url = reverse("admin:auth_user_password_change", args=[technicien.pk])
        assert client.get(url).status_code == 200
        mot = "encore-plus-solide-2026"
        client.post(url, {"usable_password": "true", "password1": mot, "password2": mot})
        technicien.refresh_from_db()
        assert technicien.check_password(mot)
        assert not technicien.sessions_api.filter(revoquee_le__isnull=True).exists()

    def test_personne_n_est_efface(self, client, technicien):
        url = adresse(User, "delete", technicien.pk)
        assert client.post(url, {"post": "yes"}).status_code == 403


def test_renvoyer_un_message_en_echec(ouvrir, client):
    message = NotificationFactory(canal="email", statut_envoi="echec", tentatives=5)
    reponse = client.post(
        adresse(type(message), "changelist"),
        {"action": "renvoyer", "_selected_action": [message.pk]},
    )
    assert reponse.status_code == 302
    message.refresh_from_db()
    assert message.statut_envoi == "en_attente"


def test_debloquer_une_connexion(ouvrir, client):
    essai = AccessAttempt.objects.create(
        username="x@example.com", ip_address="10.0.0.1", failures_since_start=8,
        attempt_time=timezone.now(),
    )  # fmt: skip
    client.post(adresse(AccessAttempt, "delete", essai.pk), {"post": "yes"})
    assert not AccessAttempt.objects.exists()


def test_le_dernier_admin_le_reste(client, admin):
    client.force_login(admin, backend="accounts.backends.EmailBackend")
    page = client.get(adresse(type(admin), "change", admin.pk)).content.decode()
    assert 'name="role"' not in page
    assert 'name="is_active"' not in page


@pytest.mark.parametrize(
    "fabrique",
    [
        InterventionFactory,
        EquipementFactory,
        ClientFactory,
        ContratFactory,
        TechnicienFactory,
        PieceFactory,
        PlanFactory,
        NotificationFactory,
        HistoriqueFactory,
        TempsFactory,
    ],
)
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


def test_autant_de_requetes_pour_un_long_journal(ouvrir):
    intervention = InterventionFactory()
    HistoriqueFactory.create_batch(3, intervention=intervention)
    url = adresse(Intervention, "change", intervention.pk)
    ouvrir(url)
    with CaptureQueriesContext(connection) as peu:
        ouvrir(url)
    HistoriqueFactory.create_batch(27, intervention=intervention)
    with CaptureQueriesContext(connection) as beaucoup:
        ouvrir(url)
    assert len(peu) == len(beaucoup)
