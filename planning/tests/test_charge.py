import csv
import io
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.urls import reverse

from accounts.tests.api import client_api
from equipment.tests.factories import EquipementFactory
from erp.calendrier import CASABLANCA, Calendrier, Regime
from erp.horaires import lire_semaine
from interventions.tests.factories import InterventionFactory
from planning.charge import (
    Choix,
    Periode,
    besoins,
    charge,
    heures_de_chacun,
    horizon,
    les_mois,
    les_semaines,
    pieces,
    visites_de,
)
from planning.choices import JourFerme
from planning.models import OccurrencePlan, PieceGamme
from planning.tests.factories import GammeFactory, PlanFactory
from stock.tests.factories import PieceFactory
from technicians.tests.factories import (
    CompetenceFactory,
    DisponibiliteFactory,
    TechnicienCompetenceFactory,
    TechnicienFactory,
)

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def lundi(time_machine):
    time_machine.move_to(datetime(2026, 11, 23, 7, tzinfo=CASABLANCA), tick=False)


def moment(jour, heure=9):
    return datetime(jour.year, jour.month, jour.day, heure, tzinfo=CASABLANCA)


def plan_du(jour, **champs):
    return PlanFactory(date_depart=jour, prochaine_echeance=jour, **champs)


def une_charge(user, periodes=None):
    calendrier = Calendrier()
    compte = besoins(user, LUNDI, calendrier)
    return charge(user, LUNDI, periodes or les_mois(LUNDI), calendrier, compte)


def test_les_periodes_se_suivent_sans_trou():
    for periodes in (les_mois(LUNDI), les_semaines(LUNDI)):
        assert periodes[0].debut == LUNDI
        for avant, apres in pairwise(periodes):
            assert apres.debut == avant.fin + timedelta(days=1)
    assert les_mois(LUNDI)[-1].fin == horizon(LUNDI) == date(2027, 10, 31)
    assert les_semaines(date(2026, 11, 25))[0] == Periode(date(2026, 11, 25), date(2026, 11, 29))


def test_les_heures_d_un_technicien(responsable):
    """Monday to Friday from 08:30 to 18:00, cut to his 44 hours a week; half a day of leave taken out."""
    technicien = TechnicienFactory(heures_hebdomadaires=44, horaires="")
    DisponibiliteFactory(technicien=technicien, debut=moment(LUNDI, 8), fin=moment(LUNDI, 13))
    DisponibiliteFactory(
        technicien=technicien,
        debut=moment(LUNDI + timedelta(days=1), 8),
        fin=moment(LUNDI + timedelta(days=1), 19),
        demandee=True,
    )
    semaine = [Periode(LUNDI, LUNDI + timedelta(days=6))]
    heures = heures_de_chacun(responsable, semaine, Calendrier())[technicien.pk]
    assert heures[LUNDI] == round(5 * 60 * 44 / 47.5)
    assert heures[LUNDI + timedelta(days=1)] == round(9.5 * 60 * 44 / 47.5)
    assert heures[LUNDI + timedelta(days=5)] == 0


def test_le_ramadan_et_les_jours_feries_otent_des_heures(responsable):
    technicien = TechnicienFactory(heures_hebdomadaires=60, horaires="")
    ramadan = Regime(LUNDI, LUNDI + timedelta(days=6), lire_semaine("lun-ven 09:00-15:00"))
    semaine = [Periode(LUNDI, LUNDI + timedelta(days=6))]
    calendrier = Calendrier(regimes=[ramadan], feries=[LUNDI])
    heures = heures_de_chacun(responsable, semaine, calendrier)[technicien.pk]
    assert heures[LUNDI] == 0
    assert heures[LUNDI + timedelta(days=1)] == 6 * 60


def test_la_charge_par_competence(responsable):
    froid, levage = CompetenceFactory(nom="Froid"), CompetenceFactory(nom="Levage")
    frigoriste, expire = TechnicienFactory(), TechnicienFactory()
    TechnicienCompetenceFactory(technicien=frigoriste, competence=froid)
    TechnicienCompetenceFactory(
        technicien=expire, competence=froid, date_expiration=date(2026, 12, 15)
    )
    deux = GammeFactory(duree_estimee=120)
    deux.competences.set([froid, levage])
    plan_du(date(2026, 12, 2), regle="FREQ=MONTHLY", gamme=deux)
    plan_du(date(2026, 12, 2), regle="FREQ=YEARLY", gamme=GammeFactory(duree_estimee=30))
    lignes = {ligne.nom: ligne for ligne in une_charge(responsable)}
    assert set(lignes) == {"Toutes les visites", "Froid", "Levage", "Sans compétence particulière"}
    assert [m.besoin for m in lignes["Toutes les visites"].mesures[:3]] == [0, 150, 120]
    assert [m.besoin for m in lignes["Froid"].mesures[:3]] == [0, 120, 120]
    assert [m.besoin for m in lignes["Sans compétence particulière"].mesures[:3]] == [0, 30, 0]
    total, froids = lignes["Toutes les visites"].mesures, lignes["Froid"].mesures
    assert froids[1].disponible == total[1].disponible  # both hold it until mid December
    assert froids[2].disponible * 2 == total[2].disponible
    assert [m.disponible for m in lignes["Levage"].mesures] == [0] * 12
    assert lignes["Levage"].mesures[1].alerte == "trop"


