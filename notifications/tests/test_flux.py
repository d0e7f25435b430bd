"""The event stream, from its own process: nobody misses anything, nobody reads what is another's."""

import contextlib
import json
import threading
from datetime import timedelta
from urllib.request import urlopen

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts import services as comptes
from accounts import sessions
from accounts.choices import Role
from accounts.models import SessionApi
from accounts.tests.api import client_api
from accounts.tests.factories import UserFactory
from erp.tests.serveurs import attendre
from interventions.tests.factories import InterventionFactory
from notifications import flux, menage, services
from notifications.choices import Evenement
from notifications.models import EvenementFlux, Notification
from notifications.tests.flux import CHEMIN, Ecoute, serveur_de_flux

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def serveur(transactional_db):
    with serveur_de_flux() as serveur:
        yield serveur


def dire(*destinataires, titre="Du nouveau", lien="/interventions/1/"):
    services.notifier(
        destinataires=destinataires,
        evenement=Evenement.INTERVENTION_CREEE,
        titre=lambda: titre,
        message=lambda: "",
        lien=lien,
        sujet="",
    )


def titres(ecoute):
    return [evenement.get("titre") for evenement in ecoute.evenements]


def test_each_hears_of_his_own_at_once(serveur, responsable, technicien):
    dire(responsable, titre="Avant")
    un, autre = Ecoute(serveur, responsable), Ecoute(serveur, technicien)
    assert un.statut == autre.statut == 200
    assert un.en_tetes["content-type"] == "text/event-stream"
    assert un.en_tetes["x-ratelimit-limit"] == "100000"
    attendre(lambda: un.messages and autre.messages, "both have begun")
    assert un.messages == [{"evenements": [], "non_lues": 1}]
    dire(responsable, titre="Pour le responsable", lien="/x/")
    un.attendre(1)
    dire(technicien, titre="Pour le technicien")
    autre.attendre(1)
    assert titres(un) == ["Pour le responsable"]
    assert titres(autre) == ["Pour le technicien"]
    derniere = Notification.objects.filter(user=responsable, canal="in_app").first()
    assert un.messages[-1] == {
        "evenements": [
            {
                "type": "notification",
                "action": "creee",
                "objet": "notification",
                "id": derniere.pk,
                "titre": "Pour le responsable",
                "lien": "/x/",
            }
        ],
        "non_lues": 2,
    }
    services.tout_lire(par=responsable)
    un.attendre(2)
    assert un.messages[-1]["non_lues"] == 0
    assert len(autre.evenements) == 1


def test_its_figures_for_prometheus(serveur, responsable, technicien):
    ecoutes = [Ecoute(serveur, personne) for personne in (responsable, responsable, technicien)]
    dire(responsable)
    for ecoute in ecoutes[:2]:
        ecoute.attendre(1)

    def figures_lues():
        with urlopen(f"http://127.0.0.1:{serveur.port}/metrics", timeout=5) as reponse:
            assert reponse.headers["Content-Type"].startswith("text/plain")
            return {
                echantillon.name: echantillon.value
                for famille in text_string_to_metric_families(reponse.read().decode())
                for echantillon in famille.samples
            }

    # the first message of each stream, then the event, to the two streams of its reader
    attendre(lambda: figures_lues()["erp_flux_messages_total"] == 5, "five messages are counted")
    figures = figures_lues()
    assert figures["erp_flux_ouverts"] == 3
    assert figures["erp_flux_personnes"] == 2
    assert figures["erp_flux_evenements_total"] == 1
    assert figures["erp_flux_retard_secondes_count"] == 1
    assert 0 <= figures["erp_flux_retard_secondes_sum"] < 60
    assert figures["process_resident_memory_bytes"] > 0


def test_what_was_rolled_back_is_never_told(serveur, responsable):
    ecoute = Ecoute(serveur, responsable)
    with contextlib.suppress(ZeroDivisionError), transaction.atomic():
        dire(responsable, titre="Jamais")
        raise ZeroDivisionError
    dire(responsable, titre="Vrai")
    ecoute.attendre(1)
    assert titres(ecoute) == ["Vrai"]


def test_resumed_without_loss_nor_double(serveur, responsable):
    ecoute = Ecoute(serveur, responsable)
    recus = []
    for tour in range(4):
        dire(responsable, titre=f"{tour} reçu")
        ecoute.attendre(1 if tour == 0 else 2)
        recus += titres(ecoute)
        ecoute.couper()
        dire(responsable, titre=f"{tour} manqué")
        if tour == 2:
            serveur.arreter()
            serveur.demarrer()
        ecoute = Ecoute(serveur, responsable, Last_Event_ID=ecoute.dernier_id)
    ecoute.attendre(1)
    recus += titres(ecoute)
    assert recus == [f"{tour} {suite}" for tour in range(4) for suite in ("reçu", "manqué")]


