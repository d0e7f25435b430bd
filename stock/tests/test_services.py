from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from accounts.models import SYSTEME
from accounts.tests.factories import UserFactory
from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from erp.tests.concurrence import codes, ensemble
from notifications.choices import Evenement
from notifications.models import Notification
from stock import services
from stock.choices import TypeMouvement
from stock.models import MouvementStock, PieceDetachee
from stock.tests.factories import MouvementFactory, PieceFactory

pytestmark = pytest.mark.django_db


def champs(**autres):
    return {
        "reference": "REF-1",
        "designation": "Roulement",
        "prix_unitaire": Decimal("120"),
        **autres,
    }


def stock_de(piece):
    return PieceDetachee.objects.get(pk=piece.pk).stock_actuel


def grand_livre(piece):
    return [
        (m.type_mouvement, m.quantite, m.stock_avant, m.stock_apres)
        for m in piece.mouvements.order_by("id")
    ]


class TestPieces:
    def test_le_stock_initial_est_un_mouvement(self, responsable):
        piece = services.creer_piece(par=responsable, stock_initial=Decimal("12.5"), **champs())
        assert stock_de(piece) == Decimal("12.5")
        assert grand_livre(piece) == [("entree", Decimal("12.5"), 0, Decimal("12.5"))]
        vide = services.creer_piece(par=responsable, **champs(reference="REF-2"))
        assert grand_livre(vide) == []

    def test_modifier_ne_touche_pas_au_stock(self, responsable):
        piece = PieceFactory(stock=4)
        services.modifier_piece(
            par=responsable,
            piece_id=piece.pk,
            stock_minimum=Decimal(2),
            types_compatibles=["Pompe"],
        )
        piece.refresh_from_db()
        assert (piece.stock_actuel, piece.stock_minimum, piece.types_compatibles) == (
            4,
            2,
            ["Pompe"],
        )

    def test_refus_de_forme(self, responsable):
        PieceFactory(reference="REF-1")
        for valeurs, champ in (
            (champs(), "reference"),
            (champs(reference="R", prix_unitaire=Decimal(-1)), "prix_unitaire"),
            (
                champs(reference="R", stock_minimum=Decimal(5), stock_maximum=Decimal(4)),
                "stock_minimum",
            ),
            (champs(reference="R", stock_initial=Decimal(-1)), "stock_initial"),
        ):
            with pytest.raises(ValidationError) as refus:
                services.creer_piece(par=responsable, **valeurs)
            assert [e.field for e in refus.value.errors] == [champ]
        assert PieceDetachee.objects.count() == 1

    def test_supprimer_ce_qui_n_a_jamais_bouge(self, responsable):
        bougee, neuve = PieceFactory(), PieceFactory(stock=0)
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_piece(par=responsable, piece_id=bougee.pk)
        assert refus.value.code == "UTILISE"
        services.supprimer_piece(par=responsable, piece_id=neuve.pk)
        assert set(PieceDetachee.objects.all()) == {bougee}

    def test_reserve_a_la_gestion(self, technicien, client_portail):
        piece = PieceFactory()
        for par, erreur in ((technicien, AuthorizationError), (client_portail, IntrouvableError)):
            with pytest.raises(AuthorizationError):
                services.creer_piece(par=par, **champs())
            with pytest.raises(erreur):
                services.modifier_piece(par=par, piece_id=piece.pk, designation="X")
            with pytest.raises(erreur):
                services.supprimer_piece(par=par, piece_id=piece.pk)
            with pytest.raises(erreur):
                services.enregistrer_mouvement(
                    par=par, piece_id=piece.pk, type_mouvement="entree", quantite=Decimal(1)
                )


