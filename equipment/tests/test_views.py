"""Pages of équipements, as the five people see them."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import MOT_DE_PASSE
from clients.tests.factories import ClientFactory, ContratFactory, SiteFactory
from documents.tests.factories import DocumentFactory
from equipment.choices import StatutEquipement
from equipment.etiquettes import adresse
from equipment.models import Equipement
from equipment.tests.factories import (
    CompteurFactory,
    CouvertureFactory,
    EquipementFactory,
    ReleveFactory,
)
from equipment.views import courbe, rythme
from interventions.tests.factories import InterventionFactory

HTMX = {"HX-Request": "true"}
BUDGET = 12


@pytest.fixture
def ouvrir(client):
    """`ouvrir(user, url)`: the answer to somebody who is signed in."""

    def _ouvrir(user, url, **kwargs):
        client.force_login(user)
        return client.get(url, **kwargs)

    return _ouvrir


@pytest.fixture
def envoyer(client):
    def _envoyer(user, url, donnees=None, **kwargs):
        client.force_login(user)
        return client.post(url, donnees or {}, **kwargs)

    return _envoyer


@pytest.fixture
def requetes(ouvrir, client):
    """`requetes(user, url)`: how many queries a page makes."""

    def _requetes(user, url):
        ouvrir(user, url)  # signing in, and what is asked once per process, is not the page's
        with CaptureQueriesContext(connection) as prises:
            assert client.get(url).status_code == 200
        return len(prises)

    return _requetes


def texte(reponse):
    return reponse.content.decode()


def test_la_liste_montre_a_chacun_les_siens(ouvrir, responsable, technicien, client_portail):
    sienne = EquipementFactory(nom="Pompe à vide", client=client_portail.contact.client)
    EquipementFactory(nom="Four tunnel")
    url = reverse("equipment:liste")
    for user in (responsable, technicien):
        page = texte(ouvrir(user, url))
        assert "Pompe à vide" in page
        assert "Four tunnel" in page
    page = texte(ouvrir(client_portail, url))
    assert sienne.nom in page
    assert "Four tunnel" not in page
    assert reverse("equipment:creer") not in page


def test_l_url_est_l_etat_de_la_liste(ouvrir, responsable):
    EquipementFactory(nom="En panne celui-ci", en_panne=True)
    EquipementFactory(nom="Qui tourne")
    page = texte(ouvrir(responsable, reverse("equipment:liste") + "?statut=panne,maintenance"))
    assert "En panne celui-ci" in page
    assert "Qui tourne" not in page
    vide = texte(ouvrir(responsable, reverse("equipment:liste") + "?search=rien", headers=HTMX))
    assert "Effacer les filtres" in vide
    assert "<html" not in vide


def test_autant_de_requetes_pour_3_lignes_que_pour_30(requetes, responsable):
    EquipementFactory.create_batch(3)
    url = reverse("equipment:liste") + "?taille=50"
    peu = requetes(responsable, url)
    EquipementFactory.create_batch(27)
    assert requetes(responsable, url) == peu <= BUDGET


def test_la_fiche_et_ce_que_chacun_y_voit(ouvrir, responsable, technicien, client_portail):
    societe = client_portail.contact.client
    ensemble = EquipementFactory(client=societe, nom="Ligne 4")
    machine = EquipementFactory(
        client=societe, parent=ensemble, site=SiteFactory(client=societe), cout_acquisition=654321
    )
    EquipementFactory(client=societe, parent=machine, nom="Moteur M1")
    couverture = CouvertureFactory(
        equipement=machine, contrat__client=societe, contrat__numero="CTR-VU"
    )
    compteur = CompteurFactory(equipement=machine)
    ReleveFactory(compteur=compteur, valeur=Decimal("1234.50"))
    InterventionFactory(
        equipement=machine,
        contrat=couverture.contrat,
        cloturee=True,
        cout_pieces=Decimal(777),
        titre="Vidange",
    )
    url = machine.get_absolute_url()
    page = texte(ouvrir(responsable, url))
    for mot in ("Ligne 4", "Moteur M1", "CTR-VU", "Vidange", "654", "777,00", "234,5"):
        assert mot in page
    page = texte(ouvrir(client_portail, url))
    assert "CTR-VU" in page
    assert "Vidange" in page
    for mot in ("777,00", "654"):
        assert mot not in page
    assert reverse("equipment:modifier", args=[machine.pk]) not in page
    page = texte(ouvrir(technicien, url))
    assert "Moteur M1" in page
    for mot in ("CTR-VU", "Vidange", "777,00", "654"):
        assert mot not in page
    assert reverse("equipment:statut", args=[machine.pk]) not in page


def test_celle_d_un_autre_n_existe_pas(ouvrir, client_portail):
    autre = EquipementFactory()
    for url in (
        autre.get_absolute_url(),
        reverse("equipment:etiquette", args=[autre.pk]),
        reverse("equipment:par_code", args=[autre.code_interne]),
    ):
        assert ouvrir(client_portail, url).status_code == 404


def test_l_historique_se_feuillette(ouvrir, responsable):
    machine = EquipementFactory()
    InterventionFactory.create_batch(26, equipement=machine)
    url = machine.get_absolute_url() + "?page=2"
    suite = ouvrir(responsable, url, headers=HTMX)
    assert "<html" not in texte(suite)
    assert len(suite.context["liste"].objets) == 1


def test_l_etiquette_mene_a_la_fiche(ouvrir, responsable, settings):
    machine = EquipementFactory(code_interne="EQ-42")
    image = ouvrir(responsable, reverse("equipment:etiquette", args=[machine.pk]))
    assert image["Content-Type"] == "image/svg+xml"
    assert b"<svg" in image.content
    saut = ouvrir(responsable, reverse("equipment:par_code", args=["EQ-42"]))
    assert saut["Location"] == machine.get_absolute_url()


def test_le_code_scanne_mene_a_la_fiche_aussi_apres_la_connexion(client, responsable):
    machine = EquipementFactory(code_interne="EQ-42")
    scanne = adresse("EQ-42").removeprefix(settings.SITE_URL)
    porte = client.get(scanne)
    assert porte["Location"] == f"{reverse('accounts:connexion')}?next={scanne}"
    reponse = client.post(
        porte["Location"],
        {"username": responsable.email, "password": MOT_DE_PASSE, "next": scanne},
        follow=True,
    )
    assert reponse.redirect_chain[-1][0] == machine.get_absolute_url()


def test_une_planche_porte_ce_que_la_liste_montre(ouvrir, responsable, client_portail):
    societe = client_portail.contact.client
    EquipementFactory(code_interne="B-2", nom="Presse", client=societe)
    EquipementFactory(code_interne="A-1", nom="Four", client=societe, en_panne=True)
    ailleurs = EquipementFactory(code_interne="C-3", nom="Grue")
    url = reverse("equipment:etiquettes")
    page = texte(ouvrir(responsable, url))
    assert page.count("etiquette-qr") == 3
    assert page.index("A-1") < page.index("B-2") < page.index("C-3")
    assert societe.nom_entreprise in page
    assert texte(ouvrir(responsable, url + "?statut=panne")).count("etiquette-qr") == 1
    choisies = texte(ouvrir(responsable, url + f"?ids={ailleurs.pk},x,999999999999999999999"))
    assert choisies.count("etiquette-qr") == 1
    assert "Grue" in choisies
    sienne = texte(ouvrir(client_portail, url + f"?ids={ailleurs.pk}"))
    assert "etiquette-qr" not in sienne
    assert texte(ouvrir(client_portail, url)).count("etiquette-qr") == 2
    faux = ouvrir(responsable, url + "?statut=inconnu")
    assert faux.status_code == 200
    assert "etiquette-qr" not in texte(faux)


def test_ce_qui_est_coche_ou_tout_le_filtre_s_etiquette(ouvrir, envoyer, responsable):
    une, autre = EquipementFactory.create_batch(2)
    EquipementFactory(en_panne=True)
    url = reverse("equipment:etiquettes")
    assert f'formaction="{url}"' in texte(ouvrir(responsable, reverse("equipment:liste")))
    coche = {"ids": [une.pk, autre.pk], "requete": "statut=panne"}
    assert envoyer(responsable, url, coche)["Location"] == f"{url}?ids={une.pk},{autre.pk}"
    tout = {**coche, "tout": "1"}
    assert envoyer(responsable, url, tout)["Location"] == f"{url}?statut=panne"


def test_une_feuille_entamee_et_plusieurs_lots(ouvrir, responsable, monkeypatch):
    EquipementFactory.create_batch(5)
    url = reverse("equipment:etiquettes") + "?papier=2x5"
    feuilles = ouvrir(responsable, url + "&depart=9").context["planches"]
    assert [len(feuille) for feuille in feuilles] == [10, 3]
    assert feuilles[0][:8] == [None] * 8
    monkeypatch.setattr("equipment.etiquettes.PLANCHES_MAX", 1)
    vus = []
    for lot in (1, 2):
        reponse = ouvrir(responsable, url + f"&depart=9&lot={lot}")
        assert reponse.context["lots"] == 2
        vus += [case[0].code_interne for f in reponse.context["planches"] for case in f if case]
    assert vus == sorted(Equipement.objects.values_list("code_interne", flat=True))


def test_la_meme_planche_deux_fois(ouvrir, responsable):
    EquipementFactory.create_batch(3)
    une, deux = (ouvrir(responsable, reverse("equipment:etiquettes")) for _ in range(2))
    assert une.context["planches"] == deux.context["planches"]


def test_autant_de_requetes_pour_une_planche_que_pour_dix(requetes, responsable):
    EquipementFactory.create_batch(2)
    url = reverse("equipment:etiquettes")
    peu = requetes(responsable, url)
    EquipementFactory.create_batch(20)
    assert requetes(responsable, url) == peu <= BUDGET


@pytest.mark.parametrize("code", ["EQ-43", "EQ-42\x00", "\x00"])
def test_un_code_inconnu_ne_mene_nulle_part(ouvrir, responsable, code):
    EquipementFactory(code_interne="EQ-42")
    assert ouvrir(responsable, reverse("equipment:par_code", args=[code])).status_code == 404


def champs(client, **autres):
    return {
        "nom": "Compresseur C7",
        "code_interne": "C7",
        "type_equipement": "Compresseur",
        "criticite": "haute",
        "client_id": client.pk,
        "specifications": "Puissance : 75 kW",
        **autres,
    }


def test_creer_et_modifier(envoyer, responsable):
    societe = ClientFactory()
    refus = envoyer(responsable, reverse("equipment:creer"), champs(societe, code_interne="é"))
    assert refus.status_code == 422
    assert "Compresseur C7" in texte(refus)
    assert envoyer(responsable, reverse("equipment:creer"), champs(societe)).status_code == 302
    machine = Equipement.objects.get()
    assert machine.specifications == {"Puissance": "75 kW"}
    envoyer(
        responsable,
        reverse("equipment:modifier", args=[machine.pk]),
        champs(societe, nom="Compresseur C8"),
    )
    machine.refresh_from_db()
    assert machine.nom == "Compresseur C8"


def test_choisir_un_client_montre_ses_sites_sans_rien_perdre(envoyer, responsable):
    site = SiteFactory(nom="Usine de Settat")
    reponse = envoyer(
        responsable,
        reverse("equipment:creer"),
        champs(site.client, rafraichir="1"),
        headers=HTMX,
    )
    assert reponse.status_code == 200
    page = texte(reponse)
    assert "Usine de Settat" in page
    assert "Compresseur C7" in page
    assert "Puissance : 75 kW" in page
    assert not Equipement.objects.exists()


@pytest.mark.parametrize("nom", ["equipment:modifier", "equipment:statut", "equipment:supprimer"])
def test_ecrire_est_a_ceux_qui_gerent(envoyer, technicien, client_portail, nom):
    machine = EquipementFactory(client=client_portail.contact.client)
    for user in (technicien, client_portail):
        assert envoyer(user, reverse(nom, args=[machine.pk])).status_code == 403


def test_le_technicien_sur_place_change_le_statut_et_releve(envoyer, ouvrir, technicien):
    machine = EquipementFactory(en_panne=True)
    compteur = CompteurFactory(equipement=machine)
    InterventionFactory(equipement=machine, en_cours=True, technicien=technicien.technicien)
    assert reverse("equipment:statut", args=[machine.pk]) in texte(
        ouvrir(technicien, machine.get_absolute_url())
    )
    envoyer(technicien, reverse("equipment:statut", args=[machine.pk]), {"vers": "maintenance"})
    machine.refresh_from_db()
    assert machine.statut == StatutEquipement.MAINTENANCE
    url = reverse("equipment:releve", args=[compteur.pk])
    assert envoyer(technicien, url, {"valeur": "120"}).status_code == 302
    refus = envoyer(technicien, url, {"valeur": "90"})
    assert refus.status_code == 409
    assert compteur.releves.count() == 1


def test_compteurs(envoyer, responsable):
    machine = EquipementFactory()
    envoyer(
        responsable,
        reverse("equipment:compteur_creer", args=[machine.pk]),
        {"nom": "Cycles", "unite": "cycles"},
    )
    compteur = machine.compteurs.get()
    releve = ReleveFactory(compteur=compteur)
    envoyer(responsable, reverse("equipment:releve_supprimer", args=[releve.pk]))
    assert not compteur.releves.exists()
    envoyer(responsable, reverse("equipment:compteur_supprimer", args=[compteur.pk]))
    assert not machine.compteurs.exists()


def test_ce_que_couvre_un_contrat(envoyer, technicien, responsable):
    contrat = ContratFactory()
    machine = EquipementFactory(client=contrat.client)
    url = reverse("equipment:couverture", args=[contrat.pk])
    assert envoyer(technicien, url).status_code == 404
    envoyer(responsable, url, {"equipement_ids": [machine.pk]})
    assert list(contrat.equipements.all()) == [machine]
    etranger = EquipementFactory()
    assert envoyer(responsable, url, {"equipement_ids": [etranger.pk]}).status_code == 422


def test_supprimer_ce_qui_a_un_historique_est_refuse(envoyer, responsable):
    neuve = EquipementFactory()
    usee = InterventionFactory().equipement
    for machine in (neuve, usee):
        envoyer(responsable, reverse("equipment:supprimer", args=[machine.pk]))
    assert list(Equipement.objects.all()) == [usee]


def _releves(compteur, *lectures):
    """`(days ago, value, replaced)`, newest first as the page reads them."""
    maintenant = timezone.now()
    return [
        ReleveFactory(
            compteur=compteur,
            date_releve=maintenant - timedelta(days=jours),
            valeur=Decimal(valeur),
            remplacement=remplace,
        )
        for jours, valeur, remplace in lectures
    ]


def test_la_courbe_et_le_rythme_d_un_compteur(ouvrir, responsable):
    compteur = CompteurFactory(nom="Heures")
    releves = _releves(compteur, (0, 300, False), (10, 200, False), (200, 50, False))
    assert rythme(releves) == Decimal("10.0")
    trace = courbe(compteur, releves)
    assert [valeur for _quand, valeur, _neuf in trace["points"]] == [50, 200, 300]
    page = texte(ouvrir(responsable, compteur.equipement.get_absolute_url()))
    assert 'data-courbe="courbe-' in page
    assert "courbes.js" in page
    assert "10 h par jour" in page


@pytest.mark.django_db
def test_un_compteur_remplace_repart_de_zero():
    compteur = CompteurFactory()
    releves = _releves(compteur, (0, 40, False), (4, 0, True), (5, 9000, False))
    assert rythme(releves) == Decimal("10.0")
    assert [neuf for _quand, _valeur, neuf in courbe(compteur, releves)["points"]] == [0, 1, 0]
    assert rythme(releves[:1]) is None
    assert courbe(compteur, releves[:1]) is None


def test_un_compteur_bavard_ne_prend_pas_la_place_des_autres(ouvrir, responsable, monkeypatch):
    monkeypatch.setattr("equipment.views.RELEVES_TRACES", 2)
    machine = EquipementFactory()
    bavard, discret = CompteurFactory.create_batch(2, equipement=machine)
    _releves(bavard, (0, 5, False), (1, 4, False), (2, 3, False))
    _releves(discret, (300, 1, False))
    compteurs = ouvrir(responsable, machine.get_absolute_url()).context["compteurs"]
    assert {c["compteur"]: len(c["releves"]) for c in compteurs} == {bavard: 2, discret: 1}


def test_l_arbre_montre_tout_l_ensemble(ouvrir, requetes, responsable):
    ligne = EquipementFactory(nom="Ligne 4")
    four = EquipementFactory(client=ligne.client, parent=ligne, nom="Four")
    moteur = EquipementFactory(client=ligne.client, parent=four, nom="Moteur", en_panne=True)
    EquipementFactory(client=ligne.client, parent=ligne, nom="Tapis")
    racine = ouvrir(responsable, four.get_absolute_url()).context["arbre"]
    assert racine.equipement == ligne
    assert [n.equipement.nom for n in racine.enfants] == ["Four", "Tapis"]
    assert [(n.courant, n.ouvert) for n in racine.enfants] == [(True, True), (False, False)]
    assert racine.enfants[0].enfants[0].equipement == moteur
    assert ouvrir(responsable, EquipementFactory().get_absolute_url()).context["arbre"] is None
    peu = requetes(responsable, ligne.get_absolute_url())
    EquipementFactory.create_batch(20, client=ligne.client, parent=four)
    assert requetes(responsable, ligne.get_absolute_url()) == peu


def _chronologie(machine, **params):
    return reverse("equipment:chronologie", args=[machine.pk]) + "?" + urlencode(params)


def test_la_chronologie_dit_tout_a_qui_peut_le_voir(
    ouvrir, envoyer, responsable, technicien, client_portail
):
    machine = EquipementFactory(client=client_portail.contact.client)
    InterventionFactory(equipement=machine, cloturee=True, titre="Vidange", solution="Huile neuve")
    ReleveFactory(compteur=CompteurFactory(equipement=machine, nom="Cycles"), user=responsable)
    DocumentFactory(equipement=machine, nom_fichier="plan.pdf", intervention=None)
    DocumentFactory(equipement=machine, nom_fichier="cher.pdf", intervention=None, interne=True)
    envoyer(
        responsable,
        reverse("equipment:statut", args=[machine.pk]),
        {"vers": "panne", "motif": "Le client a tapé dessus"},
    )
    page = texte(ouvrir(responsable, _chronologie(machine)))
    for mot in ("Vidange", "Huile neuve", "Cycles", "plan.pdf", "cher.pdf", "tapé dessus"):
        assert mot in page
    page = texte(ouvrir(client_portail, _chronologie(machine)))
    for mot in ("Vidange", "Cycles", "plan.pdf", "En panne"):
        assert mot in page
    for mot in ("cher.pdf", "tapé dessus", responsable.full_name):
        assert mot not in page
    page = texte(ouvrir(technicien, _chronologie(machine)))
    assert "En panne" in page
    assert "Vidange" not in page
    seul = texte(ouvrir(responsable, _chronologie(machine, genre="statut")))
    assert "En panne" in seul
    assert "Vidange" not in seul


def test_la_chronologie_se_lit_jusqu_au_bout_sans_trou(ouvrir, responsable):
    machine = EquipementFactory()
    compteur = CompteurFactory(equipement=machine)
    _releves(compteur, *((jour, 100 - jour, False) for jour in range(30)))
    InterventionFactory.create_batch(3, equipement=machine)
    vus = []
    url = _chronologie(machine)
    while url:
        reponse = ouvrir(responsable, url, headers=HTMX)
        assert "<html" not in texte(reponse)
        vus += re.findall(r"(?:Heures \d+|INT-\d+-\d+)[^<]*", texte(reponse))
        suite = re.search(r'hx-get="([^"]*avant=[^"]*)" hx-target="closest li"', texte(reponse))
        url = unescape(suite[1]) if suite else ""
    assert len(vus) == len(set(vus)) == 33
    for faux in ("hier", "2026-01-01", "9999-99-99T00:00:00Z", "\x00"):
        assert ouvrir(responsable, _chronologie(machine, avant=faux)).status_code == 200


def test_la_chronologie_coute_autant_longue_que_courte(requetes, responsable):
    machine = EquipementFactory()
    compteur = CompteurFactory(equipement=machine)
    _releves(compteur, (0, 5, False))
    InterventionFactory(equipement=machine)
    peu = requetes(responsable, _chronologie(machine))
    _releves(compteur, *((jour, 5, False) for jour in range(1, 20)))
    InterventionFactory.create_batch(10, equipement=machine)
    assert requetes(responsable, _chronologie(machine)) == peu <= BUDGET
