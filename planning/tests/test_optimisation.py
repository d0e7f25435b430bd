"""From the plan of some days to a proposal, and from a proposal to the plan."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from clients.tests.factories import SiteFactory
from equipment.tests.factories import EquipementFactory
from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from erp.models import ParametresSociete
from interventions.models import Intervention, Planning
from interventions.services import planifier
from interventions.tests.factories import CreneauFactory, InterventionFactory
from planning.choices import EtatLigne, EtatProposition, GenreLigne, RaisonOmission
from planning.models import LigneProposition, OccurrencePlan, PieceGamme, PropositionPlanning
from planning.services.calcul import abandonner_propositions_perdues, calculer_proposition
from planning.services.optimisation import appliquer_proposition, demander_proposition
from planning.tests.factories import GammeFactory, PlanFactory
from planning.trajets import INCONNU, minutes
from stock.services import charger_vehicule, enregistrer_mouvement
from stock.tests.factories import PieceFactory
from technicians.choices import StatutAbsence
from technicians.tests.factories import (
    CompetenceFactory,
    DisponibiliteFactory,
    OutilFactory,
    TechnicienFactory,
)

pytestmark = pytest.mark.django_db

DIMANCHE = datetime(2026, 11, 22, 9, tzinfo=UTC)
LUNDI = date(2026, 11, 23)
CASA, RABAT = (33.58, -7.60), (34.02, -6.84)


@pytest.fixture(autouse=True)
def _dimanche():
    with time_machine.travel(DIMANCHE, tick=False):
        yield


def demande(position=CASA, **champs) -> Intervention:
    equipement = EquipementFactory()
    site = SiteFactory(client=equipement.client, latitude=position[0], longitude=position[1])
    return InterventionFactory(
        equipement=equipement, site=site, duree_estimee=champs.pop("duree", 60), **champs
    )


def technicien(position=CASA, **champs):
    return TechnicienFactory(latitude=position[0], longitude=position[1], **champs)


def proposer(par: User, **champs) -> PropositionPlanning:
    proposition = demander_proposition(par=par, debut=LUNDI, fin=LUNDI, **champs)
    assert calculer_proposition(proposition.pk, iterations=300)
    proposition.refresh_from_db()
    return proposition


def a(heure: int, jour: date = LUNDI) -> datetime:
    return timezone.make_aware(datetime(jour.year, jour.month, jour.day, heure))


def test_chacun_va_pres_de_chez_lui(responsable):
    ici, la_bas = technicien(CASA), technicien(RABAT)
    pres, loin = demande(CASA), demande(RABAT)
    proposition = proposer(responsable)
    assert proposition.etat == EtatProposition.PRETE
    places = dict(proposition.lignes.values_list("intervention", "technicien"))
    assert places == {pres.pk: ici.pk, loin.pk: la_bas.pk}
    assert proposition.apres["planifiees"] == 2
    assert proposition.avant["planifiees"] == 0


def test_appliquer_affecte_et_pose_les_creneaux(responsable):
    lui = technicien()
    intervention = demande()
    appliquer_proposition(par=responsable, proposition_id=proposer(responsable).pk)
    intervention.refresh_from_db()
    assert intervention.statut == "affectee"
    creneau = Planning.objects.get(intervention=intervention, ouvert=True)
    assert creneau.technicien == lui
    assert a(8) <= creneau.debut < creneau.fin <= a(20)


def test_apres_un_changement_d_heure_on_part_a_l_heure_du_mur(responsable):
    """The clock is put back in the night to Sunday 15 February 2026: Monday begins at the hour that its clock reads."""
    samedi = date(2026, 2, 14)
    with time_machine.travel(datetime(2026, 2, 13, 9, tzinfo=UTC), tick=False):
        technicien(horaires="lun 08:30-10:00")
        intervention = demande()
        proposition = demander_proposition(par=responsable, debut=samedi, fin=date(2026, 2, 16))
        assert calculer_proposition(proposition.pk, iterations=50)
        appliquer_proposition(par=responsable, proposition_id=proposition.pk)
    creneau = Planning.objects.get(intervention=intervention)
    lundi = date(2026, 2, 16)
    assert a(8, lundi) < creneau.debut < creneau.fin <= a(10, lundi)


def test_ce_qui_est_confirme_ne_bouge_pas(responsable):
    lui = technicien()
    fixe = demande(affectee=True, technicien=lui)
    CreneauFactory(intervention=fixe, technicien=lui, debut=a(15), fin=a(16), confirme=True)
    autre = demande()
    proposition = proposer(responsable)
    lignes = {ligne.intervention_id: ligne for ligne in proposition.lignes.all()}
    assert lignes[fixe.pk].genre == GenreLigne.INCHANGEE
    assert lignes[fixe.pk].debut == a(15)
    nouvelle = lignes[autre.pk]
    assert nouvelle.fin <= a(15) or nouvelle.debut >= a(16)


def test_ce_qui_est_verrouille_ne_bouge_pas(responsable):
    """Neither on his days nor on one when he does not work; locked meanwhile, the proposal passes it over."""
    lui, absent = technicien(), technicien()
    DisponibiliteFactory(technicien=absent, debut=a(0), fin=a(23))
    fixe, dehors, libre = (
        demande(affectee=True, technicien=lui),
        demande(affectee=True, technicien=absent),
        demande(affectee=True, technicien=lui),
    )
    CreneauFactory(intervention=fixe, technicien=lui, debut=a(15), fin=a(16), verrouille=True)
    CreneauFactory(intervention=dehors, technicien=absent, debut=a(15), fin=a(16), verrouille=True)
    CreneauFactory(intervention=libre, technicien=lui, debut=a(17), fin=a(18))
    proposition = proposer(responsable)
    lignes = {ligne.intervention_id: ligne for ligne in proposition.lignes.all()}
    assert (lignes[fixe.pk].genre, lignes[fixe.pk].debut) == (GenreLigne.INCHANGEE, a(15))
    assert dehors.pk not in lignes
    assert lignes[libre.pk].genre == GenreLigne.DEPLACEE
    Planning.objects.filter(intervention=libre).update(verrouille=True)
    appliquer_proposition(par=responsable, proposition_id=proposition.pk)
    lignes[libre.pk].refresh_from_db()
    assert lignes[libre.pk].etat == EtatLigne.PERIMEE
    assert "verrouillé" in lignes[libre.pk].message
    assert Planning.objects.get(intervention=libre).debut == a(17)


def test_ce_qui_reste_dehors_dit_pourquoi(responsable):
    technicien(horaires="lun 08:00-10:00")
    rare = demande()
    rare.competences_requises.add(CompetenceFactory())
    longue = demande(duree=600)
    proposition = proposer(responsable)
    raisons = dict(proposition.lignes.values_list("intervention", "raison"))
    assert raisons == {rare.pk: RaisonOmission.COMPETENCE, longue.pk: RaisonOmission.HORAIRES}


def test_faute_de_temps_l_urgent_passe(responsable):
    technicien(horaires="lun 08:00-09:00")
    normale = demande(duree=150, priorite="normale")
    urgente = demande(duree=150, priorite="urgente")
    lignes = dict(proposer(responsable).lignes.values_list("intervention", "raison"))
    assert lignes == {urgente.pk: "", normale.pk: RaisonOmission.TEMPS}


def test_ce_qui_est_deja_en_retard_passe_avant_ce_qui_peut_attendre(responsable):
    """Days late already, it is not given up as beyond help."""
    technicien(horaires="lun 08:00-09:00")
    en_retard = demande(duree=150, priorite="haute", date_limite=DIMANCHE - timedelta(days=9))
    peut_attendre = demande(duree=150, priorite="normale", date_limite=DIMANCHE + timedelta(days=3))
    lignes = dict(proposer(responsable).lignes.values_list("intervention", "raison"))
    assert lignes == {en_retard.pk: "", peut_attendre.pk: RaisonOmission.TEMPS}


def test_les_absences_et_les_heures_du_site_comptent(responsable):
    absent, present = technicien(), technicien()
    DisponibiliteFactory(
        technicien=absent, debut=a(0), fin=a(0) + timedelta(days=1), statut=StatutAbsence.ACCEPTEE
    )
    intervention = demande()
    intervention.site.heures_ouverture = "lun 14:00-16:00"
    intervention.site.save()
    ligne = proposer(responsable).lignes.get()
    assert ligne.technicien == present
    assert a(14) <= ligne.debut
    assert ligne.fin <= a(16)


def test_une_ligne_dont_le_creneau_a_change_est_perimee_les_autres_passent(responsable):
    lui = technicien()
    changee, autre = demande(affectee=True, technicien=lui), demande()
    proposition = proposer(responsable)
    planifier(par=responsable, intervention_id=changee.pk, debut=a(17), fin=a(18))
    appliquer_proposition(par=responsable, proposition_id=proposition.pk)
    etats = dict(proposition.lignes.values_list("intervention", "etat"))
    assert etats == {changee.pk: EtatLigne.PERIMEE, autre.pk: EtatLigne.APPLIQUEE}
    assert Planning.objects.get(intervention=changee, ouvert=True).debut == a(17)


def test_en_partie(responsable):
    technicien()
    une, autre = demande(), demande()
    proposition = proposer(responsable)
    ligne = proposition.lignes.get(intervention=une)
    appliquer_proposition(
        par=responsable, proposition_id=proposition.pk, ligne_ids=[ligne.pk, 999_999]
    )
    assert Planning.objects.filter(intervention=une).exists()
    assert not Planning.objects.filter(intervention=autre).exists()


def test_deux_fois_ne_change_rien(responsable):
    technicien()
    demande()
    proposition = proposer(responsable)
    appliquer_proposition(par=responsable, proposition_id=proposition.pk)
    avant = list(Planning.objects.values_list("pk", "debut"))
    appliquer_proposition(par=responsable, proposition_id=proposition.pk)
    assert list(Planning.objects.values_list("pk", "debut")) == avant
    assert not calculer_proposition(proposition.pk)


def test_le_preventif_passe_prendre_ses_pieces(responsable):

    ParametresSociete.objects.create(pk=1, latitude=CASA[0], longitude=CASA[1])
    technicien()
    gamme = GammeFactory()
    PieceGamme.objects.create(gamme=gamme, piece=PieceFactory(), quantite=2)
    intervention = demande(RABAT)
    plan = PlanFactory(gamme=gamme, equipement=intervention.equipement)
    OccurrencePlan.objects.create(plan=plan, date_echeance=LUNDI, intervention=intervention)
    assert proposer(responsable).lignes.get().par_le_magasin


def test_rien_ou_personne(responsable):
    proposition = proposer(responsable)
    assert proposition.etat == EtatProposition.ECHEC
    assert "rien à planifier" in proposition.erreur
    demande()
    assert "Aucun technicien" in proposer(responsable).erreur


@pytest.mark.parametrize("qui", ["technicien", "client_portail"])
def test_planifier_est_aux_responsables(request, responsable, qui):
    user = request.getfixturevalue(qui)
    with pytest.raises(AuthorizationError):
        demander_proposition(par=user, debut=LUNDI, fin=LUNDI)
    with pytest.raises(AuthorizationError):
        appliquer_proposition(par=user, proposition_id=1)
    with pytest.raises(IntrouvableError):
        appliquer_proposition(par=responsable, proposition_id=999_999)


@pytest.mark.parametrize(
    "champs",
    [
        {"fin": LUNDI + timedelta(days=7)},
        {"fin": LUNDI - timedelta(days=1)},
        {"debut": LUNDI - timedelta(days=30), "fin": LUNDI - timedelta(days=29)},
        {"secondes": 0},
        {"secondes": 3600},
        {"technicien_ids": [999_999]},
    ],
)
def test_une_demande_de_travers_se_dit(responsable, champs):
    with pytest.raises(ValidationError):
        demander_proposition(par=responsable, **{"debut": LUNDI, "fin": LUNDI, **champs})


def test_une_proposition_perdue_est_dite_echouee(responsable):
    proposition = demander_proposition(par=responsable, debut=LUNDI, fin=LUNDI)
    with pytest.raises(BusinessRuleError):
        appliquer_proposition(par=responsable, proposition_id=proposition.pk)
    PropositionPlanning.objects.update(
        etat=EtatProposition.EN_CALCUL, updated_at=timezone.now() - timedelta(hours=1)
    )
    assert abandonner_propositions_perdues() == 1
    proposition.refresh_from_db()
    assert proposition.etat == EtatProposition.ECHEC


def test_les_trajets():
    assert minutes(CASA, CASA) == 0
    assert minutes(None, CASA) == INCONNU
    # About 87 km as the crow flies, 1 h 15 by the road.
    assert 110 < minutes(CASA, RABAT) * 45 / 60 / 1.3 * 1.3 < 120
    assert minutes(CASA, RABAT) == pytest.approx(minutes(RABAT, CASA))


def test_ce_que_porte_le_vehicule_evite_le_magasin(responsable):
    """What one van holds serves one day; a slot that stays takes its own first."""
    ParametresSociete.objects.create(pk=1, latitude=CASA[0], longitude=CASA[1])
    lui = technicien()
    piece = PieceFactory()
    enregistrer_mouvement(
        par=responsable, piece_id=piece.pk, type_mouvement="entree", quantite=Decimal(9)
    )
    gamme = GammeFactory()
    PieceGamme.objects.create(gamme=gamme, piece=piece, quantite=2)

    def visite(**champs):
        intervention = demande(RABAT, **champs)
        plan = PlanFactory(gamme=gamme, equipement=intervention.equipement)
        OccurrencePlan.objects.create(plan=plan, date_echeance=LUNDI, intervention=intervention)
        return intervention

    def passe_au_magasin(intervention):
        return proposer(responsable).lignes.get(intervention=intervention).par_le_magasin

    une = visite()
    charger_vehicule(par=responsable, user_id=lui.user_id, piece_id=piece.pk, quantite=Decimal(2))
    assert not passe_au_magasin(une)
    fixe = visite(affectee=True, technicien=lui)
    CreneauFactory(intervention=fixe, technicien=lui, debut=a(15), fin=a(16), verrouille=True)
    assert passe_au_magasin(une)
    charger_vehicule(par=responsable, user_id=lui.user_id, piece_id=piece.pk, quantite=Decimal(4))
    assert not passe_au_magasin(une)


def test_ceux_qui_echangent_leurs_places(responsable):
    """Each in the other's way, and a third that waits for one of them: in one go, or told why not."""
    ici, la = technicien(), technicien()
    deux = [demande(affectee=True, technicien=lui) for lui in (ici, la)]
    for intervention, lui in zip(deux, (ici, la), strict=True):
        CreneauFactory(intervention=intervention, technicien=lui, debut=a(9), fin=a(10))
    troisieme, sans_place = demande(), demande(affectee=True, technicien=ici)
    CreneauFactory(intervention=sans_place, technicien=ici, debut=a(12), fin=a(13))
    fixe = demande(affectee=True, technicien=la)
    CreneauFactory(intervention=fixe, technicien=la, debut=a(16), fin=a(17))
    proposition = demander_proposition(par=responsable, debut=LUNDI, fin=LUNDI)
    PropositionPlanning.objects.filter(pk=proposition.pk).update(etat=EtatProposition.PRETE)

    def ligne(intervention, lui, debut, genre=GenreLigne.DEPLACEE):
        creneau = Planning.objects.filter(intervention=intervention).first()
        intervention.refresh_from_db()
        return LigneProposition.objects.create(
            proposition=proposition,
            intervention=intervention,
            version=intervention.version,
            genre=genre,
            technicien=lui,
            debut=debut,
            fin=debut + timedelta(hours=1),
            ancien_technicien=creneau and creneau.technicien,
            ancien_debut=creneau and creneau.debut,
            ancienne_fin=creneau and creneau.fin,
        )

    lignes = [
        ligne(deux[0], la, a(9)),
        ligne(deux[1], ici, a(9) + timedelta(minutes=30)),
        ligne(troisieme, ici, a(12), GenreLigne.NOUVELLE),
        ligne(sans_place, la, a(16)),
    ]
    appliquer_proposition(par=responsable, proposition_id=proposition.pk)
    for une in lignes:
        une.refresh_from_db()
    assert [une.etat for une in lignes] == [
        EtatLigne.APPLIQUEE,
        EtatLigne.APPLIQUEE,
        EtatLigne.PERIMEE,
        EtatLigne.PERIMEE,
    ]
    ouverts = Planning.objects.filter(ouvert=True).values_list(
        "intervention", "technicien", "debut"
    )
    assert set(ouverts) == {
        (deux[0].pk, la.pk, a(9)),
        (deux[1].pk, ici.pk, a(9) + timedelta(minutes=30)),
        (sans_place.pk, ici.pk, a(12)),
        (fixe.pk, la.pk, a(16)),
    }


