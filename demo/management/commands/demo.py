"""`manage.py demo`: make the demo company in an empty database."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import User
from clients.models import Client, Contrat, Site
from demo import generateur
from equipment.models import Equipement
from erp.demo_comptes import COMPTES
from interventions.models import HistoriqueIntervention, Intervention, Planning
from notifications.models import Notification
from planning.models import PlanMaintenance
from stock.models import MouvementStock, PieceDetachee
from technicians.models import Technicien

MONTRES = (
    User, Technicien, Client, Site, Contrat, Equipement, PieceDetachee, MouvementStock,
    PlanMaintenance, Intervention, HistoriqueIntervention, Planning, Notification,
)  # fmt: skip
#: only one demo at a time is loaded into a database
VERROU = 7_310_518


class Command(BaseCommand):
    """Refuses a database that holds anything: `--si-vide` then does nothing, `--remplacer` (DEBUG) empties it."""

    help = "Charge la société de démonstration dans une base vide."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--si-vide",
            action="store_true",
            help="ne rien faire si la base contient déjà des données",
        )
        parser.add_argument(
            "--remplacer",
            action="store_true",
            help="effacer d’abord toutes les données (seulement avec DEBUG)",
        )
        parser.add_argument(
            "--interventions",
            type=int,
            default=generateur.INTERVENTIONS,
            metavar="N",
            help="combien d’interventions (200000 : une grande société) ; %(default)s par défaut",
        )
        parser.add_argument(
            "--graine",
            type=int,
            default=generateur.GRAINE,
            help="graine du hasard, fixe par défaut",
        )

    def handle(
        self,
        *args: Any,
        si_vide: bool,
        remplacer: bool,
        interventions: int,
        graine: int,
        **options: Any,
    ) -> None:
        if not 150 <= interventions <= 2_000_000:
            raise CommandError("--interventions : entre 150 et 2 000 000.")
        if remplacer and not settings.DEBUG:
            raise CommandError("--remplacer efface tout : il n’est permis qu’avec DEBUG.")
        with connection.cursor() as curseur:
            curseur.execute("SELECT pg_advisory_lock(%s)", [VERROU])
            try:
                if self._charger(si_vide, remplacer, interventions, graine):
                    generateur.analyser()
            finally:
                curseur.execute("SELECT pg_advisory_unlock(%s)", [VERROU])

    def _charger(self, si_vide: bool, remplacer: bool, interventions: int, graine: int) -> bool:
        if remplacer:
            generateur.vider()
        elif generateur.deja_peuplee():
            if si_vide:
                return False
            raise CommandError(
                "La base contient déjà des données : la démonstration ne se charge que dans une base vide."
            )
        self.stdout.write(f"société de démonstration : {interventions} interventions…")
        depart = time.monotonic()
        nombres = generateur.charger(interventions=interventions, graine=graine)
        for modele in MONTRES:
            self.stdout.write(f"  {modele._meta.verbose_name_plural!s:<24}{nombres[modele]:>9}")
        self.stdout.write(f"  chargée en {time.monotonic() - depart:.0f} s")
        for compte in () if si_vide else COMPTES:  # `make run` shows them itself
            self.stdout.write(f"  {compte.email:<22} {compte.mot_de_passe}")
        return True
