"""`/interventions` at the HTTP edge."""

from datetime import timedelta
from decimal import Decimal

import orjson
import pytest
from django.utils import timezone

from accounts.tests.api import client_api
from clients.tests.factories import ContratFactory, EngagementFactory, SiteFactory
from equipment.models import Equipement
from equipment.tests.factories import CouvertureFactory, EquipementFactory
from erp.api.renderers import en_json
from interventions.api.columns import intervention_pour
from interventions.choices import TRANSITIONS, ActionJournal, Statut
from interventions.models import HistoriqueIntervention, Intervention
from interventions.tests.factories import (
    CreneauFactory,
    HistoriqueFactory,
    InterventionFactory,
    PieceUtiliseeFactory,
    PointControleFactory,
    TempsFactory,
)
from stock.tests.factories import PieceFactory
from technicians.tests.factories import CompetenceFactory, DisponibiliteFactory, TechnicienFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/interventions"
COUTS = {"cout_estime", "cout_main_oeuvre", "cout_pieces"}


@pytest.fixture
def equipement(client_portail):
    return EquipementFactory(client=client_portail.contact.client, nom="Compresseur 3")


@pytest.fixture
def une(equipement):
    """Open, of the client of the portal, made by nobody in particular."""
    intervention = InterventionFactory(equipement=equipement)
    HistoriqueFactory(intervention=intervention)
    return intervention


@pytest.fixture
def affectee(equipement, technicien):
    return InterventionFactory(
        equipement=equipement, affectee=True, technicien=technicien.technicien
    )


@pytest.fixture
def en_cours(equipement, technicien):
    return InterventionFactory(
        equipement=equipement, en_cours=True, technicien=technicien.technicien
    )


def corps_de(equipement, **autres):
    return {
        "equipement_id": equipement.pk,
        "type_intervention": "corrective",
        "description": "Maintenance corrective urgente",
        **autres,
    }


def code(reponse):
    return reponse.status_code, reponse.json()["code"]


