"""What finished work cost: labour and parts, MAD, as the closing computed them."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum

from dashboard.demande import Demande
from dashboard.indicateurs.finies import Finies
from dashboard.indicateurs.modele import Indicateur, Lien, Ligne, Repartition, Unite
from interventions.querysets import InterventionQuerySet

TOP = 10
_COLONNES = {
    "nombre": Unite.NOMBRE,
    "main_oeuvre": Unite.MAD,
    "pieces": Unite.MAD,
    "total": Unite.MAD,
}


def couts(demande: Demande, finies: Finies, avant: Finies) -> list[Indicateur]:
    """Total, labour and parts of what was finished in the period.

    Labour: minutes entered, travel included, at each technicien's hourly cost. Parts: quantity used less what came
    back, at the price of the day. EN 15341:2007 relates the same two to the total (E8, E11). What is not finished costs
    nothing yet, a cancelled job nothing at all.
    """
    lien = Lien(finies.nombre, demande.dans_la_periode("date_fin"))

    def indicateur(cle: str, ici: Decimal, autrefois: Decimal) -> Indicateur:
        """Of nothing finished nothing is said."""
        return Indicateur(
            cle,
            ici if finies.nombre else None,
            Unite.MAD,
            autrefois if avant.nombre else None,
            lien,
            hausse=-1,
        )

    return [
        indicateur("cout", finies.main_oeuvre + finies.pieces, avant.main_oeuvre + avant.pieces),
        indicateur("cout_main_oeuvre", finies.main_oeuvre, avant.main_oeuvre),
        indicateur("cout_pieces", finies.pieces, avant.pieces),
    ]


def _finies(demande: Demande) -> InterventionQuerySet:
    return demande.interventions().filter(
        date_fin__gte=demande.periode.depuis, date_fin__lt=demande.periode.jusqua
    )


def _les_plus_chers(demande: Demande, cle: str, *noms: str) -> list[dict[str, Any]]:
    return list(
        _finies(demande)
        .values(cle, *noms)
        .annotate(
            nombre=Count("pk"),
            main_oeuvre=Sum("cout_main_oeuvre"),
            pieces=Sum("cout_pieces"),
            total=Sum(F("cout_main_oeuvre") + F("cout_pieces")),
        )
        .order_by("-total", cle)[:TOP]
    )


def _lignes(demande: Demande, filtre: str, lues: list[tuple[str, dict[str, Any]]]) -> list[Ligne]:
    return [
        Ligne(
            str(ligne[filtre]),
            libelle,
            {colonne: ligne[colonne] for colonne in _COLONNES},
            {
                "nombre": Lien(
                    ligne["nombre"],
                    {**demande.dans_la_periode("date_fin"), filtre: str(ligne[filtre])},
                )
            },
        )
        for libelle, ligne in lues
    ]


def couts_par_client(demande: Demande) -> Repartition:
    """The ten clients whose finished work cost most."""
    lues = _les_plus_chers(demande, "client_id", "client__nom_entreprise")
    nommees = [(ligne["client__nom_entreprise"], ligne) for ligne in lues]
    return Repartition("couts_clients", _COLONNES, _lignes(demande, "client_id", nommees))


def machines_couteuses(demande: Demande) -> Repartition:
    """The ten machines whose finished work cost most."""
    lues = _les_plus_chers(demande, "equipement_id", "equipement__nom", "equipement__code_interne")
    nommees = [
        (f"{ligne['equipement__nom']} ({ligne['equipement__code_interne']})", ligne)
        for ligne in lues
    ]
    return Repartition("machines_couts", _COLONNES, _lignes(demande, "equipement_id", nommees))
