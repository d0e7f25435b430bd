"""The optimiser's pages and API: asked for, shown beside today's plan, applied by who plans."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.api import client_api
from clients.tests.factories import SiteFactory
from interventions.models import Planning
from interventions.tests.factories import InterventionFactory
from planning.models import PropositionPlanning
from planning.services.calcul import calculer_proposition
from planning.tests.factories import PropositionFactory
from technicians.tests.factories import TechnicienFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def demain():
    jour = timezone.localdate() + timedelta(days=1)
    while jour.weekday() != 0:
        jour += timedelta(days=1)
    return jour


@pytest.fixture
def travail():
    TechnicienFactory(horaires="lun-dim 08:00-18:00")
    intervention = InterventionFactory(duree_estimee=60)
    intervention.site = SiteFactory(client=intervention.client)
    intervention.save()
    return intervention


def test_de_la_demande_au_creneau(client, responsable, demain, travail):
    client.force_login(responsable)
    reponse = client.post(
        reverse("planning:optimisation"),
        {"debut": demain, "fin": demain, "secondes": "5"},
        follow=True,
    )
    assert "Le calcul va commencer" in reponse.content.decode()
    proposition = PropositionPlanning.objects.get()
    calculer_proposition(proposition.pk, iterations=50)
    page = client.get(proposition.get_absolute_url()).content.decode()
    assert travail.reference in page
    assert "Interventions planifiées" in page
    ligne = proposition.lignes.get()
    client.post(
        reverse("planning:proposition_appliquer", args=[proposition.pk]),
        {"ligne": [ligne.pk, "9" * 5000]},  # what is no id is no line
    )
    assert Planning.objects.filter(intervention=travail, ouvert=True).exists()


def test_ce_qui_est_tape_reste_quand_la_demande_est_de_travers(client, responsable, demain):
    client.force_login(responsable)
    reponse = client.post(
        reverse("planning:optimisation"),
        {"debut": demain, "fin": demain + timedelta(days=30), "secondes": "30"},
    )
    assert reponse.status_code == 422
    assert "Choisissez un à sept jours" in reponse.content.decode()
    assert str(demain) in reponse.content.decode()


def test_un_jour_au_bout_du_calendrier_ne_choisit_rien_de_plus(client, responsable):
    client.force_login(responsable)
    page = client.get(
        reverse("planning:optimisation"), {"debut": "9999-12-31", "fin": "9999-12-31"}
    )
    assert page.status_code == 200


def test_l_attente_et_l_echec_se_voient(client, responsable):
    client.force_login(responsable)
    en_calcul = PropositionFactory(etat="en_calcul", progression=42)
    page = client.get(en_calcul.get_absolute_url()).content.decode()
    assert "42" in page
    assert "every 1s" in page
    ratee = PropositionFactory(etat="echec", erreur="Il n’y a rien à planifier ces jours-là.")
    page = client.get(ratee.get_absolute_url()).content.decode()
    assert "rien à planifier" in page
    assert "every 1s" not in page


def test_par_l_api(responsable, demain, travail):
    api = client_api(responsable)
    reponse = api.post(
        "/api/v1/planning/propositions", {"debut": str(demain), "fin": str(demain), "secondes": 5}
    )
    assert reponse.status_code == 201, reponse.content
    chemin = reponse.headers["Location"]
    trop_tot = api.post(f"{chemin}/appliquer", {})
    assert (trop_tot.status_code, trop_tot.json()["code"]) == (409, "PROPOSITION_NON_PRETE")
    calculer_proposition(reponse.json()["id"], iterations=50)
    lue = api.get(chemin).json()
    assert lue["etat"] == "prete"
    assert [ligne["intervention_id"] for ligne in lue["lignes"]] == [travail.pk]
    appliquee = api.post(f"{chemin}/appliquer", {}).json()
    assert [ligne["etat"] for ligne in appliquee["lignes"]] == ["appliquee"]
