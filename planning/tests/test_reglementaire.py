"""Regulatory inspections: a report, its reserves as interventions, lifted once the work is done; closed days."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.api import client_api
from erp.calendrier import Calendrier
from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from interventions.models import Intervention
from interventions.services import changer_statut, supprimer_intervention
from interventions.tests.factories import InterventionFactory
from planning.choices import JourFerme
from planning.models import Inspection, OccurrencePlan, Reserve
from planning.services.generation import jour_de_visite
from planning.services.reglementaire import (
    enregistrer_inspection,
    lever_reserve,
    reprendre_reserve,
)
from planning.tests.factories import ControleFactory, PlanFactory, ReserveFactory

pytestmark = pytest.mark.django_db


def executer(par, intervention_id, technicien):
    """From open to closed, as the days do it."""
    for vers, donnees in (
        ("affectee", {"technicien_id": technicien.pk}),
        ("en_cours", {}),
        ("cloturee", {"diagnostic": "Usure.", "solution": "Remplacé."}),
    ):
        changer_statut(par=par, intervention_id=intervention_id, vers=vers, **donnees)


def rapport(par, plan, **champs):
    valeurs = {
        "date_visite": timezone.localdate(),
        "organisme": "Bureau de contrôle agréé",
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
        {"date_visite": date(26, 11, 20)},
        {"reserves": [("x", date(9999, 12, 31))]},
        {"conclusion": "peut-être"},
        {"organisme": ""},
        {"organisme": "Garage du coin"},
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


def test_n_inspecte_que_qui_est_habilite(responsable):
    """The plan names them; case, accents and spaces of the report do not matter. Nobody named, anybody may."""
    plan = ControleFactory(organisme="Atlas Contrôle ; Maghreb  Inspection;")
    with pytest.raises(ValidationError) as refus:
        rapport(responsable, plan, organisme="Autre bureau")
    assert refus.value.errors[0].code == "ORGANISME_NON_HABILITE"
    assert "Atlas Contrôle, Maghreb Inspection" in refus.value.errors[0].message
    assert rapport(responsable, plan, organisme="atlas  controle").organisme == "Atlas Contrôle"
    libre = ControleFactory(organisme="")
    assert rapport(responsable, libre, organisme="Autre bureau").organisme == "Autre bureau"


def test_une_reserve_dont_le_travail_est_annule_se_reprend(responsable):
    """Neither lifted nor forgotten: a new intervention follows it, whether the first was archived since or not."""
    inspection = rapport(responsable, ControleFactory())
    reserve = inspection.reserves.get()
    with pytest.raises(BusinessRuleError) as refus:
        reprendre_reserve(par=responsable, reserve_id=reserve.pk)
    assert refus.value.code == "RESERVE_SUIVIE"
    premiere = reserve.intervention
    changer_statut(
        par=responsable, intervention_id=premiere.pk, vers="annulee", motif_annulation="Doublon"
    )
    changer_statut(par=responsable, intervention_id=premiere.pk, vers="archivee")
    with pytest.raises(BusinessRuleError) as refus:
        lever_reserve(par=responsable, reserve_id=reserve.pk, note="Vu")
    assert refus.value.code == "RESERVE_ANNULEE"
    reprise = reprendre_reserve(par=responsable, reserve_id=reserve.pk)
    assert reprise.intervention_id != premiere.pk
    assert timezone.localdate(reprise.intervention.date_limite) == reserve.delai


def test_l_intervention_d_une_reserve_ne_se_supprime_pas(admin, responsable):
    reserve = rapport(responsable, ControleFactory()).reserves.get()
    with pytest.raises(BusinessRuleError) as refus:
        supprimer_intervention(par=admin, intervention_id=reserve.intervention_id)
    assert refus.value.code == "UTILISE"


def test_la_visite_creee_et_non_faite_est_encore_due(client, responsable):
    """Once its intervention is made, a plan counts towards the next date; the register still shows the one owed."""
    client.force_login(responsable)
    jour = timezone.localdate()
    plan = ControleFactory(prochaine_echeance=jour + timedelta(days=350))
    OccurrencePlan.objects.create(
        plan=plan, date_echeance=jour - timedelta(days=15), intervention=InterventionFactory()
    )
    adresse = reverse("planning:registre")
    (du,) = client.get(adresse + "?en_retard=true").context["liste"].objets
    assert du.echeance_legale == jour - timedelta(days=15)
    rapport(responsable, plan, conclusion="conforme", reserves=())
    assert client.get(adresse + "?en_retard=true").context["liste"].objets == []
    (fait,) = client.get(adresse).context["liste"].objets
    assert fait.echeance_legale == plan.prochaine_echeance


def test_le_registre_imprime_dit_tout_et_rien_d_autrui(
    client, responsable, client_portail, django_assert_max_num_queries
):
    client.force_login(responsable)
    for _fois in range(3):
        ReserveFactory(delai=timezone.localdate() - timedelta(days=1))
    levee = ReserveFactory(
        levee_le=timezone.localdate(), levee_par=responsable, note="Contre-visite du bureau"
    )
    adresse = reverse("planning:registre_imprimer")
    with django_assert_max_num_queries(16):
        page = client.get(adresse)
    texte = page.content.decode()
    assert (page.context["ouvertes"], page.context["depassees"]) == (3, 3)
    assert "Contre-visite du bureau" in texte
    assert "ouverte, délai passé" in texte
    un = client.get(f"{adresse}?plan_id={levee.inspection.plan_id}")
    assert [p.pk for p in un.context["plans"]] == [levee.inspection.plan_id]
    contact = client_portail.contact
    contact.client = levee.inspection.plan.equipement.client
    contact.save()
    client.force_login(client_portail)
    assert [p.pk for p in client.get(adresse).context["plans"]] == [levee.inspection.plan_id]


# --- API -------------------------------------------------------------------------------------------

INSPECTIONS, RESERVES = "/api/v1/planning/inspections", "/api/v1/planning/reserves"


def test_un_rapport_par_l_api_puis_ses_reserves(responsable, technicien):
    api, plan = client_api(responsable), ControleFactory()
    corps = {
        "plan_id": plan.pk,
        "date_visite": timezone.localdate().isoformat(),
        "organisme": plan.organisme,
        "numero_rapport": "R-26/118",
        "conclusion": "non_conforme",
        "reserves": [
            {"libelle": "Frein usé", "delai": "2099-12-31"},
            {"libelle": "Câble effiloché"},
        ],
    }
    creee = api.post(INSPECTIONS, corps, content_type="application/json")
    assert creee.status_code == 201
    inspection = creee.json()
    assert creee["Location"] == f"{INSPECTIONS}/{inspection['id']}"
    assert [r["libelle"] for r in inspection["reserves"]] == ["Frein usé", "Câble effiloché"]
    assert api.get(creee["Location"]).json() == inspection
    faux = api.post(INSPECTIONS, {**corps, "organisme": "x"}, content_type="application/json")
    assert (faux.status_code, faux.json()["errors"][0]["code"]) == (400, "ORGANISME_NON_HABILITE")

    une = inspection["reserves"][0]
    lever = f"{RESERVES}/{une['id']}/lever"
    trop_tot = api.post(lever, {"note": "Vu"}, content_type="application/json")
    assert (trop_tot.status_code, trop_tot.json()["code"]) == (409, "RESERVE_EN_COURS")
    executer(responsable, une["intervention_id"], technicien.technicien)
    levee = api.post(lever, {"note": "Frein remplacé, essai."}, content_type="application/json")
    assert (levee.status_code, levee.json()["levee_par_id"]) == (200, responsable.pk)
    restent = api.get(f"{RESERVES}?levee=false&plan_id={plan.pk}").json()["data"]
    assert [r["libelle"] for r in restent] == ["Câble effiloché"]
    assert api.get(f"{INSPECTIONS}?avec_reserves=true&conclusion=non_conforme").json()["data"]
    suivie = api.post(f"{RESERVES}/{restent[0]['id']}/reprendre")
    assert (suivie.status_code, suivie.json()["code"]) == (409, "RESERVE_SUIVIE")


def test_les_reserves_en_retard_se_filtrent(responsable):
    hier, demain = (timezone.localdate() + timedelta(days=n) for n in (-1, 1))
    en_retard = ReserveFactory(delai=hier)
    ReserveFactory(delai=demain)
    ReserveFactory(delai=None)
    ReserveFactory(delai=hier, levee_le=hier)
    api = client_api(responsable)
    lues = api.get(f"{RESERVES}?en_retard=true").json()["data"]
    assert [r["id"] for r in lues] == [en_retard.pk]
    assert api.get(f"{RESERVES}?en_retard=false").json()["pagination"]["total"] == 3


def test_un_client_lit_les_siennes_sans_qui_les_a_saisies(client_portail, technicien):
    sienne, _autre = ReserveFactory(), ReserveFactory()
    contact = client_portail.contact
    contact.client = sienne.inspection.plan.equipement.client
    contact.save()
    api = client_api(client_portail)
    (lue,) = api.get(INSPECTIONS).json()["data"]
    assert lue["id"] == sienne.inspection_id
    assert "enregistree_par_id" not in lue
    assert [r["id"] for r in api.get(RESERVES).json()["data"]] == [sienne.pk]
    assert api.get(f"{RESERVES}?client_id=1").status_code == 400
    assert client_api(technicien).get(f"{RESERVES}/{sienne.pk}").status_code == 404


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
        "organisme": "Bureau de contrôle agréé",
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
