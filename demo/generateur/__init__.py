"""Makes the demo company: `charger` writes it all, the same for the same seed and moment."""

from collections.abc import Mapping
from datetime import datetime
from random import Random

from django.db import connection, models, transaction
from django.db.models import Model
from django.utils import timezone, translation

from accounts.models import User
from clients.models import Client
from demo.generateur import bureau, histoire, horloge, present, registre, societe, travaux
from demo.generateur.fiches import Monde, Taille
from demo.generateur.lots import ORDRE, Lots
from demo.generateur.stock import ecrire_le_stock
from demo.generateur.vehicules import charger_les_outils, charger_les_vehicules
from equipment.models import Equipement
from erp.models import ParametresSociete
from interventions.models import Intervention
from search.models import EntreeRecherche, MotConnu
from search.services import differer_index, reconstruire_index
from stock.models import PieceDetachee

GRAINE = 20_250_101
INTERVENTIONS = 900
#: interventions told between two COPYs
LOT = 4_000


def deja_peuplee() -> bool:
    """Whether somebody's data are there: an account, a client, a machine, a part, an intervention."""
    return any(
        modele._default_manager.exists()
        for modele in (User, Client, Equipement, PieceDetachee, Intervention)
    )


@transaction.atomic
def charger(
    *,
    interventions: int = INTERVENTIONS,
    graine: int = GRAINE,
    maintenant: datetime | None = None,
) -> Mapping[type[models.Model], int]:
    """Write a company with about so many interventions into an empty database; everything or nothing.

    The same `graine`, size and `maintenant` (to the minute) give the same company. Returns the rows by model.
    """
    instant = (maintenant or timezone.now()).replace(second=0, microsecond=0)
    jour = horloge.jour_de(instant)
    taille = Taille.pour(interventions)
    monde = Monde(
        lots=Lots(instant),
        rng=Random(graine),
        taille=taille,
        maintenant=instant,
        aujourdhui=jour,
        debut=histoire.debut_de_l_histoire(jour, taille.mois),
    )
    # the admin may have saved the settings on an otherwise empty installation
    ParametresSociete.objects.all().delete()
    with translation.override("fr"), connection.cursor() as curseur:
        # foreign keys checked batch by batch: no queue of millions of checks at the end
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        differer_index()
        _raconter(monde)
        reconstruire_index()
    monde.lots.avancer_les_sequences(monde.lots.nombre[Intervention])
    if taille.detail:
        with translation.override("fr"):
            bureau.installer()
    return monde.lots.nombre


def _raconter(monde: Monde) -> None:
    societe.installer(monde)
    retires = histoire.retires(monde)
    facteur = 1 if monde.taille.detail else max(1, min(20, monde.taille.interventions // 10_000))
    presents = present.Aujourdhui(monde).construire(facteur)
    # dice of its own: what the law asks for does not change the rest of the story
    des = Random(GRAINE)
    controles = registre.inspecter(monde, des)
    presents += controles.presents
    passes = controles.passes
    reste = max(0, monde.taille.interventions - len(presents) - len(passes))
    passes = passes + travaux.travaux_passes(monde, reste)
    arrivees = sorted(
        [*passes, *(p.travail for p in presents)],
        key=lambda t: (t.creation, t.machine.pk, t.titre),
    )
    for numero, travail in enumerate(arrivees, 1):
        travail.numero = numero
    promis = [(p.technicien, p.creneau) for p in presents if p.technicien and p.creneau]
    equipes = histoire.Equipes(monde, [p for p in promis if p[1][0] < monde.maintenant])
    limite = horloge.moment(monde.aujourdhui, 0)
    for rang, travail in enumerate(sorted(passes, key=lambda t: (t.souhait, t.numero)), 1):
        histoire.raconter(monde, equipes, travail, limite)
        if rang % LOT == 0:
            monde.lots.ecrire()
    for aujourdhui in presents:
        present.raconter(monde, equipes, aujourdhui)
    ecrire_le_stock(monde)
    monde.lots.ecrire()
    charger_les_vehicules()
    charger_les_outils()
    registre.lever(monde, des, controles)
    etats: dict[str, set[int]] = {"retire": retires}
    for machine, statut in monde.etats.items():
        etats.setdefault(statut, set()).add(machine)
    for statut, machines in etats.items():
        Equipement.objects.filter(pk__in=machines).update(statut=statut)


def vider() -> None:
    """Empty every table of the company, sessions and background results apart."""
    tables = ", ".join(connection.ops.quote_name(modele._meta.db_table) for modele in ORDRE)
    with connection.cursor() as curseur:
        curseur.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


def analyser() -> None:
    """Statistics and visibility map for the planner, after a load; outside of any transaction."""
    with connection.cursor() as curseur:
        modeles: tuple[type[Model], ...] = (*ORDRE, EntreeRecherche, MotConnu)
        for modele in modeles:
            curseur.execute(f"VACUUM ANALYZE {connection.ops.quote_name(modele._meta.db_table)}")