class TestListe:
    def test_envelope_and_labels(self, responsable, affectee, technicien):
        creneau = CreneauFactory(intervention=affectee, technicien=technicien.technicien)
        corps = client_api(responsable).get(URL).json()
        assert corps["pagination"] == {
            "limit": 50,
            "offset": 0,
            "total": 1,
            "has_next": False,
            "has_prev": False,
        }
        (ligne,) = corps["data"]
        assert ligne["equipement_nom"] == "Compresseur 3"
        assert ligne["client_nom"] == "Ciments du Nord"
        assert ligne["technicien_nom"] == "Tarik Technicien"
        assert ligne["reference"].startswith("INT-")
        assert ligne["date_creation"].endswith("Z")
        assert ligne["planifiee_debut"] == creneau.debut.isoformat().replace("+00:00", "Z")
        assert not COUTS & ligne.keys()

    def test_pages(self, responsable, equipement):
        ids = [i.pk for i in InterventionFactory.create_batch(5, equipement=equipement)]
        client = client_api(responsable)
        vus = []
        for decalage, suite in ((0, True), (2, True), (4, False)):
            corps = client.get(f"{URL}?limit=2&offset={decalage}&sort=reference").json()
            assert corps["pagination"]["total"] == 5
            assert corps["pagination"]["has_next"] is suite
            assert corps["pagination"]["has_prev"] is (decalage > 0)
            vus += [ligne["id"] for ligne in corps["data"]]
        assert vus == ids
        exacte = client.get(f"{URL}?limit=5").json()["pagination"]
        assert (exacte["total"], exacte["has_next"]) == (5, False)
        trop_loin = client.get(f"{URL}?offset=50").json()
        assert trop_loin["data"] == []
        assert trop_loin["pagination"] == {
            "limit": 50,
            "offset": 50,
            "total": 5,
            "has_next": False,
            "has_prev": True,
        }

    @pytest.mark.parametrize("personne", ["responsable", "technicien", "client_portail"])
    def test_same_number_of_queries_at_3_and_30(
        self, request, personne, technicien, equipement, django_assert_max_num_queries
    ):
        client = client_api(request.getfixturevalue(personne))
        nombres = []
        for ajout in (3, 27):
            InterventionFactory.create_batch(
                ajout,
                equipement=equipement,
                affectee=True,
                technicien=technicien.technicien,
            )
            with django_assert_max_num_queries(5) as contexte:
                corps = client.get(f"{URL}?limit=2").json()
            assert corps["pagination"]["has_next"]
            nombres.append(len(contexte))
        assert nombres[0] == nombres[1]

    def test_visibility(
        self,
        admin,
        responsable,
        technicien,
        autre_technicien,
        client_portail,
        autre_client,
        affectee,
    ):
        InterventionFactory()  # somebody else's
        for user, attendu in (
            (admin, 2),
            (responsable, 2),
            (technicien, 1),
            (autre_technicien, 0),
            (client_portail, 1),
            (autre_client, 0),
        ):
            client = client_api(user)
            corps = client.get(URL).json()
            assert corps["pagination"]["total"] == len(corps["data"]) == attendu
            assert client.get(f"{URL}/{affectee.pk}").status_code == (200 if attendu else 404)

    def test_sort_on_several_keys(self, responsable, equipement):
        def cree(priorite, jours):
            quand = timezone.now() - timedelta(days=jours)
            return InterventionFactory(
                equipement=equipement, priorite=priorite, date_creation=quand
            ).pk

        basse, haute_vieille, urgente = cree("basse", 1), cree("haute", 9), cree("urgente", 5)
        haute = cree("haute", 2)
        client = client_api(responsable)

        def ordre(tri):
            return [
                ligne["id"]
                for ligne in client.get(URL, {"sort": tri} if tri else {}).json()["data"]
            ]

        assert ordre("priorite,-date_creation") == [urgente, haute, haute_vieille, basse]
        assert ordre("-priorite,date_creation") == [basse, haute_vieille, haute, urgente]
        assert ordre("") == [basse, haute, urgente, haute_vieille]

    def test_every_sort_key_works_both_ways(self, responsable, affectee, une):
        from interventions.filters import TRIS

        client = client_api(responsable)
        for cle in TRIS:
            for signe in ("", "-"):
                corps = client.get(f"{URL}?sort={signe}{cle}").json()
                assert corps["pagination"]["total"] == 2, (signe, cle)

    def test_filters(self, responsable, une, affectee, technicien):
        site = SiteFactory(client=une.client, ville="Fès")
        competence = CompetenceFactory()
        en_retard = InterventionFactory(
            equipement=une.equipement,
            site=site,
            date_limite=timezone.now() - timedelta(hours=1),
            date_creation=timezone.now() - timedelta(days=10),
            titre="Échauffement du palier",
            competences=[competence],
        )
        CreneauFactory(intervention=affectee, technicien=technicien.technicien)
        client = client_api(responsable)
        avant_hier = (timezone.localtime() - timedelta(days=2)).date().isoformat()
        demain = (timezone.localtime() + timedelta(days=1)).date().isoformat()

        def trouve(question):
            reponse = client.get(f"{URL}?{question}")
            assert reponse.status_code == 200, reponse.content
            return {ligne["id"] for ligne in reponse.json()["data"]}

        tous = {une.pk, affectee.pk, en_retard.pk}
        assert trouve("statut=affectee") == {affectee.pk}
        assert trouve("statut=ouverte,affectee") == tous
        assert trouve("statut=ouverte&statut=affectee") == tous
        assert trouve("en_retard=true") == {en_retard.pk}
        assert trouve("en_retard=false") == {une.pk, affectee.pk}
        assert trouve(f"site_id={site.pk}") == {en_retard.pk}
        assert trouve(f"technicien_id={technicien.technicien.pk},999") == {affectee.pk}
        assert trouve(f"client_id={une.client_id}") == tous
        assert trouve("client_id=999999") == set()
        assert trouve(f"equipement_id={une.equipement_id}&statut=ouverte") == {
            une.pk,
            en_retard.pk,
        }
        assert trouve(f"competence_id={competence.pk}") == {en_retard.pk}
        assert trouve("ville=F%C3%A8s") == {en_retard.pk}
        assert trouve("planifiee=true") == {affectee.pk}
        assert trouve("planifiee=false") == {une.pk, en_retard.pk}
        assert trouve(f"date_planifiee_gte={demain}") == {affectee.pk}
        assert trouve(f"date_planifiee_lte={avant_hier}") == set()
        assert trouve(f"date_creation_gte={avant_hier}") == {une.pk, affectee.pk}
        assert trouve(f"date_creation_lte={avant_hier}") == {en_retard.pk}
        assert trouve("date_creation_lte=2999-01-01T00:00:00Z") == tous
        assert trouve("actives=true") == tous
        assert trouve("actives=false") == set()
        assert trouve("search=echauffement") == {en_retard.pk}
        assert trouve("search=COMPRESSEUR+fes") == set()
        assert trouve("search=ciments+%C3%89CHAUFF") == {en_retard.pk}
        assert trouve("search=100%25") == set()
        assert trouve("search=_") == set()
        for ligne in client.get(f"{URL}?en_retard=true").json()["data"]:
            assert ligne["en_retard"] is True

    def test_every_filter_alone_is_accepted(self, responsable):
        from erp.filters import (
            ChoixFiltre,
            DepuisFiltre,
            DrapeauFiltre,
            IdsFiltre,
            JusquaFiltre,
            NombreFiltre,
        )
        from interventions.filters import InterventionFiltres

        client = client_api(responsable)
        for nom, filtre in InterventionFiltres.base_filters.items():
            match filtre:
                case ChoixFiltre():
                    valeur = filtre.extra["choices"][0][0]
                case DepuisFiltre() | JusquaFiltre():
                    valeur = "2026-01-31"
                case IdsFiltre() | NombreFiltre():
                    valeur = "1"
                case DrapeauFiltre():
                    valeur = "true"
                case _:
                    valeur = "x"
            assert client.get(f"{URL}?{nom}={valeur}").status_code == 200, nom


