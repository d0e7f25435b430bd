"""Saved views above a list: kept from what is shown, offered to whom they are for, and back to the same list."""

import pytest
from django.test import Client
from django.urls import reverse

from interventions.tests.factories import InterventionFactory
from search.choices import Entite
from search.models import FiltreEnregistre
from search.tests.factories import FiltreFactory
from search.vues import PAGES

pytestmark = pytest.mark.django_db
LISTE = reverse("interventions:liste")
CREER = reverse("search:vue_creer")


def _navigateur(user):
    navigateur = Client()
    navigateur.force_login(user, backend="accounts.backends.EmailBackend")
    return navigateur


def test_garder_une_vue_puis_y_revenir(responsable):
    urgente = InterventionFactory(priorite="urgente")
    InterventionFactory(priorite="basse")
    navigateur = _navigateur(responsable)
    affichee = "priorite=urgente,haute&sort=-date_limite&page=2&taille=50&inconnu=1&colonnes=statut"
    formulaire = navigateur.get(f"{CREER}?entite=interventions&{affichee}")
    requete = formulaire.context["form"]["requete"].value()
    assert requete == "priorite=urgente,haute&sort=-date_limite&colonnes=statut"
    reponse = navigateur.post(
        f"{CREER}?entite=interventions", {"nom": "Le feu", "partage": "on", "requete": requete}
    )
    vue = FiltreEnregistre.objects.get()
    assert (vue.user, vue.nom, vue.partage, vue.entite) == (
        responsable,
        "Le feu",
        True,
        "interventions",
    )
    page = navigateur.get(reponse["Location"])
    assert [i.pk for i in page.context["liste"].objets] == [urgente.pk]
    # the menu marks it, in whatever order its filters are written
    page = navigateur.get(f"{LISTE}?priorite=haute&priorite=urgente").content.decode()
    assert 'aria-current="page"' in page.split("menu-vues")[1].split("Le feu")[0]


def test_le_dialogue_garde_la_liste_qui_est_derriere(responsable):
    formulaire = _navigateur(responsable).get(
        f"{CREER}?entite=interventions&statut=ouverte",
        headers={
            "HX-Request": "true",
            "HX-Current-URL": f"http://testserver{LISTE}?statut=cloturee",
        },
    )
    assert formulaire.context["form"]["requete"].value() == "statut=cloturee"


def test_une_vue_sert_aussi_au_kanban(responsable):
    FiltreFactory(user=responsable, nom="Le feu", parametres={"priorite": ["urgente"]})
    kanban = reverse("interventions:kanban")
    navigateur = _navigateur(responsable)
    assert f'href="{kanban}?priorite=urgente"' in navigateur.get(kanban).content.decode()
    reponse = navigateur.post(
        f"{CREER}?entite=interventions",
        {"nom": "Du kanban", "requete": "priorite=haute"},
        headers={
            "HX-Request": "true",
            "HX-Current-URL": f"http://testserver{kanban}?priorite=haute",
        },
    )
    assert reponse["HX-Refresh"] == "true"  # the kanban is what the view shows: it stays


def test_les_colonnes_de_l_auteur_suivent_la_vue(responsable):
    responsable.preferences = {"colonnes": {"interventions": ["site"]}}
    responsable.save()
    formulaire = _navigateur(responsable).get(f"{CREER}?entite=interventions&statut=ouverte")
    assert formulaire.context["form"]["requete"].value() == "statut=ouverte&colonnes=site"


def test_a_qui_une_vue_est_proposee(responsable, technicien, client_portail, admin):
    FiltreFactory(user=responsable, nom="Partagée", partage=True)
    FiltreFactory(user=responsable, nom="Privée")
    FiltreFactory(user=client_portail, nom="Du client")
    proposees = {}
    for personne in (admin, responsable, technicien, client_portail):
        page = _navigateur(personne).get(LISTE).content.decode()
        proposees[personne] = {n for n in ("Partagée", "Privée", "Du client") if n in page}
    assert proposees == {
        admin: {"Partagée"},
        responsable: {"Partagée", "Privée"},
        technicien: {"Partagée"},
        client_portail: {"Du client"},
    }