class TestMouvements:
    def test_le_grand_livre_et_le_stock_marchent_ensemble(self, responsable):
        piece = PieceFactory(stock=10)
        for genre, quantite in (("sortie", 4), ("retour", 1), ("entree", 5), ("ajustement", 9)):
            services.enregistrer_mouvement(
                par=responsable, piece_id=piece.pk, type_mouvement=genre, quantite=Decimal(quantite)
            )
        assert grand_livre(piece)[1:] == [
            ("sortie", 4, 10, 6),
            ("retour", 1, 6, 7),
            ("entree", 5, 7, 12),
            ("ajustement", 3, 12, 9),
        ]
        assert stock_de(piece) == 9

    def test_on_ne_sort_pas_plus_que_le_stock(self, responsable):
        piece = PieceFactory(stock=3)
        with pytest.raises(BusinessRuleError) as refus:
            services.enregistrer_mouvement(
                par=responsable,
                piece_id=piece.pk,
                type_mouvement="sortie",
                quantite=Decimal("3.01"),
            )
        assert refus.value.code == "STOCK_INSUFFISANT"
        assert stock_de(piece) == 3
        services.enregistrer_mouvement(
            par=responsable, piece_id=piece.pk, type_mouvement="sortie", quantite=Decimal(3)
        )
        assert stock_de(piece) == 0

    def test_compter_ce_que_dit_le_registre(self, responsable):
        piece = PieceFactory(stock=3)
        with pytest.raises(BusinessRuleError) as refus:
            services.enregistrer_mouvement(
                par=responsable, piece_id=piece.pk, type_mouvement="ajustement", quantite=Decimal(3)
            )
        assert refus.value.code == "STOCK_INCHANGE"
        services.enregistrer_mouvement(
            par=responsable, piece_id=piece.pk, type_mouvement="ajustement", quantite=Decimal(0)
        )
        assert stock_de(piece) == 0

    @pytest.mark.parametrize(
        ("genre", "quantite"),
        [
            ("entree", "0"),
            ("sortie", "-1"),
            ("ajustement", "-1"),
            ("entree", "NaN"),
            ("entree", "Infinity"),
            ("entree", "0.001"),
            ("entree", "99999999999"),
            ("vol", "1"),
        ],
    )
    def test_quantites_et_types_impossibles(self, responsable, genre, quantite):
        piece = PieceFactory(stock=3)
        with pytest.raises(ValidationError):
            services.enregistrer_mouvement(
                par=responsable, piece_id=piece.pk, type_mouvement=genre, quantite=Decimal(quantite)
            )
        assert stock_de(piece) == 3

    def test_le_prix_est_celui_du_moment(self, responsable):
        piece = PieceFactory(prix_unitaire=Decimal(100))
        services.enregistrer_mouvement(
            par=responsable, piece_id=piece.pk, type_mouvement="entree", quantite=Decimal(1)
        )
        services.modifier_piece(par=responsable, piece_id=piece.pk, prix_unitaire=Decimal(110))
        services.enregistrer_mouvement(
            par=responsable,
            piece_id=piece.pk,
            type_mouvement="entree",
            quantite=Decimal(1),
            prix_unitaire=Decimal("95.50"),
        )
        prix = list(piece.mouvements.order_by("id").values_list("prix_unitaire", flat=True)[1:])
        assert prix == [Decimal(100), Decimal("95.50")]

    def test_le_mouvement_dit_qui(self, responsable):
        piece = PieceFactory()
        services.enregistrer_mouvement(
            par=responsable,
            piece_id=piece.pk,
            type_mouvement="sortie",
            quantite=Decimal(1),
            motif="Essai",
        )
        dernier = MouvementStock.objects.first()
        assert (dernier.user, dernier.motif) == (responsable, "Essai")
        services.enregistrer_mouvement(
            par=SYSTEME, piece_id=piece.pk, type_mouvement="entree", quantite=Decimal(1)
        )
        assert MouvementStock.objects.first().user is None

    def test_pour_une_intervention_on_prend_ou_on_rapporte(self, technicien):
        piece = PieceFactory(stock=3)
        for genre, quantite, reste in (("sortie", 2, 1), ("retour", 1, 2)):
            services.mouvement_intervention(
                par=technicien,
                piece_id=piece.pk,
                type_mouvement=genre,
                quantite=Decimal(quantite),
                motif="INT-1",
            )
            assert stock_de(piece) == reste
        for genre, pk in ((TypeMouvement.ENTREE, piece.pk), (TypeMouvement.SORTIE, 0)):
            with pytest.raises(ValidationError):
                services.mouvement_intervention(
                    par=technicien, piece_id=pk, type_mouvement=genre, quantite=Decimal(1), motif=""
                )


class TestStockBas:
    def test_une_fois_au_passage_du_minimum(self, responsable, admin):
        piece = PieceFactory(stock=10, stock_minimum=5)
        autre = UserFactory(responsable=True)
        for genre, quantite, attendues in (
            ("sortie", 5, 0),
            ("sortie", 1, 1),
            ("sortie", 1, 1),
            ("entree", 10, 1),
            ("ajustement", 2, 2),
        ):
            services.enregistrer_mouvement(
                par=admin, piece_id=piece.pk, type_mouvement=genre, quantite=Decimal(quantite)
            )
            dites = Notification.objects.dans_l_application().filter(
                type_notification=Evenement.STOCK_BAS
            )
            for user in (responsable, autre):
                assert dites.filter(user=user).count() == attendues
            assert not dites.filter(user=admin).exists()

    def test_une_piece_sans_minimum_ou_inactive_ne_crie_pas(self, responsable):
        for piece in (
            PieceFactory(stock=1),
            PieceFactory(stock=1, stock_minimum=1, is_active=False),
        ):
            services.enregistrer_mouvement(
                par=responsable, piece_id=piece.pk, type_mouvement="sortie", quantite=Decimal(1)
            )
        assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestConcurrence:
    def test_le_stock_n_est_jamais_negatif(self):
        responsable = UserFactory()
        piece = PieceFactory(stock=5)
        resultats = ensemble(
            *[
                lambda: services.enregistrer_mouvement(
                    par=responsable, piece_id=piece.pk, type_mouvement="sortie", quantite=Decimal(2)
                )
            ]
            * 4
        )
        assert codes(resultats) == ["STOCK_INSUFFISANT"] * 2
        assert stock_de(piece) == 1
        assert sum(m.stock_apres - m.stock_avant for m in MouvementStock.objects.all()) == stock_de(
            piece
        )

    def test_deux_references_au_meme_moment(self):
        responsable = UserFactory()
        resultats = ensemble(
            *[lambda: services.creer_piece(par=responsable, stock_initial=Decimal(1), **champs())]
            * 2
        )
        assert codes(resultats) == ["VALIDATION_ERROR"]
        (refus,) = [r for r in resultats if isinstance(r, ValidationError)]
        assert [(e.field, e.code) for e in refus.errors] == [("reference", "DEJA_UTILISE")]
        assert PieceDetachee.objects.get().stock_actuel == 1


def test_la_base_refuse_un_stock_ecrit_a_la_main(responsable):
    piece = PieceFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        PieceDetachee.objects.filter(pk=piece.pk).update(stock_actuel=99)
    with pytest.raises(IntegrityError), transaction.atomic():
        MouvementFactory(piece=piece, stock_avant=3)
    assert stock_de(piece) == 10
