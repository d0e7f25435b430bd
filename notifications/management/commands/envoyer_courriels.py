from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from erp.lots import cles_par_lots
from notifications.envoi import envoyer
from notifications.models import Notification


class Command(BaseCommand):
    help = "Envoie ici et maintenant les courriels dus, sans courtier ni ouvrier ; un courriel déjà pris est laissé."

    def handle(self, *args: Any, **options: Any) -> None:
        dus = Notification.objects.a_envoyer(timezone.now())
        bilan = Counter(envoyer(pk).value for pk in cles_par_lots(dus))
        self.stdout.write(
            ", ".join(f"{issue} : {nombre}" for issue, nombre in bilan.items()) or "rien à envoyer"
        )