def test_ce_qui_est_fait_ne_compte_plus_et_ce_qui_est_en_retard_compte_aujourd_hui(responsable):
    plan = plan_du(date(2027, 11, 20), gamme=GammeFactory(duree_estimee=60))
    for due, champs in (
        (date(2026, 9, 1), {"cloturee": True}),
        (date(2026, 10, 1), {}),
        (date(2026, 12, 1), {}),
    ):
        intervention = InterventionFactory(
            equipement=plan.equipement, date_limite=moment(due, 18), **champs
        )
        OccurrencePlan.objects.create(plan=plan, date_echeance=due, intervention=intervention)
    compte = besoins(responsable, LUNDI, Calendrier())
    assert compte == Counter({(plan.gamme_id, LUNDI): 1, (plan.gamme_id, date(2026, 12, 1)): 1})
    choix = Choix(Periode(LUNDI, date(2026, 12, 31)), gamme_id=plan.gamme_id)
    trouvees = visites_de(choix, responsable, LUNDI, Calendrier())
    assert [v.jour for v in trouvees] == [LUNDI, date(2026, 12, 1)]
    assert all(v.intervention_id for v in trouvees)


def test_les_visites_derriere_un_chiffre_en_font_la_somme(responsable):
    froid = CompetenceFactory()
    gammes = [GammeFactory(duree_estimee=duree) for duree in (30, 45, 60)]
    gammes[0].competences.add(froid)
    gammes[1].competences.add(froid)
    for rang in range(12):
        plan_du(
            LUNDI + timedelta(days=11 * rang),
            regle="FREQ=MONTHLY",
            gamme=gammes[rang % 3],
            jour_ferme=JourFerme.APRES,
        )
    durees = {gamme.pk: gamme.duree_estimee for gamme in gammes}
    for ligne in une_charge(responsable):
        for mesure in ligne.mesures:
            choix = Choix(
                mesure.periode,
                competence_id=ligne.competence.pk if ligne.competence else None,
                sans_competence=not ligne.competence and not ligne.total,
            )
            derriere = visites_de(choix, responsable, LUNDI, Calendrier())
            assert sum(durees[v.gamme_id] for v in derriere) == mesure.besoin


def test_une_longue_liste_garde_ses_premieres_visites(responsable, monkeypatch):
    tard, tot = (plan_du(LUNDI + timedelta(days=n)) for n in (9, 2))
    monkeypatch.setattr("planning.charge.VISITES_MAX", 1)
    assert tard.pk < tot.pk
    choix = Choix(Periode(LUNDI, LUNDI + timedelta(days=10)))
    assert [v.plan_id for v in visites_de(choix, responsable, LUNDI, Calendrier())] == [tot.pk]


def test_les_pieces_et_le_jour_ou_elles_manquent(responsable):
    filtre = PieceFactory(stock_minimum=2, stock=5)
    huile = PieceFactory(stock_minimum=0, stock=100)
    filtre.refresh_from_db()
    gamme = GammeFactory()
    PieceGamme.objects.create(gamme=gamme, piece=filtre, quantite=Decimal(2))
    PieceGamme.objects.create(gamme=gamme, piece=huile, quantite=Decimal("1.5"))
    plan_du(date(2026, 12, 2), regle="FREQ=MONTHLY", gamme=gamme)
    compte = besoins(responsable, LUNDI, Calendrier())
    premiere, seconde = pieces(responsable, LUNDI, les_mois(LUNDI), compte)
    assert (premiere.piece, seconde.piece) == (filtre, huile)
    assert premiere.besoins[:3] == [0, 2, 2]
    assert premiere.sous_minimum == date(2027, 1, 2)
    assert premiere.rupture == date(2027, 2, 2)
    assert (seconde.sous_minimum, seconde.rupture) == (None, None)
    assert seconde.total == Decimal("16.5")


def test_les_pieces_d_une_visite_commencee_sont_sorties(responsable):
    piece, gamme = PieceFactory(), GammeFactory()
    PieceGamme.objects.create(gamme=gamme, piece=piece, quantite=Decimal(1))
    plan = plan_du(date(2028, 1, 1), gamme=gamme)
    for etat in ({"en_cours": True}, {}):
        intervention = InterventionFactory(
            equipement=plan.equipement, date_limite=moment(date(2026, 12, 1), 18), **etat
        )
        due = date(2026, 12, 1 + len(etat))
        OccurrencePlan.objects.create(plan=plan, date_echeance=due, intervention=intervention)
    compte = besoins(responsable, LUNDI, Calendrier())
    (ligne,) = pieces(responsable, LUNDI, les_mois(LUNDI), compte)
    assert ligne.total == 1


