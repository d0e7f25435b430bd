"""The clock's timetable, in the database: an administrator sees it, changes it and switches it off in the admin."""

from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from erp.battement import PERIODE

FUSEAU = "Africa/Casablanca"


@dataclass(frozen=True, slots=True)
class Horaire:
    """Every so many seconds, or at these minutes, hours and days of the week (crontab, in Casablanca; 1 is Monday)."""

    secondes: int = 0
    minute: str = "*"
    heure: str = "*"
    jour: str = "*"

    def ligne(self) -> dict[str, Any]:
        """The column of PeriodicTask, with its row; an administrator may have made the same row twice."""
        if self.secondes:
            intervalle = {"every": self.secondes, "period": IntervalSchedule.SECONDS}
            lignes = IntervalSchedule.objects
            return {"interval": lignes.filter(**intervalle).first() or lignes.create(**intervalle)}
        quand = {
            "minute": self.minute,
            "hour": self.heure,
            "day_of_week": self.jour,
            "day_of_month": "*",
            "month_of_year": "*",
            "timezone": FUSEAU,
        }
        horaires = CrontabSchedule.objects
        return {"crontab": horaires.filter(**quand).first() or horaires.create(**quand)}


@dataclass(frozen=True, slots=True)
class Tache:
    """One line of the timetable; a message that no worker took within `perime` seconds is dropped: the next is near."""

    nom: str
    tache: str
    horaire: Horaire
    description: str
    perime: int | None = None


TACHES = (
    Tache(
        "Battement de cœur",
        "erp.tasks.battre",
        Horaire(secondes=PERIODE),
        "Montre à /health/ready que l’ordonnanceur et les ouvriers vivent.",
        perime=PERIODE,
    ),
    Tache(
        "Envoyer les courriels en attente",
        "notifications.tasks.relancer_envois",
        Horaire(secondes=60),
        "Reprend les courriels manqués : courtier absent, ouvrier tué, essai échoué.",
        perime=60,
    ),
    Tache(
        "Signaler les propositions de planning perdues",
        "planning.tasks.abandonner_les_propositions_perdues",
        Horaire(minute="*/15"),
        "Une proposition dont l’ouvrier est mort est dite échouée.",
    ),
    Tache(
        "Créer les interventions préventives",
        "planning.tasks.generer_interventions_preventives",
        Horaire(minute="5"),
        "Une intervention par plan et par échéance, avec les jours d’avance du plan.",
        perime=3600,
    ),
    Tache(
        "Signaler les échéances et les retards",
        "interventions.tasks.surveiller_echeances",
        Horaire(minute="*/15"),
        "Échéance proche (technicien, responsables), retard (responsables), puis escalade (administrateurs).",
        perime=900,
    ),
    Tache(
        "Rappeler le planning du lendemain",
        "interventions.tasks.rappeler_planning",
        Horaire(minute="*/15", heure="7-21"),
        "À chaque technicien, une fois par créneau.",
        perime=900,
    ),
    Tache(
        "Surveiller les contrats",
        "clients.tasks.surveiller_contrats",
        Horaire(minute="0", heure="6"),
        "Expiration à 60, 30 et 7 jours ; fin ou reconduction tacite.",
    ),
    Tache(
        "Surveiller la consommation des contrats",
        "interventions.tasks.surveiller_consommation",
        Horaire(minute="10", heure="6"),
        "80 % et 100 % des interventions ou des heures incluses.",
    ),
    Tache(
        "Surveiller le stock",
        "stock.tasks.surveiller_stock",
        Horaire(minute="0", heure="6"),
        "Pièces sous leur minimum, en un message par jour.",
    ),
    Tache(
        "Surveiller les habilitations",
        "technicians.tasks.surveiller_competences",
        Horaire(minute="0", heure="6"),
        "Compétences qui expirent dans 30 jours, dans 7 jours, ou qui viennent d’expirer.",
    ),
    Tache(
        "Envoyer le bilan de la semaine",
        "dashboard.tasks.envoyer_bilans",
        Horaire(minute="0", heure="7", jour="1"),
        "Les indicateurs de la semaine passée, aux responsables, par courriel.",
    ),
    Tache(
        "Consolider les comptes d’interventions",
        "interventions.tasks.consolider_comptes",
        Horaire(minute="40"),
        "Le nombre d’interventions par statut, vérifié et ramené à une ligne par statut.",
        perime=3600,
    ),
    Tache(
        "Archiver les interventions closes",
        "interventions.tasks.archiver_interventions",
        Horaire(minute="30", heure="2"),
        "Clôturées ou annulées depuis plus longtemps que le délai des paramètres de la société.",
    ),
    Tache(
        "Ménage des sessions",
        "erp.tasks.faire_le_menage",
        Horaire(minute="0", heure="3"),
        "Clés d’idempotence de plus de 24 heures.",
    ),
    Tache(
        "Ménage des accès",
        "accounts.tasks.purger_acces",
        Horaire(minute="10", heure="3"),
        "Sessions terminées des pages et de l’API, jetons, anciens échecs de connexion.",
    ),
    Tache(
        "Ménage des notifications",
        "notifications.tasks.purger_notifications",
        Horaire(minute="20", heure="3"),
        "Notifications lues et courriels envoyés il y a plus de six mois.",
    ),
    Tache(
        "Surveiller les travaux",
        "jobs.tasks.surveiller_travaux",
        Horaire(secondes=60),
        "Exports et imports : déclare interrompus ceux dont l’ouvrier est mort, reprend ceux que personne n’a pris.",
        perime=60,
    ),
    Tache(
        "Ménage des travaux",
        "jobs.tasks.purger_travaux",
        Horaire(minute="40", heure="3"),
        "Fichiers des exports et des imports de plus de sept jours.",
    ),
    Tache(
        "Ménage des documents",
        "documents.tasks.ranger_documents",
        Horaire(minute="30", heure="3"),
        "Fichiers que plus aucun document ne nomme ; signale les documents sans fichier.",
    ),
)


class Command(BaseCommand):
    help = "Installe les tâches planifiées qui manquent ; celles qui existent restent telles qu’elles ont été réglées."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        nouvelles = 0
        connues = set(PeriodicTask.objects.values_list("name", flat=True))
        for tache in TACHES:
            if tache.nom in connues:
                continue
            _ligne, nouvelle = PeriodicTask.objects.get_or_create(
                name=tache.nom,
                defaults={
                    "task": tache.tache,
                    "description": tache.description,
                    "expire_seconds": tache.perime,
                    **tache.horaire.ligne(),
                },
            )
            nouvelles += nouvelle
        if nouvelles and options["verbosity"]:
            self.stdout.write(f"{nouvelles} tâche(s) planifiée(s) installée(s)")
