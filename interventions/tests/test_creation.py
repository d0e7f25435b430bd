"""Taking a call: which machine is found first, who could go, what a form sent twice does, a call about an open job."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import ContratFactory, SiteFactory
from equipment.tests.factories import CouvertureFactory, EquipementFactory
from erp.tests.concurrence import ensemble
from interventions.machines import trouver_machines
from interventions.models import HistoriqueIntervention, Intervention
from interventions.tests.factories import CreneauFactory, InterventionFactory
from interventions.views.creation import heures_proposees
from technicians.tests.factories import CompetenceFactory, DisponibiliteFactory, TechnicienFactory

pytestmark = pytest.mark.django_db
CREER, APERCU = reverse("interventions:creer"), reverse("interventions:apercu")
CHERCHER = reverse("interventions:equipements")
HTMX = {"HX-Request": "true"}


def demande(equipement, **plus):
    return {
        "equipement_id": equipement.pk,
        "type_intervention": "corrective",
        "priorite": "haute",
        "description": "Fuite d’huile au carter depuis ce matin.",
        **plus,
    }


# --- Finding the machine ---------------------------------------------------------------------------


def codes(user, texte):
    return [machine.code_interne for machine, _ouvertes in trouver_machines(user, texte)]


@pytest.fixture
def parc():
    for nom, code, serie in (
        ("Pompe GF-3", "P-1", ""),
        ("Agitateur", "GF-30", ""),
        ("Zoubir", "GF-3", ""),
        ("Broyeur", "B-9", "GF3"),
        ("Crible", "XGF-3", ""),
    ):
        EquipementFactory(nom=nom, code_interne=code, numero_serie=serie)


@pytest.mark.parametrize("texte", ["GF-3", "gf3", "gf-3", "GF.3", " gf 3 "])
def test_the_code_itself_comes_first_however_it_is_typed(parc, responsable, texte):
    trouves = codes(responsable, texte)
    assert trouves[0] == "GF-3"
    assert set(trouves) >= {"GF-3", "GF-30", "B-9", "XGF-3"}
    assert trouves.index("GF-30") < trouves.index("XGF-3")


def test_names_that_begin_with_it_come_before_those_that_hold_it(responsable):
    for nom, code in (
        ("Vieille étuve", "A-1"),
        ("Étuve à pales", "A-2"),
        ("Armoire d’étuve", "A-3"),
    ):
        EquipementFactory(nom=nom, code_interne=code)
    assert codes(responsable, "etuve") == ["A-2", "A-3", "A-1"]


def test_the_site_helps_to_find_it(responsable):
    site = SiteFactory(nom="Entrepôt de Berrechid")
    cible = EquipementFactory(nom="Chariot", client=site.client, site=site)
    EquipementFactory(nom="Chariot")
    assert codes(responsable, "berrechid chariot") == [cible.code_interne]


def test_a_scanned_label_stands_for_its_code(parc, responsable):
    adresse = "https://gmao.example.com" + reverse("equipment:par_code", args=["GF-30"])
    assert codes(responsable, adresse)[0] == "GF-30"


@pytest.mark.parametrize("texte", ["", "   ", "%", "_", "---", "\\"])
def test_what_says_nothing_finds_nothing(parc, responsable, texte):
    assert not {"B-9", "P-1"} & set(codes(responsable, texte)) or texte == "---"


def test_how_many_are_open_is_said_beside_it(client, responsable):
    machine = EquipementFactory(code_interne="OUV-1")
    InterventionFactory.create_batch(2, equipement=machine)
    InterventionFactory(equipement=machine, cloturee=True)
    client.force_login(responsable)
    (resultat,) = client.get(CHERCHER, {"q": "ouv-1"}).json()["resultats"]
    assert resultat["detail"].endswith("2 déjà ouvertes")


def test_the_open_ones_that_a_client_is_told_of_are_its_own(client, client_portail):
    machine = EquipementFactory(client=client_portail.contact.client, code_interne="OUV-1")
    InterventionFactory(equipement=machine)
    client.force_login(client_portail)
    (resultat,) = client.get(CHERCHER, {"q": "ouv-1"}).json()["resultats"]
    assert "1 déjà ouverte" in resultat["detail"]


# --- Sent twice ------------------------------------------------------------------------------------


def test_the_same_form_sent_twice_creates_one(client, responsable):
    client.force_login(responsable)
    corps = demande(EquipementFactory(), jeton="abc123")
    adresses = {client.post(CREER, corps)["Location"] for _fois in range(3)}
    assert adresses == {Intervention.objects.get().get_absolute_url()}


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_creates_one(responsable):
    from django.test import Client

    corps = demande(EquipementFactory(), jeton="abc123")

    def envoyer():
        navigateur = Client()
        navigateur.force_login(responsable)
        return navigateur.post(CREER, corps)["Location"]

    adresses = ensemble(envoyer, envoyer, envoyer)
    assert set(adresses) == {Intervention.objects.get().get_absolute_url()}


def test_other_words_and_other_forms_are_other_calls(client, responsable, admin):
    machine = EquipementFactory()
    client.force_login(responsable)
    client.post(CREER, demande(machine, jeton="abc123"))
    client.post(CREER, demande(machine, jeton="abc123", description="Autre chose, plus tard."))
    client.post(CREER, demande(machine, jeton="def456"))
    client.post(CREER, demande(machine))
    client.post(CREER, demande(machine))
    client.force_login(admin)
    client.post(CREER, demande(machine, jeton="abc123"))
    assert Intervention.objects.count() == 6


def test_a_refused_form_may_be_sent_again_and_keeps_its_token(client, responsable):
    client.force_login(responsable)
    corps = demande(EquipementFactory(), jeton="abc123", description="Court")
    page = client.post(CREER, corps)
    assert page.status_code == 422
    assert 'name="jeton" value="abc123"' in page.content.decode()
    assert client.post(CREER, corps).status_code == 422
    technicien = TechnicienFactory()
    absent = DisponibiliteFactory(technicien=technicien)
    local = timezone.localtime(absent.debut)
    corps |= {
        "description": "Assez long maintenant.",
        "technicien_id": technicien.pk,
        "debut": f"{local:%Y-%m-%dT%H:%M}",
        "fin": f"{local + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }
    assert client.post(CREER, corps).status_code == 409
    absent.delete()
    assert client.post(CREER, corps).status_code == 302
    assert Intervention.objects.get().technicien == technicien


# --- About a job that is open ----------------------------------------------------------------------


def test_a_call_about_an_open_job_becomes_a_remark_there(client, responsable):
    ouverte = InterventionFactory()
    client.force_login(responsable)
    page = client.get(APERCU, {"equipement_id": ouverte.equipement_id}, headers=HTMX)
    assert f'name="joindre" value="{ouverte.pk}"' in page.content.decode()
    corps = demande(ouverte.equipement, jeton="x1", joindre=ouverte.pk, description="Bruit aussi")
    for _fois in range(2):
        reponse = client.post(CREER, corps, headers=HTMX)
        assert reponse["HX-Redirect"] == ouverte.get_absolute_url()
    assert Intervention.objects.count() == 1
    assert HistoriqueIntervention.objects.get(action="remarque").remarque == "Bruit aussi"


def test_a_call_without_words_is_no_remark(client, responsable):
    ouverte = InterventionFactory()
    client.force_login(responsable)
    page = client.post(CREER, demande(ouverte.equipement, joindre=ouverte.pk, description=" "))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["description"]
    assert not HistoriqueIntervention.objects.filter(action="remarque").exists()


@pytest.mark.parametrize("joindre", ["0", "abc", "99999999999999999999"])
def test_there_is_nothing_to_join(client, responsable, joindre):
    client.force_login(responsable)
    assert client.post(CREER, demande(EquipementFactory(), joindre=joindre)).status_code == 404


def test_nobody_joins_what_he_does_not_see(client, client_portail):
    etrangere = InterventionFactory()
    client.force_login(client_portail)
    assert (
        client.post(CREER, demande(etrangere.equipement, joindre=etrangere.pk)).status_code == 404
    )


def test_a_closed_one_takes_no_more_words(client, responsable):
    close = InterventionFactory(cloturee=True)
    client.force_login(responsable)
    assert client.post(CREER, demande(close.equipement, joindre=close.pk)).status_code == 403


# --- What is shown while one types -----------------------------------------------------------------


def apercu(client, machine, **plus):
    reponse = client.get(APERCU, {"equipement_id": machine.pk, **plus}, headers=HTMX)
    return reponse, reponse.content.decode()


def test_the_deadline_follows_the_priorite(client, responsable):
    machine = EquipementFactory()
    client.force_login(responsable)
    assert "dans 3 jours" in apercu(client, machine, priorite="normale")[1]
    assert "dans 7 jours" in apercu(client, machine, priorite="basse")[1]
    assert "dans 2" in apercu(client, machine, priorite="basse", urgence="on")[1]
    assert "Sans date limite" in apercu(client, machine, priorite="programmee")[1]


def test_what_the_contract_promises_and_what_is_consumed(client, responsable):
    contrat = ContratFactory(numero="CTR-9", interventions_incluses=2)
    machine = CouvertureFactory(contrat=contrat).equipement
    InterventionFactory.create_batch(2, equipement=machine, contrat=contrat)
    client.force_login(responsable)
    texte = apercu(client, machine)[1]
    assert "CTR-9" in texte
    assert "2 sur 2 interventions" in texte


def test_who_could_go_and_who_could_not(client, responsable):
    machine = EquipementFactory()
    occupe, libre, absent = (TechnicienFactory() for _n in range(3))
    debut = timezone.now().replace(second=0, microsecond=0) + timedelta(days=1)
    CreneauFactory(technicien=occupe, debut=debut, fin=debut + timedelta(hours=2))
    DisponibiliteFactory(technicien=absent, debut=debut, fin=debut + timedelta(hours=9))
    exigee = CompetenceFactory(nom="Habilitation B2V")
    client.force_login(responsable)
    local = timezone.localtime(debut)
    heures = {
        "debut": f"{local:%Y-%m-%dT%H:%M}",
        "fin": f"{local + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }
    reponse, texte = apercu(client, machine, **heures)
    etats = {c.technicien.pk: bool(c.empechements) for c in reponse.context["candidats"]}
    assert (etats[libre.pk], etats[occupe.pk], etats[absent.pk]) == (False, True, True)
    assert 'id="qui" hx-swap-oob="true"' in texte
    sans = apercu(client, machine, competences=exigee.pk)[0].context["candidats"]
    assert all("Habilitation B2V" in c.empechements[0] for c in sans)


def test_only_those_who_plan_are_told_who_could_go(client, client_portail, technicien):
    machine = EquipementFactory(client=client_portail.contact.client)
    client.force_login(client_portail)
    texte = apercu(client, machine)[1]
    assert 'id="qui"' not in texte
    assert technicien.full_name not in texte


@pytest.mark.parametrize(
    ("maintenant", "heures"),
    [
        # a Monday morning, and a Friday evening
        ("2026-11-23T09:07", ["09:15", "14:00", "08:30", "14:00"]),
        ("2026-11-27T19:50", ["20:00", "08:30", "14:00"]),
    ],
)
def test_hours_that_one_would_propose(maintenant, heures):
    instant = timezone.make_aware(datetime.fromisoformat(maintenant))
    proposees = [valeur for _mots, valeur in heures_proposees(instant)]
    assert [valeur[-5:] for valeur in proposees][: len(heures)] == heures[: len(proposees)]
    assert proposees == sorted(proposees)
    assert len(set(proposees)) == len(proposees)


def test_the_preview_costs_the_same_for_2_and_for_20_people(
    client, responsable, django_assert_max_num_queries
):
    machine = EquipementFactory()
    TechnicienFactory.create_batch(20)
    client.force_login(responsable)
    apercu(client, machine)
    with django_assert_max_num_queries(22):
        apercu(client, machine)
