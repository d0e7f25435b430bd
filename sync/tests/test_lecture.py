"""`GET /api/v1/sync`: what a device is told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.api import client_api
from clients.tests.factories import ContactFactory, ContratFactory, SiteFactory
from documents.tests.factories import DocumentFactory
from equipment.models import Compteur
from equipment.tests.factories import CompteurFactory, EquipementFactory, ReleveFactory
from interventions.models import Intervention
from interventions.services import affecter_technicien, ajouter_remarque, supprimer_intervention
from interventions.tests.factories import (
    CreneauFactory,
    HistoriqueFactory,
    InterventionFactory,
    PieceUtiliseeFactory,
    PointControleFactory,
    TempsFactory,
)
from notifications.tests.factories import NotificationFactory
from stock.tests.factories import PieceFactory
from sync.models import EtatSync
from sync.perimetre import ENTITES
from technicians.tests.factories import (
    CompetenceFactory,
    DisponibiliteFactory,
    TechnicienCompetenceFactory,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/sync"


class Appareil:
    """A phone: it stores what it is told, as docs/sync.md says."""

    def __init__(self, user, limit=1000):
        self.api = client_api(user)
        self.curseur, self.limit = "", limit
        self.tenu = {}
        self.pages = 0

    def synchroniser(self):
        """Read to the end; the entities that something was said of, in the order of the pages."""
        dites = []
        while True:
            reponse = self.api.get(URL, {"depuis": self.curseur, "limit": self.limit})
            assert reponse.status_code == 200, reponse.content
            lu = reponse.json()
            self.pages += 1
            if lu["complet"]:
                self.tenu = {}
            for nom, ids in lu["retraits"].items():
                for pk in ids:
                    del self.tenu[nom][pk]
            for nom, lignes in lu["modifies"].items():
                self.tenu.setdefault(nom, {}).update({ligne["id"]: ligne for ligne in lignes})
            dites += [*lu["retraits"], *lu["modifies"]]
            self.curseur = lu["curseur"]
            if not lu["suite"]:
                return dites

    def ids(self, nom):
        return set(self.tenu.get(nom, {}))


@pytest.fixture
def monde(technicien, client_portail):
    """An intervention of the technicien with everything that hangs on it."""
    client = client_portail.contact.client
    site = SiteFactory(client=client)
    equipement = EquipementFactory(client=client, site=site)
    intervention = InterventionFactory(
        equipement=equipement,
        en_cours=True,
        technicien=technicien.technicien,
        site=site,
        contrat=ContratFactory(client=client),
        competences=[CompetenceFactory()],
    )
    HistoriqueFactory(intervention=intervention)
    CreneauFactory(intervention=intervention, technicien=technicien.technicien)
    PointControleFactory(intervention=intervention)
    TempsFactory(intervention=intervention, technicien=technicien.technicien)
    PieceUtiliseeFactory(intervention=intervention)
    ReleveFactory(compteur=CompteurFactory(equipement=equipement))
    DocumentFactory(intervention=intervention)
    NotificationFactory(user=technicien)
    TechnicienCompetenceFactory(technicien=technicien.technicien)
    DisponibiliteFactory(technicien=technicien.technicien)
    return intervention


def test_un_telephone_neuf_recoit_tout_ce_qui_tient_a_ses_interventions(monde, technicien):
    appareil = Appareil(technicien)
    appareil.synchroniser()
    assert {nom for nom in ENTITES if appareil.ids(nom)} == set(ENTITES)
    assert appareil.ids("interventions") == {monde.pk}
    ligne = appareil.tenu["interventions"][monde.pk]
    ordinaire = client_api(technicien).get(f"/api/v1/interventions/{monde.pk}").json()
    assert ligne == {nom: ordinaire[nom] for nom in ligne}
    assert "cout_estime" not in ligne
    assert "prix_unitaire" not in next(iter(appareil.tenu["pieces"].values()))


def test_rien_de_nouveau_ne_coute_que_quatre_lectures_et_aucune_ecriture(monde, technicien):
    appareil = Appareil(technicien)
    appareil.synchroniser()
    with CaptureQueriesContext(
        connection,
    ) as requetes:
        avant = appareil.curseur
        assert appareil.synchroniser() == []
    assert appareil.curseur == avant
    # the session, its user, the cursor; interventions, machines, prints (a prepared one is logged without its words)
    assert len(requetes) <= 7, [requete["sql"] for requete in requetes]
    ecrits = ("INSERT", "UPDATE", "DELETE")
    assert not [r["sql"] for r in requetes if r["sql"] and r["sql"].startswith(ecrits)]


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_lignes(technicien):
    def compter():
        appareil = Appareil(technicien)
        with CaptureQueriesContext(connection) as requetes:
            appareil.synchroniser()
        return len(requetes)

    for _i in range(3):
        InterventionFactory(affectee=True, technicien=technicien.technicien)
    compter()
    trois = compter()
    for _i in range(27):
        InterventionFactory(affectee=True, technicien=technicien.technicien)
    assert compter() == trois


def test_seul_ce_qui_a_change_est_dit(monde, technicien, responsable):
    appareil = Appareil(technicien)
    appareil.synchroniser()
    ligne = ajouter_remarque(
        par=responsable, intervention_id=monde.pk, remarque="Badge à l’accueil"
    )
    assert appareil.synchroniser() == ["historique"]
    assert ligne.pk in appareil.ids("historique")


def test_une_ecriture_qui_contourne_updated_at_est_vue(monde, technicien):
    appareil = Appareil(technicien)
    appareil.synchroniser()
    Intervention.objects.filter(pk=monde.pk).update(notes_techniques="Par une requête directe")
    assert appareil.synchroniser() == ["interventions"]


def test_un_libelle_lu_ailleurs_est_suivi(monde, technicien):
    appareil = Appareil(technicien)
    appareil.synchroniser()
    monde.client.nom_entreprise = "Ciments de l’Est"
    monde.client.enregistrer("nom_entreprise")
    dites = appareil.synchroniser()
    assert {"clients", "interventions", "equipements", "sites", "contrats", "creneaux"} <= set(
        dites
    )
    assert appareil.tenu["interventions"][monde.pk]["client_nom"] == "Ciments de l’Est"


def test_une_reaffectation_emporte_ce_que_l_intervention_amenait(
    technicien, autre_technicien, responsable
):
    intervention = InterventionFactory(affectee=True, technicien=technicien.technicien)
    PointControleFactory(intervention=intervention)
    DocumentFactory(intervention=intervention)
    CompteurFactory(equipement=intervention.equipement)
    ancien, nouveau = Appareil(technicien), Appareil(autre_technicien)
    ancien.synchroniser()
    nouveau.synchroniser()
    assert not nouveau.ids("interventions")
    affecter_technicien(
        par=responsable,
        intervention_id=intervention.pk,
        technicien_id=autre_technicien.technicien.pk,
    )
    ancien.synchroniser()
    nouveau.synchroniser()
    for nom in (
        "interventions",
        "controles",
        "documents",
        "equipements",
        "compteurs",
        "clients",
        "historique",
    ):
        assert not ancien.ids(nom), nom
        assert nouveau.ids(nom), nom


def test_une_suppression_est_un_retrait(technicien, responsable):
    intervention = InterventionFactory(affectee=True, technicien=technicien.technicien)
    compteur = CompteurFactory(equipement=intervention.equipement)
    appareil = Appareil(technicien)
    appareil.synchroniser()
    Compteur.objects.filter(pk=compteur.pk).delete()
    assert appareil.synchroniser() == ["compteurs"]
    assert not appareil.ids("compteurs")


def test_une_intervention_supprimee_disparait_chez_le_client(client_portail, responsable):
    equipement = EquipementFactory(client=client_portail.contact.client)
    intervention = InterventionFactory(equipement=equipement)
    appareil = Appareil(client_portail)
    appareil.synchroniser()
    assert appareil.ids("interventions") == {intervention.pk}
    supprimer_intervention(par=responsable, intervention_id=intervention.pk)
    appareil.synchroniser()
    assert not appareil.ids("interventions")
    assert appareil.ids("equipements") == {equipement.pk}


def test_une_intervention_close_depuis_longtemps_quitte_le_telephone(technicien):
    close = InterventionFactory(cloturee=True, technicien=technicien.technicien)
    appareil = Appareil(technicien)
    appareil.synchroniser()
    assert appareil.ids("interventions") == {close.pk}
    Intervention.objects.filter(pk=close.pk).update(updated_at=timezone.now() - timedelta(days=31))
    appareil.synchroniser()
    assert not appareil.ids("interventions")


def test_page_par_page_on_arrive_au_meme_etat(monde, technicien, responsable):
    PieceFactory.create_batch(12)
    d_un_coup, par_pages = Appareil(technicien), Appareil(technicien, limit=3)
    d_un_coup.synchroniser()
    par_pages.synchroniser()
    assert par_pages.pages > 5
    assert par_pages.tenu == d_un_coup.tenu
    ajouter_remarque(par=responsable, intervention_id=monde.pk, remarque="Encore une")
    par_pages.synchroniser()
    d_un_coup.synchroniser()
    assert par_pages.tenu == d_un_coup.tenu


def test_une_reponse_perdue_se_redemande_avec_le_curseur_d_avant(monde, technicien, responsable):
    appareil = Appareil(technicien)
    appareil.synchroniser()
    avant = appareil.curseur
    ajouter_remarque(par=responsable, intervention_id=monde.pk, remarque="Une")
    perdue = appareil.api.get(URL, {"depuis": avant}).json()
    ajouter_remarque(par=responsable, intervention_id=monde.pk, remarque="Deux")
    relue = appareil.api.get(URL, {"depuis": avant}).json()
    assert len(perdue["modifies"]["historique"]) == 1
    assert len(relue["modifies"]["historique"]) == 2
    # and the answer that was thought lost may still arrive: both cursors lead on
    for curseur in (perdue["curseur"], relue["curseur"]):
        assert appareil.api.get(URL, {"depuis": curseur}).status_code == 200


def test_les_etats_depasses_sont_oublies(monde, technicien, responsable):
    appareil = Appareil(technicien)
    for rang in range(6):
        ajouter_remarque(par=responsable, intervention_id=monde.pk, remarque=f"Remarque {rang}")
        appareil.synchroniser()
    assert EtatSync.objects.filter(user=technicien).count() <= 3
    for _i in range(25):
        Appareil(technicien).synchroniser()
    assert EtatSync.objects.filter(user=technicien).count() <= 20


def test_le_curseur_d_un_autre_ou_inconnu_est_refuse(monde, technicien, autre_technicien):
    appareil = Appareil(technicien)
    appareil.synchroniser()
    for curseur in (appareil.curseur, "n’importe quoi", "0"):
        reponse = client_api(autre_technicien).get(URL, {"depuis": curseur})
        assert reponse.status_code == 400
        assert reponse.json()["errors"][0]["code"] == "CURSEUR_INCONNU"


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 1001}, {"limit": "x"}, {"depuis": "x" * 41}, {"page": 1}]
)
def test_un_parametre_faux_est_un_400(technicien, params):
    assert client_api(technicien).get(URL, params).status_code == 400


def test_chacun_son_monde(
    monde, technicien, autre_technicien, client_portail, autre_client, admin, responsable
):
    ContactFactory(client=client_portail.contact.client)
    InterventionFactory(affectee=True, technicien=autre_technicien.technicien)
    vus = {}
    for user in (technicien, autre_technicien, client_portail, autre_client, admin, responsable):
        appareil = Appareil(user)
        appareil.synchroniser()
        vus[user] = appareil
        assert appareil.ids("interventions") == set(
            Intervention.objects.visible_to(user).values_list("pk", flat=True)
        )
    portail = vus[client_portail]
    assert not portail.ids("temps") | portail.ids("pieces") | portail.ids("pieces_utilisees")
    assert "notes_techniques" not in portail.tenu["interventions"][monde.pk]
    assert set(portail.tenu["techniciens"][technicien.technicien.pk]) == {"id", "nom"}
    assert "cout_horaire" in vus[admin].tenu["techniciens"][technicien.technicien.pk]
    assert not vus[autre_client].ids("clients") - {autre_client.contact.client_id}
    assert not vus[autre_technicien].ids("clients") & {monde.client_id}


def test_un_nouveau_role_relit_tout(monde, responsable):
    appareil = Appareil(responsable)
    appareil.synchroniser()
    assert "cout_estime" in appareil.tenu["interventions"][monde.pk]
    responsable.role = "technicien"
    responsable.save(update_fields=["role"])
    appareil.api = client_api(responsable)
    appareil.synchroniser()
    assert not appareil.ids("interventions")
