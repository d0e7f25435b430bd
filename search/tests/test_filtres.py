"""Advanced search and saved filters: every filter of every list, and whose a saved one is."""

import pytest
from django.db import models

from accounts.tests.api import client_api
from erp.exceptions import ValidationError
from interventions.tests.factories import InterventionFactory
from search.catalogue import ENTITES
from search.choices import Entite
from search.models import FiltreEnregistre
from search.services import creer_filtre
from search.tests.factories import FiltreFactory

pytestmark = pytest.mark.django_db
ENREGISTRES = "/api/v1/filters/enregistres"

# Columns that no list is filtered by, and why.
SANS_FILTRE = {
    Entite.NOTIFICATIONS: {
        "user_id": "one's own only",
        "canal": "the list is that of one channel",
        "statut_envoi": "the delivery concerns administrators",
        "prochain_essai": "same",
        "reclamee_jusqua": "same",
        "date_envoi": "same",
    },
    Entite.USERS: {
        "last_login": "shown, not filtered by",
        "invite_le": "shown on his page, not filtered by",
    },
    Entite.CRENEAUX: {"rappel_envoye": "the clock's own note"},
    Entite.INTERVENTIONS: {
        "alerte_echeance_le": "the clock's own note",
        "alerte_retard_le": "the clock's own note",
        "escalade_le": "the clock's own note",
    },
}


def _manquants(entite):
    liste = ENTITES[entite].declaree
    filtres = liste.filtres.base_filters
    par_colonne = {filtre.field_name for filtre in filtres.values()}
    for champ in liste.colonnes.modele._meta.concrete_fields:
        nom = champ.attname
        if champ.primary_key or nom in SANS_FILTRE.get(entite, ()):
            continue
        if isinstance(champ, models.DateField):
            if nom in ("created_at", "updated_at"):
                continue
            bornes = {
                f"{nom}_{borne}" in filtres or f"date_{nom}_{borne}" in filtres
                for borne in ("gte", "lte")
            }
            if bornes != {True} and nom not in par_colonne:
                yield nom
        elif (
            champ.choices or isinstance(champ, (models.BooleanField, models.ForeignKey))
        ) and nom not in par_colonne:
            yield nom


@pytest.mark.parametrize("entite", Entite)
def test_chaque_enum_cle_drapeau_et_date_a_son_filtre(entite):
    assert list(_manquants(entite)) == []


def test_les_filtres_se_combinent(admin):
    gardee = InterventionFactory(priorite="haute", titre="Fuite au joint")
    InterventionFactory(priorite="basse", titre="Fuite au joint")
    InterventionFactory(priorite="haute", titre="Bruit anormal", en_cours=True)
    reponse = client_api(admin).get(
        "/api/v1/filters/interventions?statut=ouverte,affectee&priorite=haute&search=fuite"
        "&date_creation_gte=2020-01-01&sort=priorite,-date_creation"
    )
    assert [ligne["id"] for ligne in reponse.json()["data"]] == [gardee.pk]
    inconnu = client_api(admin).get("/api/v1/filters/interventions?lune=1")
    assert (inconnu.status_code, inconnu.json()["errors"][0]["field"]) == (400, "lune")


@pytest.mark.parametrize("personne", ["admin", "technicien", "client_portail"])
def test_chaque_liste_du_catalogue_repond_et_porte_sa_portee(request, personne):
    user = request.getfixturevalue(personne)
    InterventionFactory()
    api = client_api(user)
    catalogue = api.get("/api/v1/filters").json()["data"]
    assert {"interventions", "equipements", "clients"} <= {e["entite"] for e in catalogue}
    for entite in catalogue:
        tri = ",".join(entite["tris"][:5])
        reponse = api.get(entite["url"] + (f"?sort={tri}" if tri else ""))
        assert reponse.status_code == 200, entite["entite"]
        total = ENTITES[Entite(entite["entite"])].visibles(user).count()
        assert reponse.json()["pagination"]["total"] == total
    statut = next(f for f in catalogue[0]["filtres"] if f["nom"] == "statut")
    assert statut["genre"] == "choix"
    assert {"valeur": "en_cours", "libelle": "En cours"} in statut["choix"]


# --- Saved ones ---------------------------------------------------------------------------------------


def nouveau(**champs):
    return {
        "entite": "interventions",
        "nom": "Mes urgences",
        "parametres": {"statut": ["ouverte", "affectee"], "sort": "priorite"},
        **champs,
    }


