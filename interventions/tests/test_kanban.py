"""Kanban and calendar: who sees what on them, what a drag may do, and that neither grows with the table."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from interventions.choices import Statut
from interventions.models import HistoriqueIntervention, Planning
from interventions.tests.factories import CreneauFactory, InterventionFactory
from notifications.models import EvenementFlux
from technicians.tests.factories import DisponibiliteFactory, TechnicienFactory

pytestmark = pytest.mark.django_db
KANBAN, CALENDRIER, EVENEMENTS, LISTE = (
    reverse(f"interventions:{nom}") for nom in ("kanban", "calendrier", "evenements", "liste")
)
HTMX = {"HX-Request": "true"}


def url(nom, intervention):
    return reverse(f"interventions:{nom}", args=[intervention.pk])


def mur(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def periode(jours=7):
    maintenant = timezone.now()
    return {
        "debut": mur(maintenant - timedelta(days=jours)),
        "fin": mur(maintenant + timedelta(days=jours)),
    }


def cartes(reponse):
    return {i.pk for colonne in reponse.context["colonnes"] for i in colonne.cartes}


# --- Kanban ----------------------------------------------------------------------------------------


def test_each_role_sees_its_own_cards_and_numbers(
    client, responsable, technicien, autre_technicien, client_portail
):
    sienne = InterventionFactory(affectee=True, technicien=technicien.technicien)
    autre = InterventionFactory()
    client.force_login(responsable)
    assert cartes(client.get(KANBAN)) == {sienne.pk, autre.pk}
    client.force_login(technicien)
    page = client.get(KANBAN)
    assert cartes(page) == {sienne.pk}
    assert sum(colonne.total for colonne in page.context["colonnes"]) == 1
    client.force_login(autre_technicien)
    assert cartes(client.get(KANBAN)) == set()
    client.force_login(client_portail)
    assert client.get(KANBAN).status_code == 403


def test_the_filters_are_those_of_the_list_and_the_views_keep_them(client, responsable):
    urgente = InterventionFactory(priorite="urgente")
    InterventionFactory(priorite="basse")
    client.force_login(responsable)
    for adresse in (KANBAN, CALENDRIER, LISTE):
        page = client.get(adresse, {"priorite": "urgente"})
        for autre in (KANBAN, CALENDRIER, LISTE):
            assert f'href="{autre}?priorite=urgente"' in page.content.decode()
    assert cartes(client.get(KANBAN, {"priorite": "urgente"})) == {urgente.pk}
    morceau = client.get(KANBAN, {"priorite": "urgente"}, headers=HTMX).content.decode()
    assert "hx-swap-oob" in morceau
    assert "<html" not in morceau
    assert cartes(client.get(KANBAN, {"priorite": "nulle"})) == set()


def test_a_column_is_bounded_and_its_number_exact(client, responsable, monkeypatch):
    monkeypatch.setattr(import_module("interventions.views.kanban"), "CARTES", 3)
    InterventionFactory.create_batch(2)
    client.force_login(responsable)
    client.get(KANBAN)
    with CaptureQueriesContext(connection) as peu:
        client.get(KANBAN)
    InterventionFactory.create_batch(5, priorite="haute")
    with CaptureQueriesContext(connection) as beaucoup:
        page = client.get(KANBAN)
    assert len(peu) == len(beaucoup) <= 14
    ouverte = page.context["colonnes"][0]
    assert (len(ouverte.cartes), ouverte.total, ouverte.reste) == (3, 7, 4)
    assert {i.priorite for i in ouverte.cartes} == {"haute"}
    assert f"{LISTE}?statut=ouverte" in page.content.decode()


def test_a_card_offers_exactly_the_transitions_of_its_statut(client, responsable, technicien):
    InterventionFactory(affectee=True, technicien=technicien.technicien)
    for personne, attendues in (
        (responsable, "ouverte en_cours annulee"),
        (technicien, "en_cours"),
    ):
        client.force_login(personne)
        colonne = client.get(KANBAN).context["colonnes"][1]
        assert (colonne.statut, colonne.destinations) == (Statut.AFFECTEE, attendues)


def test_a_drop_makes_the_transition_or_asks_for_what_it_needs(client, responsable):
    intervention = InterventionFactory(affectee=True)
    client.force_login(responsable)
    reponse = client.post(
        url("deplacer", intervention), {"vers": "en_cours", "version": intervention.version}
    )
    assert reponse.json() == {"statut": "en_cours", "version": intervention.version + 1}
    assert HistoriqueIntervention.objects.get().action == "demarrage"
    assert EvenementFlux.objects.filter(genre="intervention", objet_id=intervention.pk).exists()
    asked = client.post(url("deplacer", intervention), {"vers": "en_attente"}).json()
    assert asked["formulaire"] == f"{url('statut', intervention)}?vers=en_attente"
    assert client.get(asked["formulaire"]).status_code == 200
    intervention.refresh_from_db()
    assert intervention.statut == Statut.EN_COURS
    ouverte = InterventionFactory()
    asked = client.post(url("deplacer", ouverte), {"vers": "affectee"}).json()
    assert asked["formulaire"] == url("affecter", ouverte)


@pytest.mark.parametrize(
    ("vers", "version", "statut", "code"),
    [
        ("cloturee", "", 409, "TRANSITION_INTERDITE"),
        ("nulle", "", 400, "VALIDATION_ERROR"),
        ("en_cours", "999", 412, "VERSION_PERIMEE"),
    ],
)
def test_a_refused_drop_says_why_and_changes_nothing(
    client, responsable, vers, version, statut, code
):
    intervention = InterventionFactory(affectee=True)
    client.force_login(responsable)
    reponse = client.post(url("deplacer", intervention), {"vers": vers, "version": version})
    assert reponse.status_code == statut
    assert reponse.json()["code"] == code
    assert reponse.json()["detail"]
    intervention.refresh_from_db()
    assert intervention.statut == Statut.AFFECTEE


def test_one_technicien_works_on_one_job_at_a_time(client, technicien):
    InterventionFactory(en_cours=True, technicien=technicien.technicien)
    autre = InterventionFactory(affectee=True, technicien=technicien.technicien)
    client.force_login(technicien)
    reponse = client.post(url("deplacer", autre), {"vers": "en_cours"})
    assert (reponse.status_code, reponse.json()["code"]) == (409, "TECHNICIEN_DEJA_EN_COURS")


# --- Calendar --------------------------------------------------------------------------------------


def test_each_role_reads_its_own_dates(
    client, responsable, technicien, autre_technicien, client_portail, autre_client
):
    creneau = CreneauFactory(
        intervention=InterventionFactory(
            affectee=True,
            technicien=technicien.technicien,
            equipement__client=client_portail.contact.client,
            date_limite=timezone.now() + timedelta(days=2),
        )
    )
    attendues = {f"c{creneau.intervention_id}", f"e{creneau.intervention_id}"}
    for personne, vues in (
        (responsable, attendues),
        (technicien, attendues),
        (client_portail, attendues),
        (autre_technicien, set()),
        (autre_client, set()),
    ):
        client.force_login(personne)
        assert client.get(CALENDRIER).status_code == 200
        lus = client.get(EVENEMENTS, periode()).json()["evenements"]
        assert {e["id"] for e in lus} == vues
        assert all(e.get("mobile", False) == personne.est_gestion for e in lus if e["id"][0] == "c")


def test_wall_times_of_casablanca_and_what_was_done(client, responsable):
    faite = InterventionFactory(cloturee=True)
    creneau = CreneauFactory()
    client.force_login(responsable)
    lus = {e["id"]: e for e in client.get(EVENEMENTS, periode()).json()["evenements"]}
    assert lus[f"c{creneau.intervention_id}"]["start"][:16] == mur(creneau.debut)
    assert lus[f"f{faite.pk}"]["end"][:16] == mur(faite.date_fin)
    filtres = {**periode(), "statut": "cloturee"}
    assert [e["id"] for e in client.get(EVENEMENTS, filtres).json()["evenements"]] == [
        f"f{faite.pk}"
    ]


def test_the_period_and_the_number_are_bounded(client, responsable, monkeypatch):
    client.force_login(responsable)
    for faux in ({}, periode(40), {"debut": "x", "fin": "y"}, {**periode(), "priorite": "nulle"}):
        assert client.get(EVENEMENTS, faux).status_code == 400
    monkeypatch.setattr(import_module("interventions.views.calendrier"), "EVENEMENTS_MAX", 2)
    CreneauFactory.create_batch(2)
    client.get(EVENEMENTS, periode())
    with CaptureQueriesContext(connection) as peu:
        assert client.get(EVENEMENTS, periode()).json()["tronque"] is False
    CreneauFactory.create_batch(3)
    with CaptureQueriesContext(connection) as beaucoup:
        lus = client.get(EVENEMENTS, periode()).json()
    assert lus["tronque"] is True
    assert len(lus["evenements"]) == 2
    assert len(peu) == len(beaucoup)


# --- To place a job on a board ---------------------------------------------------------------------


def test_a_place_is_given_moved_and_given_back(client, responsable):
    intervention = InterventionFactory()
    premier, second = TechnicienFactory.create_batch(2)
    debut = timezone.now() + timedelta(days=1)
    creneau = {"debut": mur(debut), "fin": mur(debut + timedelta(hours=2))}
    client.force_login(responsable)
    rien = {"technicien_id": None, "debut": None, "fin": None}

    def placer(**champs):
        reponse = client.post(
            url("placer", intervention), {c: "" if v is None else v for c, v in champs.items()}
        )
        assert reponse.status_code == 200, reponse.json()
        return reponse.json()["avant"]

    assert placer(technicien_id=premier.pk, **creneau) == rien
    au_premier = placer(technicien_id=second.pk, **creneau)
    assert au_premier["technicien_id"] == premier.pk
    au_second = placer(technicien_id=second.pk, debut=None, fin=None)
    assert not Planning.objects.ouverts().exists()
    placer(**au_second)
    placer(**au_premier)
    pose = Planning.objects.ouverts().get()
    assert (pose.technicien, mur(pose.debut)) == (premier, creneau["debut"])
    placer(**rien)
    intervention.refresh_from_db()
    assert intervention.statut == Statut.OUVERTE
    assert not Planning.objects.ouverts().exists()


def test_a_place_that_breaks_a_rule_is_refused_with_its_words(client, responsable, technicien):
    pris = CreneauFactory()
    intervention = InterventionFactory(affectee=True)
    creneau = {"debut": mur(pris.debut), "fin": mur(pris.fin)}
    client.force_login(responsable)

    def refus(objet=intervention, **champs):
        reponse = client.post(url("placer", objet), {**creneau, **champs})
        assert reponse.json()["detail"]
        return reponse.status_code, reponse.json()["code"]

    assert refus(technicien_id=pris.technicien_id) == (409, "CRENEAU_OCCUPE")
    absent = DisponibiliteFactory(
        debut=pris.debut - timedelta(days=1), fin=pris.fin + timedelta(days=1)
    )
    assert refus(technicien_id=absent.technicien_id) == (409, "TECHNICIEN_INDISPONIBLE")
    commencee = InterventionFactory(en_cours=True)
    assert refus(commencee, technicien_id=technicien.technicien.pk) == (409, "DEJA_COMMENCEE")
    assert refus(technicien_id="") == (400, "VALIDATION_ERROR")
    assert refus(version=999) == (412, "VERSION_PERIMEE")
    assert refus(debut="hier") == (400, "VALIDATION_ERROR")
    client.force_login(intervention.technicien.user)
    assert refus()[0] == 403
