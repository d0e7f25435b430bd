"""Counting the shelves: nothing is written before it is validated, and then exactly the differences."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from stock import services
from stock.choices import StatutInventaire, TypeMouvement
from stock.models import Inventaire, LigneInventaire, MouvementStock
from stock.tests.factories import InventaireFactory, LigneInventaireFactory, PieceFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def compter(client, responsable):
    """`compter(inventaire, reference, quantite)`: as the storekeeper's page sends it."""

    def _compter(inventaire, reference, quantite="", **autres):
        client.force_login(responsable)
        donnees = {"reference": reference, "quantite": quantite, **autres}
        return client.post(inventaire.get_absolute_url(), donnees, headers=HTMX)

    return _compter


def stocks(*pieces):
    for piece in pieces:
        piece.refresh_from_db()
    return [piece.stock_actuel for piece in pieces]


def test_compter_puis_valider_ecrit_les_ecarts_et_eux_seuls(client, compter, responsable):
    juste, trop, manque = (PieceFactory(stock=10) for _ in range(3))
    client.force_login(responsable)
    depart = client.post(reverse("stock:inventaires"), {"libelle": "Allée A"})
    inventaire = Inventaire.objects.get()
    assert depart["Location"] == inventaire.get_absolute_url()
    for piece, quantite in ((juste, 10), (trop, 12), (manque, 7)):
        page = compter(inventaire, piece.reference, quantite).content.decode()
        assert piece.designation in page
        assert "<html" not in page
    assert stocks(juste, trop, manque) == [10, 10, 10]
    mouvements = MouvementStock.objects.count()
    client.post(reverse("stock:inventaire_valider", args=[inventaire.pk]))
    assert stocks(juste, trop, manque) == [10, 12, 7]
    nouveaux = MouvementStock.objects.all()[: MouvementStock.objects.count() - mouvements]
    ecrit = (TypeMouvement.AJUSTEMENT, "Allée A", responsable)
    dits = {m.piece: (m.type_mouvement, m.motif, m.user) for m in nouveaux}
    assert dits == {trop: ecrit, manque: ecrit}
    page = client.get(inventaire.get_absolute_url()).content.decode()
    assert "Validé" in page
    assert 'name="reference"' not in page


def test_la_reference_se_tape_comme_on_veut_et_se_recompte(compter):
    piece = PieceFactory(reference="SKF-6204", stock=10)
    inventaire = InventaireFactory()
    assert compter(inventaire, " skf-6204 ", "4").status_code == 200
    compter(inventaire, "SKF-6204", "5")
    assert inventaire.lignes.get().quantite == 5
    compter(inventaire, "SKF-6204", "3", ajouter="on")
    ligne = inventaire.lignes.get()
    assert (ligne.piece, ligne.quantite, ligne.ecart) == (piece, 8, -2)


def test_chaque_lecture_du_code_compte_une_piece(compter):
    PieceFactory(reference="A-1")
    inventaire = InventaireFactory()
    for _lecture in range(3):
        page = compter(inventaire, "A-1", un_par_lecture="on").content.decode()
        assert "checked" in page
    assert inventaire.lignes.get().quantite == 3


@pytest.mark.parametrize(
    ("saisie", "mots"),
    [
        (("INCONNUE", "4"), "Aucune pièce ne porte cette référence."),
        (("A-1", ""), "Donnez la quantité comptée."),
        (("A-1", "-2"), "supérieure ou égale à 0"),
        (("A-1", "NaN"), "nombre"),
        (("", "2"), "obligatoire"),
    ],
)
def test_ce_qui_ne_va_pas_se_dit_et_rien_ne_se_perd(compter, saisie, mots):
    PieceFactory(reference="A-1")
    inventaire = InventaireFactory()
    reponse = compter(inventaire, *saisie)
    assert reponse.status_code == 422
    assert mots in reponse.content.decode()
    assert not LigneInventaire.objects.exists()


def test_ce_qui_sort_entre_le_comptage_et_la_validation_n_est_pas_rendu(responsable):
    piece = PieceFactory(stock=10)
    inventaire = InventaireFactory()
    services.compter_piece(
        par=responsable, inventaire_id=inventaire.pk, reference=piece.reference, quantite=Decimal(9)
    )
    services.enregistrer_mouvement(
        par=responsable, piece_id=piece.pk, type_mouvement="sortie", quantite=Decimal(4)
    )
    services.valider_inventaire(par=responsable, inventaire_id=inventaire.pk)
    assert stocks(piece) == [5]


