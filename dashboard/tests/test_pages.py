"""The figures through their doors: every number leads to a list of exactly as many rows, for whoever looks."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from accounts.tests.api import client_api
from accounts.tests.factories import UserFactory
from dashboard import bilan
from dashboard.demande import demande_par_defaut
from dashboard.indicateurs import Indicateur, Unite, tableau
from dashboard.presentation import carte, ecrire, heures
from dashboard.tests.histoires import MAINTENANT, finie, le
from equipment.tests.factories import EquipementFactory
from erp.tests.concurrence import ensemble
from interventions.tests.factories import InterventionFactory, TempsFactory
from notifications.choices import Canal, Evenement
from notifications.envoi import composer
from notifications.models import Notification, PreferenceNotification

pytestmark = pytest.mark.django_db
PAGE = reverse("dashboard:indicateurs")


@pytest.fixture(autouse=True)
def _en_novembre(settings):
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**6, "adresse": 10**6, "auth": 10**6}
    with time_machine.travel(MAINTENANT, tick=False):
        yield


@pytest.fixture
def entreprise(technicien, client_portail):
    """A little of everything, of several people, on both sides of the edges."""
    sienne = EquipementFactory(client=client_portail.contact.client)
    lui = technicien.technicien
    finie(
        le(2),
        le(3),
        le(4),
        equipement=sienne,
        technicien=lui,
        date_limite=le(5),
        satisfaction_client=4,
    )
    finie(
        le(5),
        le(6),
        le(7),
        equipement=sienne,
        technicien=lui,
        date_limite=le(6),
        cout_pieces=Decimal(70),
    )
    finie(le(2), le(3), le(4), type_intervention="preventive", technicien=lui, date_limite=le(9))
    finie(le(25, mois=10), le(25, 1, mois=10), le(25, 2, mois=10), date_limite=le(25, 2, mois=10))
    finie(le(24, 23, 59, mois=10), le(24, 23, 59, mois=10), le(24, 23, 59, mois=10))
    finie(le(2), le(3), le(4), equipement__statut="retire")
    InterventionFactory(equipement=sienne, date_creation=le(20))
    InterventionFactory(equipement=sienne, date_creation=le(20), annulee=True)
    InterventionFactory(
        archivee=True, date_creation=le(1), date_debut=le(2), date_fin=le(8), date_cloture=le(8)
    )
    InterventionFactory(archivee=True, motif_annulation="Erreur de saisie", date_creation=le(9), date_debut=None,
                        date_fin=None, date_cloture=None)  # fmt: skip
    InterventionFactory(en_attente=True, technicien=lui, date_creation=le(1, mois=1))
    TempsFactory(debut=le(3, 9), fin=le(3, 11), technicien=lui)


def liens_de(lu):
    """Every link of a table of figures."""
    for indicateur in lu.indicateurs.values():
        yield from (lien for lien in (indicateur.sur, indicateur.dont) if lien is not None)
    for repartition in lu.repartitions.values():
        for ligne in repartition.lignes:
            yield from ligne.liens.values()


@pytest.mark.parametrize(
    "personne", ["admin", "responsable", "technicien", "client_portail", "autre_client"]
)
def test_each_number_leads_to_a_list_of_exactly_as_many_rows(request, client, entreprise, personne):
    user = request.getfixturevalue(personne)
    client.force_login(user)
    api = client_api(user)
    liens = list(liens_de(tableau(demande_par_defaut(user))))
    assert len(liens) > 20
    vus = 0
    for lien in {tuple(sorted(lien.params.items())): lien for lien in liens}.values():
        liste = client.get(reverse(lien.liste), lien.params).context["liste"]
        assert (liste.total, liste.erreurs) == (lien.nombre, []), lien
        reponse = api.get(reverse("api_interventions"), lien.params)
        assert reponse.json()["pagination"]["total"] == lien.nombre, lien
        vus += lien.nombre
    assert bool(vus) == (personne != "autre_client")


def test_filters_narrow_every_figure_and_stay_in_the_links(
    client, responsable, client_portail, entreprise
):
    client.force_login(responsable)
    societe = client_portail.contact.client
    contexte = client.get(PAGE, {"client_id": societe.pk}).context
    (closes,) = [c for c in contexte["cartes"] if c.cle == "closes"]
    assert closes.valeur == "2"
    assert f"client_id={societe.pk}" in closes.url
    assert "charge" not in {c.cle for c in contexte["cartes"]}
    assert client.get(closes.url).context["liste"].total == 2


def test_the_page_its_fragment_and_the_figures_alone(client, responsable, entreprise):
    client.force_login(responsable)
    page = client.get(PAGE, {"periode": "90j"})
    assert 'id="titre-indicateurs"' in page.text
    assert "<html" in page.text
    entier = client.get(PAGE, headers={"HX-Request": "true"}).text
    assert entier.lstrip().startswith("<section")
    assert 'name="periode"' in entier
    chiffres = client.get(
        PAGE,
        {"periode": "90j", "debut": "2026-11-01", "fin": "2026-11-02"},
        headers={
            "HX-Request": "true",
            "HX-Target": "chiffres",
            "HX-Current-URL": "http://testserver/?periode=30j",
        },
    )
    assert 'name="periode"' not in chiffres.text
    assert 'id="chiffres"' in chiffres.text
    assert chiffres["HX-Push-Url"] == "/?periode=90j"


def test_the_dashboard_fetches_the_figures_that_its_address_asks_for(client, responsable):
    client.force_login(responsable)
    texte = client.get("/", {"periode": "mois", "page": "3"}).text
    assert 'hx-get="/indicateurs/?periode=mois"' in texte


@pytest.mark.parametrize(
    "params",
    [
        {"periode": "hier"},
        {"debut": "2026-11-31"},
        {"debut": "2026-11-20", "fin": "2026-11-01"},
        {"debut": "1990-01-01"},
        {"client_id": "abc"},
        {"client_id": "999999"},
    ],
)
def test_what_does_not_fit_is_told(client, responsable, params):
    client.force_login(responsable)
    page = client.get(PAGE, params)
    assert page.status_code == 200
    assert len(page.context["erreurs"]) == 1
    refus = client_api(responsable).get("/api/v1/dashboard", params)
    assert refus.status_code == 400
    assert refus.json()["code"] == "VALIDATION_ERROR"


def test_the_ids_of_others_do_not_exist(client_portail, technicien, autre_client, entreprise):
    autre = {"client_id": autre_client.contact.client_id}
    for user in (client_portail, technicien):
        assert client_api(user).get("/api/v1/dashboard", autre).status_code == 400
    assert client_api(client_portail).get("/api/v1/dashboard", {"inconnu": 1}).status_code == 400


def test_the_api_says_what_the_page_says(responsable, client, entreprise):
    api = client_api(responsable)
    lu = api.get("/api/v1/dashboard", {"periode": "30j"}).json()
    assert lu["periode"] == {"genre": "30j", "debut": "2026-10-25", "fin": "2026-11-23"}
    client.force_login(responsable)
    cartes = {c.cle: c.valeur for c in client.get(PAGE).context["cartes"]}
    dits = {i["cle"]: ecrire(i["cle"], Unite(i["unite"]), i["valeur"]) for i in lu["indicateurs"]}
    assert dits == cartes
    (mttr,) = [i for i in lu["indicateurs"] if i["cle"] == "mttr"]
    seul = api.get("/api/v1/dashboard/mttr/").json()["indicateur"]
    assert seul == mttr
    assert api.get(mttr["sur"]["url"]).json()["pagination"]["total"] == mttr["sur"]["nombre"]
    assert api.get("/api/v1/dashboard/inconnu").status_code == 404


def test_a_figure_that_is_not_for_the_reader_does_not_exist(client_portail, technicien):
    assert client_api(client_portail).get("/api/v1/dashboard/cout").status_code == 404
    assert client_api(technicien).get("/api/v1/dashboard/mtbf").status_code == 404
    assert (
        client_api(client_portail).get("/api/v1/dashboard/mtbf").json()["indicateur"]["valeur"]
        is None
    )


def test_charts_have_their_data_and_the_same_as_a_table(client, responsable, entreprise):
    client.force_login(responsable)
    page = client.get(PAGE)
    for panneau in page.context["panneaux"]:
        if panneau.donnees:
            assert f'data-graphique="donnees-{panneau.cle}"' in page.text
            assert f'id="donnees-{panneau.cle}"' in page.text
            assert len(panneau.lignes) == len(panneau.donnees["etiquettes"])
    assert "style=" not in re.sub(r"<svg.*?</svg>", "", page.text)


def test_numbers_are_written_as_people_write_them():
    fine, dure = "\u202f", "\u00a0"
    assert ecrire("sla", Unite.POURCENT, 12.5) == f"12,5{fine}%"
    assert ecrire("sla", Unite.POURCENT, 100.0) == f"100{fine}%"
    assert ecrire("disponibilite", Unite.POURCENT, 99.95) == f"99,95{fine}%"
    assert ecrire("mttr", Unite.MINUTES, 185) == f"3{fine}h{fine}05"
    assert ecrire("travail", Unite.MINUTES, 2 * 24 * 60) == f"48{fine}h"
    assert ecrire("cout", Unite.MAD, Decimal("1234.5")) == f"1{fine}234,50{dure}MAD"
    assert ecrire("satisfaction", Unite.NOTE, 4.33) == f"4,3{fine}/{fine}5"
    assert ecrire("mtbf", Unite.MINUTES, None) == "—"
    assert heures(45) == f"45{fine}min"


@pytest.mark.parametrize(
    ("unite", "valeur", "precedent", "hausse", "attendu"),
    [
        (Unite.POURCENT, 90.0, 92.5, 1, ("−2,5\u202fpt", "mauvais")),
        (Unite.MINUTES, 50, 100, -1, ("−50\u202f%", "bon")),
        (Unite.NOMBRE, 3, 2, 0, ("+50\u202f%", "neutre")),
        (Unite.NOMBRE, 3, 3, 1, ("=", "neutre")),
        (Unite.NOMBRE, 3, 0, 1, None),
        (Unite.NOTE, None, 4, 1, None),
    ],
)
def test_a_change_is_good_or_bad_by_what_it_means(unite, valeur, precedent, hausse, attendu):
    lu = carte(Indicateur("sla", valeur, unite, precedent, hausse=hausse)).ecart
    assert (lu and (lu.texte, lu.ton)) == attendu


# --- The weekly digest ----------------------------------------------------------------------------


def bilans():
    return Notification.objects.filter(type_notification=Evenement.BILAN_HEBDOMADAIRE)


def test_each_responsable_hears_of_a_week_once(responsable, admin, technicien, entreprise):
    autre = UserFactory(responsable=True, langue="en")
    sourd = UserFactory(responsable=True)
    for canal in (Canal.IN_APP, Canal.EMAIL):
        PreferenceNotification.objects.create(
            user=sourd, evenement=Evenement.BILAN_HEBDOMADAIRE, canal=canal, active=False
        )
    assert bilan.envoyer_bilans() == 4
    assert bilan.envoyer_bilans() == 0
    assert set(bilans().values_list("user_id", flat=True)) == {responsable.pk, autre.pk}
    message = bilans().get(user=responsable, canal=Canal.EMAIL)
    assert message.titre == "Bilan de la semaine du 16/11/2026 au 22/11/2026"
    assert "Créées : 2" in message.message
    assert message.lien == "/?periode=libre&debut=2026-11-16&fin=2026-11-22"
    assert bilan.envoyer_bilans(MAINTENANT + timedelta(days=7)) == 4


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_write_one_digest(responsable):
    ensemble(bilan.envoyer_bilans, bilan.envoyer_bilans)
    assert bilans().filter(user=responsable, canal=Canal.EMAIL).count() == 1


def test_the_e_mail_has_bars(responsable, entreprise):
    bilan.envoyer_bilans()
    message = composer(bilans().get(user=responsable, canal=Canal.EMAIL))
    assert "Délais tenus" in message.body
    html = message.alternatives[0][0]
    assert "Non closes, par ancienneté" in html
    assert 'bgcolor="#1f6fc4"' in html
    assert mail.outbox == []
