from typing import Any

from django.core.management.base import BaseCommand

from search.services import reconstruire_index


class Command(BaseCommand):
    help = "Reconstruit l’index de la recherche et son vocabulaire à partir des tables."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reconstruire_index()} entrées.")