def test_a_transaction_that_commits_late_is_neither_missed_nor_waited_for(serveur, responsable):
    ecoute = Ecoute(serveur, responsable)
    ecrite, achever = threading.Event(), threading.Event()

    def lente():
        with transaction.atomic():
            dire(responsable, titre="Commencée avant")
            ecrite.set()
            achever.wait(20)
        connections.close_all()

    fil = threading.Thread(target=lente)
    fil.start()
    ecrite.wait(10)
    dire(responsable, titre="Finie avant")
    ecoute.attendre(1)  # although a smaller id is not committed yet
    ecoute.couper()
    achever.set()
    fil.join()
    suite = Ecoute(serveur, responsable, Last_Event_ID=ecoute.dernier_id)
    suite.attendre(1)
    assert titres(ecoute) == ["Finie avant"]
    assert titres(suite) == ["Commencée avant"]


def test_an_object_is_told_to_those_who_see_it(
    serveur, responsable, technicien, autre_technicien, client_portail
):
    sienne = InterventionFactory(technicien=technicien.technicien, statut="affectee")
    personnes = (responsable, technicien, autre_technicien, client_portail)
    ecoutes = {personne: Ecoute(serveur, personne) for personne in personnes}
    flux.publier(genre="planning", action="deplace", objet="intervention", objet_ids=[sienne.pk])
    attendu = {"type": "planning", "action": "deplace", "objet": "intervention", "id": sienne.pk}
    for personne in (responsable, technicien):
        ecoutes[personne].attendre(1)
        assert ecoutes[personne].evenements == [attendu]
    # taken from him: told so by name, since he sees it no more
    flux.publier(
        genre="planning",
        action="retire",
        objet="intervention",
        objet_ids=[sienne.pk],
        destinataires=[autre_technicien.pk],
    )
    ecoutes[autre_technicien].attendre(1)
    assert [e["action"] for e in ecoutes[autre_technicien].evenements] == ["retire"]
    dire(client_portail)  # after the others: his stream has passed them
    ecoutes[client_portail].attendre(1)
    assert [e["type"] for e in ecoutes[client_portail].evenements] == ["notification"]
    assert len(ecoutes[responsable].evenements) == 1


def test_an_event_for_everybody_names_what_it_is_about():
    with pytest.raises(ValueError, match="FLUX_OBJETS"):
        flux.publier(genre="x", action="y")


def test_a_role_counts_from_the_moment_it_changes(serveur, admin, responsable):
    intervention = InterventionFactory()
    ecoute = Ecoute(serveur, responsable)
    comptes.modifier_utilisateur(par=admin, user_id=responsable.pk, role=Role.TECHNICIEN)
    flux.publier(
        genre="planning", action="deplace", objet="intervention", objet_ids=[intervention.pk]
    )
    dire(responsable, titre="Après")
    ecoute.attendre(1)
    assert titres(ecoute) == ["Après"]


@pytest.mark.parametrize(
    "perdre",
    [
        lambda admin, user: comptes.changer_activation(par=admin, user_id=user.pk, actif=False),
        lambda admin, user: sessions.fermer_sessions(user),
    ],
)
def test_closed_at_once_for_whoever_loses_his_access(serveur, admin, responsable, perdre):
    navigateur = Client()
    navigateur.force_login(responsable, backend="accounts.backends.EmailBackend")
    cookie = f"sessionid={navigateur.cookies['sessionid'].value}"
    ecoutes = [Ecoute(serveur, responsable), Ecoute(serveur, Cookie=cookie)]
    temoin = Ecoute(serveur, admin)
    assert [ecoute.statut for ecoute in ecoutes] == [200, 200]
    perdre(admin, responsable)
    for ecoute in ecoutes:
        ecoute.attendre_la_fin()
    assert Ecoute(serveur, Cookie=cookie).statut == 401
    assert not temoin.finie
    attendre(lambda: serveur.sante()["flux"] == 1, "the others are forgotten")


def test_closed_when_the_token_expires(transactional_db, responsable):
    with serveur_de_flux() as serveur:
        jeton = sessions.JetonAcces(sessions.ouvrir_session(user=responsable).access_token)
        jeton.set_exp(lifetime=timedelta(seconds=2))
        ecoute = Ecoute(serveur, Authorization=f"Bearer {jeton}")
        assert ecoute.statut == 200
        ecoute.attendre_la_fin()
        assert ecoute.brut.endswith(b"0\r\n\r\n")  # a proper end


def test_a_stranger_and_another_site_are_refused(serveur, responsable):
    inconnu = Ecoute(serveur)
    assert inconnu.statut == 401
    assert inconnu.en_tetes["www-authenticate"] == 'Bearer realm="api"'
    assert b'"code":"NON_AUTHENTIFIE"' in inconnu.brut
    assert Ecoute(serveur, Authorization="Bearer rien").statut == 401
    navigateur = Client()
    navigateur.force_login(responsable, backend="accounts.backends.EmailBackend")
    cookie = f"sessionid={navigateur.cookies['sessionid'].value}"
    assert Ecoute(serveur, Cookie=cookie, Origin="http://ailleurs.example").statut == 401
    assert Ecoute(serveur, Cookie=cookie, Origin="http://127.0.0.1:9").statut == 200


