"""What is made in a batch is what would be made one by one."""

from datetime import UTC, datetime

import pytest

from accounts.models import SYSTEME
from accounts.tests.factories import UserFactory
from clients.tests.factories import ContactFactory, ContratFactory, SiteFactory
from equipment.tests.factories import CouvertureFactory, EquipementFactory
from erp.exceptions import AuthorizationError, BusinessRuleError, ValidationError
from interventions.models import Intervention
from interventions.services import Demande, NouveauPoint, creer_intervention, creer_interventions
from notifications.models import EvenementFlux, Notification
from technicians.tests.factories import CompetenceFactory

pytestmark = pytest.mark.django_db
LIMITE = datetime(2030, 1, 7, 17, tzinfo=UTC)


@pytest.fixture
def machine():
    UserFactory(responsable=True)
    contact = ContactFactory(portail=True)
    site = SiteFactory(client=contact.client)
    machine = EquipementFactory(client=contact.client, site=site)
    CouvertureFactory(contrat=ContratFactory(client=contact.client), equipement=machine)
    return machine


def demande(equipement, **champs):
    return Demande(
        equipement_id=equipement.pk,
        type_intervention="preventive",
        titre="Visite trimestrielle",
        description="Contrôler, nettoyer, graisser et relever.",
        priorite="programmee",
        date_limite=LIMITE,
        duree_estimee=90,
        **champs,
    )


def decrire(intervention):
    """All that a creation writes, but for what differs from one to the next."""
    sujet = f"intervention:{intervention.pk}"
    ignores = {"id", "reference", "date_creation", "created_at", "updated_at"}
    champs = {
        nom: valeur
        for nom, valeur in Intervention.objects.filter(pk=intervention.pk).values()[0].items()
        if nom not in ignores
    }
    journal = list(
        intervention.historique.values(
            "action", "ancien_statut", "nouveau_statut", "remarque", "interne", "user", "donnees"
        )
    )
    dites = Notification.objects.filter(sujet=sujet).order_by("user_id", "canal")
    messages = [
        (
            n.user_id,
            n.canal,
            n.type_notification,
            n.titre.partition(" ")[2],
            n.message,
            n.statut_envoi,
        )
        for n in dites
    ]
    ids = [n.pk for n in dites]
    flux = sorted(
        EvenementFlux.objects.filter(objet="intervention", objet_id=intervention.pk).values_list(
            "genre", "action", "user_id"
        )
    )
    cloches = EvenementFlux.objects.filter(objet="notification", objet_id__in=ids).count()
    points = list(intervention.controles.values("ordre", "libelle", "obligatoire", "unite"))
    competences = sorted(intervention.competences_requises.values_list("pk", flat=True))
    return champs, journal, messages, flux, cloches, points, competences


def test_un_lot_ecrit_ce_qu_ecrit_une_creation(machine):
    competence = CompetenceFactory()
    points = [
        NouveauPoint("Niveau d’huile"),
        NouveauPoint("Pression", obligatoire=False, unite="bar"),
    ]
    seule = creer_intervention(
        par=SYSTEME,
        equipement_id=machine.pk,
        type_intervention="preventive",
        titre="Visite trimestrielle",
        description="Contrôler, nettoyer, graisser et relever.",
        priorite="programmee",
        date_limite=LIMITE,
        duree_estimee=90,
        competences=[competence.pk],
        controles=points,
    )
    lot = creer_interventions(
        par=SYSTEME,
        demandes=[demande(machine, competences=[competence.pk], controles=points)] * 3,
    )
    attendue = decrire(seule)
    assert attendue[0]["contrat_id"]
    assert attendue[2]
    assert attendue[4]
    assert [decrire(intervention) for intervention in lot] == [attendue] * 3
    assert len({intervention.reference for intervention in [seule, *lot]}) == 4


def test_chacune_garde_sa_machine_et_ses_points(machine):
    autre = EquipementFactory()
    lot = creer_interventions(
        par=SYSTEME,
        demandes=[
            demande(machine, controles=[NouveauPoint("A")]),
            demande(autre),
            demande(machine, controles=[NouveauPoint("B"), NouveauPoint("C")]),
        ],
    )
    lues = [Intervention.objects.get(pk=intervention.pk) for intervention in lot]
    assert [i.equipement_id for i in lues] == [machine.pk, autre.pk, machine.pk]
    assert [[p.libelle for p in i.controles.all()] for i in lues] == [["A"], [], ["B", "C"]]
    assert [i.client_id for i in lues] == [machine.client_id, autre.client_id, machine.client_id]


def test_une_faute_n_en_laisse_aucune(machine):
    retiree = EquipementFactory(retire=True)
    for fausse, erreur in (
        (demande(retiree), BusinessRuleError),
        (demande(machine, competences=[10**9]), ValidationError),
    ):
        with pytest.raises(erreur):
            creer_interventions(par=SYSTEME, demandes=[demande(machine), fausse])
    assert not Intervention.objects.exists()
    assert not Notification.objects.exists()


def test_seuls_ceux_qui_conduisent_en_font(machine):
    with pytest.raises(AuthorizationError):
        creer_interventions(par=UserFactory(technicien=True), demandes=[demande(machine)])
    assert creer_interventions(par=SYSTEME, demandes=[]) == []
