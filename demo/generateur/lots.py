"""Rows made in memory and written by COPY: a large company in minutes, with every constraint and trigger of the tables.

Ids are given here, so that a row may name another that is not written yet; the sequences move past them at the end.
"""

from collections import Counter
from datetime import datetime
from enum import Enum
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, models
from psycopg.types.json import Jsonb

from clients.models import Client, Contact, Contrat, EngagementSLA, Site
from equipment.models import Compteur, CouvertureContrat, Equipement, ReleveCompteur
from erp.models import ParametresSociete
from interventions.models import (
    HistoriqueIntervention,
    Intervention,
    InterventionPiece,
    Planning,
    PointControle,
    TempsPasse,
)
from notifications.models import Notification
from planning.models import (
    Gamme,
    Inspection,
    OccurrencePlan,
    PieceGamme,
    PlanMaintenance,
    PointGamme,
    Reserve,
)
from stock.models import MouvementStock, PieceDetachee
from technicians.models import Competence, Disponibilite, Outil, Technicien, TechnicienCompetence

#: Every table that the demo writes, each after those that it points to.
ORDRE: tuple[type[models.Model], ...] = (
    ParametresSociete,
    get_user_model(),
    Competence,
    Outil,
    Technicien,
    TechnicienCompetence,
    Disponibilite,
    Client,
    Contact,
    Site,
    Contrat,
    EngagementSLA,
    Equipement,
    CouvertureContrat,
    Compteur,
    ReleveCompteur,
    PieceDetachee,
    MouvementStock,
    Gamme,
    Gamme.competences.through,
    PointGamme,
    PieceGamme,
    PlanMaintenance,
    Intervention,
    Intervention.competences_requises.through,
    InterventionPiece,
    HistoriqueIntervention,
    TempsPasse,
    PointControle,
    Planning,
    OccurrencePlan,
    Inspection,
    Reserve,
    Notification,
)


class Lots:
    """What waits to be written. `ajouter` gives the row its id; `ecrire` empties the lot into the database."""

    def __init__(self, maintenant: datetime) -> None:
        self._defauts = {modele: _defauts(modele, maintenant) for modele in ORDRE}
        self._json = {
            modele: {
                champ.attname
                for champ in modele._meta.concrete_fields
                if isinstance(champ, models.JSONField)
            }
            for modele in ORDRE
        }
        self._en_attente: dict[type[models.Model], list[dict[str, Any]]] = {m: [] for m in ORDRE}
        self.nombre: Counter[type[models.Model]] = Counter()

    def ajouter(self, modele: type[models.Model], /, **colonnes: Any) -> int:
        """Queue a row, columns by their database names (`client_id`); the rest gets the model's defaults.

        Without `created_at` the row is as old as the demo; with it, `updated_at` follows. Returns the row's id.
        """
        self.nombre[modele] += 1
        ligne = {"id": self.nombre[modele], **self._defauts[modele], **colonnes}
        if len(ligne) != len(self._defauts[modele]) + 1:
            raise TypeError(f"{modele.__name__}: {ligne.keys() - self._defauts[modele].keys()}")
        if "created_at" in colonnes and "updated_at" not in colonnes:
            ligne["updated_at"] = colonnes["created_at"]
        self._en_attente[modele].append(ligne)
        return self.nombre[modele]

    def ecrire(self) -> None:
        """COPY everything queued, table after table."""
        with connection.cursor() as curseur:
            for modele in ORDRE:
                if lignes := self._en_attente[modele]:
                    self._copier(curseur, modele, lignes)
                    lignes.clear()

    def _copier(
        self, curseur: Any, modele: type[models.Model], lignes: list[dict[str, Any]]
    ) -> None:
        colonnes = ["id", *self._defauts[modele]]
        if "id" not in {champ.column for champ in modele._meta.concrete_fields}:
            raise TypeError(modele.__name__)
        json = self._json[modele]
        noms = ", ".join(connection.ops.quote_name(colonne) for colonne in colonnes)
        table = connection.ops.quote_name(modele._meta.db_table)
        with curseur.copy(f"COPY {table} ({noms}) FROM STDIN") as copie:
            for ligne in lignes:
                copie.write_row(
                    [
                        Jsonb(valeur)
                        if colonne in json
                        else valeur.value
                        if isinstance(valeur, Enum)
                        else valeur
                        for colonne, valeur in ((nom, ligne[nom]) for nom in colonnes)
                    ]
                )

    def avancer_les_sequences(self, derniere_reference: int) -> None:
        """The next row made by the product gets the next id, the next intervention the next reference."""
        with connection.cursor() as curseur:
            for modele, nombre in self.nombre.items():
                curseur.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                    [modele._meta.db_table, nombre],
                )
            curseur.execute(
                "SELECT setval('interventions_reference_seq', %s)", [derniere_reference]
            )


def _defauts(modele: type[models.Model], maintenant: datetime) -> dict[str, Any]:
    """Each column but the id and the generated ones, with what a row has when nothing is said."""
    defauts: dict[str, Any] = {}
    for champ in modele._meta.concrete_fields:
        if champ.primary_key or champ.generated or champ.column is None:
            continue
        if isinstance(champ, models.DateTimeField) and not champ.null:
            defauts[champ.column] = maintenant
        elif champ.has_default():
            defauts[champ.column] = champ.get_default()
        elif champ.null:
            defauts[champ.column] = None
        else:
            defauts[champ.column] = ""
    return defauts