# --- Pages, files, API --------------------------------------------------------------------------------


def test_la_page_mene_de_chaque_chiffre_a_ce_qui_est_derriere(client, responsable):
    froid = CompetenceFactory(nom="Froid industriel")
    gamme = GammeFactory(titre="Visite du groupe froid", duree_estimee=90)
    gamme.competences.add(froid)
    TechnicienCompetenceFactory(technicien=TechnicienFactory(), competence=froid)
    plan = plan_du(date(2026, 12, 2), gamme=gamme)
    client.force_login(responsable)
    page = client.get(reverse("planning:charge"))
    assert page.status_code == 200
    lien = f"?du=2026-12-01&amp;au=2026-12-31&amp;competence_id={froid.pk}"
    assert lien in page.content.decode()
    url = reverse("planning:charge_visites") + lien.replace("&amp;", "&")
    derriere = client.get(url).content.decode()
    assert "Visite du groupe froid" in derriere
    assert plan.get_absolute_url() in derriere
    assert client.get(reverse("planning:charge"), {"par": "semaine"}).status_code == 200
    for faux in (
        "?du=zut",
        "?competence_id=zut",
        "?competence_id=999999",
        "?du=2020-01-01&au=2020-02-01",
    ):
        assert client.get(reverse("planning:charge_visites") + faux).status_code in (200, 404)


def lire_csv(reponse):
    texte = b"".join(reponse.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(texte), delimiter=";"))


def test_les_fichiers(client, responsable):
    piece, gamme = PieceFactory(reference="FIL-1", stock=1), GammeFactory(duree_estimee=90)
    PieceGamme.objects.create(gamme=gamme, piece=piece, quantite=Decimal(2))
    plan_du(date(2026, 12, 2), gamme=gamme)
    client.force_login(responsable)
    lignes = lire_csv(client.get(reverse("planning:charge_fichier", args=["charge"])))
    assert lignes[0][0] == "Compétence"
    assert lignes[2][:4] == ["Toutes les visites", "01/12/2026", "31/12/2026", "90"]
    lignes = lire_csv(
        client.get(reverse("planning:charge_fichier", args=["pieces"]), {"par": "semaine"})
    )
    assert lignes[1][0] == "FIL-1"
    assert lignes[1][5] == "02/12/2026"
    assert client.get(reverse("planning:charge_fichier", args=["zut"])).status_code == 404


def test_l_api_dit_les_memes_chiffres(responsable, technicien, client_portail):
    froid = CompetenceFactory()
    piece, gamme = PieceFactory(stock=1), GammeFactory(duree_estimee=90)
    gamme.competences.add(froid)
    PieceGamme.objects.create(gamme=gamme, piece=piece, quantite=Decimal(2))
    sien = EquipementFactory(client=client_portail.contact.client)
    plan = plan_du(date(2026, 12, 2), gamme=gamme, equipement=sien)
    api = client_api(responsable)
    racine = "/api/v1/planning"
    total, ligne = api.get(f"{racine}/charge").json()["data"]
    assert (total["total"], ligne["competence_id"]) == (True, froid.pk)
    assert ligne["periodes"][1]["besoin"] == 90
    (ligne,) = api.get(f"{racine}/charge/pieces", {"maille": "semaine"}).json()["data"]
    assert (ligne["piece_id"], ligne["date_rupture"]) == (piece.pk, "2026-12-02")
    visites = api.get(f"{racine}/charge/visites", {"piece_id": piece.pk, "limit": 2}).json()
    assert [v["date_visite"] for v in visites["data"]] == ["2026-12-02", "2027-03-02"]
    assert visites["pagination"]["total"] == 4
    annee = api.get(f"{racine}/annee", {"debut": "2026-12-15"}).json()
    assert annee["data"][0]["visites"][0]["date_visite"] == "2026-12-02"
    assert annee["data"][0]["visites"][0]["etat_visite"] == "a_venir"
    for chemin, params in (
        ("annee", {"debut": "zut"}),
        ("annee", {"zut": "1"}),
        ("charge", {"maille": "an"}),
        ("charge/visites", {"limit": "0"}),
        ("charge/visites", {"zut": "1"}),
    ):
        assert api.get(f"{racine}/{chemin}", params).status_code == 400
    assert api.get(f"{racine}/charge/visites", {"piece_id": 10**9}).status_code == 404
    assert client_api(technicien).get(f"{racine}/annee").status_code == 403
    siennes = client_api(client_portail).get(f"{racine}/annee").json()["data"]
    assert [ligne["id"] for ligne in siennes] == [plan.pk]
    assert client_api(client_portail).get(f"{racine}/charge").status_code == 403