class TestDetail:
    def test_staff_reads_all(self, responsable, une):
        corps = client_api(responsable).get(f"{URL}/{une.pk}").json()
        assert corps.keys() >= COUTS
        assert [ligne["action"] for ligne in corps["historique"]] == ["creation"]
        assert {t["statut"] for t in corps["transitions"]} == {"affectee", "annulee"}
        assert corps["competences"] == []
        assert corps["client_telephone"] == ""

    def test_a_client_never_reads_costs_internal_words_or_notes(
        self, responsable, client_portail, en_cours
    ):
        HistoriqueFactory(intervention=en_cours, action="remarque", remarque="secret", interne=True)
        HistoriqueFactory(intervention=en_cours, action="remarque", remarque="bonjour")
        HistoriqueFactory(
            intervention=en_cours, action="demarrage", remarque="secret aussi", interne=True
        )
        HistoriqueFactory(intervention=en_cours, action="piece", donnees={"piece": "secrète"})
        Intervention.objects.filter(pk=en_cours.pk).update(
            cout_estime=Decimal(500), notes_techniques="note secrète"
        )
        client = client_api(client_portail)
        reponse = client.get(f"{URL}/{en_cours.pk}")
        assert "secr" not in reponse.content.decode()
        corps = reponse.json()
        assert not (COUTS | {"notes_techniques"}) & corps.keys()
        assert corps["transitions"] == []
        assert [ligne["remarque"] for ligne in corps["historique"]] == ["", "bonjour"]
        journal = client.get(f"{URL}/{en_cours.pk}/historique")
        assert "secr" not in journal.content.decode()
        assert journal.json()["pagination"]["total"] == 2
        # each of its lines alone, too
        for ligne in HistoriqueIntervention.objects.filter(intervention=en_cours):
            seule = client.get(f"{URL}/{en_cours.pk}/historique/{ligne.pk}")
            assert "secr" not in seule.content.decode()

    def test_a_technicien_reads_no_costs(self, technicien, en_cours):
        corps = client_api(technicien).get(f"{URL}/{en_cours.pk}").json()
        assert not COUTS & corps.keys()
        assert "notes_techniques" in corps
        assert {t["statut"] for t in corps["transitions"]} == {"en_attente", "cloturee"}

    def test_tag_follows_the_version(self, responsable, une):
        client = client_api(responsable)
        etiquette = client.get(f"{URL}/{une.pk}")["ETag"]
        assert etiquette.startswith('"1.')
        reponse = client.get(f"{URL}/{une.pk}", headers={"If-None-Match": etiquette})
        assert reponse.status_code == 304
        reponse = client.patch(f"{URL}/{une.pk}", {"titre": "Un"}, headers={"If-Match": etiquette})
        assert reponse.status_code == 200
        assert reponse.json()["version"] == 2
        for methode, chemin, corps in (
            (client.patch, "", {"titre": "Deux"}),
            (client.delete, "", None),
            (client.patch, "/statut", {"statut": "annulee", "motif_annulation": "x"}),
            (client.post, "/affecter", {"technicien_id": TechnicienFactory().pk}),
        ):
            reponse = methode(f"{URL}/{une.pk}{chemin}", corps, headers={"If-Match": etiquette})
            assert code(reponse) == (412, "VERSION_PERIMEE")
        reponse = client.patch(
            f"{URL}/{une.pk}", {"titre": "Deux"}, headers={"If-Match": reponse.get("ETag", "*")}
        )
        assert reponse.status_code == 200

    def test_queries(self, responsable, une, django_assert_max_num_queries):
        client = client_api(responsable)
        nombres = []
        for ajout in (3, 27):
            HistoriqueFactory.create_batch(ajout, intervention=une, action="remarque")
            with django_assert_max_num_queries(5) as contexte:
                client.get(f"{URL}/{une.pk}")
            nombres.append(len(contexte))
        assert nombres[0] == nombres[1]