def test_une_place_que_tient_une_ligne_laissee_de_cote(responsable):
    """Nothing changed meanwhile: the line stays proposed, and goes through once the other is applied as well."""
    lui, autre = technicien(), technicien()
    urgente, prevue = demande(priorite="urgente"), demande(affectee=True, technicien=lui)
    CreneauFactory(intervention=prevue, technicien=lui, debut=a(9), fin=a(10))
    prevue.refresh_from_db()
    proposition = demander_proposition(par=responsable, debut=LUNDI, fin=LUNDI)
    PropositionPlanning.objects.filter(pk=proposition.pk).update(etat=EtatProposition.PRETE)
    communs = {"proposition": proposition, "debut": a(9), "fin": a(10)}
    nouvelle = LigneProposition.objects.create(
        **communs,
        intervention=urgente,
        version=urgente.version,
        genre=GenreLigne.NOUVELLE,
        technicien=lui,
    )
    deplacee = LigneProposition.objects.create(
        **communs,
        intervention=prevue,
        version=prevue.version,
        genre=GenreLigne.DEPLACEE,
        technicien=autre,
        ancien_technicien=lui,
        ancien_debut=a(9),
        ancienne_fin=a(10),
    )
    appliquer_proposition(par=responsable, proposition_id=proposition.pk, ligne_ids=[nouvelle.pk])
    nouvelle.refresh_from_db()
    assert nouvelle.etat == EtatLigne.PROPOSEE
    assert prevue.reference in nouvelle.message
    appliquer_proposition(par=responsable, proposition_id=proposition.pk)
    for ligne in (nouvelle, deplacee):
        ligne.refresh_from_db()
        assert (ligne.etat, ligne.message) == (EtatLigne.APPLIQUEE, "")


