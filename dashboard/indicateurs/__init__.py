"""The figures of the dashboard, computed in the database. Page, API, digest and exports call the same functions.

`tableau(demande)` gives them all; a figure that makes no sense for who asks is not there (`Demande.voit_…`). Each
function's docstring is the definition; docs/indicateurs.md says the same in French for those who read the figures.
"""

from dataclasses import dataclass

from dashboard.demande import Demande
from dashboard.indicateurs import activite, charge, couts, delais, fiabilite
from dashboard.indicateurs.finies import finies
from dashboard.indicateurs.modele import Indicateur as Indicateur
from dashboard.indicateurs.modele import Lien as Lien
from dashboard.indicateurs.modele import Ligne as Ligne
from dashboard.indicateurs.modele import Repartition as Repartition
from dashboard.indicateurs.modele import Unite as Unite
from dashboard.indicateurs.modele import Valeur as Valeur

# Every key there is, in the order in which they are shown.
INDICATEURS = (
    "encours",
    "creees",
    "closes",
    "sla",
    "reponse",
    "mttr",
    "reparation",
    "premier_coup",
    "pannes",
    "mtbf",
    "disponibilite",
    "preventif",
    "charge",
    "satisfaction",
    "cout",
    "cout_main_oeuvre",
    "cout_pieces",
)
REPARTITIONS = (
    "flux",
    "encours_statut",
    "encours_age",
    "sla_priorite",
    "types",
    "charge",
    "notes",
    "machines_pannes",
    "couts_clients",
    "machines_couts",
)


@dataclass(frozen=True, slots=True)
class Tableau:
    """All figures of one demand, by key."""

    demande: Demande
    indicateurs: dict[str, Indicateur]
    repartitions: dict[str, Repartition]


def tableau(demande: Demande) -> Tableau:
    """Everything that whoever asks may know; about twenty queries, however many interventions there are."""
    ici, avant = finies(demande)
    encours, par_statut, par_age = activite.encours(demande)
    indicateurs = [
        encours,
        activite.creees(demande),
        activite.closes(demande, ici, avant),
        activite.preventif(demande, ici, avant),
        delais.sla(demande, ici, avant),
        delais.reponse(demande),
        delais.mttr(demande, ici, avant),
        delais.reparation(demande, ici, avant),
        delais.premier_coup(demande, ici, avant),
        delais.satisfaction(demande, ici, avant),
    ]
    repartitions = [
        activite.flux(demande),
        par_statut,
        par_age,
        delais.sla_par_priorite(demande),
        activite.types(demande),
        delais.notes(demande),
    ]
    if demande.voit_le_parc:
        indicateurs += fiabilite.fiabilite(demande)
        repartitions.append(fiabilite.machines_en_panne(demande))
    if demande.voit_la_charge:
        total, par_technicien = charge.charge(demande)
        indicateurs.append(total)
        repartitions.append(par_technicien)
    if demande.voit_les_couts:
        indicateurs += couts.couts(demande, ici, avant)
        repartitions += [couts.couts_par_client(demande), couts.machines_couteuses(demande)]
    return Tableau(
        demande,
        {i.cle: i for i in sorted(indicateurs, key=lambda i: INDICATEURS.index(i.cle))},
        {r.cle: r for r in sorted(repartitions, key=lambda r: REPARTITIONS.index(r.cle))},
    )


def fiche_equipement(demande: Demande) -> list[Indicateur]:
    """Of the machine that the demand names: failures, MTBF, availability, MTTR, and its cost for those who see it."""
    ici, avant = finies(demande)
    lus = [*fiabilite.fiabilite(demande), delais.mttr(demande, ici, avant)]
    return lus + (couts.couts(demande, ici, avant)[:1] if demande.voit_les_couts else [])


def fiche_technicien(demande: Demande) -> list[Indicateur]:
    """Of the technicien that the demand names: work done, deadlines, repair time, load, the clients' notes."""
    ici, avant = finies(demande)
    lus = [
        activite.closes(demande, ici, avant),
        delais.sla(demande, ici, avant),
        delais.reparation(demande, ici, avant),
        delais.premier_coup(demande, ici, avant),
        delais.satisfaction(demande, ici, avant),
    ]
    return [*lus, charge.charge(demande)[0]] if demande.voit_la_charge else lus


def fiche_client(demande: Demande) -> list[Indicateur]:
    """Of the client that the demand names: work done, deadlines kept, MTTR, its notes; its cost for who may see it."""
    ici, avant = finies(demande)
    lus = [
        activite.closes(demande, ici, avant),
        delais.sla(demande, ici, avant),
        delais.mttr(demande, ici, avant),
        delais.satisfaction(demande, ici, avant),
    ]
    return lus + (couts.couts(demande, ici, avant)[:1] if demande.voit_les_couts else [])