def test_a_lost_database_connection_is_made_again(serveur, responsable):
    ecoute = Ecoute(serveur, responsable)
    with connection.cursor() as curseur:
        curseur.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert curseur.fetchone()[0] >= 2  # the one that listens, the one that reads
    dire(responsable, titre="Pendant la panne")
    ecoute.attendre(1)
    dire(responsable, titre="Après la panne")
    ecoute.attendre(2)
    assert titres(ecoute) == ["Pendant la panne", "Après la panne"]


def test_a_stop_ends_the_streams_and_does_not_wait(serveur, responsable):
    ecoute = Ecoute(serveur, responsable)
    serveur.arreter()
    ecoute.attendre_la_fin()
    assert ecoute.brut.endswith(b"0\r\n\r\n")


def test_a_person_has_so_many_streams(serveur, responsable, technicien):
    statuts = [Ecoute(serveur, responsable).statut for _ in range(13)]
    assert statuts == [200] * 12 + [429]
    assert Ecoute(serveur, technicien).statut == 200


# --- The same route of the web server: polling ----------------------------------------------------


def lire_une_fois(api, **en_tetes):
    reponse = api.get(CHEMIN, headers=en_tetes)
    assert reponse.status_code == 200
    assert reponse["Content-Type"] == "text/event-stream"
    lignes = dict(ligne.split(": ", 1) for ligne in reponse.content.decode().strip().splitlines())
    return lignes["retry"], lignes["id"], json.loads(lignes["data"])


def test_without_its_process_the_reader_polls(responsable, technicien):
    api = client_api(responsable)
    retour, place, contenu = lire_une_fois(api)
    assert (retour, contenu) == ("30000", {"evenements": [], "non_lues": 0})
    dire(responsable, technicien, titre="Entre deux")
    _retour, place, contenu = lire_une_fois(api, **{"Last-Event-ID": place})
    assert [e["titre"] for e in contenu["evenements"]] == ["Entre deux"]
    assert contenu["non_lues"] == 1
    _retour, place, contenu = lire_une_fois(api, **{"Last-Event-ID": place})
    assert contenu == {"evenements": [], "non_lues": 1}


def test_pages_read_it_by_their_session(client, responsable):
    assert client.get(CHEMIN).status_code == 401
    client.force_login(responsable)
    assert client.get(CHEMIN).status_code == 200
    assert client.get(CHEMIN, headers={"Origin": "https://ailleurs.example"}).status_code == 401


@pytest.mark.parametrize(
    "place",
    [
        "n'importe quoi",
        "1-1:1:",
        "99999999999-9223372036854775806:9223372036854775807:",
        "99999999999-5:9:7,6",
        "99999999999-5:9:9",
        "1" * 3000,
    ],
)
def test_from_a_place_that_is_none_everything_is_read_again(responsable, place):
    _retour, _place, contenu = lire_une_fois(client_api(responsable), **{"Last-Event-ID": place})
    assert contenu == {"evenements": [], "recharger": True, "non_lues": 0}


def test_too_much_or_too_long_ago_is_read_again(responsable):
    api = client_api(responsable)
    _retour, place, _contenu = lire_une_fois(api)
    vieille = f"{int(place.split('-')[0]) - 86_401}-{place.split('-')[1]}"
    assert lire_une_fois(api, **{"Last-Event-ID": vieille})[2]["recharger"]
    flux.publier(
        genre="x", action="y", objet_ids=range(1, flux.LOT_MAX + 2), destinataires=[responsable.pk]
    )
    assert lire_une_fois(api, **{"Last-Event-ID": place})[2]["recharger"]


def test_old_events_are_forgotten(responsable):
    dire(responsable)
    assert menage.purger_flux() == 0
    assert menage.purger_flux(maintenant=timezone.now() + flux.CONSERVATION) == 1
    assert not EvenementFlux.objects.exists()


def test_as_many_queries_for_many_readers_as_for_few(django_assert_num_queries):
    intervention = InterventionFactory()
    gestion = [UserFactory(responsable=True) for _ in range(12)]
    dire(*gestion)
    flux.publier(
        genre="planning", action="deplace", objet="intervention", objet_ids=[intervention.pk]
    )
    debut = flux.Curseur(0, "1:1:")
    faits, _ici = flux.lire(debut)
    for personnes in (gestion[:2], gestion):
        with django_assert_num_queries(3):  # titles, counts, what is visible
            contenus = flux.messages(faits, personnes)
        assert len(contenus) == len(personnes)
    assert SessionApi.objects.count() == 0