class TestCreation:
    def test_the_four_fields_of_a_phone_call(self, responsable, equipement):
        client = client_api(responsable)
        reponse = client.post(URL, corps_de(equipement, priorite="haute"))
        assert reponse.status_code == 201
        corps = reponse.json()
        assert reponse["Location"] == f"{URL}/{corps['id']}"
        assert reponse["ETag"].startswith('"1.')
        assert corps["titre"] == "Corrective – Compresseur 3"
        assert corps["client_nom"] == "Ciments du Nord"
        assert corps["date_limite"] is not None
        assert client.get(reponse["Location"]).status_code == 200

    @pytest.mark.parametrize("qui", ["responsable", "client_portail", "technicien"])
    @pytest.mark.parametrize("avec_site", [True, False])
    def test_the_answer_is_what_reading_it_again_gives(
        self, request, equipement, affectee, qui, avec_site
    ):
        site = SiteFactory(client=equipement.client) if avec_site else None
        Equipement.objects.filter(pk=equipement.pk).update(site=site)
        contrat = ContratFactory(client=equipement.client)
        CouvertureFactory(equipement=equipement, contrat=contrat)
        EngagementFactory(contrat=contrat, priorite="haute")
        user = request.getfixturevalue(qui)
        choix = [{}, {"urgence": True}]
        if qui == "responsable":
            choix += [
                {"site_id": SiteFactory(client=equipement.client).pk},
                {"priorite": "haute", "titre": "  Révision "},
                {"cout_estime": "3.5", "contrat_id": contrat.pk, "duree_estimee": 30},
                {"date_limite": "2020-01-01T10:00:00+01:00", "priorite": "basse"},
            ]
        for plus in choix:
            reponse = client_api(user).post(URL, corps_de(equipement, **plus), format="json")
            assert reponse.status_code == 201, reponse.content
            (ligne,) = intervention_pour(user).lignes([reponse.json()["id"]])
            assert list(reponse.json().items()) == list(orjson.loads(en_json(ligne)).items())

    def test_everything_at_once(self, responsable, equipement):
        technicien = TechnicienFactory()
        competence = CompetenceFactory()
        technicien.competences_detenues.create(competence=competence)
        debut = timezone.now() + timedelta(days=1)
        reponse = client_api(responsable).post(
            URL,
            corps_de(
                equipement,
                titre="Révision",
                technicien_id=technicien.pk,
                debut=debut,
                fin=debut + timedelta(hours=2),
                duree_estimee=120,
                cout_estime="1500.50",
                competences=[competence.pk],
                controles=[{"libelle": "Niveau d’huile", "unite": "mm"}],
            ),
        )
        assert reponse.status_code == 201, reponse.content
        corps = reponse.json()
        assert corps["statut"] == "affectee"
        assert corps["cout_estime"] == "1500.50"
        assert corps["planifiee_debut"]
        controles = client_api(responsable).get(f"{URL}/{corps['id']}/controles").json()["data"]
        assert [c["libelle"] for c in controles] == ["Niveau d’huile"]

    def test_a_client_calls_it_urgent_but_fixes_nothing(self, client_portail, equipement):
        client = client_api(client_portail)
        reponse = client.post(URL, corps_de(equipement, urgence=True))
        assert reponse.status_code == 201
        assert reponse.json()["priorite"] == "urgente"
        assert not COUTS & reponse.json().keys()
        for champ in (
            {"priorite": "haute"},
            {"technicien_id": 1},
            {"date_limite": "2030-01-01T00:00:00Z"},
            {"cout_estime": "3"},
        ):
            reponse = client.post(URL, corps_de(equipement, **champ))
            assert code(reponse) == (403, "INTERDIT")

    def test_somebody_elses_machine_does_not_exist(self, autre_client, equipement):
        reponse = client_api(autre_client).post(URL, corps_de(equipement))
        assert reponse.status_code == 400
        assert reponse.json()["errors"][0]["field"] == "equipement_id"

    def test_a_technicien_reports_a_follow_up(self, technicien, affectee, equipement):
        client = client_api(technicien)
        reponse = client.post(URL, corps_de(equipement))
        assert reponse.status_code == 201
        reponse = client.post(URL, corps_de(EquipementFactory()))
        assert reponse.status_code == 400

    @pytest.mark.parametrize(
        ("champ", "valeur"),
        [
            ("equipement_id", None),
            ("equipement_id", "abc"),
            ("equipement_id", True),
            ("equipement_id", 1.5),
            ("equipement_id", 0),
            ("equipement_id", 2**63),
            ("equipement_id", 10**40),
            ("equipement_id", [1]),
            ("type_intervention", "magique"),
            ("type_intervention", ["corrective"]),
            ("priorite", "moyenne"),
            ("description", "court"),
            ("description", "x" * 2001),
            ("description", " " * 50),
            ("titre", "x" * 201),
            ("date_limite", "demain"),
            ("date_limite", "0001-01-01T00:00:00+14:00"),
            ("date_limite", 12),
            ("duree_estimee", -1),
            ("duree_estimee", 10**12),
            ("cout_estime", "abc"),
            ("cout_estime", "-1"),
            ("cout_estime", "1e400"),
            ("cout_estime", 10**20),
            ("competences", "1"),
            ("competences", [-1]),
            ("competences", [10**30]),
            ("competences", [{"id": 1}]),
            ("controles", [{"libelle": ""}]),
            ("controles", ["x"]),
            ("urgence", "peut-être"),
        ],
    )
    def test_bad_values_are_named(self, responsable, equipement, champ, valeur):
        reponse = client_api(responsable).post(
            URL, corps_de(equipement, **{champ: valeur}), format="json"
        )
        assert reponse.status_code == 400, reponse.content
        assert reponse.json()["errors"][0]["field"].startswith(champ)

    def test_unknown_related_objects(self, responsable, equipement):
        client = client_api(responsable)
        for champ, valeur in (
            ("equipement_id", 999999),
            ("site_id", 999999),
            ("contrat_id", 999999),
            ("technicien_id", 999999),
            ("competences", [999999]),
            ("site_id", SiteFactory().pk),
        ):
            reponse = client.post(URL, corps_de(equipement, **{champ: valeur}), format="json")
            assert code(reponse) == (400, "VALIDATION_ERROR")
            assert reponse.json()["errors"][0]["field"] == champ

    def test_a_contract_that_does_not_apply(self, responsable, equipement):
        contrat = ContratFactory(client=equipement.client, statut="brouillon")
        reponse = client_api(responsable).post(
            URL, corps_de(equipement, contrat_id=contrat.pk), format="json"
        )
        assert code(reponse) == (409, "CONTRAT_INAPPLICABLE")
        assert reponse.json()["errors"][0]["field"] == "contrat_id"
        assert contrat.numero in reponse.json()["detail"]


