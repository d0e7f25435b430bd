"""The pages of preventive maintenance, as each of the five people meets them."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from equipment.tests.factories import CompteurFactory, EquipementFactory, ReleveFactory
from erp.calendrier import CASABLANCA
from interventions.tests.factories import InterventionFactory
from planning.models import Gamme, OccurrencePlan, PieceGamme, PlanMaintenance
from planning.tests.factories import GammeFactory, PlanFactory
from stock.tests.factories import PieceFactory
from technicians.tests.factories import CompetenceFactory, OutilFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def plan(client_portail, technicien):
    plan = PlanFactory(
        equipement__client=client_portail.contact.client,
        gamme=GammeFactory(titre="Visite du compresseur", points=["Pression de service"]),
        technicien=technicien.technicien,
    )
    PieceGamme.objects.create(
        gamme=plan.gamme, piece=PieceFactory(designation="Filtre à huile"), quantite=Decimal(2)
    )
    return plan


def lignes(**valeurs):
    """A gamme as its form sends it: one point, no part."""
    return {
        "titre": "Visite annuelle",
        "description": "Contrôler, nettoyer, graisser.",
        "type_intervention": "preventive",
        "priorite": "programmee",
        "duree_estimee": "90",
        "is_active": "on",
        "points-TOTAL_FORMS": "1",
        "points-INITIAL_FORMS": "0",
        "points-0-libelle": "Pression",
        "points-0-unite": "bar",
        "points-0-obligatoire": "on",
        "pieces-TOTAL_FORMS": "0",
        "pieces-INITIAL_FORMS": "0",
        **valeurs,
    }


# --- Who sees what -----------------------------------------------------------------------------


def test_les_plans_de_chacun(
    client, admin, responsable, technicien, client_portail, autre_client, plan
):
    ailleurs = PlanFactory()
    attendus = {
        admin: {plan, ailleurs},
        responsable: {plan, ailleurs},
        client_portail: {plan},
        autre_client: set(),
    }
    for user, attendu in attendus.items():
        assert set(PlanMaintenance.objects.visible_to(user)) == attendu
        client.force_login(user)
        reponse = client.get(reverse("planning:plans"))
        assert set(reponse.context["liste"].objets) == attendu
        codes = {
            p: client.get(reverse("planning:plan", args=[p.pk])).status_code
            for p in (plan, ailleurs)
        }
        assert codes == {p: 200 if p in attendu else 404 for p in (plan, ailleurs)}
    client.force_login(technicien)
    assert client.get(reverse("planning:plans")).status_code == 403
    assert client.get(reverse("planning:plan", args=[plan.pk])).status_code == 404


def test_un_client_lit_le_plan_sans_les_coulisses(client, client_portail, technicien, plan):
    client.force_login(client_portail)
    page = client.get(reverse("planning:plan", args=[plan.pk])).content.decode()
    assert "Pression de service" in page
    assert "Filtre à huile" not in page
    assert technicien.full_name not in page
    assert reverse("planning:plan_modifier", args=[plan.pk]) not in page
    autre = PlanFactory(equipement__client=client_portail.contact.client)
    reponse = client.get(reverse("planning:plans"), {"technicien_id": technicien.technicien.pk})
    assert set(reponse.context["liste"].objets) == {plan, autre}


def test_les_interventions_d_un_plan(client, responsable, client_portail, plan):
    intervention = InterventionFactory(equipement=plan.equipement)
    OccurrencePlan.objects.create(
        plan=plan, date_echeance=timezone.localdate(), intervention=intervention
    )
    for user in (responsable, client_portail):
        client.force_login(user)
        page = client.get(reverse("planning:plan", args=[plan.pk])).content.decode()
        assert intervention.reference in page


@pytest.mark.parametrize("qui", ["technicien", "client_portail"])
@pytest.mark.parametrize("nom", ["gammes", "gamme_creer", "plan_creer", "apercu", "compteurs"])
def test_planifier_est_aux_responsables(client, request, qui, nom):
    client.force_login(request.getfixturevalue(qui))
    assert client.get(reverse(f"planning:{nom}")).status_code == 403


def test_une_gamme_n_existe_que_pour_les_responsables(
    client, responsable, technicien, client_portail, plan
):
    url = reverse("planning:gamme", args=[plan.gamme_id])
    for user, code in ((responsable, 200), (technicien, 404), (client_portail, 404)):
        client.force_login(user)
        assert client.get(url).status_code == code


def test_la_recherche_d_un_equipement_est_bornee(client, responsable, autre_client, plan):
    url = reverse("planning:chercher_equipement")
    code = plan.equipement.code_interne
    client.force_login(responsable)
    assert [r["value"] for r in client.get(url, {"q": code}).json()["resultats"]] == [
        str(plan.equipement_id)
    ]
    client.force_login(autre_client)
    assert client.get(url, {"q": code}).json() == {"resultats": []}
    assert client.get(reverse("planning:chercher_piece"), {"q": "filtre"}).json() == {
        "resultats": []
    }


# --- Lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("nom", "fabrique"), [("plans", PlanFactory), ("gammes", GammeFactory)])
def test_autant_de_requetes_pour_trente_lignes(client, responsable, nom, fabrique):
    def compter():
        with CaptureQueriesContext(connection) as requetes:
            assert client.get(reverse(f"planning:{nom}"), {"taille": 50}).status_code == 200
        return len(requetes)

    client.force_login(responsable)
    fabrique.create_batch(3)
    avec_trois = compter()
    fabrique.create_batch(27)
    assert compter() == avec_trois
    assert avec_trois <= 12


def test_ce_qui_sera_cree(client, responsable, plan):
    loin = PlanFactory(prochaine_echeance=timezone.localdate() + timedelta(days=90))
    client.force_login(responsable)
    page = client.get(reverse("planning:plans"))
    assert page.context["a_generer"] == 1
    filtree = client.get(reverse("planning:plans"), {"a_generer": "true"})
    assert filtree.context["liste"].objets == [plan]
    filtree = client.get(reverse("planning:plans"), {"a_generer": "false"})
    assert filtree.context["liste"].objets == [loin]


# --- Plans -------------------------------------------------------------------------------------


def test_creer_un_plan(client, responsable):
    equipement, gamme = EquipementFactory(), GammeFactory()
    client.force_login(responsable)
    choisie = client.get(reverse("planning:plan_creer"), {"equipement_id": equipement.pk})
    assert equipement.nom in choisie.content.decode()
    depart = timezone.localdate() + timedelta(days=10)
    donnees = {
        "equipement_id": equipement.pk,
        "gamme_id": gamme.pk,
        "intervalle": "3",
        "unite": "MONTHLY",
        "date_depart": depart.isoformat(),
        "jours_avance": "7",
        "mode": "fixe",
        "actif": "on",
    }
    reponse = client.post(reverse("planning:plan_creer"), donnees)
    cree = PlanMaintenance.objects.get()
    assert reponse["Location"] == reverse("planning:plan", args=[cree.pk])
    assert (cree.regle, cree.prochaine_echeance) == ("FREQ=MONTHLY;INTERVAL=3", depart)


@pytest.mark.parametrize(
    ("champs", "fautif"),
    [
        ({"unite": ""}, "unite"),
        ({"regle": "FREQ=JAMAIS"}, "regle"),
        ({"date_depart": ""}, "date_depart"),
        ({"date_depart": "0001-01-01"}, "date_depart"),
        ({"gamme_id": "999999"}, "gamme_id"),
        ({"equipement_id": "999999"}, "equipement_id"),
    ],
)
def test_une_erreur_garde_ce_qui_a_ete_tape(client, responsable, champs, fautif):
    client.force_login(responsable)
    donnees = {
        "equipement_id": EquipementFactory().pk,
        "gamme_id": GammeFactory().pk,
        "intervalle": "17",
        "unite": "MONTHLY",
        "date_depart": "2027-01-31",
        "jours_avance": "7",
        "mode": "fixe",
    }
    reponse = client.post(reverse("planning:plan_creer"), {**donnees, **champs}, headers=HTMX)
    assert reponse.status_code == 422
    assert set(reponse.context["form"].errors) == {fautif}
    assert 'value="17"' in reponse.content.decode()
    assert not PlanMaintenance.objects.exists()


def test_modifier_sans_rien_changer_ne_change_rien(client, responsable, plan):
    url = reverse("planning:plan_modifier", args=[plan.pk])
    avant = PlanMaintenance.objects.values().get(pk=plan.pk)
    client.force_login(responsable)
    initial = client.get(url).context["form"].initial
    donnees = {nom: valeur for nom, valeur in initial.items() if valeur not in (None, "", False)}
    assert client.post(url, donnees).status_code == 302
    apres = PlanMaintenance.objects.values().get(pk=plan.pk)
    assert {**apres, "updated_at": None} == {**avant, "updated_at": None}


def test_desactiver_puis_activer(client, responsable, plan):
    url = reverse("planning:plan_activer", args=[plan.pk])
    client.force_login(responsable)
    for actif in ("0", "1"):
        assert client.post(url, {"actif": actif}).status_code == 302
        plan.refresh_from_db()
        assert plan.actif is (actif == "1")


def test_l_apercu_des_dates(client, responsable):
    client.force_login(responsable)
    url = reverse("planning:apercu")
    params = {"unite": "MONTHLY", "intervalle": "6", "date_depart": "2027-01-15"}
    page = client.get(url, params, headers=HTMX).content.decode()
    assert "15/01/2027" in page
    assert "15/07/2027" in page
    fautive = client.get(url, {**params, "regle": "FREQ=JAMAIS"}, headers=HTMX)
    assert fautive.status_code == 200
    assert "ne se lit pas" in fautive.content.decode()


def test_la_saison_d_un_plan_fait_l_aller_et_retour(client, responsable):
    equipement, gamme = EquipementFactory(), GammeFactory()
    client.force_login(responsable)
    donnees = {
        "equipement_id": equipement.pk,
        "gamme_id": gamme.pk,
        "intervalle": "1",
        "unite": "MONTHLY",
        "saison": ["4", "5", "9"],
        "date_depart": "2027-01-15",
        "jours_avance": "7",
        "mode": "fixe",
        "actif": "on",
    }
    assert client.post(reverse("planning:plan_creer"), donnees).status_code == 302
    plan = PlanMaintenance.objects.get(equipement=equipement)
    assert plan.regle == "FREQ=MONTHLY;BYMONTH=4,5,9"
    assert plan.prochaine_echeance == date(2027, 4, 15)

    page = client.get(reverse("planning:plan_modifier", args=[plan.pk])).content.decode()
    cochees = re.findall(r'name="saison" value="(\d+)"[^>]* checked', page)
    assert cochees == ["4", "5", "9"]
    assert "15/05/2027" in page
    del donnees["equipement_id"]
    url = reverse("planning:plan_modifier", args=[plan.pk])
    assert client.post(url, donnees).status_code == 302
    plan.refresh_from_db()
    assert plan.regle == "FREQ=MONTHLY;BYMONTH=4,5,9"
    assert client.post(url, {**donnees, "saison": []}).status_code == 302
    plan.refresh_from_db()
    assert plan.regle == "FREQ=MONTHLY"


def test_une_saison_ou_la_cadence_ne_tombe_jamais_est_refusee(client, responsable):
    client.force_login(responsable)
    params = {
        "unite": "MONTHLY",
        "intervalle": "3",
        "saison": ["3"],
        "date_depart": "2027-01-15",
    }
    refus = client.post(reverse("planning:plan_creer"), params)
    assert refus.status_code == 422
    assert "aucune date ne tombe" in refus.content.decode()
    apercu = client.get(reverse("planning:apercu"), params, headers=HTMX).content.decode()
    assert "aucune date ne tombe" in apercu


def test_la_date_d_un_plan_au_compteur_se_lit_partout(client, responsable, time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 9, tzinfo=CASABLANCA), tick=False)
    compteur = CompteurFactory(unite="h")
    for rang, valeur in enumerate((640, 740, 840, 940)):
        ReleveFactory(
            compteur=compteur,
            valeur=Decimal(valeur),
            date_releve=timezone.now() - timedelta(days=30 * (3 - rang)),
        )
    plan = PlanFactory(
        equipement=compteur.equipement,
        compteur=compteur,
        intervalle_compteur=Decimal(500),
        prochaine_valeur=Decimal(1000),
        regle="",
        prochaine_echeance=None,
    )
    client.force_login(responsable)
    page = client.get(plan.get_absolute_url()).content.decode()
    assert "3,3 h par jour" in page
    assert "11/12/2026" in page
    machine = client.get(compteur.equipement.get_absolute_url()).content.decode()
    assert "11/12/2026" in machine
    assert "estimée d’après le compteur" in machine
    annee = client.get(reverse("planning:annee")).content.decode()
    assert "11 décembre 2026\u202f: Estimée d’après le compteur" in annee


def test_les_compteurs_de_l_equipement_choisi(client, responsable):
    compteur, autre = CompteurFactory(nom="Heures"), CompteurFactory(nom="Cycles")
    client.force_login(responsable)
    url = reverse("planning:compteurs")
    page = client.get(url, {"equipement_id": compteur.equipement_id}, headers=HTMX).content.decode()
    assert "Heures" in page
    assert "Cycles" not in page
    assert client.get(url, {"equipement_id": "x"}).status_code == 200
    assert autre.pk


# --- Gammes ------------------------------------------------------------------------------------


def test_creer_une_gamme(client, responsable):
    piece, soudure, palan = PieceFactory(), CompetenceFactory(), OutilFactory()
    client.force_login(responsable)
    donnees = lignes(
        **{
            "competences": [soudure.pk],
            "outils": [palan.pk],
            "points-TOTAL_FORMS": "3",
            "points-1-libelle": "",
            "points-2-libelle": "Bruit",
            "pieces-TOTAL_FORMS": "1",
            "pieces-0-piece_id": piece.pk,
            "pieces-0-quantite": "2",
        }
    )
    assert client.post(reverse("planning:gamme_creer"), donnees).status_code == 302
    gamme = Gamme.objects.get()
    assert [(p.libelle, p.obligatoire) for p in gamme.points.all()] == [
        ("Pression", True),
        ("Bruit", False),
    ]
    assert [(p.piece, p.quantite) for p in gamme.pieces.all()] == [(piece, 2)]
    assert list(gamme.competences.all()) == [soudure]
    assert list(gamme.outils.all()) == [palan]


def test_une_gamme_fautive_garde_ses_lignes(client, responsable):
    piece = PieceFactory()
    client.force_login(responsable)
    url = reverse("planning:gamme_creer")
    en_double = lignes(
        **{
            "pieces-TOTAL_FORMS": "2",
            "pieces-0-piece_id": piece.pk,
            "pieces-0-quantite": "2",
            "pieces-1-piece_id": piece.pk,
            "pieces-1-quantite": "3",
        }
    )
    for donnees in (en_double, lignes(description="court"), lignes(**{"pieces-TOTAL_FORMS": "x"})):
        reponse = client.post(url, donnees, headers=HTMX)
        assert reponse.status_code == 422
        assert 'value="Visite annuelle"' in reponse.content.decode()
    assert not Gamme.objects.exists()


def test_modifier_une_gamme_et_retirer_une_ligne(client, responsable, plan):
    url = reverse("planning:gamme_modifier", args=[plan.gamme_id])
    client.force_login(responsable)
    page = client.get(url).content.decode()
    assert "Pression de service" in page
    assert "Filtre à huile" in page
    donnees = lignes(
        **{
            "points-TOTAL_FORMS": "2",
            "points-INITIAL_FORMS": "1",
            "points-0-libelle": "Pression de service",
            "points-0-DELETE": "on",
            "points-1-libelle": "Température",
        }
    )
    assert client.post(url, donnees).status_code == 302
    assert [p.libelle for p in plan.gamme.points.all()] == ["Température"]
    assert not plan.gamme.pieces.exists()


def test_une_ligne_de_plus(client, responsable):
    client.force_login(responsable)
    url = reverse("planning:gamme_ligne", args=["points"])
    page = client.get(url, {"points-TOTAL_FORMS": "4"}, headers=HTMX).content.decode()
    assert 'name="points-4-libelle"' in page
    assert 'value="5"' in page
    assert client.get(reverse("planning:gamme_ligne", args=["autres"])).status_code == 404


def test_supprimer_une_gamme(client, responsable, plan):
    libre = GammeFactory()
    client.force_login(responsable)
    assert client.post(reverse("planning:gamme_supprimer", args=[libre.pk])).status_code == 302
    refus = client.post(reverse("planning:gamme_supprimer", args=[plan.gamme_id]), headers=HTMX)
    assert refus.status_code == 409
    assert set(Gamme.objects.all()) == {plan.gamme}