def test_renommer_remplacer_ne_plus_partager_oublier(responsable, admin):
    vue = FiltreFactory(user=responsable, nom="A", partage=True)
    adresse = reverse("search:vue_modifier", args=[vue.pk])
    assert _navigateur(admin).get(adresse).status_code == 403
    navigateur = _navigateur(responsable)
    reponse = navigateur.post(adresse, {"nom": "B", "requete": "statut=annulee", "remplacer": "on"})
    vue.refresh_from_db()
    assert (vue.nom, vue.partage, vue.parametres) == ("B", False, {"statut": ["annulee"]})
    assert reponse["Location"] == f"{LISTE}?statut=annulee"
    FiltreFactory(user=responsable, nom="C")
    assert navigateur.post(adresse, {"nom": "c", "requete": ""}).status_code == 422
    assert "B" in navigateur.get(f"{reverse('search:vues')}?entite=interventions").content.decode()
    assert (
        _navigateur(admin).post(reverse("search:vue_supprimer", args=[vue.pk])).status_code == 404
    )
    navigateur.post(reverse("search:vue_supprimer", args=[vue.pk]))
    assert not FiltreEnregistre.objects.filter(pk=vue.pk).exists()


def test_seul_qui_gere_partage(technicien):
    navigateur = _navigateur(technicien)
    assert "partage" not in navigateur.get(f"{CREER}?entite=interventions").context["form"].fields
    navigateur.post(f"{CREER}?entite=interventions", {"nom": "La mienne", "partage": "on"})
    assert not FiltreEnregistre.objects.get().partage


def test_pas_de_vue_d_une_liste_que_l_on_n_a_pas(client_portail):
    navigateur = _navigateur(client_portail)
    for entite in ("pieces", "gammes", "mouvements", "lune", ""):
        assert navigateur.get(f"{CREER}?entite={entite}").status_code == 404


def test_chaque_liste_a_vues_a_une_page(admin):
    navigateur = _navigateur(admin)
    for entite, page in PAGES.items():
        liste = navigateur.get(reverse(page)).context["liste"]
        assert liste.nom == Entite(entite).value, page


def test_une_liste_s_ouvre_sur_la_vue_choisie(responsable, technicien):
    vue = FiltreFactory(user=responsable, parametres={"statut": ["ouverte"]})
    navigateur = _navigateur(responsable)
    ouvrir = reverse("search:vue_ouvrir", args=[vue.pk])
    assert navigateur.get(LISTE).status_code == 200
    assert navigateur.post(ouvrir)["Location"] == f"{LISTE}?statut=ouverte"
    assert navigateur.get(LISTE)["Location"] == f"{LISTE}?statut=ouverte"
    # what the address says goes first, and the tab that shows everything shows everything
    assert navigateur.get(f"{LISTE}?statut=cloturee").status_code == 200
    dans_la_page = {"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "page-liste"}
    assert navigateur.get(LISTE, headers=dans_la_page).status_code == 200
    assert navigateur.get(reverse("clients:liste")).status_code == 200
    dialogue = navigateur.get(f"{reverse('search:vues')}?entite=interventions").content.decode()
    assert "la liste s’ouvre dessus" in dialogue
    navigateur.post(ouvrir, {"non": "1"})
    assert navigateur.get(LISTE).status_code == 200
    # one that keeps nothing does not lead to itself
    FiltreEnregistre.objects.update(parametres={"statut": []})
    navigateur.post(ouvrir)
    assert navigateur.get(LISTE).status_code == 200
    # a view that is gone, or no longer shared, leaves the list as it comes
    navigateur.post(ouvrir)
    vue.delete()
    assert navigateur.get(LISTE).status_code == 200
    assert _navigateur(technicien).post(ouvrir).status_code == 404
