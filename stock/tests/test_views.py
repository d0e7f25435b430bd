"""Pages of the stock, as the five people see them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stock.models import PieceDetachee
from stock.tests.factories import MouvementFactory, PieceFactory

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


def test_les_plus_en_manque_d_abord(ouvrir, responsable):
    PieceFactory(designation="Assez", stock=10, stock_minimum=2)
    PieceFactory(designation="Manque peu", stock=4, stock_minimum=5)
    PieceFactory(designation="Manque fort", stock=1, stock_minimum=20)
    page = texte(ouvrir(responsable, reverse("stock:liste")))
    assert page.index("Manque fort") < page.index("Manque peu") < page.index("Assez")
    page = texte(ouvrir(responsable, reverse("stock:liste") + "?sous_minimum=true"))
    assert "Manque peu" in page
    assert "Assez" not in page


def test_un_nom_de_piece_n_est_jamais_du_html(ouvrir, responsable):
    PieceFactory(
        designation="<script>alert(1)</script>",
        reference='"><b>',
        emplacement="<i>A</i>",
        fournisseur="L'Atlas & fils",
    )
    page = texte(ouvrir(responsable, reverse("stock:liste")))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'aria-label="Mouvement de &lt;script&gt;' in page
    assert '"><b>' not in page
    assert "<i>A" not in page
    assert "L&#x27;Atlas &amp; fils" in page


def test_qui_voit_le_stock(ouvrir, responsable, technicien, client_portail):
    piece = PieceFactory(designation="Courroie", prix_unitaire=Decimal("345.60"))
    for url in (reverse("stock:liste"), piece.get_absolute_url()):
        assert "345,60" in texte(ouvrir(responsable, url))
        page = texte(ouvrir(technicien, url))
        assert "Courroie" in page
        assert "345,60" not in page
        assert reverse("stock:mouvement", args=[piece.pk]) not in page
    assert ouvrir(client_portail, reverse("stock:liste")).status_code == 403
    assert ouvrir(client_portail, piece.get_absolute_url()).status_code == 404


def test_autant_de_requetes_pour_3_lignes_que_pour_30(requetes, responsable):
    def remplir(nombre):
        for numero in range(nombre):
            MouvementFactory(piece=PieceFactory(fournisseur=f"F{numero}"))

    remplir(3)
    url = reverse("stock:liste") + "?taille=50"
    peu = requetes(responsable, url)
    remplir(27)
    assert requetes(responsable, url) == peu <= BUDGET


def test_le_registre_se_feuillette(requetes, ouvrir, responsable):
    piece = PieceFactory(stock=1)
    MouvementFactory.create_batch(2, piece=piece)
    peu = requetes(responsable, piece.get_absolute_url())
    MouvementFactory.create_batch(20, piece=piece)
    assert requetes(responsable, piece.get_absolute_url()) == peu
    MouvementFactory.create_batch(5, piece=piece)
    suite = ouvrir(responsable, piece.get_absolute_url() + "?page=2", headers=HTMX)
    assert "<html" not in texte(suite)
    assert len(suite.context["liste"].objets) == 3


def test_creer_et_modifier(envoyer, responsable):
    valeurs = {
        "reference": "R-1",
        "designation": "Filtre à huile",
        "unite": "pièce",
        "prix_unitaire": "80",
        "stock_minimum": "5",
        "stock_maximum": "2",
        "is_active": "on",
        "stock_initial": "7",
    }
    refus = envoyer(responsable, reverse("stock:creer"), valeurs)
    assert refus.status_code == 422
    assert "Filtre à huile" in texte(refus)
    assert (
        envoyer(responsable, reverse("stock:creer"), {**valeurs, "stock_maximum": ""}).status_code
        == 302
    )
    piece = PieceDetachee.objects.get()
    assert piece.stock_actuel == 7
    envoyer(
        responsable,
        reverse("stock:modifier", args=[piece.pk]),
        {**valeurs, "stock_maximum": "30", "designation": "Filtre"},
    )
    piece.refresh_from_db()
    assert (piece.designation, piece.stock_maximum) == ("Filtre", 30)


def test_mouvements(envoyer, ouvrir, responsable):
    piece = PieceFactory(stock=10)
    url = reverse("stock:mouvement", args=[piece.pk])
    refus = envoyer(responsable, url, {"type_mouvement": "sortie", "quantite": "11"}, headers=HTMX)
    assert refus.status_code == 409
    assert "Stock insuffisant" in texte(refus)
    for genre, quantite in (("entree", "5"), ("sortie", "3"), ("ajustement", "11")):
        envoyer(responsable, url, {"type_mouvement": genre, "quantite": quantite})
    piece.refresh_from_db()
    assert piece.stock_actuel == 11
    form = ouvrir(responsable, url + "?type_mouvement=ajustement").context["form"]
    assert form["type_mouvement"].value() == "ajustement"


@pytest.mark.parametrize("nom", ["stock:modifier", "stock:mouvement", "stock:supprimer"])
def test_ecrire_est_a_ceux_qui_gerent(envoyer, technicien, client_portail, nom):
    piece = PieceFactory()
    assert envoyer(technicien, reverse(nom, args=[piece.pk])).status_code == 403
    assert envoyer(client_portail, reverse(nom, args=[piece.pk])).status_code == 404
    assert envoyer(technicien, reverse("stock:creer")).status_code == 403


def test_supprimer_ce_qui_a_servi_est_refuse(envoyer, responsable):
    neuve, servie = PieceFactory(stock=0), PieceFactory(stock=1)
    for piece in (neuve, servie):
        envoyer(responsable, reverse("stock:supprimer", args=[piece.pk]))
    assert list(PieceDetachee.objects.all()) == [servie]