def test_ce_qui_est_prevu_ne_perd_pas_sa_place(responsable):
    """Neither for something urgent, nor when it is too far for any round: its hours are nobody else's."""
    lui = technicien(horaires="lun 08:00-12:00")
    prevue, lointaine = (
        demande(affectee=True, technicien=lui),
        demande((27.15, -13.2), affectee=True, technicien=lui),
    )
    CreneauFactory(intervention=prevue, technicien=lui, debut=a(8), fin=a(9))
    CreneauFactory(intervention=lointaine, technicien=lui, debut=a(10), fin=a(11))
    urgentes = [demande(priorite="urgente", duree=110) for _ in range(3)]
    proposition = proposer(responsable)
    lignes = {ligne.intervention_id: ligne for ligne in proposition.lignes.all()}
    assert (lignes[lointaine.pk].genre, lignes[lointaine.pk].debut) == (GenreLigne.INCHANGEE, a(10))
    assert lignes[prevue.pk].genre in (GenreLigne.INCHANGEE, GenreLigne.DEPLACEE)
    assert {lignes[u.pk].genre for u in urgentes} >= {GenreLigne.OMISE}
    for ligne in lignes.values():
        if ligne.debut and ligne.intervention_id != lointaine.pk:
            assert ligne.fin <= a(10) or ligne.debut >= a(11)
    appliquer_proposition(par=responsable, proposition_id=proposition.pk)
    assert not proposition.lignes.filter(etat=EtatLigne.PERIMEE).exists()


def test_l_outil_qui_manque_se_prend_au_magasin(responsable):
    """One that is out of service is nowhere: nobody is sent to fetch it."""
    ParametresSociete.objects.create(pk=1, latitude=CASA[0], longitude=CASA[1])
    lui, outil, gamme = technicien(), OutilFactory(), GammeFactory()
    gamme.outils.add(outil)
    visite = demande(RABAT)
    plan = PlanFactory(gamme=gamme, equipement=visite.equipement)
    OccurrencePlan.objects.create(plan=plan, date_echeance=LUNDI, intervention=visite)

    def passe_au_magasin():
        return proposer(responsable).lignes.get(intervention=visite).par_le_magasin

    assert passe_au_magasin()
    lui.outils.add(outil)
    assert not passe_au_magasin()
    lui.outils.clear()
    outil.is_active = False
    outil.save()
    assert not passe_au_magasin()
