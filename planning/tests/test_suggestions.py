"""Who should go and why, and whether a planned visit is ready."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import SiteFactory
from interventions.models import Planning
from interventions.tests.factories import CreneauFactory, InterventionFactory
from planning.models import OccurrencePlan, PieceGamme
from planning.preparation import verifier_depart
from planning.suggestions import CHARGE, DELAI, MACHINE, TRAJET, suggerer
from planning.tests.factories import GammeFactory, PlanFactory
from stock.services import charger_vehicule, enregistrer_mouvement
from stock.tests.factories import PieceFactory
from technicians.choices import StatutAbsence
from technicians.tests.factories import (
    CompetenceFactory,
    DisponibiliteFactory,
    OutilFactory,
    TechnicienCompetenceFactory,
    TechnicienFactory,
)

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)
CASA, RABAT = (33.58, -7.60), (34.02, -6.84)


@pytest.fixture(autouse=True)
def _lundi_matin():
    with time_machine.travel(datetime(2026, 11, 23, 7, tzinfo=UTC), tick=False):
        yield


def a(heure, jour=LUNDI):
    return timezone.make_aware(datetime(jour.year, jour.month, jour.day, heure))


def technicien(lieu=CASA, **champs):
    return TechnicienFactory(latitude=lieu[0], longitude=lieu[1], **champs)


def demande(lieu=CASA, heures="", **champs):
    intervention = InterventionFactory(duree_estimee=60, **champs)
    intervention.site = SiteFactory(
        client=intervention.client,
        latitude=lieu[0],
        longitude=lieu[1],
        heures_ouverture=heures,
    )
    intervention.save()
    return intervention


def points(suggestion):
    return {raison.maximum: raison.points for raison in suggestion.raisons[:2]}


def test_le_plus_proche_d_abord_avec_ses_raisons(responsable):
    loin, pres = technicien(RABAT), technicien(CASA)
    premiere, seconde = suggerer(responsable, demande())
    assert [premiere.technicien, seconde.technicien] == [pres, loin]
    assert premiere.points > seconde.points
    assert points(premiere)[TRAJET] == TRAJET
    assert points(seconde)[TRAJET] == 0
    assert points(premiere)[DELAI] == DELAI
    assert premiere.debut == a(8) + timedelta(minutes=30)


def test_celui_qui_ne_peut_pas_dit_pourquoi(responsable):
    rare = CompetenceFactory(nom="Haute tension")
    sans, expire, avec = technicien(), technicien(), technicien()
    TechnicienCompetenceFactory(
        technicien=expire, competence=rare, date_expiration=LUNDI + timedelta(days=2)
    )
    TechnicienCompetenceFactory(technicien=avec, competence=rare, date_expiration=None)
    absent = technicien()
    TechnicienCompetenceFactory(technicien=absent, competence=rare, date_expiration=None)
    DisponibiliteFactory(
        technicien=absent, debut=a(0), fin=a(0) + timedelta(days=30), statut=StatutAbsence.ACCEPTEE
    )
    intervention = demande()
    intervention.competences_requises.add(rare)
    trouvees = {s.technicien: s.empechement for s in suggerer(responsable, intervention)}
    assert trouvees[avec] == ""
    assert "Haute tension" in trouvees[sans]
    assert "Haute tension" in trouvees[expire]
    assert "n’a pas le temps" in trouvees[absent]


def test_le_creneau_tient_entre_les_autres_trajet_compris(responsable):
    lui = technicien()
    for debut, fin in ((a(8), a(10)), (a(11), a(17))):
        autre = demande(RABAT, affectee=True, technicien=lui)
        CreneauFactory(intervention=autre, technicien=lui, debut=debut, fin=fin)
    # Between two jobs in Rabat an hour is too short to come to Casablanca and back: it is tomorrow.
    (suggestion,) = suggerer(responsable, demande())
    assert timezone.localdate(suggestion.debut) == LUNDI + timedelta(days=1)


def test_les_heures_du_site_et_les_siennes(responsable):
    technicien(horaires="lun-ven 07:00-12:00")
    (suggestion,) = suggerer(responsable, demande(heures="lun-ven 10:00-16:00"))
    assert (suggestion.debut, suggestion.fin) == (a(10), a(11))


def test_la_machine_connue_et_la_semaine_chargee_comptent(responsable):
    lui = technicien()
    intervention = demande()
    InterventionFactory(
        cloturee=True,
        technicien=lui,
        equipement=intervention.equipement,
        client=intervention.client,
    )
    (suggestion,) = suggerer(responsable, intervention)
    assert suggestion.raisons[-1].points > 0
    assert suggestion.raisons[-1].maximum == MACHINE
    libre = suggestion.raisons[-2].points
    assert libre == CHARGE
    autre = demande(affectee=True, technicien=lui)
    mercredi = LUNDI + timedelta(days=2)
    CreneauFactory(intervention=autre, technicien=lui, debut=a(9, mercredi), fin=a(17, mercredi))
    (suggestion,) = suggerer(responsable, intervention)
    assert suggestion.raisons[-2].points < libre


def test_autant_d_enonces_pour_dix_que_pour_un(responsable, django_assert_max_num_queries):
    intervention = demande()
    for _fois in range(10):
        lui = technicien()
        autre = demande(affectee=True, technicien=lui)
        CreneauFactory(intervention=autre, technicien=lui, debut=a(9), fin=a(10))
    with django_assert_max_num_queries(10):
        assert len(suggerer(responsable, intervention)) == 10


def test_choisir_affecte_avec_le_creneau(client, responsable):
    lui = technicien()
    intervention = demande()
    client.force_login(responsable)
    adresse = reverse("planning:suggestions", args=[intervention.pk])
    page = client.get(adresse).content.decode()
    assert lui.user.full_name in page
    reponse = client.post(
        adresse,
        {
            "technicien_id": lui.pk,
            "debut": a(9).isoformat(),
            "fin": a(10).isoformat(),
            "version": intervention.version,
        },
    )
    assert reponse.status_code == 302
    assert Planning.objects.get(intervention=intervention, ouvert=True).debut == a(9)


def test_pret_a_partir_ou_ce_qui_manque(responsable, client):
    lui = technicien()
    intervention = demande(affectee=True, technicien=lui, heures="lun-ven 10:00-16:00")
    assert verifier_depart(responsable, intervention) == []
    creneau = CreneauFactory(intervention=intervention, technicien=lui, debut=a(11), fin=a(12))
    assert all(point.pret for point in verifier_depart(responsable, intervention))
    gamme = GammeFactory()
    piece = PieceFactory(designation="Filtre à huile")
    PieceGamme.objects.create(gamme=gamme, piece=piece, quantite=99_999)
    gamme.outils.add(OutilFactory(is_active=False))
    plan = PlanFactory(gamme=gamme, equipement=intervention.equipement)
    OccurrencePlan.objects.create(plan=plan, date_echeance=LUNDI, intervention=intervention)
    intervention.competences_requises.add(CompetenceFactory(nom="Frigoriste"))
    creneau.debut, creneau.fin = a(8), a(9)
    creneau.save()
    points = {point.libelle: point for point in verifier_depart(responsable, intervention)}
    assert not any(point.pret for point in points.values())
    assert "Filtre à huile" in points["Pièces"].detail
    assert "Frigoriste" in points["Compétences"].detail
    client.force_login(lui.user)
    page = client.get(reverse("planning:depart", args=[intervention.pk])).content.decode()
    assert "Filtre à huile" in page


def test_les_pieces_sont_dans_le_vehicule_ou_a_prendre_au_magasin(responsable):
    lui, collegue = technicien(), technicien()
    intervention = demande(affectee=True, technicien=lui)
    CreneauFactory(intervention=intervention, technicien=lui, debut=a(11), fin=a(12))
    piece = PieceFactory(designation="Courroie")
    stock = {"par": responsable, "piece_id": piece.pk}
    enregistrer_mouvement(**stock, type_mouvement="ajustement", quantite=Decimal(5))
    gamme = GammeFactory()
    PieceGamme.objects.create(gamme=gamme, piece=piece, quantite=3)
    plan = PlanFactory(gamme=gamme, equipement=intervention.equipement)
    OccurrencePlan.objects.create(plan=plan, date_echeance=LUNDI, intervention=intervention)

    def pieces():
        point = next(p for p in verifier_depart(responsable, intervention) if p.libelle == "Pièces")
        return point.pret, point.detail

    assert pieces() == (True, "À prendre au magasin : Courroie (3).")
    charger_vehicule(**stock, user_id=lui.user_id, quantite=Decimal(2))
    assert pieces() == (True, "À prendre au magasin : Courroie (1).")
    charger_vehicule(**stock, user_id=collegue.user_id, quantite=Decimal(3))
    assert pieces() == (False, "Ni dans son véhicule ni au magasin : Courroie (1).")
    charger_vehicule(**stock, user_id=collegue.user_id, quantite=Decimal(0))
    charger_vehicule(**stock, user_id=lui.user_id, quantite=Decimal(3))
    assert pieces() == (True, "Toutes dans son véhicule.")


def test_les_outils_sont_dans_le_vehicule_ou_a_prendre_au_magasin(responsable):
    lui = technicien()
    intervention = demande(affectee=True, technicien=lui)
    CreneauFactory(intervention=intervention, technicien=lui, debut=a(11), fin=a(12))
    gamme, palan, laser = GammeFactory(), OutilFactory(nom="Palan"), OutilFactory(nom="Laser")

    def outils():
        point = next(p for p in verifier_depart(responsable, intervention) if p.libelle == "Outils")
        return point.pret, point.detail

    assert outils() == (True, "Aucun n’est nécessaire.")
    plan = PlanFactory(gamme=gamme, equipement=intervention.equipement)
    OccurrencePlan.objects.create(plan=plan, date_echeance=LUNDI, intervention=intervention)
    gamme.outils.set([palan, laser])
    assert outils() == (True, "À prendre au magasin : Laser, Palan.")
    lui.outils.set([palan, laser])
    assert outils() == (True, "Tous dans son véhicule.")
    palan.is_active = False
    palan.save()
    lui.outils.remove(laser)
    assert outils() == (False, "Hors service : Palan. À prendre au magasin : Laser.")
