"""`/techniciens` as each of the five people meets it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.api import client_api
from interventions.tests.factories import CreneauFactory, InterventionFactory
from technicians.models import Competence, Technicien
from technicians.tests.factories import (
    CompetenceFactory,
    DisponibiliteFactory,
    TechnicienCompetenceFactory,
    TechnicienFactory,
)

pytestmark = pytest.mark.django_db
RACINE = "/api/v1/techniciens"


@pytest.fixture
def fiche(technicien):
    return technicien.technicien


@pytest.fixture
def demain():
    return (timezone.now() + timedelta(days=1)).replace(microsecond=0)


def ids(reponse):
    assert reponse.status_code == 200, reponse.content
    return {ligne["id"] for ligne in reponse.json()["data"]}


# --- Who reads what ----------------------------------------------------------------------------


def test_les_techniciens_de_chacun(
    admin, responsable, technicien, autre_technicien, client_portail, autre_client
):
    fiche, autre = technicien.technicien, autre_technicien.technicien
    InterventionFactory(
        affectee=True, technicien=fiche, equipement__client=client_portail.contact.client
    )
    attendus = {
        admin: {fiche.pk, autre.pk},
        responsable: {fiche.pk, autre.pk},
        technicien: {fiche.pk, autre.pk},
        autre_technicien: {fiche.pk, autre.pk},
        client_portail: {fiche.pk},
        autre_client: set(),
    }
    for user, attendu in attendus.items():
        api = client_api(user)
        assert ids(api.get(RACINE)) == attendu
        assert api.get(f"{RACINE}/{autre.pk}").status_code == (200 if autre.pk in attendu else 404)
    assert client_api().get(RACINE).status_code == 401


def test_chacun_lit_ce_qui_lui_revient(
    responsable, technicien, autre_technicien, client_portail, fiche
):
    InterventionFactory(
        affectee=True, technicien=fiche, equipement__client=client_portail.contact.client
    )
    prive = {"cout_horaire", "notes_privees", "latitude", "longitude"}
    for url in (RACINE, f"{RACINE}/{fiche.pk}"):

        def champs(user, url=url):
            corps = client_api(user).get(url).json()
            lignes = corps.get("data", [corps])
            return set(next(ligne for ligne in lignes if ligne["id"] == fiche.pk))

        assert prive <= champs(responsable)
        assert not prive & champs(technicien)
        assert not prive & champs(autre_technicien)
        assert champs(client_portail) == {"id", "nom"}


def test_un_client_ne_filtre_pas_par_ce_qu_il_ne_voit_pas(client_portail, technicien):
    for user, filtre in (
        (client_portail, "matricule"),
        (client_portail, "competence_id"),
        (technicien, "etat"),
    ):
        reponse = client_api(user).get(RACINE, {filtre: "1"})
        assert reponse.status_code == 400
        assert reponse.json()["errors"][0]["field"] == filtre
    assert client_api(client_portail).get(RACINE, {"sort": "matricule"}).status_code == 400


def test_autant_de_requetes_pour_trente_lignes(responsable):
    api = client_api(responsable)

    def compter():
        with CaptureQueriesContext(connection) as requetes:
            assert api.get(RACINE).status_code == 200
        return len(requetes)

    TechnicienFactory.create_batch(3)
    avec_trois = compter()
    TechnicienFactory.create_batch(27)
    assert compter() == avec_trois
    assert avec_trois <= 5


def test_filtrer_et_trier(responsable, technicien, autre_technicien):
    soudure = CompetenceFactory()
    TechnicienCompetenceFactory(technicien=technicien.technicien, competence=soudure)
    DisponibiliteFactory(
        technicien=autre_technicien.technicien, debut=timezone.now() - timedelta(hours=1)
    )
    api = client_api(responsable)
    assert ids(api.get(RACINE, {"competence_id": soudure.pk})) == {technicien.technicien.pk}
    assert ids(api.get(RACINE, {"etat": "absent"})) == {autre_technicien.technicien.pk}
    assert ids(api.get(RACINE, {"search": "youssef"})) == {autre_technicien.technicien.pk}
    noms = [ligne["nom"] for ligne in api.get(RACINE, {"sort": "-nom"}).json()["data"]]
    assert noms == ["Youssef Technicien", "Tarik Technicien"]


# --- Writing -----------------------------------------------------------------------------------


def test_creer_modifier_supprimer(responsable):
    api = client_api(responsable)
    donnees = {"email": "nadia@example.com", "full_name": "Nadia Neuve", "matricule": "T900"}
    reponse = api.post(RACINE, donnees, format="json")
    assert reponse.status_code == 201
    cree = Technicien.objects.get(matricule="T900")
    assert reponse["Location"] == f"{RACINE}/{cree.pk}"
    etag = reponse["ETag"]
    url = f"{RACINE}/{cree.pk}"
    assert (
        api.patch(url, {"equipe": "Nord"}, format="json", headers={"If-Match": etag}).status_code
        == 200
    )
    perimee = api.patch(url, {"equipe": "Sud"}, format="json", headers={"If-Match": etag})
    assert perimee.status_code == 412
    cree.refresh_from_db()
    assert cree.equipe == "Nord"
    assert api.put(url, {"equipe": "Est"}, format="json").status_code == 400
    assert api.put(url, {"matricule": "T901"}, format="json").json()["matricule"] == "T901"
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"email": ""}, "email"),
        ({"email": "pas une adresse"}, "email"),
        ({"matricule": None}, "matricule"),
        ({"heures_hebdomadaires": 200}, "heures_hebdomadaires"),
        ({"cout_horaire": "-1"}, "cout_horaire"),
        ({"telephone": "pas un numéro"}, "telephone"),
        ({"latitude": "33.5"}, "latitude"),
        ({"competences": [999999]}, "competences"),
    ],
)
def test_ce_qui_ne_va_pas_est_nomme(responsable, champs, champ):
    donnees = {
        "email": "nadia@example.com",
        "full_name": "Nadia Neuve",
        "matricule": "T900",
        **champs,
    }
    reponse = client_api(responsable).post(RACINE, donnees, format="json")
    assert reponse.status_code == 400
    assert champ in {erreur["field"] for erreur in reponse.json()["errors"]}
    assert not Technicien.objects.exists()


def test_seuls_les_responsables_ecrivent(technicien, client_portail, fiche):
    InterventionFactory(
        affectee=True, technicien=fiche, equipement__client=client_portail.contact.client
    )
    soudure = CompetenceFactory()
    for user in (technicien, client_portail):
        api = client_api(user)
        nouveau = {"email": "n@example.com", "full_name": "N", "matricule": "T900"}
        assert api.post(RACINE, nouveau, format="json").status_code == 403
        assert api.patch(f"{RACINE}/{fiche.pk}", {"equipe": "X"}, format="json").status_code == 403
        assert api.delete(f"{RACINE}/{fiche.pk}").status_code == 403
        donnees = {"competence_id": soudure.pk}
        url = f"{RACINE}/{fiche.pk}/competences"
        assert api.post(url, donnees, format="json").status_code == 403
        assert api.post(f"{RACINE}/competences", {"nom": "X"}, format="json").status_code == 403


# --- Skills ------------------------------------------------------------------------------------


def test_les_competences_d_un_technicien(responsable, autre_technicien, fiche):
    soudure = CompetenceFactory(nom="Soudure")
    api, url = client_api(responsable), f"{RACINE}/{fiche.pk}/competences"
    reponse = api.post(url, {"competence_id": soudure.pk, "niveau": "avance"}, format="json")
    assert reponse.status_code == 201
    assert reponse["Location"] == f"{url}/{soudure.pk}"
    une = f"{url}/{soudure.pk}"
    assert api.put(une, {"niveau": "expert"}, format="json").json()["niveau"] == "expert"
    lignes = client_api(autre_technicien).get(url).json()["data"]
    assert [ligne["competence_nom"] for ligne in lignes] == ["Soudure"]
    detail = api.get(f"{RACINE}/{fiche.pk}").json()
    assert [ligne["niveau"] for ligne in detail["competences"]] == ["expert"]
    assert api.delete(une).status_code == 204
    assert api.get(une).status_code == 404
    assert api.delete(une).status_code == 404


def test_le_catalogue_des_competences(responsable, technicien, client_portail):
    api = client_api(responsable)
    reponse = api.post(f"{RACINE}/competences", {"nom": "Soudure"}, format="json")
    assert reponse.status_code == 201
    doublon = api.post(f"{RACINE}/competences", {"nom": "Soudure"}, format="json")
    assert doublon.json()["errors"][0]["code"] == "DEJA_UTILISE"
    soudure = Competence.objects.get()
    url = f"{RACINE}/competences/{soudure.pk}"
    assert api.patch(url, {"description": "MIG et TIG"}, format="json").status_code == 200
    assert ids(client_api(technicien).get(f"{RACINE}/competences")) == {soudure.pk}
    assert client_api(client_portail).get(f"{RACINE}/competences").status_code == 403
    assert client_api(client_portail).get(url).status_code == 404
    assert api.delete(url).status_code == 204


# --- Absences ----------------------------------------------------------------------------------


def test_declarer_demander_decider(responsable, technicien, autre_technicien, fiche, demain):
    url = f"{RACINE}/{fiche.pk}/disponibilites"
    donnees = {
        "type": "conge",
        "debut": demain.isoformat(),
        "fin": (demain + timedelta(days=1)).isoformat(),
    }
    creneau = CreneauFactory(intervention__technicien=fiche, debut=demain + timedelta(hours=2))
    assert client_api(autre_technicien).post(url, donnees, format="json").status_code == 403
    assert client_api(autre_technicien).get(url).status_code == 403
    demandee = client_api(technicien).post(url, donnees, format="json")
    assert demandee.status_code == 201
    assert demandee.json()["statut"] == "demandee"
    decision = f"{url}/{demandee.json()['id']}/decision"
    assert (
        client_api(technicien).post(decision, {"accepter": True}, format="json").status_code == 403
    )
    assert (
        client_api(autre_technicien).post(decision, {"accepter": True}, format="json").status_code
        == 403
    )
    acceptee = client_api(responsable).post(decision, {"accepter": True}, format="json").json()
    assert acceptee["statut"] == "acceptee"
    assert [c["reference"] for c in acceptee["creneaux_en_conflit"]] == [
        creneau.intervention.reference
    ]
    deux_fois = client_api(responsable).post(url, donnees, format="json")
    assert deux_fois.status_code == 409
    assert deux_fois.json()["code"] == "ABSENCE_CHEVAUCHANTE"
    assert ids(client_api(technicien).get(url)) == {acceptee["id"]}
    une = f"{url}/{acceptee['id']}"
    assert client_api(technicien).delete(une).status_code == 403
    plus_longue = {**donnees, "fin": (demain + timedelta(days=2)).isoformat()}
    assert client_api(responsable).put(une, plus_longue, format="json").status_code == 200
    assert client_api(responsable).delete(une).status_code == 204


def test_l_absence_est_celle_de_ce_technicien(responsable, fiche, autre_technicien):
    absence = DisponibiliteFactory(technicien=fiche)
    ailleurs = f"{RACINE}/{autre_technicien.technicien.pk}/disponibilites/{absence.pk}"
    api = client_api(responsable)
    assert api.get(ailleurs).status_code == 404
    assert api.delete(ailleurs).status_code == 404


# --- Who is free -------------------------------------------------------------------------------


def test_qui_est_disponible(responsable, technicien, autre_technicien, demain):
    soudure = CompetenceFactory()
    libre, absent, occupe, expire = TechnicienFactory.create_batch(4, competences=[soudure])
    periode = {
        "debut": demain.isoformat(),
        "fin": (demain + timedelta(hours=2)).isoformat(),
        "competences": str(soudure.pk),
    }
    DisponibiliteFactory(technicien=absent, debut=demain)
    CreneauFactory(intervention__technicien=occupe, debut=demain + timedelta(hours=1))
    expire.competences_detenues.update(date_expiration=timezone.localdate())
    TechnicienFactory(competences=[soudure], user__is_active=False)
    api = client_api(responsable)
    assert ids(api.get(f"{RACINE}/disponibles", periode)) == {libre.pk}
    sans = {nom: valeur for nom, valeur in periode.items() if nom != "competences"}
    assert ids(api.get(f"{RACINE}/disponibles", sans)) == {
        libre.pk,
        expire.pk,
        technicien.technicien.pk,
        autre_technicien.technicien.pk,
    }
    assert client_api(technicien).get(f"{RACINE}/disponibles", periode).status_code == 403


@pytest.mark.parametrize(
    ("params", "champ"),
    [
        ({"debut": "2026-12-01"}, "fin"),
        ({"debut": "demain", "fin": "2026-12-01"}, "debut"),
        ({"debut": "2026-12-02", "fin": "2026-12-01"}, "fin"),
        ({"debut": "2026-12-01", "fin": "2026-12-01", "competences": "x"}, "competences"),
        ({"debut": "2026-12-01", "fin": "2026-12-01", "autre": "1"}, "autre"),
    ],
)
def test_une_periode_fautive(responsable, params, champ):
    reponse = client_api(responsable).get(f"{RACINE}/disponibles", params)
    assert reponse.status_code == 400
    assert [erreur["field"] for erreur in reponse.json()["errors"]] == [champ]