class TestModification:
    def test_patch_touches_only_the_named_fields(self, responsable, une):
        reponse = client_api(responsable).patch(f"{URL}/{une.pk}", {"titre": "Nouveau titre"})
        assert reponse.status_code == 200
        une.refresh_from_db()
        assert une.titre == "Nouveau titre"
        assert une.description == "Le compresseur ne démarre plus depuis ce matin."

    def test_empty_patch_changes_nothing(self, responsable, une):
        reponse = client_api(responsable).patch(f"{URL}/{une.pk}", {})
        assert reponse.status_code == 200
        assert reponse.json()["version"] == 1

    def test_put_wants_what_opening_wants(self, responsable, une):
        client = client_api(responsable)
        assert client.put(f"{URL}/{une.pk}", {"titre": "X"}).status_code == 400
        corps = {
            "description": "Une autre description, plus longue.",
            "type_intervention": "preventive",
        }
        assert client.put(f"{URL}/{une.pk}", corps).json()["type_intervention"] == "preventive"

    def test_the_technicien_writes_the_field_data_only(self, technicien, en_cours):
        client = client_api(technicien)
        reponse = client.patch(f"{URL}/{en_cours.pk}", {"diagnostic": "Roulement usé"})
        assert reponse.json()["diagnostic"] == "Roulement usé"
        reponse = client.patch(f"{URL}/{en_cours.pk}", {"titre": "X"})
        assert code(reponse) == (403, "INTERDIT")

    def test_a_client_changes_nothing(self, client_portail, autre_client, une):
        assert (
            client_api(client_portail).patch(f"{URL}/{une.pk}", {"titre": "X"}).status_code == 403
        )
        assert client_api(autre_client).patch(f"{URL}/{une.pk}", {"titre": "X"}).status_code == 404

    def test_closed_is_closed(self, responsable):
        close = InterventionFactory(cloturee=True)
        reponse = client_api(responsable).patch(f"{URL}/{close.pk}", {"titre": "X"})
        assert code(reponse) == (409, "INTERVENTION_CLOSE")

    def test_delete(self, responsable, technicien, affectee, une):
        client = client_api(responsable)
        assert code(client.delete(f"{URL}/{affectee.pk}")) == (409, "INTERVENTION_ENTAMEE")
        assert client_api(technicien).delete(f"{URL}/{affectee.pk}").status_code == 403
        assert client_api(technicien).delete(f"{URL}/{une.pk}").status_code == 404
        assert client.delete(f"{URL}/{une.pk}").status_code == 204
        assert client.get(f"{URL}/{une.pk}").status_code == 404


