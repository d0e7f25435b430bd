from typing import Any

from django.core.management.base import BaseCommand, CommandError

from documents.menage import verifier
from documents.models import Document

MOTS = {"manquant": "fichier manquant", "altere": "fichier différent de celui qui a été déposé"}


class Command(BaseCommand):
    help = "Compare chaque fichier du stockage à son empreinte ; après une restauration, dit ce qui manque."

    def handle(self, *args: Any, **options: Any) -> None:
        nombre = 0
        for defaut in verifier():
            nombre += 1
            document = defaut.document
            self.stdout.write(
                f"document {document.pk} « {document.nom_fichier} » ({document.fichier.name}) : "
                f"{MOTS[defaut.genre]}"
            )
        total = Document.objects.count()
        if nombre:
            raise CommandError(f"{nombre} document(s) en défaut sur {total}")
        self.stdout.write(f"{total} document(s), tous conformes à leur empreinte")
