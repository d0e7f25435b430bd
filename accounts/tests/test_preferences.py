"""How a reader likes his pages: chosen on a list or through the API, remembered, harmless when it no longer fits."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.services import regler_preferences
from accounts.tests.api import client_api
from erp.exceptions import ValidationError
from interventions.tests.factories import InterventionFactory

pytestmark = pytest.mark.django_db
API = "/api/v1/users/me/preferences"
LISTE = reverse("interventions:liste")


@pytest.fixture
def navigateur(responsable):
    navigateur = Client()
    navigateur.force_login(responsable, backend="accounts.backends.EmailBackend")
    return navigateur


def _titres(reponse):
    return [
        c.nom for c in reponse.context["liste"].colonnes if reponse.context["liste"].montre[c.nom]
    ]


def test_les_colonnes_choisies_restent(navigateur, responsable):
    InterventionFactory(site=None)
    assert "site" not in _titres(navigateur.get(LISTE))
    envoi = {
        "liste": "interventions",
        "choix_colonnes": "1",
        "colonnes": ["site", "statut"],
        "densite": "compacte",
        "taille": "50",
        "retour": f"{LISTE}?statut=ouverte&page=3&taille=25&colonnes=priorite",
    }
    reponse = navigateur.post(reverse("accounts:affichage"), envoi)
    assert (reponse.status_code, reponse["Location"]) == (302, f"{LISTE}?statut=ouverte")
    reponse = navigateur.get(LISTE)
    assert _titres(reponse) == ["titre", "site", "statut"]
    assert reponse.context["liste"].par_page == 50
    assert "liste-compacte" in reponse.content.decode()
    # what the URL says goes first, so that a link shows the same to everybody
    assert _titres(navigateur.get(f"{LISTE}?colonnes=priorite&taille=100")) == ["titre", "priorite"]
    navigateur.post(reverse("accounts:affichage"), {"liste": "interventions", "defaut": "1"})
    assert "site" not in _titres(navigateur.get(LISTE))
    assert "colonnes" not in User.objects.get(pk=responsable.pk).preferences.get("colonnes", {})


def test_toutes_les_colonnes_se_montrent(navigateur):
    InterventionFactory(cloturee=True, satisfaction_client=4, duree_estimee=90)
    colonnes = (
        "equipement,site,statut,priorite,type,technicien,echeance,duree,creee,cloturee,satisfaction"
    )
    page = navigateur.get(f"{LISTE}?colonnes={colonnes}")
    lignes = page.content.decode().split("<tbody>")[1].split("</tbody>")[0]
    # and the box that ticks the row
    assert lignes.count("<td") - 1 == len(_titres(page)) == 12


def test_le_retour_ne_quitte_pas_la_maison(navigateur):
    for ailleurs in ("https://exemple.org/", "//exemple.org/", "javascript:alert(1)", ""):
        reponse = navigateur.post(reverse("accounts:affichage"), {"retour": ailleurs})
        assert reponse["Location"] == reverse("accounts:profil")


def test_l_api_dit_et_retient_les_preferences(technicien):
    api = client_api(technicien)
    assert api.get(API).json() == {}
    reponse = api.patch(
        API, {"theme": "sombre", "colonnes": {"equipements": ["statut"]}}, format="json"
    )
    assert (reponse.status_code, reponse.json()) == (
        200,
        {"theme": "sombre", "colonnes": {"equipements": ["statut"]}},
    )
    api.patch(API, {"densite": "compacte", "colonnes": {"equipements": None}}, format="json")
    assert api.get(API).json() == {"theme": "sombre", "densite": "compacte", "colonnes": {}}


@pytest.mark.parametrize(
    ("choix", "champ"),
    [
        ({"theme": "rose"}, "theme"),
        ({"taille": 7}, "taille"),
        ({"colonnes": {"Pas un nom": ["a"]}}, "colonnes"),
        ({"colonnes": {"interventions": ["x" * 60]}}, "colonnes"),
        ({"colonnes": {f"liste{n}": [] for n in range(80)}}, "colonnes"),
    ],
)
def test_ce_qui_ne_convient_pas_est_nomme(technicien, choix, champ):
    with pytest.raises(ValidationError) as refus:
        regler_preferences(par=technicien, **choix)
    assert [erreur.field for erreur in refus.value.errors] == [champ]


def test_le_tri_choisi_reste(navigateur, responsable):
    un, deux = InterventionFactory(titre="A"), InterventionFactory(titre="B")
    assert [i.pk for i in navigateur.get(LISTE).context["liste"].objets] == [deux.pk, un.pk]
    envoi = {"liste": "interventions", "tri": "date_creation"}
    assert navigateur.post(reverse("accounts:affichage"), envoi).status_code == 204
    page = navigateur.get(LISTE)
    assert [i.pk for i in page.context["liste"].objets] == [un.pk, deux.pk]
    # the links that lead on say it, and so does what is exported
    assert "sort=date_creation" in page.context["liste"].requete
    # what the URL says goes first
    page = navigateur.get(f"{LISTE}?sort=-date_creation")
    assert [i.pk for i in page.context["liste"].objets] == [deux.pk, un.pk]
    navigateur.post(reverse("accounts:affichage"), {"liste": "interventions", "defaut": "1"})
    assert [i.pk for i in navigateur.get(LISTE).context["liste"].objets] == [deux.pk, un.pk]


def test_un_tri_qui_n_existe_plus_ne_gene_pas(navigateur, responsable):
    InterventionFactory()
    regler_preferences(par=responsable, tris={"interventions": "couleur"})
    assert navigateur.get(LISTE).context["liste"].tri == "-date_creation"


@pytest.mark.parametrize(
    "choix",
    [
        {"tris": {"interventions": "a;b"}},
        {"tris": {"Inter": "titre"}},
        {"vues": {"interventions": -1}},
        {"vues": {"interventions": "x"}},
    ],
)
def test_un_choix_mal_forme_est_refuse(responsable, choix):
    with pytest.raises(ValidationError):
        regler_preferences(par=responsable, **choix)


def test_par_l_api_aussi(responsable):
    api = client_api(responsable)
    choix = {"tris": {"interventions": "-priorite"}, "vues": {"clients": 3}}
    assert api.patch(API, choix, format="json").json()["tris"] == choix["tris"]
    reponse = api.patch(API, {"vues": {"clients": None}}, format="json")
    assert reponse.json()["vues"] == {}