class TestStatut:
    def test_the_technicien_s_day(self, technicien, affectee):
        client = client_api(technicien)
        url = f"{URL}/{affectee.pk}/statut"
        for corps in (
            {"statut": "en_cours"},
            {"statut": "en_attente", "motif_attente": "pieces", "remarque": "Il faut un joint."},
            {"statut": "en_cours"},
            {"statut": "cloturee", "diagnostic": "Joint percé", "solution": "Joint remplacé"},
        ):
            reponse = client.patch(url, corps)
            assert reponse.status_code == 200, reponse.content
            assert reponse.json()["statut"] == corps["statut"]
        journal = client.get(f"{URL}/{affectee.pk}/historique?sort=horodatage").json()["data"]
        assert [ligne["action"] for ligne in journal] == [
            "demarrage",
            "mise_en_attente",
            "reprise",
            "cloture",
        ]
        assert journal[1]["remarque"] == "Il faut un joint."

    def test_status_is_the_same_door(self, technicien, affectee):
        reponse = client_api(technicien).patch(
            f"{URL}/{affectee.pk}/status/", {"statut": "en_cours"}
        )
        assert reponse.json()["statut"] == "en_cours"

    def test_whatever_the_table_does_not_name_is_a_409(self, admin, equipement):
        permises = {(ligne.de.value, ligne.vers.value) for ligne in TRANSITIONS}
        client = client_api(admin)
        traits = [s.value for s in Statut]
        for de in traits:
            intervention = InterventionFactory(
                equipement=equipement, **({} if de == "ouverte" else {de: True})
            )
            for vers in traits:
                if (de, vers) in permises:
                    continue
                reponse = client.patch(f"{URL}/{intervention.pk}/statut", {"statut": vers})
                assert code(reponse) == (409, "TRANSITION_INTERDITE"), (de, vers)

    def test_what_is_missing_is_named(self, technicien, en_cours):
        client = client_api(technicien)
        url = f"{URL}/{en_cours.pk}/statut"
        reponse = client.patch(url, {"statut": "en_attente"})
        assert reponse.status_code == 400
        assert reponse.json()["errors"][0]["field"] == "motif_attente"
        reponse = client.patch(url, {"statut": "cloturee"})
        assert {e["field"] for e in reponse.json()["errors"]} == {"diagnostic", "solution"}
        reponse = client.patch(url, {"statut": "cloturee", "solution": " ", "diagnostic": " "})
        assert reponse.status_code == 400
        reponse = client.patch(url, {"statut": "nulle"})
        assert reponse.json()["errors"][0]["field"] == "statut"

    def test_who_may_not(self, technicien, autre_technicien, client_portail, affectee):
        url = f"{URL}/{affectee.pk}/statut"
        assert client_api(autre_technicien).patch(url, {"statut": "en_cours"}).status_code == 404
        assert client_api(client_portail).patch(url, {"statut": "en_cours"}).status_code == 403
        annuler = {"statut": "annulee", "motif_annulation": "x"}
        assert client_api(technicien).patch(url, annuler).status_code == 403

    def test_one_at_a_time(self, technicien, affectee, en_cours):
        reponse = client_api(technicien).patch(
            f"{URL}/{affectee.pk}/statut", {"statut": "en_cours"}
        )
        assert code(reponse) == (409, "TECHNICIEN_DEJA_EN_COURS")

    def test_repeated_with_a_key_it_answers_the_same(self, technicien, en_cours):
        client = client_api(technicien)
        url = f"{URL}/{en_cours.pk}/temps"
        fin = timezone.now()
        corps = {"debut": fin - timedelta(minutes=30), "fin": fin}
        cle = {"Idempotency-Key": "hors-ligne-1"}
        premiere, seconde = (
            client.post(url, corps, headers=cle),
            client.post(url, corps, headers=cle),
        )
        assert premiere.json() == seconde.json()
        assert en_cours.temps.count() == 1


