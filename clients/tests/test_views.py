"""Pages of clients, sites, contacts and contracts, as the five people see them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.choices import StatutContrat
from clients.models import Client, Contact, Contrat, Site
from clients.tests.factories import (
    ClientFactory,
    ContactFactory,
    ContratFactory,
    EngagementFactory,
    SiteFactory,
)
from equipment.tests.factories import CouvertureFactory, EquipementFactory
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


def texte(reponse):
    return reponse.content.decode()


@pytest.fixture
def requetes(ouvrir, client):
    """`requetes(user, url)`: how many queries a page makes."""

    def _requetes(user, url):
        ouvrir(user, url)  # signing in, and what is asked once per process, is not the page's
        with CaptureQueriesContext(connection) as prises:
            assert client.get(url).status_code == 200
        return len(prises)

    return _requetes


# --- Lists -------------------------------------------------------------------------------------------


def test_la_liste_montre_a_chacun_les_siens(ouvrir, responsable, technicien):
    visite, inconnu = ClientFactory(nom_entreprise="Visité"), ClientFactory(nom_entreprise="Autre")
    InterventionFactory(equipement__client=visite, affectee=True, technicien=technicien.technicien)
    page = texte(ouvrir(responsable, reverse("clients:liste")))
    assert "Visité" in page
    assert "Autre" in page
    page = texte(ouvrir(technicien, reverse("clients:liste")))
    assert "Visité" in page
    assert inconnu.nom_entreprise not in page
    assert reverse("clients:creer") not in page


def test_un_client_va_droit_a_sa_fiche(ouvrir, client_portail):
    reponse = ouvrir(client_portail, reverse("clients:liste"))
    assert reponse.status_code == 302
    assert reponse["Location"] == client_portail.contact.client.get_absolute_url()


def test_l_url_est_l_etat_de_la_liste(ouvrir, responsable):
    ClientFactory(nom_entreprise="Élodie Froid", ville="Tanger")
    ClientFactory(nom_entreprise="Zoubir Acier", ville="Agadir")
    page = texte(ouvrir(responsable, reverse("clients:liste") + "?ville=Tanger"))
    assert "Élodie Froid" in page
    assert "Zoubir Acier" not in page
    page = texte(ouvrir(responsable, reverse("clients:liste") + "?search=elodie", headers=HTMX))
    assert "Élodie Froid" in page
    assert "<html" not in page
    page = texte(ouvrir(responsable, reverse("clients:liste") + "?sort=-nom_entreprise"))
    assert page.index("Zoubir Acier") < page.index("Élodie Froid")


def test_une_liste_vide_dit_que_faire(ouvrir, responsable):
    page = texte(ouvrir(responsable, reverse("clients:liste")))
    assert "Pas encore de client" in page
    assert reverse("clients:creer") in page
    assert "Effacer les filtres" in texte(
        ouvrir(responsable, reverse("clients:liste") + "?search=x")
    )


@pytest.mark.parametrize("nom", ["clients:liste", "clients:contrats"])
def test_autant_de_requetes_pour_3_lignes_que_pour_30(requetes, responsable, nom):
    def remplir(nombre):
        for contrat in ContratFactory.create_batch(nombre):
            InterventionFactory(equipement__client=contrat.client, contrat=contrat)

    remplir(3)
    url = reverse(nom) + "?taille=50"
    peu = requetes(responsable, url)
    remplir(27)
    assert requetes(responsable, url) == peu <= BUDGET


# --- The sheet of a client ---------------------------------------------------------------------------


@pytest.mark.parametrize("onglet", ["", "equipements", "interventions", "contrats", "documents"])
def test_chaque_rubrique_s_ouvre(ouvrir, responsable, client_portail, onglet):
    societe = client_portail.contact.client
    couverture = CouvertureFactory(contrat__client=societe)
    InterventionFactory(equipement=couverture.equipement, contrat=couverture.contrat)
    SiteFactory(client=societe)
    url = f"{societe.get_absolute_url()}?onglet={onglet}"
    for user in (responsable, client_portail):
        assert ouvrir(user, url).status_code == 200


def test_la_fiche_d_un_autre_n_existe_pas(ouvrir, technicien, client_portail, autre_client):
    etranger = autre_client.contact.client
    site, contrat = SiteFactory(client=etranger), ContratFactory(client=etranger)
    for user in (technicien, client_portail):
        for objet in (etranger, site, contrat):
            assert ouvrir(user, objet.get_absolute_url()).status_code == 404


def test_notes_commerciales_et_montants(ouvrir, responsable, technicien, client_portail):
    societe = client_portail.contact.client
    contrat = ContratFactory(client=societe, montant_annuel=987654)
    InterventionFactory(
        equipement__client=societe,
        contrat=contrat,
        affectee=True,
        technicien=technicien.technicien,
    )
    fiche, papier = societe.get_absolute_url(), contrat.get_absolute_url()
    notes = societe.notes_commerciales
    assert notes in texte(ouvrir(responsable, fiche))
    assert notes not in texte(ouvrir(technicien, fiche))
    assert notes not in texte(ouvrir(client_portail, fiche))
    assert "987" in texte(ouvrir(responsable, papier))
    assert "987" in texte(ouvrir(client_portail, papier))
    assert "987" not in texte(ouvrir(technicien, papier))
    for url in (fiche + "?onglet=contrats", reverse("clients:contrats")):
        assert "987" not in texte(ouvrir(technicien, url))


def test_un_client_corrige_ses_coordonnees_seulement(envoyer, ouvrir, client_portail):
    societe = client_portail.contact.client
    url = reverse("clients:modifier", args=[societe.pk])
    page = texte(ouvrir(client_portail, url))
    assert 'name="contact_nom"' in page
    assert 'name="nom_entreprise"' not in page
    assert "notes_commerciales" not in page
    envoyer(client_portail, url, {"contact_nom": "Samira", "nom_entreprise": "Volée"})
    societe.refresh_from_db()
    assert (societe.contact_nom, societe.nom_entreprise) == ("Samira", "Ciments du Nord")


# --- Writing -----------------------------------------------------------------------------------------


def test_creer_un_client(envoyer, responsable):
    url = reverse("clients:creer")
    valeurs = {
        "nom_entreprise": "Textile du Sud",
        "type_client": "entreprise",
        "niveau_service": "premium",
        "pays": "Maroc",
        "is_active": "on",
        "ice": "123",
    }
    refus = envoyer(responsable, url, valeurs, headers=HTMX)
    assert refus.status_code == 422
    assert "Textile du Sud" in texte(refus)
    assert "15 chiffres" in texte(refus)
    assert "<html" not in texte(refus)
    reponse = envoyer(responsable, url, {**valeurs, "ice": "001234567000089"})
    assert reponse.status_code == 302
    assert Client.objects.get().nom_entreprise == "Textile du Sud"


@pytest.mark.parametrize("nom", ["clients:creer", "clients:contrat_creer"])
def test_creer_est_a_ceux_qui_gerent(ouvrir, envoyer, technicien, client_portail, nom):
    for user in (technicien, client_portail):
        assert ouvrir(user, reverse(nom)).status_code == 403
        assert envoyer(user, reverse(nom)).status_code == 403


def test_supprimer_un_client_qui_a_servi_est_refuse(envoyer, responsable):
    seul, occupe = ClientFactory(), ClientFactory()
    EquipementFactory(client=occupe)
    envoyer(responsable, reverse("clients:supprimer", args=[occupe.pk]))
    assert Client.objects.filter(pk=occupe.pk).exists()
    envoyer(responsable, reverse("clients:supprimer", args=[seul.pk]))
    assert not Client.objects.filter(pk=seul.pk).exists()


def test_contacts(envoyer, ouvrir, admin, responsable, client_portail):
    societe = client_portail.contact.client
    envoyer(
        responsable,
        reverse("clients:contact_creer", args=[societe.pk]),
        {"nom": "Nadia", "email": "nadia@example.com"},
    )
    nadia = Contact.objects.get(nom="Nadia")
    assert (
        envoyer(
            client_portail, reverse("clients:contact_modifier", args=[nadia.pk]), {"nom": "Autre"}
        ).status_code
        == 403
    )
    sien = reverse("clients:contact_modifier", args=[client_portail.contact.pk])
    envoyer(client_portail, sien, {"nom": "Celia B."})
    assert Contact.objects.get(pk=client_portail.contact.pk).nom == "Celia B."
    portail = reverse("clients:contact_portail", args=[nadia.pk])
    assert envoyer(responsable, portail).status_code == 403
    envoyer(admin, portail)
    nadia.refresh_from_db()
    assert nadia.user is not None
    libre = ContactFactory(client=societe)
    envoyer(responsable, reverse("clients:contact_supprimer", args=[libre.pk]))
    assert not Contact.objects.filter(pk=libre.pk).exists()


def test_sites(envoyer, ouvrir, responsable):
    societe = ClientFactory()
    url = reverse("clients:site_creer", args=[societe.pk])
    assert envoyer(responsable, url, {"nom": "Usine", "latitude": "33.5"}).status_code == 422
    envoyer(responsable, url, {"nom": "Usine", "ville": "Mohammedia"})
    site = Site.objects.get()
    EquipementFactory(client=societe, site=site, nom="Pompe P1")
    assert "Pompe P1" in texte(ouvrir(responsable, site.get_absolute_url()))
    envoyer(responsable, reverse("clients:site_modifier", args=[site.pk]), {"nom": "Usine 2"})
    site.refresh_from_db()
    assert site.nom == "Usine 2"
    envoyer(responsable, reverse("clients:site_supprimer", args=[site.pk]))
    assert Site.objects.filter(pk=site.pk).exists()


def champs_contrat(client, **autres):
    jour = timezone.localdate()
    return {
        "client_id": client.pk,
        "numero": "CTR-2026-1",
        "type_contrat": "maintenance_complete",
        "date_debut": jour.isoformat(),
        "date_fin": (jour + timedelta(days=365)).isoformat(),
        "montant_annuel": "120000",
        "devise": "MAD",
        "couverture": "24_7",
        **autres,
    }


def test_creer_un_contrat_avec_ses_engagements(envoyer, responsable):
    societe = ClientFactory()
    url = reverse("clients:contrat_creer")
    boiteux = champs_contrat(societe, **{"sla-urgente_reponse_heures": 4})
    refus = envoyer(responsable, url, boiteux)
    assert refus.status_code == 422
    assert "Donnez les deux délais" in texte(refus)
    assert "CTR-2026-1" in texte(refus)
    complet = {
        **boiteux,
        "sla-urgente_reponse_heures": 2,
        "sla-urgente_resolution_heures": 8,
    }
    assert envoyer(responsable, url, complet).status_code == 302
    contrat = Contrat.objects.get()
    assert contrat.statut == StatutContrat.BROUILLON
    assert contrat.engagements.get().resolution_heures == 8
    modification = {
        cle: valeur
        for cle, valeur in complet.items()
        if cle != "client_id" and not cle.startswith("sla-urgente")
    }
    modification |= {"sla-basse_reponse_heures": 24, "sla-basse_resolution_heures": 72}
    envoyer(responsable, reverse("clients:contrat_modifier", args=[contrat.pk]), modification)
    assert [e.priorite for e in contrat.engagements.all()] == ["basse"]


def test_le_contrat_montre_ce_qui_est_consomme(ouvrir, responsable):
    contrat = ContratFactory(interventions_incluses=4, heures_incluses=10)
    EngagementFactory(contrat=contrat)
    equipement = CouvertureFactory(contrat=contrat).equipement
    for _numero in range(3):
        InterventionFactory(equipement=equipement, contrat=contrat, cloturee=True, duree_reelle=60)
    InterventionFactory(equipement=equipement, contrat=contrat, annulee=True)
    avant = contrat.date_debut - timedelta(days=3)
    InterventionFactory(
        equipement=equipement,
        contrat=contrat,
        date_creation=timezone.now().replace(year=avant.year, month=avant.month, day=avant.day),
    )
    mesures = ouvrir(responsable, contrat.get_absolute_url()).context["mesures"]
    assert [(m["utilise"], m["part"]) for m in mesures] == [(3, 75), (3.0, 30)]


def test_la_vie_du_contrat(envoyer, ouvrir, responsable):
    contrat = ContratFactory(brouillon=True)
    url = reverse("clients:contrat_statut", args=[contrat.pk])
    assert "Activer" in texte(ouvrir(responsable, contrat.get_absolute_url()))
    envoyer(responsable, url, {"vers": "actif"})
    contrat.refresh_from_db()
    assert contrat.statut == StatutContrat.ACTIF
    envoyer(responsable, url, {"vers": "brouillon"})
    contrat.refresh_from_db()
    assert contrat.statut == StatutContrat.ACTIF


def test_recherche_pour_un_formulaire(ouvrir, responsable, client_portail):
    ClientFactory(nom_entreprise="Brasserie Atlas")
    url = reverse("clients:chercher") + "?q=atlas"
    assert [r["text"] for r in ouvrir(responsable, url).json()["resultats"]] == ["Brasserie Atlas"]
    assert ouvrir(client_portail, url).json()["resultats"] == []


def test_la_vue_d_ensemble_dit_ce_qui_est_consomme_ouvert_et_apprecie(client, responsable):
    societe = ClientFactory()
    contrat = ContratFactory(client=societe, interventions_incluses=2)
    machine = EquipementFactory(client=societe)
    InterventionFactory.create_batch(
        2, equipement=machine, contrat=contrat, cloturee=True, satisfaction_client=4
    )
    InterventionFactory(equipement=machine, titre="Fuite d’huile")
    client.force_login(responsable)
    page = client.get(societe.get_absolute_url()).content.decode()
    for mot in (contrat.numero, "épuisé", "Fuite d’huile", "4 sur 5"):
        assert mot in page
    chiffres = reverse("dashboard:client", args=[societe.pk])
    assert chiffres in page
    assert "Satisfaction" in client.get(chiffres).content.decode()
