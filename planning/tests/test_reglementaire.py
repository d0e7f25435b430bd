"""Regulatory inspections: a report, its reserves as interventions, lifted once the work is done; closed days."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from erp.calendrier import Calendrier
from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from interventions.models import Intervention
from planning.choices import JourFerme
from planning.models import Inspection, Reserve
from planning.services.generation import jour_de_visite
from planning.services.reglementaire import enregistrer_inspection, lever_reserve
from planning.tests.factories import ControleFactory, PlanFactory, ReserveFactory

pytestmark = pytest.mark.django_db


def rapport(par, plan, **champs):
    valeurs = {
        "date_visite": timezone.localdate(),
        "organisme": "Bureau agréé",
        "conclusion": "avec_reserves",
        "reserves": [("Soupape à retarer", timezone.localdate() + timedelta(days=10))],
    }
    return enregistrer_inspection(par=par, plan_id=plan.pk, **{**valeurs, **champs})


def test_chaque_reserve_ouvre_une_intervention(responsable):
    plan = ControleFactory()
    inspection = rapport(
        responsable, plan, reserves=[("Soupape à retarer", None), ("Plaque illisible", None)]
    )
    une, autre = inspection.reserves.order_by("numero")
    assert (une.numero, autre.numero) == (1, 2)
    for reserve in (une, autre):
        assert reserve.intervention.equipement_id == plan.equipement_id
        assert reserve.intervention.type_intervention == "corrective"
        assert reserve.intervention.priorite == "normale"
        assert reserve.libelle in reserve.intervention.description
        assert plan.texte_legal in reserve.intervention.description


def test_non_conforme_presse_et_la_date_du_rapport_est_l_echeance(responsable):
    delai = timezone.localdate() + timedelta(days=3)
    inspection = rapport(
        responsable, ControleFactory(), conclusion="non_conforme", reserves=[("Frein usé", delai)]
    )
    intervention = inspection.reserves.get().intervention
    assert intervention.priorite == "haute"
    assert timezone.localdate(intervention.date_limite) == delai


@pytest.mark.parametrize(
    "champs",
    [
        {"conclusion": "conforme"},
        {"reserves": []},
        {"date_visite": date(2100, 1, 1)},
        {"conclusion": "peut-être"},
        {"organisme": ""},
        {"reserves": [("x", None)] * 101},
    ],
)
def test_un_rapport_de_travers_ne_laisse_rien(responsable, champs):
    with pytest.raises(ValidationError):
        rapport(responsable, ControleFactory(), **champs)
    assert not Inspection.objects.exists()
    assert not Intervention.objects.exists()


def test_une_visite_ne_s_enregistre_qu_une_fois(responsable):
    plan = ControleFactory()
    rapport(responsable, plan)
    with pytest.raises((BusinessRuleError, ValidationError)):
        rapport(responsable, plan)


def test_un_plan_ordinaire_n_a_pas_de_rapport(responsable):
    with pytest.raises(BusinessRuleError, match="réglementaire"):
        rapport(responsable, PlanFactory())


def test_une_reserve_se_leve_quand_son_travail_est_fait(responsable):
    reserve = ReserveFactory()
    with pytest.raises(BusinessRuleError) as refus:
        lever_reserve(par=responsable, reserve_id=reserve.pk, note="Vu")
    assert refus.value.code == "RESERVE_EN_COURS"
    close = ReserveFactory(
        intervention__cloturee=True, inspection__date_visite=timezone.localdate() - timedelta(1)
    )
    levee = lever_reserve(par=responsable, reserve_id=close.pk, note="Contre-visite du bureau.")
    assert levee.levee_le == timezone.localdate()
    assert levee.levee_par == responsable
    with pytest.raises(BusinessRuleError):
        lever_reserve(par=responsable, reserve_id=close.pk, note="Encore")


def test_c_est_aux_responsables(technicien, client_portail):
    reserve = ReserveFactory()
    plan = reserve.inspection.plan
    for user in (technicien, client_portail):
        with pytest.raises(IntrouvableError):
            rapport(user, plan)
        with pytest.raises(IntrouvableError):
            lever_reserve(par=user, reserve_id=reserve.pk, note="Vu")
    plan.equipement.client.contacts.update(user=None)
    client_portail.contact.client = plan.equipement.client
    client_portail.contact.save()
    with pytest.raises(AuthorizationError):
        rapport(client_portail, plan, date_visite=timezone.localdate() - timedelta(days=2))


def test_le_registre_et_la_fiche(client, responsable, django_assert_max_num_queries):
    client.force_login(responsable)
    for _fois in range(4):
        ReserveFactory()
    adresse = reverse("planning:registre")
    with django_assert_max_num_queries(12):
        page = client.get(adresse).content.decode()
    assert "Arrêté 2-12-431, article 7" in page
    assert len(client.get(adresse + "?avec_reserves=true").context["liste"].objets) == 4
    assert client.get(adresse + "?en_retard=true").context["liste"].objets == []
    plan = Reserve.objects.first().inspection.plan
    fiche = client.get(plan.url_registre).content.decode()
    assert "Garde-corps desserré" in fiche


def test_enregistrer_par_la_page_garde_ce_qui_est_tape(client, responsable):
    client.force_login(responsable)
    plan = ControleFactory()
    adresse = reverse("planning:inspection_creer", args=[plan.pk])
    donnees = {
        "date_visite": timezone.localdate().isoformat(),
        "organisme": "Bureau agréé",
        "conclusion": "avec_reserves",
        "reserves": "Soupape à retarer | demain\nPlaque illisible",
    }
    refusee = client.post(adresse, donnees)
    assert refusee.status_code == 422
    assert "Soupape à retarer | demain" in refusee.content.decode()
    donnees["reserves"] = "Soupape à retarer | 31/12/2099\nPlaque illisible"
    assert client.post(adresse, donnees).status_code == 302
    delais = list(Reserve.objects.order_by("numero").values_list("libelle", "delai"))
    assert delais == [("Soupape à retarer", date(2099, 12, 31)), ("Plaque illisible", None)]


@pytest.mark.parametrize(
    ("regle", "attendu"),
    [
        (JourFerme.GARDER, date(2026, 7, 30)),
        (JourFerme.AVANT, date(2026, 7, 29)),
        (JourFerme.APRES, date(2026, 7, 31)),
    ],
)
def test_un_jour_ferme_se_garde_s_avance_ou_se_repousse(regle, attendu):
    """30 July 2026, a Thursday, is the Fête du Trône."""
    plan = PlanFactory.build(jour_ferme=regle, equipement=None, gamme=None)
    assert jour_de_visite(plan, date(2026, 7, 30), Calendrier()) == attendu
    assert jour_de_visite(plan, date(2026, 7, 29), Calendrier()) == date(2026, 7, 29)