class TestAffectation:
    def test_assign_then_plan_then_free(self, responsable, une):
        technicien = TechnicienFactory()
        client = client_api(responsable)
        reponse = client.post(f"{URL}/{une.pk}/affecter", {"technicien_id": technicien.pk})
        assert reponse.status_code == 200
        assert reponse.json()["statut"] == "affectee"
        debut = timezone.now() + timedelta(days=1)
        reponse = client.post(
            f"{URL}/{une.pk}/planifier",
            {"debut": debut, "fin": debut + timedelta(hours=1), "confirme": True},
        )
        assert reponse.json()["planifiee_confirmee"] is True
        reponse = client.delete(f"{URL}/{une.pk}/planifier")
        assert reponse.status_code == 200
        assert reponse.json()["planifiee_debut"] is None

    def test_refusals_have_their_codes(self, responsable, une):
        client = client_api(responsable)
        url = f"{URL}/{une.pk}/affecter"
        debut = timezone.now() + timedelta(days=1)
        creneau = {"debut": debut, "fin": debut + timedelta(hours=2)}
        occupe = CreneauFactory(debut=debut, fin=debut + timedelta(hours=1)).technicien
        absent = TechnicienFactory()
        DisponibiliteFactory(technicien=absent, debut=debut, fin=debut + timedelta(days=1))
        parti = TechnicienFactory(user__is_active=False)
        for technicien, attendu in (
            (occupe, "CRENEAU_OCCUPE"),
            (absent, "TECHNICIEN_INDISPONIBLE"),
            (parti, "TECHNICIEN_INACTIF"),
        ):
            reponse = client.post(url, {"technicien_id": technicien.pk, **creneau})
            assert code(reponse) == (409, attendu)
        une.competences_requises.add(CompetenceFactory())
        reponse = client.post(url, {"technicien_id": TechnicienFactory().pk})
        assert code(reponse) == (409, "COMPETENCE_MANQUANTE")
        reponse = client.post(
            f"{URL}/{une.pk}/planifier", {"debut": creneau["debut"], "fin": creneau["fin"]}
        )
        assert code(reponse) == (409, "NON_AFFECTEE")
        une.refresh_from_db()
        assert une.statut == "ouverte"

    def test_only_those_who_plan(self, technicien, client_portail, affectee):
        debut = timezone.now() + timedelta(days=1)
        for user in (technicien, client_portail):
            client = client_api(user)
            corps = {"technicien_id": affectee.technicien_id}
            assert client.post(f"{URL}/{affectee.pk}/affecter", corps).status_code == 403
            corps = {"debut": debut, "fin": debut + timedelta(hours=1)}
            assert client.post(f"{URL}/{affectee.pk}/planifier", corps).status_code == 403
            assert client.delete(f"{URL}/{affectee.pk}/planifier").status_code == 403


