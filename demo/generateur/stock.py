"""The ledger: deliveries, what jobs took, counts; in the order of time, each line starts where the last ended."""

from datetime import datetime, timedelta
from decimal import Decimal

from demo.generateur import horloge
from demo.generateur.fiches import Monde, Usage
from interventions.models import InterventionPiece
from stock.choices import TypeMouvement
from stock.models import MouvementStock


def ecrire_le_stock(monde: Monde) -> None:
    """Movements of every part, one after the other, and the parts used that they stand for.

    A part that runs low is ordered and comes in some days later; one that would run out comes in just before. Those
    that are short today were found short at last week's count.
    """
    magasin = _Magasin(monde)
    for reference in monde.pieces:
        magasin.ouvrir(reference)
    references = {pk: reference for reference, (pk, _) in monde.pieces.items()}
    for usage in sorted(monde.usages, key=lambda u: (u.quand, u.intervention)):
        magasin.servir(references[usage.piece], usage)
    for reference, (_, fiche) in monde.pieces.items():
        if fiche.manquante:
            magasin.compter_court(reference)


class _Magasin:
    def __init__(self, monde: Monde) -> None:
        self._monde = monde
        self._stock: dict[str, int] = {}
        self._livraisons: dict[str, datetime] = {}
        self._dernier: dict[str, datetime] = {}
        self._inventaire = horloge.moment(monde.aujourdhui - timedelta(days=4), 17)

    def _mouvement(
        self,
        reference: str,
        type_mouvement: str,
        quantite: int,
        quand: datetime,
        user: int,
        motif: str,
        apres: int,
    ) -> int:
        piece, fiche = self._monde.pieces[reference]
        avant = self._stock.get(reference, 0)
        self._stock[reference] = apres
        quand = self._dernier[reference] = max(quand, self._dernier.get(reference, quand))
        return self._monde.lots.ajouter(
            MouvementStock,
            piece_id=piece,
            type_mouvement=type_mouvement,
            quantite=Decimal(quantite),
            stock_avant=Decimal(avant),
            stock_apres=Decimal(apres),
            prix_unitaire=Decimal(fiche.prix),
            user_id=user,
            motif=motif,
            date_mouvement=quand,
            created_at=quand,
        )

    def _entrer(self, reference: str, quantite: int, quand: datetime, motif: str) -> None:
        apres = self._stock.get(reference, 0) + quantite
        self._mouvement(
            reference,
            TypeMouvement.ENTREE,
            quantite,
            quand,
            self._monde.responsables[-1],
            motif,
            apres,
        )

    def ouvrir(self, reference: str) -> None:
        fiche = self._monde.pieces[reference][1]
        self._entrer(
            reference, fiche.maximum, horloge.moment(self._monde.debut, 8), "Stock initial"
        )

    def servir(self, reference: str, usage: Usage) -> None:
        fiche = self._monde.pieces[reference][1]
        livraison = self._livraisons.get(reference)
        if livraison is not None and livraison <= usage.quand:
            del self._livraisons[reference]
            self._entrer(
                reference,
                fiche.maximum - self._stock[reference],
                livraison,
                f"Commande {fiche.fournisseur}",
            )
        if self._stock[reference] < usage.quantite:
            self._livraisons.pop(reference, None)
            self._entrer(
                reference,
                max(usage.quantite, fiche.maximum - self._stock[reference]),
                usage.quand - timedelta(minutes=50),
                f"Livraison express {fiche.fournisseur}",
            )
        sortie = usage.quantite > 0
        mouvement = self._mouvement(
            reference,
            TypeMouvement.SORTIE if sortie else TypeMouvement.RETOUR,
            abs(usage.quantite),
            usage.quand,
            usage.user,
            usage.reference,
            self._stock[reference] - usage.quantite,
        )
        self._monde.lots.ajouter(
            InterventionPiece,
            intervention_id=usage.intervention,
            piece_id=usage.piece,
            mouvement_id=mouvement,
            quantite=Decimal(usage.quantite),
            prix_unitaire=Decimal(fiche.prix),
            created_at=usage.quand,
        )
        if self._stock[reference] <= fiche.minimum and reference not in self._livraisons:
            self._livraisons[reference] = usage.quand + timedelta(
                days=self._monde.rng.randrange(2, 9)
            )

    def compter_court(self, reference: str) -> None:
        """The count found less than the ledger said: below the minimum since."""
        fiche = self._monde.pieces[reference][1]
        stock = self._stock[reference]
        trouve = max(0, fiche.minimum - 1 - fiche.minimum // 3)
        if stock <= trouve:
            return
        self._mouvement(
            reference,
            TypeMouvement.AJUSTEMENT,
            stock - trouve,
            self._inventaire,
            self._monde.responsables[0],
            "Inventaire tournant : écart constaté",
            trouve,
        )
