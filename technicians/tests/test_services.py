"""What the services do, and what they refuse."""

from datetime import timedelta

import pytest
from django.utils import timezone

from erp.exceptions import (
    AuthorizationError,
    BusinessRuleError,
    IntrouvableError,
    ValidationError,
)
from erp.models import JourFerie
from interventions.tests.factories import CreneauFactory, InterventionFactory
from notifications import flux
from notifications.models import EvenementFlux, Notification
from technicians import services
from technicians.choices import EtatTechnicien, StatutAbsence
from technicians.models import Disponibilite, Technicien
from technicians.tests.factories import (
    CompetenceFactory,
    DisponibiliteFactory,
    TechnicienCompetenceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def demain():
    return timezone.now() + timedelta(days=1)


def nouveau(par, **champs):
    valeurs = {"email": "nadia@example.com", "full_name": "Nadia Neuve", "matricule": "T900"}
    return services.creer_technicien(par=par, **{**valeurs, **champs})


# --- Techniciens -------------------------------------------------------------------------------


def test_creer_un_technicien_ouvre_son_compte(responsable):
    soudure = CompetenceFactory()
    technicien = nouveau(responsable, competences=[soudure.pk, soudure.pk], cout_horaire=120)
    assert technicien.user.role == "technicien"
    assert technicien.user.username == "nadia"
    assert not technicien.user.has_usable_password()
    assert list(technicien.competences.all()) == [soudure]


def test_creer_un_technicien_avec_son_mot_de_passe(responsable):
    technicien = nouveau(responsable, username="nadia.n", mot_de_passe="Cle-a-Molette-1956")
    assert technicien.user.check_password("Cle-a-Molette-1956")
    assert technicien.user.username == "nadia.n"


def test_un_matricule_ne_sert_qu_une_fois_et_aucun_compte_ne_reste(responsable, technicien):
    with pytest.raises(ValidationError) as refus:
        nouveau(responsable, matricule=technicien.technicien.matricule)
    assert [(e.field, e.code) for e in refus.value.errors] == [("matricule", "DEJA_UTILISE")]
    assert not type(technicien).objects.filter(email="nadia@example.com").exists()


@pytest.mark.parametrize("qui", ["technicien", "client_portail"])
def test_seuls_les_responsables_ecrivent(request, qui, autre_technicien):
    par = request.getfixturevalue(qui)
    fiche = autre_technicien.technicien
    InterventionFactory(affectee=True, technicien=fiche)
    with pytest.raises(AuthorizationError):
        nouveau(par)
    # a client does not even see the technicien of somebody else's intervention
    cache = IntrouvableError if qui == "client_portail" else AuthorizationError
    with pytest.raises(cache):
        services.modifier_technicien(par=par, technicien_id=fiche.pk, equipe="Nord")
    with pytest.raises(cache):
        services.supprimer_technicien(par=par, technicien_id=fiche.pk)


def test_modifier_n_ecrit_que_ce_qui_est_nomme(responsable, technicien):
    fiche = technicien.technicien
    Technicien.objects.filter(pk=fiche.pk).update(equipe="Sud")
    services.modifier_technicien(par=responsable, technicien_id=fiche.pk, specialite="Froid")
    fiche.refresh_from_db()
    assert (fiche.equipe, fiche.specialite) == ("Sud", "Froid")


# --- Skills ------------------------------------------------------------------------------------


def test_une_competence_expiree_ne_compte_plus(responsable, technicien):
    fiche, soudure = technicien.technicien, CompetenceFactory()
    hier = timezone.localdate() - timedelta(days=1)
    for fin, compte in ((None, True), (timezone.localdate(), True), (hier, False)):
        services.attribuer_competence(
            par=responsable,
            technicien_id=fiche.pk,
            competence_id=soudure.pk,
            niveau="expert",
            date_expiration=fin,
        )
        assert Technicien.objects.possedant([soudure.pk]).exists() is compte
    assert fiche.competences_detenues.count() == 1


def test_une_expiration_ne_precede_pas_l_acquisition(responsable, technicien):
    jour = timezone.localdate()
    with pytest.raises(ValidationError):
        services.attribuer_competence(
            par=responsable,
            technicien_id=technicien.technicien.pk,
            competence_id=CompetenceFactory().pk,
            date_acquisition=jour,
            date_expiration=jour - timedelta(days=1),
        )


def test_une_competence_tenue_ou_exigee_ne_se_supprime_pas(responsable, technicien):
    tenue, exigee, libre = CompetenceFactory.create_batch(3)
    TechnicienCompetenceFactory(technicien=technicien.technicien, competence=tenue)
    InterventionFactory(competences=[exigee])
    for competence in (tenue, exigee):
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_competence(par=responsable, competence_id=competence.pk)
        assert refus.value.code == "UTILISE"
    services.supprimer_competence(par=responsable, competence_id=libre.pk)


# --- Absences ----------------------------------------------------------------------------------


def test_declarer_rend_les_creneaux_touches(responsable, technicien, demain):
    fiche = technicien.technicien
    touche = CreneauFactory(intervention__technicien=fiche, debut=demain + timedelta(hours=1))
    CreneauFactory(intervention__technicien=fiche, debut=demain + timedelta(days=5))
    absence, creneaux = services.declarer_absence(
        par=responsable,
        technicien_id=fiche.pk,
        type="conge",
        debut=demain,
        fin=demain + timedelta(days=1),
    )
    assert absence.statut == StatutAbsence.ACCEPTEE
    assert creneaux == [touche]


@pytest.mark.parametrize(
    ("decalage", "permis"), [(-1, False), (0, False), (23, False), (24, True), (-24, True)]
)
def test_deux_absences_ne_se_chevauchent_pas(responsable, technicien, demain, decalage, permis):
    jour = timedelta(days=1)
    DisponibiliteFactory(technicien=technicien.technicien, debut=demain, fin=demain + jour)
    debut = demain + timedelta(hours=decalage)
    demande = {
        "technicien_id": technicien.technicien.pk,
        "type": "formation",
        "debut": debut,
        "fin": debut + jour,
    }
    if permis:
        services.declarer_absence(par=responsable, **demande)
    else:
        with pytest.raises(BusinessRuleError) as refus:
            services.declarer_absence(par=responsable, **demande)
        assert refus.value.code == "ABSENCE_CHEVAUCHANTE"
    assert Disponibilite.objects.count() == 1 + permis


def test_une_absence_refusee_ne_gene_pas(responsable, technicien, demain):
    DisponibiliteFactory(technicien=technicien.technicien, debut=demain, refusee=True)
    services.declarer_absence(
        par=responsable,
        technicien_id=technicien.technicien.pk,
        type="maladie",
        debut=demain,
        fin=demain + timedelta(hours=3),
    )


def test_une_absence_finit_apres_son_debut(responsable, technicien, demain):
    with pytest.raises(ValidationError) as refus:
        services.declarer_absence(
            par=responsable,
            technicien_id=technicien.technicien.pk,
            type="conge",
            debut=demain,
            fin=demain,
        )
    assert refus.value.errors[0].field == "fin"


def test_demander_previent_les_responsables(responsable, admin, technicien, demain):
    absence = services.demander_absence(
        par=technicien, type="conge", debut=demain, fin=demain + timedelta(days=1)
    )
    assert absence.statut == StatutAbsence.DEMANDEE
    assert {n.user for n in Notification.objects.all()} == {responsable}


@pytest.mark.parametrize("qui", ["responsable", "client_portail"])
def test_seul_un_technicien_demande(request, qui, demain):
    with pytest.raises(AuthorizationError):
        services.demander_absence(
            par=request.getfixturevalue(qui),
            type="conge",
            debut=demain,
            fin=demain + timedelta(days=1),
        )


@pytest.mark.parametrize("accepter", [True, False])
def test_decider_previent_le_technicien_une_fois(responsable, technicien, accepter):
    absence = DisponibiliteFactory(technicien=technicien.technicien, demandee=True)
    services.decider_absence(
        par=responsable, absence_id=absence.pk, accepter=accepter, motif="Équipe réduite."
    )
    absence.refresh_from_db()
    assert absence.statut == (StatutAbsence.ACCEPTEE if accepter else StatutAbsence.REFUSEE)
    message = Notification.objects.filter(user=technicien).first()
    assert message.message.endswith("Équipe réduite.")
    with pytest.raises(BusinessRuleError) as refus:
        services.decider_absence(par=responsable, absence_id=absence.pk, accepter=not accepter)
    assert refus.value.code == "ABSENCE_DECIDEE"


def test_un_technicien_ne_decide_pas_de_la_sienne(technicien, autre_technicien):
    absence = DisponibiliteFactory(technicien=technicien.technicien, demandee=True)
    with pytest.raises(AuthorizationError):
        services.decider_absence(par=technicien, absence_id=absence.pk, accepter=True)
    with pytest.raises(IntrouvableError):
        services.decider_absence(par=autre_technicien, absence_id=absence.pk, accepter=True)


def test_retirer_une_absence_acceptee_est_aux_responsables(responsable, technicien):
    absence = DisponibiliteFactory(technicien=technicien.technicien)
    with pytest.raises(AuthorizationError):
        services.supprimer_absence(par=technicien, absence_id=absence.pk)
    services.supprimer_absence(par=responsable, absence_id=absence.pk)
    assert not Disponibilite.objects.exists()


# --- Where he stands now -----------------------------------------------------------------------


def test_l_etat_suit_les_absences_les_creneaux_et_les_horaires(technicien, time_machine):
    fiche = technicien.technicien

    def etat():
        return Technicien.objects.avec_etat().get(pk=fiche.pk).etat

    time_machine.move_to("2026-11-24T10:00:00+00:00")  # a Tuesday
    assert etat() == EtatTechnicien.DISPONIBLE
    maintenant = timezone.now()
    creneau = CreneauFactory(intervention__technicien=fiche, debut=maintenant - timedelta(hours=1))
    assert etat() == EtatTechnicien.OCCUPE
    absence = DisponibiliteFactory(technicien=fiche, debut=maintenant - timedelta(hours=2))
    assert etat() == EtatTechnicien.ABSENT
    absence.delete()
    creneau.ouvert = False
    creneau.save()
    time_machine.move_to("2026-11-22T10:00:00+00:00")  # a Sunday
    assert etat() == EtatTechnicien.HORS_HORAIRES
    technicien.is_active = False
    technicien.save()
    assert etat() == EtatTechnicien.INACTIF


def test_la_charge_compte_ce_qui_est_a_faire(technicien, autre_technicien):
    fiche = technicien.technicien
    InterventionFactory.create_batch(2, affectee=True, technicien=fiche)
    InterventionFactory(en_attente=True, technicien=fiche)
    InterventionFactory(cloturee=True, technicien=fiche)
    charges = {t.user: t.charge for t in Technicien.objects.select_related("user").avec_charge()}
    assert charges == {technicien: 3, autre_technicien: 0}


# --- What open boards are told -------------------------------------------------------------------


def dits(*personnes) -> dict[str, list[tuple[str, str]]]:
    """What each of these persons is told of what was published, {username: [(type, action)]}."""
    faits = [
        flux.Fait(*ligne)
        for ligne in EvenementFlux.objects.exclude(genre="notification")
        .order_by("pk")
        .values_list("genre", "action", "objet", "objet_id", "user_id")
    ]
    contenus = flux.messages(faits, personnes)
    return {
        p.username: [(e["type"], e["action"]) for e in contenus[p.pk]["evenements"]]
        for p in personnes
        if p.pk in contenus
    }


def test_absences_and_hours_are_told_to_who_may_see_them(
    responsable, admin, technicien, autre_technicien, client_portail, demain
):
    EvenementFlux.objects.all().delete()
    tous = (responsable, admin, technicien, autre_technicien, client_portail)
    quand = {"type": "conge", "debut": demain, "fin": demain + timedelta(hours=8)}
    demandee = services.demander_absence(par=technicien, **quand)
    services.decider_absence(par=responsable, absence_id=demandee.pk, accepter=True)
    services.modifier_absence(par=responsable, absence_id=demandee.pk, **quand)
    services.supprimer_absence(par=responsable, absence_id=demandee.pk)
    fiche = technicien.technicien
    services.modifier_technicien(par=responsable, technicien_id=fiche.pk, specialite="Froid")
    services.modifier_technicien(
        par=responsable, technicien_id=fiche.pk, horaires="lun-ven 07:00-15:00"
    )
    attendu = [
        ("absence", "demandee"),
        ("absence", "acceptee"),
        ("absence", "modifiee"),
        ("absence", "retiree"),
        ("calendrier", "horaires"),
    ]
    assert dits(*tous) == dict.fromkeys(
        (responsable.username, admin.username, technicien.username), attendu
    )


def test_the_company_s_days_are_told_to_the_staff(
    responsable, technicien, autre_technicien, client_portail
):
    EvenementFlux.objects.all().delete()
    ferie = JourFerie.objects.create(jour=timezone.localdate(), libelle="Inauguration", chome=True)
    ferie.delete()
    attendu = [("calendrier", "societe")] * 2
    assert dits(responsable, technicien, client_portail) == {
        responsable.username: attendu,
        technicien.username: attendu,
    }