class TestEnfants:
    def test_remarks(self, technicien, client_portail, autre_client, affectee):
        url = f"{URL}/{affectee.pk}/historique"
        interne = client_api(technicien).post(url, {"remarque": "À revoir", "interne": True})
        assert interne.status_code == 201
        assert interne["Location"].startswith(url)
        client = client_api(client_portail)
        assert client.post(url, {"remarque": "Bonjour"}).status_code == 201
        # what a client writes is never internal
        assert client.post(url, {"remarque": "Encore", "interne": True}).status_code == 201
        assert [ligne["remarque"] for ligne in client.get(url).json()["data"]] == [
            "Encore",
            "Bonjour",
        ]
        assert client.get(interne["Location"]).status_code == 404
        assert client_api(autre_client).post(url, {"remarque": "X"}).status_code == 404
        assert (
            client_api(technicien).get(f"{url}?action=remarque").json()["pagination"]["total"] == 3
        )

    def test_parts(self, technicien, responsable, client_portail, en_cours):
        piece = PieceFactory(stock=5, prix_unitaire=Decimal("12.50"))
        url = f"{URL}/{en_cours.pk}/pieces"
        client = client_api(technicien)
        reponse = client.post(url, {"piece_id": piece.pk, "quantite": "2"})
        assert reponse.status_code == 201, reponse.content
        assert reponse.json()["quantite"] == "2.00"
        assert "prix_unitaire" not in reponse.json()
        assert client.get(reponse["Location"]).json()["id"] == reponse.json()["id"]
        assert client_api(responsable).get(url).json()["data"][0]["prix_unitaire"] == "12.50"
        reponse = client.post(url, {"piece_id": piece.pk, "quantite": "20"})
        assert code(reponse) == (409, "STOCK_INSUFFISANT")
        corps = {"piece_id": piece.pk, "quantite": "1", "type_mouvement": "retour"}
        assert client.post(url, corps).json()["quantite"] == "-1.00"
        corps["quantite"] = "9"
        assert code(client.post(url, corps)) == (409, "RETOUR_EXCESSIF")
        for quantite in ("0", "-1", "x", "1e30", None):
            corps = {"piece_id": piece.pk, "quantite": quantite}
            assert client.post(url, corps, format="json").status_code == 400, quantite
        corps = {"piece_id": 999999, "quantite": "1"}
        assert client.post(url, corps).status_code == 400
        sien = client_api(client_portail)
        assert sien.get(url).json()["data"] == []
        assert sien.post(url, {"piece_id": piece.pk, "quantite": "1"}).status_code == 403

    def test_time(self, technicien, client_portail, en_cours):
        client = client_api(technicien)
        url = f"{URL}/{en_cours.pk}/temps"
        fin = timezone.now()
        reponse = client.post(
            url, {"debut": fin - timedelta(hours=1), "fin": fin, "type_temps": "deplacement"}
        )
        assert reponse.status_code == 201
        assert client.get(reponse["Location"]).json()["type_temps"] == "deplacement"
        envers = {"debut": fin, "fin": fin - timedelta(hours=1)}
        assert client.post(url, envers).status_code == 400
        assert client_api(client_portail).get(url).json()["data"] == []

    def test_checklist(self, technicien, responsable, client_portail, en_cours):
        url = f"{URL}/{en_cours.pk}/controles"
        point = client_api(responsable).post(url, {"libelle": "Niveau", "obligatoire": True})
        assert point.status_code == 201
        client = client_api(technicien)
        assert client.post(url, {"libelle": "Autre"}).status_code == 403
        cloture = {"statut": "cloturee", "diagnostic": "d", "solution": "s"}
        reponse = client.patch(f"{URL}/{en_cours.pk}/statut", cloture)
        assert code(reponse) == (409, "CONTROLES_INCOMPLETS")
        reponse = client.patch(
            point["Location"], {"resultat": "ok", "valeur_mesuree": "3.5", "note": "bien"}
        )
        assert reponse.status_code == 200
        assert reponse.json()["valeur_mesuree"] == "3.5000"
        assert reponse.json()["user_nom"] == "Tarik Technicien"
        perimee = client.patch(
            point["Location"], {"resultat": "non_conforme"}, headers={"If-Match": point["ETag"]}
        )
        assert perimee.status_code == 412
        sien = client_api(client_portail)
        assert len(sien.get(url).json()["data"]) == 1
        assert sien.patch(point["Location"], {"resultat": "ok"}).status_code == 403
        assert client.patch(f"{url}/999999", {"resultat": "ok"}).status_code == 404

    def test_a_child_of_another_intervention(self, responsable, une):
        client = client_api(responsable)
        for enfant, nom in (
            (TempsFactory(), "temps"),
            (PointControleFactory(), "controles"),
            (PieceUtiliseeFactory(), "pieces"),
            (HistoriqueFactory(), "historique"),
        ):
            assert client.get(f"{URL}/{une.pk}/{nom}/{enfant.pk}").status_code == 404
            sien = f"{URL}/{enfant.intervention_id}/{nom}/{enfant.pk}"
            assert client.get(sien).status_code == 200

    @pytest.mark.parametrize("nom", ["historique", "pieces", "temps", "controles"])
    def test_children_of_an_invisible_intervention(
        self, autre_client, autre_technicien, affectee, nom
    ):
        for user in (autre_client, autre_technicien):
            assert client_api(user).get(f"{URL}/{affectee.pk}/{nom}").status_code == 404

    def test_rating(self, client_portail, autre_client, responsable, equipement):
        close = InterventionFactory(equipement=equipement, cloturee=True)
        url = f"{URL}/{close.pk}/satisfaction"
        assert client_api(responsable).post(url, {"note": 5}).status_code == 403
        assert client_api(autre_client).post(url, {"note": 5}).status_code == 404
        client = client_api(client_portail)
        for note in (0, 6, "x", 2.5, None):
            assert client.post(url, {"note": note}, format="json").status_code == 400
        reponse = client.post(url, {"note": 4, "commentaire": "Merci"})
        assert reponse.json()["satisfaction_client"] == 4
        assert code(client.post(url, {"note": 5})) == (409, "DEJA_NOTEE")

    def test_asking_for_cancellation(self, client_portail, technicien, une, affectee):
        client = client_api(client_portail)
        url = f"{URL}/{une.pk}/demande-annulation"
        assert client.post(url, {}).status_code == 400
        assert client.post(url, {"motif": "Réparé"}).json()["annulation_demandee_le"]
        assert code(client.post(url, {"motif": "Réparé"})) == (409, "NON_ANNULABLE")
        reponse = client.post(f"{URL}/{affectee.pk}/demande-annulation", {"motif": "x"})
        assert code(reponse) == (409, "NON_ANNULABLE")
        reponse = client_api(technicien).post(
            f"{URL}/{affectee.pk}/demande-annulation", {"motif": "x"}
        )
        assert reponse.status_code == 403


def test_journal_keeps_what_every_door_wrote(responsable, une):
    client_api(responsable).patch(f"{URL}/{une.pk}", {"priorite": "haute"})
    ligne = HistoriqueIntervention.objects.filter(intervention=une).latest("id")
    assert ligne.action == ActionJournal.MODIFICATION
    corps = client_api(responsable).get(f"{URL}/{une.pk}/historique").json()["data"][0]
    assert corps["donnees"]["priorite"] == ["normale", "haute"]