def test_un_ecart_qui_ne_tient_plus_refuse_tout_l_inventaire(responsable):
    autre, piece = PieceFactory(stock=10), PieceFactory(stock=10)
    ligne = LigneInventaireFactory(piece=autre)
    inventaire = ligne.inventaire
    LigneInventaireFactory(inventaire=inventaire, piece=piece, quantite=2)
    services.enregistrer_mouvement(
        par=responsable, piece_id=piece.pk, type_mouvement="sortie", quantite=Decimal(5)
    )
    with pytest.raises(BusinessRuleError) as refus:
        services.valider_inventaire(par=responsable, inventaire_id=inventaire.pk)
    assert refus.value.code == "INVENTAIRE_DEPASSE"
    assert stocks(autre, piece) == [10, 5]
    inventaire.refresh_from_db()
    assert inventaire.statut == StatutInventaire.EN_COURS


def test_un_inventaire_valide_ne_change_plus(responsable):
    ligne = LigneInventaireFactory()
    services.valider_inventaire(par=responsable, inventaire_id=ligne.inventaire_id)
    gestes = (
        lambda: services.valider_inventaire(par=responsable, inventaire_id=ligne.inventaire_id),
        lambda: services.abandonner_inventaire(par=responsable, inventaire_id=ligne.inventaire_id),
        lambda: services.retirer_ligne(par=responsable, ligne_id=ligne.pk),
        lambda: services.compter_piece(
            par=responsable,
            inventaire_id=ligne.inventaire_id,
            reference=ligne.piece.reference,
            quantite=Decimal(1),
        ),
    )
    for geste in gestes:
        with pytest.raises(BusinessRuleError) as refus:
            geste()
        assert refus.value.code == "INVENTAIRE_CLOS"


def test_vide_il_ne_se_valide_pas_et_s_abandonne(responsable):
    inventaire = InventaireFactory()
    with pytest.raises(BusinessRuleError) as refus:
        services.valider_inventaire(par=responsable, inventaire_id=inventaire.pk)
    assert refus.value.code == "INVENTAIRE_VIDE"
    LigneInventaireFactory(inventaire=inventaire)
    services.abandonner_inventaire(par=responsable, inventaire_id=inventaire.pk)
    assert not Inventaire.objects.exists()
    assert not LigneInventaire.objects.exists()


def test_compter_est_a_ceux_qui_gerent(technicien, client_portail):
    ligne = LigneInventaireFactory()
    for user in (technicien, client_portail):
        with pytest.raises(AuthorizationError):
            services.ouvrir_inventaire(par=user)
        with pytest.raises(IntrouvableError):
            services.valider_inventaire(par=user, inventaire_id=ligne.inventaire_id)


def test_ce_qui_se_tape_se_reconnait(client, responsable):
    inventaire = InventaireFactory()
    piece = PieceFactory(reference="COUR-7", designation="Courroie", emplacement="B2")
    PieceFactory(reference="COUR-8", designation="Courroie crantée")
    client.force_login(responsable)
    url = reverse("stock:inventaire_piece", args=[inventaire.pk])

    def page(texte):
        return client.get(url, {"reference": texte}, headers=HTMX).content.decode()

    assert "B2" in page("cour-7")
    assert page("courroie").count("data-comptage-choisir") == 2
    assert "Aucune pièce" in page("xyz")
    assert client.get(url, {"reference": "\x00"}).status_code == 200
    LigneInventaireFactory(inventaire=inventaire, piece=piece)
    assert "déjà compté" in page("COUR-7")


def test_autant_de_requetes_pour_2_lignes_que_pour_20(client, responsable):
    inventaire = InventaireFactory()
    client.force_login(responsable)

    def nombre():
        client.get(inventaire.get_absolute_url())
        with CaptureQueriesContext(connection) as prises:
            client.get(inventaire.get_absolute_url())
            client.get(reverse("stock:inventaires"))
        return len(prises)

    LigneInventaireFactory.create_batch(2, inventaire=inventaire)
    peu = nombre()
    LigneInventaireFactory.create_batch(18, inventaire=inventaire)
    assert nombre() == peu <= 20
    assert str(inventaire)


def test_une_reference_exacte_passe_avant_sa_casse(responsable):
    PieceFactory(reference="ab-1")
    juste = PieceFactory(reference="AB-1")
    inventaire = InventaireFactory()
    ligne = services.compter_piece(
        par=responsable, inventaire_id=inventaire.pk, reference="AB-1", quantite=Decimal(1)
    )
    assert ligne.piece == juste
    with pytest.raises(ValidationError):
        services.compter_piece(
            par=responsable, inventaire_id=inventaire.pk, reference="  ", quantite=Decimal(1)
        )
