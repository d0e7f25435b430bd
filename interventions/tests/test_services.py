"""The life of an intervention, at the services: each refusal beside the success that shares its setup."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import SYSTEME
from clients.choices import Couverture, Priorite, StatutContrat
from clients.models import EngagementSLA
from clients.tests.factories import ContactFactory, ContratFactory, SiteFactory
from equipment.choices import StatutEquipement
from equipment.services import changer_statut_equipement
from equipment.tests.factories import CouvertureFactory, EquipementFactory
from erp.exceptions import (
    AuthorizationError,
    BusinessRuleError,
    IntrouvableError,
    StaleVersionError,
    ValidationError,
)
from interventions import services
from interventions.choices import TRANSITIONS, ActionJournal, MotifAttente, Statut, TypeIntervention
from interventions.models import HistoriqueIntervention, Intervention, Planning
from interventions.permissions import transitions_permises
from interventions.tests.factories import (
    CreneauFactory,
    InterventionFactory,
    PointControleFactory,
    TempsFactory,
)
from notifications.models import Notification
from stock.tests.factories import PieceFactory
from technicians.tests.factories import (
    CompetenceFactory,
    DisponibiliteFactory,
    TechnicienCompetenceFactory,
    TechnicienFactory,
)

pytestmark = pytest.mark.django_db

DESCRIPTION = "Le compresseur ne démarre plus depuis ce matin."


def demain(heure: int = 9) -> "timezone.datetime":
    jour = timezone.localtime() + timedelta(days=1)
    return jour.replace(hour=heure, minute=0, second=0, microsecond=0)


def code(info: pytest.ExceptionInfo) -> str:
    return info.value.code


# --- Creating ---


def test_un_appel_devient_une_intervention(responsable, client_portail):
    equipement = EquipementFactory(client=client_portail.contact.client, nom="Compresseur 3")
    avant = timezone.now()

    intervention = services.creer_intervention(
        par=responsable,
        equipement_id=equipement.pk,
        type_intervention="corrective",
        priorite="haute",
        description=DESCRIPTION,
    )

    intervention.refresh_from_db()
    assert intervention.reference.startswith(f"INT-{timezone.localdate().year}-")
    assert intervention.statut == Statut.OUVERTE
    assert intervention.titre == "Corrective – Compresseur 3"
    assert intervention.client == equipement.client
    assert intervention.created_by == responsable
    assert (
        avant + timedelta(hours=24)
        <= intervention.date_limite
        <= timezone.now() + timedelta(hours=24)
    )
    ligne = intervention.historique.get()
    assert (ligne.action, ligne.nouveau_statut, ligne.user) == ("creation", "ouverte", responsable)
    assert set(Notification.objects.values_list("user__username", flat=True)) == {"client"}


def test_urgence_est_urgente(responsable):
    intervention = services.creer_intervention(
        par=responsable,
        equipement_id=EquipementFactory().pk,
        type_intervention="corrective",
        priorite="basse",
        urgence=True,
        description=DESCRIPTION,
    )
    assert intervention.priorite == Priorite.URGENTE
    assert intervention.date_limite - intervention.date_creation == timedelta(hours=2)


def test_le_contrat_en_vigueur_fixe_l_echeance(responsable):
    contrat = ContratFactory(
        statut=StatutContrat.ACTIF,
        couverture=Couverture.CONTINUE,
        date_debut=timezone.localdate() - timedelta(days=10),
        date_fin=timezone.localdate() + timedelta(days=10),
    )
    EngagementSLA.objects.create(
        contrat=contrat, priorite="haute", reponse_heures=2, resolution_heures=6
    )
    equipement = CouvertureFactory(contrat=contrat).equipement
    intervention = services.creer_intervention(
        par=responsable,
        equipement_id=equipement.pk,
        type_intervention="corrective",
        priorite="haute",
        description=DESCRIPTION,
    )
    assert intervention.contrat == contrat
    assert intervention.date_limite - intervention.date_creation == timedelta(hours=6)


def test_programmee_sans_echeance(responsable):
    intervention = services.creer_intervention(
        par=responsable,
        equipement_id=EquipementFactory().pk,
        type_intervention="preventive",
        priorite="programmee",
        description=DESCRIPTION,
    )
    assert intervention.date_limite is None


def test_avec_un_technicien_elle_est_affectee(responsable, technicien):
    intervention = services.creer_intervention(
        par=responsable,
        equipement_id=EquipementFactory().pk,
        type_intervention="corrective",
        description=DESCRIPTION,
        technicien_id=technicien.technicien.pk,
        debut=demain(9),
        fin=demain(11),
    )
    assert intervention.statut == Statut.AFFECTEE
    assert [ligne.action for ligne in intervention.historique.order_by("id")] == [
        "creation",
        "affectation",
    ]
    assert intervention.creneaux.get().technicien == technicien.technicien


def test_si_l_affectation_est_refusee_rien_n_est_cree(responsable, technicien):
    DisponibiliteFactory(technicien=technicien.technicien, debut=demain(0), fin=demain(23))
    with pytest.raises(BusinessRuleError) as info:
        services.creer_intervention(
            par=responsable,
            equipement_id=EquipementFactory().pk,
            type_intervention="corrective",
            description=DESCRIPTION,
            technicien_id=technicien.technicien.pk,
            debut=demain(9),
            fin=demain(11),
        )
    assert code(info) == "TECHNICIEN_INDISPONIBLE"
    assert not Intervention.objects.exists()
    assert not Notification.objects.exists()


def test_un_client_demande_pour_sa_machine_seulement(client_portail, responsable):
    sien = EquipementFactory(client=client_portail.contact.client)
    champs = {"type_intervention": "corrective", "description": DESCRIPTION}
    intervention = services.creer_intervention(
        par=client_portail, equipement_id=sien.pk, urgence=True, **champs
    )
    assert intervention.priorite == Priorite.URGENTE
    assert Notification.objects.dans_l_application().get().user == responsable
    with pytest.raises(ValidationError):
        services.creer_intervention(
            par=client_portail, equipement_id=EquipementFactory().pk, **champs
        )
    with pytest.raises(AuthorizationError):
        services.creer_intervention(
            par=client_portail, equipement_id=sien.pk, priorite="haute", **champs
        )
    with pytest.raises(AuthorizationError):
        services.creer_intervention(
            par=client_portail, equipement_id=sien.pk, date_limite=timezone.now(), **champs
        )


def test_un_technicien_signale_une_suite_sur_une_machine_de_ses_interventions(technicien):
    sienne = InterventionFactory(affectee=True, technicien=technicien.technicien)
    champs = {"type_intervention": "diagnostic", "description": DESCRIPTION}
    services.creer_intervention(par=technicien, equipement_id=sienne.equipement_id, **champs)
    with pytest.raises(ValidationError):
        services.creer_intervention(par=technicien, equipement_id=EquipementFactory().pk, **champs)


def test_ce_qui_ne_va_pas_est_nomme(responsable):
    with pytest.raises(ValidationError) as info:
        services.creer_intervention(
            par=responsable,
            equipement_id=EquipementFactory().pk,
            type_intervention="reparation",
            priorite="hier",
            description="court",
            duree_estimee=0,
        )
    assert {erreur.field for erreur in info.value.errors} == {
        "type_intervention",
        "priorite",
        "description",
        "duree_estimee",
    }


def test_equipement_retire(responsable):
    with pytest.raises(BusinessRuleError) as info:
        services.creer_intervention(
            par=responsable,
            equipement_id=EquipementFactory(retire=True).pk,
            type_intervention="corrective",
            description=DESCRIPTION,
        )
    assert code(info) == "EQUIPEMENT_RETIRE"


# --- The table ---


def test_la_journee_d_une_intervention(responsable, technicien):
    intervention = InterventionFactory()
    fait = {"intervention_id": intervention.pk}
    services.affecter_technicien(par=responsable, technicien_id=technicien.technicien.pk, **fait)
    services.changer_statut(par=technicien, vers="en_cours", **fait)
    intervention.equipement.refresh_from_db()
    assert intervention.equipement.statut == StatutEquipement.MAINTENANCE
    services.changer_statut(par=technicien, vers="en_attente", motif_attente="pieces", **fait)
    services.changer_statut(par=technicien, vers="en_cours", **fait)
    services.changer_statut(
        par=technicien, vers="cloturee", diagnostic="Roulement usé.", solution="Remplacé.", **fait
    )
    intervention.refresh_from_db()
    assert intervention.statut == Statut.CLOTUREE
    assert intervention.date_fin == intervention.date_cloture
    assert intervention.duree_reelle == 0
    intervention.equipement.refresh_from_db()
    assert intervention.equipement.statut == StatutEquipement.OPERATIONNEL
    assert list(
        intervention.historique.order_by("id").values_list("ancien_statut", "nouveau_statut")
    ) == [
        ("ouverte", "affectee"),
        ("affectee", "en_cours"),
        ("en_cours", "en_attente"),
        ("en_attente", "en_cours"),
        ("en_cours", "cloturee"),
    ]
    services.changer_statut(par=responsable, vers="archivee", **fait)
    intervention.refresh_from_db()
    assert intervention.statut == Statut.ARCHIVEE


ETATS = {
    Statut.OUVERTE: {},
    Statut.AFFECTEE: {"affectee": True},
    Statut.EN_COURS: {"en_cours": True},
    Statut.EN_ATTENTE: {"en_attente": True},
    Statut.CLOTUREE: {"cloturee": True},
    Statut.ANNULEE: {"annulee": True},
    Statut.ARCHIVEE: {"archivee": True},
}
PERMIS = {(ligne.de, ligne.vers) for ligne in TRANSITIONS}


@pytest.mark.parametrize("de", list(Statut))
@pytest.mark.parametrize("vers", list(Statut))
def test_hors_de_la_table_rien_ne_bouge(responsable, de, vers):
    if (de, vers) in PERMIS:
        assert any(ligne.vers == vers for ligne in TRANSITIONS if ligne.de == de)
        return
    intervention = InterventionFactory(**ETATS[de])
    with pytest.raises(BusinessRuleError) as info:
        services.changer_statut(par=responsable, intervention_id=intervention.pk, vers=vers)
    assert code(info) == "TRANSITION_INTERDITE"
    intervention.refresh_from_db()
    assert (intervention.statut, intervention.version) == (de, 1)
    assert not intervention.historique.exists()


@pytest.mark.parametrize("de", list(Statut))
@pytest.mark.parametrize("vers", list(Statut))
def test_la_base_garde_la_table(de, vers):
    """Whatever path is taken around the services, the trigger knows the same table."""
    intervention = InterventionFactory(**ETATS[de])
    if de == vers or (de, vers) in PERMIS:
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        Intervention.objects.filter(pk=intervention.pk).update(statut=vers)


def test_la_table_du_domaine():
    """The lines of domain.md, written once more by hand."""
    actifs = ("ouverte", "affectee", "en_cours", "en_attente")
    assert {
        ("ouverte", "affectee"),
        ("affectee", "ouverte"),
        ("affectee", "en_cours"),
        ("en_cours", "en_attente"),
        ("en_attente", "en_cours"),
        ("en_cours", "cloturee"),
        *((statut, "annulee") for statut in actifs),
        ("cloturee", "archivee"),
        ("annulee", "archivee"),
    } == PERMIS


def test_les_boutons_de_chacun(responsable, technicien, autre_technicien, client_portail):
    intervention = InterventionFactory(
        en_cours=True,
        technicien=technicien.technicien,
        equipement__client=client_portail.contact.client,
    )
    assert [t.vers for t in transitions_permises(technicien, intervention)] == [
        "en_attente",
        "cloturee",
    ]
    assert [t.vers for t in transitions_permises(responsable, intervention)] == [
        "en_attente",
        "cloturee",
        "annulee",
    ]
    assert transitions_permises(client_portail, intervention) == []
    assert transitions_permises(autre_technicien, intervention) == []
    assert transitions_permises(SYSTEME, intervention) == []


def test_invisible_n_existe_pas(autre_technicien, autre_client, client_portail):
    intervention = InterventionFactory(
        en_cours=True, equipement__client=client_portail.contact.client
    )
    for personne in (autre_technicien, autre_client):
        with pytest.raises(IntrouvableError):
            services.changer_statut(
                par=personne,
                intervention_id=intervention.pk,
                vers="en_attente",
                motif_attente="autre",
            )
    with pytest.raises(AuthorizationError):
        services.changer_statut(
            par=client_portail,
            intervention_id=intervention.pk,
            vers="en_attente",
            motif_attente="autre",
        )


def test_version_perimee(responsable):
    intervention = InterventionFactory(en_cours=True)
    services.modifier_intervention(
        par=responsable, intervention_id=intervention.pk, version=1, titre="Nouveau titre"
    )
    with pytest.raises(StaleVersionError):
        services.changer_statut(
            par=responsable,
            intervention_id=intervention.pk,
            version=1,
            vers="annulee",
            motif_annulation="Doublon",
        )


# --- Conditions ---


def test_attente_motivee(technicien):
    intervention = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    fait = {"par": technicien, "intervention_id": intervention.pk, "vers": "en_attente"}
    for donnees in ({}, {"motif_attente": ""}, {"motif_attente": "sieste"}):
        with pytest.raises(ValidationError):
            services.changer_statut(**fait, **donnees)
    with pytest.raises(ValidationError) as info:
        services.changer_statut(**fait, motif_attente="pieces", solution="?")
    assert info.value.errors[0].field == "solution"
    assert services.changer_statut(**fait, motif_attente="pieces").statut == Statut.EN_ATTENTE


@pytest.mark.parametrize(
    ("motif", "decale"), [("client", True), ("acces", True), ("pieces", False)]
)
def test_l_horloge_s_arrete_quand_on_attend_le_client(technicien, motif, decale):
    limite = timezone.now() + timedelta(hours=1)
    intervention = InterventionFactory(
        en_attente=True,
        technicien=technicien.technicien,
        motif_attente=motif,
        en_attente_depuis=timezone.now() - timedelta(hours=3),
        date_limite=limite,
    )
    assert intervention.horloge_arretee is decale
    repris = services.changer_statut(
        par=technicien, intervention_id=intervention.pk, vers="en_cours"
    )
    assert repris.minutes_attente == 180
    ecart = repris.date_limite - limite
    assert (timedelta(hours=3) <= ecart < timedelta(hours=3, minutes=1)) if decale else not ecart


def test_en_retard_sauf_si_l_on_attend_le_client(responsable):
    hier = timezone.now() - timedelta(days=1)
    en_retard = InterventionFactory(affectee=True, date_limite=hier)
    InterventionFactory(en_attente=True, motif_attente=MotifAttente.CLIENT, date_limite=hier)
    InterventionFactory(cloturee=True, date_limite=hier)
    assert list(Intervention.objects.visible_to(responsable).en_retard()) == [en_retard]


def test_une_seule_en_cours_par_technicien(technicien):
    InterventionFactory(en_cours=True, technicien=technicien.technicien)
    autre = InterventionFactory(affectee=True, technicien=technicien.technicien)
    with pytest.raises(BusinessRuleError) as info:
        services.changer_statut(par=technicien, intervention_id=autre.pk, vers="en_cours")
    assert code(info) == "TECHNICIEN_DEJA_EN_COURS"
    with pytest.raises(IntegrityError), transaction.atomic():
        Intervention.objects.filter(pk=autre.pk).update(
            statut="en_cours", date_debut=timezone.now()
        )


def test_cloturer_demande_diagnostic_et_solution(technicien):
    intervention = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    fait = {"par": technicien, "intervention_id": intervention.pk, "vers": "cloturee"}
    with pytest.raises(ValidationError) as info:
        services.changer_statut(**fait)
    assert [erreur.field for erreur in info.value.errors] == ["solution", "diagnostic"]
    with pytest.raises(ValidationError):
        services.changer_statut(**fait, solution="   ", diagnostic="Usure")
    assert services.changer_statut(**fait, solution="Fait", diagnostic="Usure").solution == "Fait"


def test_une_preventive_se_cloture_sans_diagnostic(technicien):
    intervention = InterventionFactory(
        en_cours=True,
        technicien=technicien.technicien,
        type_intervention=TypeIntervention.PREVENTIVE,
    )
    services.changer_statut(
        par=technicien, intervention_id=intervention.pk, vers="cloturee", solution="Graissé."
    )


def test_les_points_obligatoires_retiennent_la_cloture(technicien):
    intervention = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    point = PointControleFactory(intervention=intervention, libelle="Niveau d’huile")
    PointControleFactory(intervention=intervention, obligatoire=False)
    fait = {"par": technicien, "intervention_id": intervention.pk}
    cloture = {"vers": "cloturee", "solution": "Fait", "diagnostic": "Usure"}
    with pytest.raises(BusinessRuleError, match="Niveau d’huile") as info:
        services.changer_statut(**fait, **cloture)
    assert code(info) == "CONTROLES_INCOMPLETS"
    services.repondre_controle(
        **fait, controle_id=point.pk, resultat="ok", valeur_mesuree=Decimal("3.5")
    )
    assert services.changer_statut(**fait, **cloture).statut == Statut.CLOTUREE


def test_couts_de_la_cloture(technicien):
    intervention = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    debut = timezone.now() - timedelta(hours=3)
    TempsFactory(intervention=intervention, debut=debut, fin=debut + timedelta(minutes=90))
    TempsFactory(
        intervention=intervention,
        debut=debut,
        fin=debut + timedelta(minutes=30),
        type_temps="deplacement",
    )
    piece = PieceFactory(prix_unitaire=Decimal("40.00"), stock=5)
    fait = {"par": technicien, "intervention_id": intervention.pk}
    services.consommer_piece(**fait, piece_id=piece.pk, quantite=Decimal(3))
    services.consommer_piece(
        **fait, piece_id=piece.pk, quantite=Decimal(1), type_mouvement="retour"
    )
    close = services.changer_statut(**fait, vers="cloturee", solution="Fait", diagnostic="Usure")
    assert close.duree_reelle == 90
    assert close.cout_main_oeuvre == Decimal("300.00")  # two hours, travel included, at 150 MAD
    assert close.cout_pieces == Decimal("80.00")
    piece.refresh_from_db()
    assert piece.stock_actuel == 3


def test_toujours_en_panne_reste_en_maintenance(technicien):
    intervention = InterventionFactory(
        en_cours=True,
        technicien=technicien.technicien,
        equipement__statut=StatutEquipement.MAINTENANCE,
    )
    services.changer_statut(
        par=technicien,
        intervention_id=intervention.pk,
        vers="cloturee",
        solution="Provisoire",
        diagnostic="Carte HS",
        toujours_en_panne=True,
    )
    intervention.equipement.refresh_from_db()
    assert intervention.equipement.statut == StatutEquipement.MAINTENANCE


def test_annuler_libere_le_creneau_et_rend_les_pieces(responsable, technicien):
    creneau = CreneauFactory(
        intervention=InterventionFactory(en_cours=True, technicien=technicien.technicien)
    )
    piece = PieceFactory(stock=5)
    fait = {"intervention_id": creneau.intervention_id}
    services.consommer_piece(par=technicien, piece_id=piece.pk, quantite=Decimal(2), **fait)
    with pytest.raises(ValidationError):
        services.changer_statut(par=responsable, vers="annulee", **fait)
    with pytest.raises(AuthorizationError):
        services.changer_statut(par=technicien, vers="annulee", motif_annulation="Non", **fait)
    services.changer_statut(par=responsable, vers="annulee", motif_annulation="Doublon", **fait)
    creneau.refresh_from_db()
    piece.refresh_from_db()
    assert (creneau.ouvert, piece.stock_actuel) == (False, 5)


@pytest.mark.parametrize("avant", [StatutEquipement.OPERATIONNEL, StatutEquipement.PANNE])
def test_annuler_rend_la_machine_comme_elle_a_ete_prise(responsable, technicien, avant):
    intervention = InterventionFactory(
        affectee=True, technicien=technicien.technicien, equipement__statut=avant
    )
    machine = intervention.equipement
    fait = {"par": responsable, "intervention_id": intervention.pk}
    services.changer_statut(**fait, vers="en_cours")
    machine.refresh_from_db()
    assert machine.statut == StatutEquipement.MAINTENANCE
    services.changer_statut(**fait, vers="annulee", motif_annulation="Le client renonce")
    machine.refresh_from_db()
    assert machine.statut == avant
    derniere = machine.historique.order_by("-pk").first()
    assert (derniere.nouveau_statut, derniere.origine) == (avant, intervention.reference)
    ligne = intervention.historique.get(action=ActionJournal.ANNULATION)
    assert ligne.donnees["statut_equipement"] == ["maintenance", avant]


def test_annuler_ne_rend_pas_une_machine_encore_en_travaux(
    responsable, technicien, autre_technicien
):
    """The last of two jobs gives it back: as it was taken, or in service when the other has mended it."""
    premiere = InterventionFactory(
        affectee=True, technicien=technicien.technicien, equipement__statut=StatutEquipement.PANNE
    )
    machine = premiere.equipement
    seconde = InterventionFactory(
        affectee=True, technicien=autre_technicien.technicien, equipement=machine
    )
    for intervention in (premiere, seconde):
        services.changer_statut(par=responsable, intervention_id=intervention.pk, vers="en_cours")
    services.changer_statut(
        par=responsable,
        intervention_id=premiere.pk,
        vers="cloturee",
        diagnostic="Palier",
        solution="Palier changé",
    )
    machine.refresh_from_db()
    assert machine.statut == StatutEquipement.MAINTENANCE
    services.changer_statut(
        par=responsable, intervention_id=seconde.pk, vers="annulee", motif_annulation="Doublon"
    )
    machine.refresh_from_db()
    assert machine.statut == StatutEquipement.OPERATIONNEL


def test_annuler_laisse_une_machine_que_quelqu_un_a_bougee(responsable, technicien):
    intervention = InterventionFactory(affectee=True, technicien=technicien.technicien)
    machine = intervention.equipement
    fait = {"par": responsable, "intervention_id": intervention.pk}
    services.changer_statut(**fait, vers="en_cours")
    for vers in ("operationnel", "maintenance"):
        changer_statut_equipement(par=responsable, equipement_id=machine.pk, vers=vers)
    services.changer_statut(**fait, vers="annulee", motif_annulation="Doublon")
    machine.refresh_from_db()
    assert machine.statut == StatutEquipement.MAINTENANCE


# --- The contract named ---


@pytest.mark.parametrize("defaut", ["brouillon", "hors_dates", "sans_machine"])
def test_un_contrat_qui_ne_s_applique_pas_se_dit(responsable, defaut):
    jour = timezone.localdate()
    couverture = CouvertureFactory()
    contrat = couverture.contrat
    machine = couverture.equipement
    if defaut == "brouillon":
        contrat.statut = "brouillon"
    elif defaut == "hors_dates":
        contrat.date_debut, contrat.date_fin = jour - timedelta(days=40), jour - timedelta(days=1)
    else:
        machine = EquipementFactory(client=contrat.client)
    contrat.save()
    demande = {
        "equipement_id": machine.pk,
        "type_intervention": "corrective",
        "description": "Fuite au presse-étoupe",
    }
    with pytest.raises(BusinessRuleError, match=contrat.numero) as info:
        services.creer_intervention(par=responsable, contrat_id=contrat.pk, **demande)
    assert code(info) == "CONTRAT_INAPPLICABLE"
    assert info.value.errors[0].field == "contrat_id"
    assert not Intervention.objects.exists()
    # what was said stays: only naming it anew asks again
    ancienne = InterventionFactory(equipement=machine, contrat=contrat)
    fait = {"par": responsable, "intervention_id": ancienne.pk}
    services.modifier_intervention(**fait, contrat_id=contrat.pk, titre="Autre titre")
    libre = InterventionFactory(equipement=machine)
    with pytest.raises(BusinessRuleError):
        services.modifier_intervention(
            par=responsable, intervention_id=libre.pk, contrat_id=contrat.pk
        )


# --- Who is told ---


def test_qui_n_a_plus_l_intervention_est_mene_ou_il_peut_aller(client, responsable, technicien):
    """Its page is a 404 for him from now on: his list is not."""
    intervention = InterventionFactory(affectee=True, technicien=technicien.technicien)
    services.changer_statut(par=responsable, intervention_id=intervention.pk, vers="ouverte")
    (lien,) = {avis.lien for avis in Notification.objects.filter(user=technicien)}
    client.force_login(technicien)
    assert client.get(intervention.get_absolute_url()).status_code == 404
    assert client.get(lien).status_code == 200


def test_les_collegues_du_client_apprennent_sa_demande(responsable, client_portail):
    """jobs.md: created is told to the client, a request from the portal to the responsables; who asked knows."""
    collegue = ContactFactory(portail=True, client=client_portail.contact.client).user
    machine = EquipementFactory(client=client_portail.contact.client)
    services.creer_intervention(
        par=client_portail,
        equipement_id=machine.pk,
        type_intervention="corrective",
        description="Bruit anormal au démarrage",
    )
    dits = set(Notification.objects.filter(canal="in_app").values_list("user", "type_notification"))
    assert dits == {(responsable.pk, "demande_portail"), (collegue.pk, "intervention_creee")}


# --- Assigning and planning ---


def test_competence_requise_et_non_expiree(responsable, technicien):
    soudure = CompetenceFactory(nom="Soudure")
    intervention = InterventionFactory(competences=[soudure])
    fait = {
        "par": responsable,
        "intervention_id": intervention.pk,
        "technicien_id": technicien.technicien.pk,
    }
    with pytest.raises(BusinessRuleError, match="Soudure") as info:
        services.affecter_technicien(**fait)
    assert code(info) == "COMPETENCE_MANQUANTE"
    detenue = TechnicienCompetenceFactory(
        technicien=technicien.technicien,
        competence=soudure,
        date_expiration=timezone.localdate() - timedelta(days=1),
    )
    with pytest.raises(BusinessRuleError):
        services.affecter_technicien(**fait)
    detenue.date_expiration = timezone.localdate()
    detenue.save()
    assert services.affecter_technicien(**fait).technicien == technicien.technicien


def test_technicien_inactif(responsable):
    intervention = InterventionFactory()
    parti = TechnicienFactory(user__is_active=False)
    with pytest.raises(BusinessRuleError) as info:
        services.affecter_technicien(
            par=responsable, intervention_id=intervention.pk, technicien_id=parti.pk
        )
    assert code(info) == "TECHNICIEN_INACTIF"


def test_creneau_occupe(responsable, technicien):
    CreneauFactory(
        intervention__technicien=technicien.technicien,
        technicien=technicien.technicien,
        debut=demain(9),
        fin=demain(11),
    )
    intervention = InterventionFactory()
    fait = {
        "par": responsable,
        "intervention_id": intervention.pk,
        "technicien_id": technicien.technicien.pk,
    }
    with pytest.raises(BusinessRuleError) as info:
        services.affecter_technicien(**fait, debut=demain(10), fin=demain(12))
    assert code(info) == "CRENEAU_OCCUPE"
    services.affecter_technicien(
        **fait, debut=demain(11), fin=demain(12)
    )  # half-open: end to end is free
    with pytest.raises(IntegrityError), transaction.atomic():
        Planning.objects.filter(intervention=intervention).update(debut=demain(10))


def test_reaffecter_garde_le_creneau(responsable, technicien, autre_technicien):
    creneau = CreneauFactory(
        intervention=InterventionFactory(affectee=True, technicien=technicien.technicien)
    )
    intervention = services.affecter_technicien(
        par=responsable,
        intervention_id=creneau.intervention_id,
        technicien_id=autre_technicien.technicien.pk,
    )
    creneau.refresh_from_db()
    assert creneau.technicien == autre_technicien.technicien
    assert intervention.historique.get().action == ActionJournal.REAFFECTATION
    assert set(Notification.objects.values_list("user__username", "type_notification")) == {
        ("technicien", "intervention_desaffectee"),
        ("technicien2", "intervention_affectee"),
    }


def test_desaffecter_libere_le_creneau(responsable):
    creneau = CreneauFactory()
    intervention = services.changer_statut(
        par=responsable, intervention_id=creneau.intervention_id, vers="ouverte"
    )
    creneau.refresh_from_db()
    assert (intervention.technicien, creneau.ouvert) == (None, False)


def test_planifier_deplacer_deplanifier(responsable, technicien):
    ouverte = InterventionFactory()
    fait = {"par": responsable, "intervention_id": ouverte.pk}
    with pytest.raises(BusinessRuleError) as info:
        services.planifier(**fait, debut=demain(9), fin=demain(10))
    assert code(info) == "NON_AFFECTEE"
    services.affecter_technicien(**fait, technicien_id=technicien.technicien.pk)
    services.planifier(**fait, debut=demain(9), fin=demain(10))
    with pytest.raises(ValidationError):
        services.planifier(**fait, debut=demain(10), fin=demain(10))
    services.planifier(**fait, debut=demain(14), fin=demain(16))
    assert Planning.objects.get().debut == demain(14)
    services.deplanifier(**fait)
    with pytest.raises(BusinessRuleError):
        services.deplanifier(**fait)
    with pytest.raises(AuthorizationError):
        services.planifier(
            par=technicien, intervention_id=ouverte.pk, debut=demain(9), fin=demain(10)
        )


# --- Editing, field, client ---


def test_modifier_journalise_avant_et_apres(responsable, technicien):
    intervention = InterventionFactory(
        affectee=True, technicien=technicien.technicien, priorite="normale"
    )
    fait = {"intervention_id": intervention.pk}
    change = services.modifier_intervention(par=responsable, priorite="haute", **fait)
    assert change.date_limite == change.date_creation + timedelta(hours=24)
    assert change.historique.get().donnees["priorite"] == ["normale", "haute"]
    with pytest.raises(AuthorizationError):
        services.modifier_intervention(par=technicien, priorite="basse", **fait)
    services.modifier_intervention(par=technicien, notes_techniques="Vanne à revoir", **fait)
    with pytest.raises(ValidationError):
        services.modifier_intervention(par=responsable, statut="cloturee", **fait)
    services.modifier_intervention(
        par=responsable, priorite="haute", **fait
    )  # nothing changes, nothing is written
    assert HistoriqueIntervention.objects.count() == 2


def test_close_elle_ne_change_plus(responsable):
    intervention = InterventionFactory(cloturee=True)
    with pytest.raises(BusinessRuleError) as info:
        services.modifier_intervention(
            par=responsable, intervention_id=intervention.pk, titre="Autre titre"
        )
    assert code(info) == "INTERVENTION_CLOSE"
    with pytest.raises(IntegrityError), transaction.atomic():
        Intervention.objects.filter(pk=intervention.pk).update(solution="Réécrite")
    with pytest.raises(BusinessRuleError):
        services.ajouter_remarque(
            par=responsable, intervention_id=intervention.pk, remarque="Trop tard"
        )


def test_le_journal_ne_se_reecrit_pas(responsable):
    ligne = services.ajouter_remarque(
        par=responsable,
        intervention_id=InterventionFactory(affectee=True).pk,
        remarque="Badge à l’accueil",
    )
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        HistoriqueIntervention.objects.filter(pk=ligne.pk).update(remarque="Autre")
    with pytest.raises(IntegrityError), transaction.atomic():
        HistoriqueIntervention.objects.filter(pk=ligne.pk).delete()


def test_le_client_ne_voit_pas_les_remarques_internes(responsable, client_portail):
    intervention = InterventionFactory(
        affectee=True, equipement__client=client_portail.contact.client
    )
    fait = {"par": responsable, "intervention_id": intervention.pk}
    services.ajouter_remarque(**fait, remarque="Client mauvais payeur", interne=True)
    visible = services.ajouter_remarque(**fait, remarque="Nous passons à 14 h")
    assert list(HistoriqueIntervention.objects.visible_to(client_portail)) == [visible]
    assert HistoriqueIntervention.objects.visible_to(responsable).count() == 2


def test_satisfaction_une_fois_close_et_une_seule(client_portail, responsable):
    intervention = InterventionFactory(
        en_cours=True, equipement__client=client_portail.contact.client
    )
    fait = {"par": client_portail, "intervention_id": intervention.pk}
    with pytest.raises(BusinessRuleError):
        services.noter_satisfaction(**fait, note=5)
    services.changer_statut(
        par=responsable,
        intervention_id=intervention.pk,
        vers="cloturee",
        solution="Fait",
        diagnostic="Usure",
    )
    with pytest.raises(ValidationError):
        services.noter_satisfaction(**fait, note=6)
    with pytest.raises(AuthorizationError):
        services.noter_satisfaction(par=responsable, intervention_id=intervention.pk, note=5)
    services.noter_satisfaction(**fait, note=5, commentaire="Rapide")
    with pytest.raises(BusinessRuleError) as info:
        services.noter_satisfaction(**fait, note=1)
    assert code(info) == "DEJA_NOTEE"


def test_demander_l_annulation_tant_que_personne_n_est_affecte(
    client_portail, responsable, technicien
):
    intervention = InterventionFactory(equipement__client=client_portail.contact.client)
    fait = {"par": client_portail, "intervention_id": intervention.pk}
    services.demander_annulation(**fait, motif="La machine est repartie")
    assert Notification.objects.dans_l_application().get().user == responsable
    with pytest.raises(BusinessRuleError):
        services.demander_annulation(**fait, motif="Encore")


def test_supprimer_seulement_ce_qui_n_a_pas_commence(responsable):
    champs = {
        "par": responsable,
        "equipement_id": EquipementFactory().pk,
        "type_intervention": "corrective",
        "description": DESCRIPTION,
    }
    par_erreur = services.creer_intervention(**champs)
    entamee = services.creer_intervention(**champs)
    services.ajouter_remarque(par=responsable, intervention_id=entamee.pk, remarque="Rappelé à 9 h")
    services.supprimer_intervention(par=responsable, intervention_id=par_erreur.pk)
    with pytest.raises(BusinessRuleError) as info:
        services.supprimer_intervention(par=responsable, intervention_id=entamee.pk)
    assert code(info) == "INTERVENTION_ENTAMEE"


def test_les_pieces_se_prennent_pendant_le_travail(technicien):
    affectee = InterventionFactory(affectee=True, technicien=technicien.technicien)
    piece = PieceFactory(stock=2)
    fait = {"par": technicien, "intervention_id": affectee.pk, "piece_id": piece.pk}
    with pytest.raises(BusinessRuleError) as info:
        services.consommer_piece(**fait, quantite=Decimal(1))
    assert code(info) == "INTERVENTION_NON_COMMENCEE"
    services.changer_statut(par=technicien, intervention_id=affectee.pk, vers="en_cours")
    with pytest.raises(BusinessRuleError) as info:
        services.consommer_piece(**fait, quantite=Decimal(3))
    assert code(info) == "STOCK_INSUFFISANT"
    services.consommer_piece(**fait, quantite=Decimal(2))
    with pytest.raises(BusinessRuleError) as info:
        services.consommer_piece(**fait, quantite=Decimal(3), type_mouvement="retour")
    assert code(info) == "RETOUR_EXCESSIF"


@pytest.mark.parametrize("cle", ["equipement_id", "client_id", "site_id", "contrat_id"])
def test_la_base_refuse_une_cle_qui_ne_mene_a_rien(cle):
    intervention = InterventionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Intervention.objects.filter(pk=intervention.pk).update(**{cle: 999_999})


@pytest.mark.parametrize("table", ["equipements", "clients", "sites", "contrats"])
def test_la_base_garde_ce_qu_une_intervention_designe(table):
    site = SiteFactory()
    contrat = ContratFactory(client=site.client)
    equipement = EquipementFactory(client=site.client)
    InterventionFactory(equipement=equipement, site=site, contrat=contrat)
    cible = {"equipements": equipement, "clients": site.client, "sites": site, "contrats": contrat}
    requete = f"SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM {table} WHERE id = {cible[table].pk}"
    with pytest.raises(IntegrityError), connection.cursor() as curseur, transaction.atomic():
        curseur.execute(requete)


def test_la_base_refuse_un_autre_client():
    intervention = InterventionFactory()
    etranger = EquipementFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Intervention.objects.filter(pk=intervention.pk).update(client=etranger.client)
