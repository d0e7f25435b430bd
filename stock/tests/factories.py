from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from stock.choices import TypeMouvement
from stock.models import Inventaire, LigneInventaire, MouvementStock, PieceDetachee


class PieceFactory(DjangoModelFactory):
    """A part with 10 in stock; `stock=…` for another quantity, which comes in by one movement."""

    class Meta:
        model = PieceDetachee
        skip_postgeneration_save = True

    reference = factory.Sequence(lambda n: f"REF-{n:05}")
    designation = factory.Sequence(lambda n: f"Roulement {n}")
    prix_unitaire = Decimal("120.00")

    @factory.post_generation
    def stock(self, create, extracted, **kwargs):
        quantite = Decimal(10 if extracted is None else extracted)
        if quantite:
            MouvementFactory(piece=self, quantite=quantite)


class MouvementFactory(DjangoModelFactory):
    """One line of the ledger, from the part's present stock; an entry by default."""

    class Meta:
        model = MouvementStock

    piece = factory.SubFactory(PieceFactory)
    type_mouvement = TypeMouvement.ENTREE
    quantite = Decimal(1)
    stock_avant = factory.LazyAttribute(lambda o: o.piece.stock_actuel)
    stock_apres = factory.LazyAttribute(
        lambda o: (
            o.stock_avant
            + (-o.quantite if o.type_mouvement == TypeMouvement.SORTIE else o.quantite)
        )
    )
    prix_unitaire = factory.LazyAttribute(lambda o: o.piece.prix_unitaire)
    motif = "Inventaire"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        mouvement = super()._create(model_class, *args, **kwargs)
        mouvement.piece.refresh_from_db(fields=["stock_actuel"])
        return mouvement


class InventaireFactory(DjangoModelFactory):
    """A count under way, of nothing yet."""

    class Meta:
        model = Inventaire


class LigneInventaireFactory(DjangoModelFactory):
    """A part counted, one less than the ledger says."""

    class Meta:
        model = LigneInventaire

    inventaire = factory.SubFactory(InventaireFactory)
    piece = factory.SubFactory(PieceFactory)
    stock_registre = factory.LazyAttribute(lambda o: o.piece.stock_actuel)
    quantite = factory.LazyAttribute(lambda o: o.stock_registre - 1)