def test_enregistrer_relire_changer_oublier(technicien):
    api = client_api(technicien)
    cree = api.post(ENREGISTRES, nouveau(), format="json")
    assert cree.status_code == 201
    url = cree["Location"]
    assert cree.json()["parametres"] == {"statut": ["ouverte", "affectee"], "sort": ["priorite"]}
    assert api.get(f"{ENREGISTRES}?entite=interventions").json()["pagination"]["total"] == 1
    assert api.get(f"{ENREGISTRES}?entite=clients").json()["pagination"]["total"] == 0
    perime = api.patch(url, {"nom": "Autre"}, format="json", headers={"If-Match": '"1.0"'})
    assert perime.status_code == 412
    change = api.patch(url, {"nom": "Autre"}, format="json", headers={"If-Match": cree["ETag"]})
    assert (change.status_code, change.json()["nom"]) == (200, "Autre")
    assert api.delete(url).status_code == 204
    assert not FiltreEnregistre.objects.exists()


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"parametres": {"lune": "1"}}, "parametres.lune"),
        ({"parametres": {"statut": "perdue"}}, "parametres.statut"),
        ({"parametres": {"sort": "lune"}}, "parametres.sort"),
        ({"parametres": {"statut": {"a": 1}}}, "parametres.statut"),
        ({"parametres": {"search": "a\u0000b"}}, "parametres.search"),
        ({"parametres": {"statut": ["ouverte", "\u0000"]}}, "parametres.statut.1"),
        ({"parametres": {"sta\u0000tut": "ouverte"}}, "parametres"),
        ({"nom": "a\u0000b"}, "nom"),
        ({"parametres": {"search": "x" * 501}}, "parametres.search"),
        ({"nom": "  "}, "nom"),
        ({"nom": "x" * 81}, "nom"),
        ({"entite": "lunes"}, "entite"),
    ],
)
def test_un_filtre_mal_fait_est_refuse(admin, champs, champ):
    reponse = client_api(admin).post(ENREGISTRES, nouveau(**champs), format="json")
    assert reponse.status_code == 400
    assert champ in [erreur["field"] for erreur in reponse.json()["errors"]]


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"parametres": {"search": "a\x00b"}}, "parametres.search"),
        ({"parametres": {"a\x00b": "1"}}, "parametres"),
        ({"nom": "a\x00b", "parametres": {}}, "nom"),
    ],
)
def test_le_service_nomme_le_champ_d_un_caractere_nul(admin, champs, champ):
    with pytest.raises(ValidationError) as refus:
        creer_filtre(par=admin, **{"entite": "interventions", "nom": "Urgences", **champs})
    assert champ in [erreur.field for erreur in refus.value.errors]


def test_un_nom_par_personne_et_entite(admin, responsable):
    api = client_api(admin)
    assert api.post(ENREGISTRES, nouveau(), format="json").status_code == 201
    double = api.post(ENREGISTRES, nouveau(nom="MES  urgences"), format="json")
    assert double.status_code == 400
    assert client_api(responsable).post(ENREGISTRES, nouveau(), format="json").status_code == 201


def test_seuls_ceux_qui_gerent_partagent(technicien, client_portail, responsable, admin):
    for user in (technicien, client_portail):
        refus = client_api(user).post(ENREGISTRES, nouveau(partage=True), format="json")
        assert refus.status_code == 403
    partage = client_api(responsable).post(ENREGISTRES, nouveau(partage=True), format="json").json()
    FiltreFactory(user=responsable, entite="gammes", parametres={}, partage=True)
    FiltreFactory(user=responsable)
    url = f"{ENREGISTRES}/{partage['id']}"
    vus = client_api(technicien).get(ENREGISTRES).json()["data"]
    assert [filtre["id"] for filtre in vus] == [partage["id"]]
    assert client_api(admin).get(ENREGISTRES).json()["pagination"]["total"] == 2
    assert client_api(client_portail).get(url).status_code == 404
    assert client_api(technicien).patch(url, {"nom": "à moi"}, format="json").status_code == 403
    assert client_api(admin).delete(url).status_code == 403
    assert client_api(client_portail).get(ENREGISTRES).json()["data"] == []


def test_on_n_enregistre_que_sur_ce_que_l_on_peut_lister(client_portail):
    refus = client_api(client_portail).post(
        ENREGISTRES, nouveau(entite="pieces", parametres={}), format="json"
    )
    assert refus.status_code == 403
