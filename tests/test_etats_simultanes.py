"""Several people at once, each on a connection of his own: whatever they do to the same few things, every invariant of
`invariants.py` holds at the end, and nobody meets anything but a refusal in our words.

`HYPOTHESIS_PROFIL=long` lets them work for minutes.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from time import monotonic
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.services import changer_activation
from clients.services import changer_statut_contrat
from equipment.services import changer_statut_equipement
from erp.exceptions import ERPException
from interventions import services
from interventions.models import Intervention, PointControle
from stock.services import enregistrer_mouvement, modifier_piece
from technicians.models import Disponibilite
from technicians.services import declarer_absence, supprimer_absence
from tests.invariants import violations
from tests.test_etats import Monde

PERSONNES = 4
SECONDES = 180 if os.environ.get("HYPOTHESIS_PROFIL") == "long" else 5


class Personne:
    """Somebody in a hurry: one random verb after another, on whatever is there."""

    def __init__(self, monde: Monde, graine: int) -> None:
        self.monde, self.hasard = monde, random.Random(graine)
        self.issues: Counter[str] = Counter()

    def travailler(self, depart: Barrier) -> None:
        try:
            connection.ensure_connection()
            depart.wait(timeout=10)
            fin = monotonic() + SECONDES
            while monotonic() < fin:
                self.agir()
        finally:
            connection.close()

    def agir(self) -> None:
        verbe = self.hasard.choice(self.verbes)
        try:
            verbe(self)
        except ERPException as refus:
            self.issues[refus.code] += 1
        else:
            self.issues["fait"] += 1

    def qui(self, *noms: str) -> User:
        return User.objects.get(pk=self.monde.users[self.hasard.choice(noms)].pk)

    def gestion(self) -> User:
        return self.qui("responsable", "responsable", "admin")

    def une(self, **filtres: Any) -> int:
        """Some intervention, of the last ones most of the time."""
        cles = list(
            Intervention.objects.filter(**filtres).order_by("-pk").values_list("pk", flat=True)[:8]
        )
        return self.hasard.choice(cles) if cles else 0

    def parmi(self, choses: dict[str, int]) -> int:
        return self.hasard.choice(list(choses.values()))

    def periode(self) -> dict[str, Any]:
        debut = timezone.now().replace(minute=0, second=0, microsecond=0)
        debut += timedelta(hours=self.hasard.randrange(12))
        return {"debut": debut, "fin": debut + timedelta(hours=self.hasard.randrange(1, 4))}

    def creer(self) -> None:
        services.creer_intervention(
            par=self.qui("responsable", "admin"),
            equipement_id=self.parmi(self.monde.equipements),
            type_intervention=self.hasard.choice(["corrective", "preventive"]),
            description="Le compresseur ne démarre plus.",
            technicien_id=self.hasard.choice([None, self.parmi(self.monde.techniciens)]),
            controles=[services.NouveauPoint("Niveau", obligatoire=False)],
        )

    def affecter(self) -> None:
        services.affecter_technicien(
            par=self.gestion(),
            intervention_id=self.une(statut__in=["ouverte", "affectee"]),
            technicien_id=self.parmi(self.monde.techniciens),
            **self.hasard.choice([{}, self.periode()]),
        )

    def planifier(self) -> None:
        services.planifier(par=self.gestion(), intervention_id=self.une(), **self.periode())

    def deplanifier(self) -> None:
        services.deplanifier(par=self.gestion(), intervention_id=self.une())

    def avancer(self) -> None:
        cle = self.une(statut__in=["affectee", "en_cours", "en_attente"])
        vers = self.hasard.choice(["en_cours", "en_cours", "en_attente", "cloturee", "ouverte"])
        donnees = {
            "en_attente": {"motif_attente": "client"},
            "cloturee": {"solution": "Réparé", "diagnostic": "Usure"},
        }.get(vers, {})
        services.changer_statut(par=self.gestion(), intervention_id=cle, vers=vers, **donnees)

    def annuler(self) -> None:
        services.changer_statut(
            par=self.gestion(),
            intervention_id=self.une(),
            vers=self.hasard.choice(["annulee", "archivee"]),
            **self.hasard.choice([{}, {"motif_annulation": "Doublon"}]),
        )

    def consommer(self) -> None:
        services.consommer_piece(
            par=self.gestion(),
            intervention_id=self.une(statut__in=["en_cours", "en_attente"]),
            piece_id=self.parmi(self.monde.pieces),
            quantite=Decimal(self.hasard.randrange(1, 4)),
            type_mouvement=self.hasard.choice(["sortie", "sortie", "retour"]),
        )

    def mouvoir(self) -> None:
        enregistrer_mouvement(
            par=self.gestion(),
            piece_id=self.parmi(self.monde.pieces),
            type_mouvement=self.hasard.choice(["entree", "sortie", "ajustement"]),
            quantite=Decimal(self.hasard.randrange(1, 8)),
        )

    def chiffrer(self) -> None:
        modifier_piece(
            par=self.gestion(),
            piece_id=self.parmi(self.monde.pieces),
            prix_unitaire=Decimal(self.hasard.randrange(1, 50)),
        )

    def saisir(self) -> None:
        fin = timezone.now()
        services.ajouter_temps(
            par=self.gestion(),
            intervention_id=self.une(),
            debut=fin - timedelta(minutes=self.hasard.randrange(1, 90)),
            fin=fin,
            technicien_id=self.parmi(self.monde.techniciens),
        )

    def repondre(self) -> None:
        cle = self.une()
        point = PointControle.objects.filter(intervention=cle).first()
        services.repondre_controle(
            par=self.gestion(),
            intervention_id=cle,
            controle_id=point.pk if point else 0,
            resultat="ok",
        )

    def modifier(self) -> None:
        services.modifier_intervention(
            par=self.gestion(),
            intervention_id=self.une(),
            priorite=self.hasard.choice(["haute", "normale", "urgente"]),
        )

    def noter(self) -> None:
        par = self.qui("client_a", "client_b")
        services.noter_satisfaction(
            par=par, intervention_id=self.une(statut="cloturee"), note=self.hasard.randrange(1, 6)
        )

    def supprimer(self) -> None:
        services.supprimer_intervention(par=self.gestion(), intervention_id=self.une())

    def absenter(self) -> None:
        declarer_absence(
            par=self.gestion(),
            technicien_id=self.parmi(self.monde.techniciens),
            type="conge",
            **self.periode(),
        )

    def revenir(self) -> None:
        absence = Disponibilite.objects.order_by("?").first()
        supprimer_absence(par=self.gestion(), absence_id=absence.pk if absence else 0)

    def contracter(self) -> None:
        changer_statut_contrat(
            par=self.gestion(),
            contrat_id=self.parmi(self.monde.contrats),
            vers=self.hasard.choice(["actif", "suspendu"]),
        )

    def reparer(self) -> None:
        changer_statut_equipement(
            par=self.gestion(),
            equipement_id=self.parmi(self.monde.equipements),
            vers=self.hasard.choice(["operationnel", "panne", "maintenance"]),
        )

    def activer(self) -> None:
        changer_activation(
            par=self.qui("admin"),
            user_id=self.monde.users[self.hasard.choice(["tech1", "tech2", "client_a"])].pk,
            actif=self.hasard.random() < 0.8,
        )

    def compter(self) -> None:
        services.consolider_comptes()

    verbes: tuple[Callable[["Personne"], None], ...] = (
        *(creer, affecter, affecter, affecter, planifier, planifier, deplanifier),
        *(avancer, avancer, avancer, avancer, annuler, consommer, consommer, consommer),
        *(mouvoir, mouvoir, chiffrer, saisir, repondre, modifier, noter, supprimer),
        *(absenter, revenir, contracter, contracter, reparer, activer, compter),
    )


@pytest.mark.django_db(transaction=True)
def test_a_plusieurs_rien_ne_se_casse() -> None:
    monde = Monde()
    personnes = [Personne(monde, graine) for graine in range(PERSONNES)]
    depart = Barrier(PERSONNES)
    with ThreadPoolExecutor(PERSONNES) as bureau:
        journees = [bureau.submit(personne.travailler, depart) for personne in personnes]
        for journee in journees:
            journee.result(timeout=SECONDES + 60)  # what was no refusal of ours is raised here
    issues = sum((personne.issues for personne in personnes), Counter())
    assert issues["fait"] > PERSONNES * SECONDES, issues
    assert violations() == []
