from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from planning.services import generer_preventives


class Command(BaseCommand):
    help = "Crée maintenant les interventions préventives dues, comme la tâche planifiée."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--jour", type=date.fromisoformat, help="comme si l’on était ce jour (AAAA-MM-JJ)"
        )
        parser.add_argument(
            "--limite", type=int, help="s’arrêter après environ autant d’interventions"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bilan = generer_preventives(jour=options["jour"], limite=options["limite"])
        self.stdout.write(
            f"{bilan.creees} créée(s), {bilan.sautees} échéance(s) sautée(s), {bilan.erreurs} erreur(s)"
        )
