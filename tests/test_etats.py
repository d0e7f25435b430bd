"""Random days of the company, held against the rules (`modele.py`) and the database's invariants (`invariants.py`).

Each step somebody of some role does something: the model says whether he may and what follows; the product must agree,
and every invariant must hold. `HYPOTHESIS_PROFIL=long` runs for many minutes, with another chance each time.
"""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import SYSTEME, User
from accounts.services import changer_activation
from accounts.tests.factories import UserFactory
from clients.models import Contrat
from clients.services import changer_statut_contrat
from clients.tests.factories import ClientFactory, ContactFactory, ContratFactory, EngagementFactory
from equipment.models import Equipement
from equipment.services import changer_statut_equipement
from equipment.tests.factories import CouvertureFactory, EquipementFactory
from erp.exceptions import ERPException, ValidationError
from interventions import services
from interventions.models import HistoriqueIntervention, Intervention, Planning, PointControle
from notifications.models import Notification
from stock.models import PieceDetachee
from stock.services import enregistrer_mouvement, modifier_piece
from stock.tests.factories import PieceFactory
from technicians.services import (
    decider_absence,
    declarer_absence,
    demander_absence,
    supprimer_absence,
)
from technicians.tests.factories import (
    CompetenceFactory,
    TechnicienCompetenceFactory,
    TechnicienFactory,
)
from tests.invariants import messages_indus, violations
from tests.modele import VIE, Absence, Fiche, Modele, Raisons

# What must have been done at least once, or the days went nowhere.
INDISPENSABLES = (
    *("changer_statut en_cours", "changer_statut en_attente", "changer_statut cloturee"),
    *("changer_statut annulee", "changer_statut archivee"),
    *("consommer_piece sortie", "consommer_piece retour", "affecter_technicien", "planifier"),
    *("ajouter_temps", "repondre_controle"),
    *("declarer_absence", "demander_absence", "decider_absence", "changer_activation"),
    *("enregistrer_mouvement sortie", "enregistrer_mouvement ajustement"),
)
DEBUT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

_COMMUN: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
    "report_multiple_bugs": False,
}
PROFILS = {
    "ci": settings(
        **_COMMUN, max_examples=20, stateful_step_count=40, derandomize=True, database=None
    ),
    # the same without looking for the shortest day that fails
    "brut": settings(
        **_COMMUN,
        max_examples=20,
        stateful_step_count=40,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
    ),
    "long": settings(**_COMMUN, max_examples=800, stateful_step_count=60),
}
PROFIL = PROFILS[os.environ.get("HYPOTHESIS_PROFIL", "ci")]

# Who acts: most of what is asked is asked by those who may, or nothing would ever get far.
QUI = st.sampled_from(
    [
        "responsable",
        "responsable",
        "responsable",
        "admin",
        "affecte",
        "affecte",
        "affecte",
        "tech1",
        "tech2",
        "tech3",
        "client_a",
        "client_b",
        "systeme",
    ]
)
GESTION = st.sampled_from(
    ["responsable", "responsable", "responsable", "admin", "systeme", "tech1", "client_a"]
)
TERRAIN = st.sampled_from(
    [
        "affecte",
        "affecte",
        "affecte",
        "affecte",
        "responsable",
        "admin",
        "tech2",
        "client_a",
        "systeme",
    ]
)
TECHNICIEN = st.sampled_from(["tech1", "tech1", "tech2", "tech3"])
EQUIPEMENT = st.sampled_from(["e1", "e2", "e3"])
PRIORITE = st.sampled_from(["urgente", "haute", "normale", "basse", "programmee"])
LAQUELLE = st.sampled_from([0, 0, 1, 1, 2, 3, 4, 5])
# (hours from the first morning, how many): few hours, so that they meet
CRENEAU = st.tuples(st.integers(0, 30), st.sampled_from([1, 2, 4, 4, 0]))
QUANTITE = st.sampled_from(
    [Decimal(q) for q in ("1", "1", "2", "0.50", "0.50", "3", "6", "0", "-1")]
)
VERSION = st.sampled_from(["ignoree", "ignoree", "ignoree", "lue", "perimee"])


class Monde:
    """The rows that every example starts from, by the names of the model."""

    def __init__(self) -> None:
        a, b = ClientFactory(), ClientFactory()
        self.users: dict[str, User] = {
            "admin": UserFactory(admin=True, full_name="admin"),
            "responsable": UserFactory(responsable=True, full_name="responsable"),
            "client_a": ContactFactory(client=a, portail=True, user__full_name="client_a").user,
            "client_b": ContactFactory(client=b, portail=True, user__full_name="client_b").user,
        }
        modele = Modele(DEBUT)
        self.competences = {"elec": CompetenceFactory()}
        self.techniciens = {}
        for nom, cout in modele.couts.items():
            technicien = TechnicienFactory(cout_horaire=cout, user__full_name=nom)
            self.techniciens[nom], self.users[nom] = technicien.pk, technicien.user
            for competence, expire in modele.detient[nom].items():
                TechnicienCompetenceFactory(
                    technicien=technicien,
                    competence=self.competences[competence],
                    date_expiration=expire,
                )
        clients = {"A": a, "B": b}
        machines = {
            nom: EquipementFactory(client=clients[equipement.client])
            for nom, equipement in modele.equipements.items()
        }
        self.equipements = {nom: machine.pk for nom, machine in machines.items()}
        self.contrats = {}
        for nom, contrat in modele.contrats.items():
            ligne = ContratFactory(
                client=clients[contrat.client], statut=contrat.statut, couverture="24_7"
            )
            self.contrats[nom] = ligne.pk
            for equipement in contrat.couvre:
                CouvertureFactory(contrat=ligne, equipement=machines[equipement])
            for priorite, heures in contrat.engagements.items():
                EngagementFactory(
                    contrat=ligne, priorite=priorite, reponse_heures=1, resolution_heures=heures
                )
        self.pieces = {}
        for nom, piece in modele.pieces.items():
            self.pieces[nom] = PieceFactory(stock=piece.stock, stock_minimum=piece.minimum).pk


def raison(refus: ERPException) -> set[str]:
    if isinstance(refus, ValidationError):
        return {f"champ:{erreur.field}" for erreur in refus.errors}
    return {refus.code}


class Entreprise(RuleBasedStateMachine):
    """One company, from its first morning on."""

    monde: Monde
    # (verb, whether it was done): how often, in all the days
    issues: Counter[tuple[str, bool]]

    def __init__(self) -> None:
        super().__init__()
        self.pile = ExitStack()
        self.horloge = self.pile.enter_context(time_machine.travel(DEBUT, tick=False))
        self.pile.enter_context(transaction.atomic())
        self.modele = Modele(DEBUT)
        self.cles: list[int] = []
        self.absences: list[int] = []
        self.versions: dict[int, int] = {}
        self.lues = {"journal": self._dernier(HistoriqueIntervention), "messages": 0}
        self.lues["messages"] = self._dernier(Notification)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.pile.close()

    @staticmethod
    def _dernier(modele: Any) -> int:
        return modele.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

    # --- how a step is held against the model --------------------------------------------------------------

    def faire(self, raisons: Raisons, service: Any, *, par: str, **valeurs: Any) -> Any:
        """Call the service as `par`: it must refuse for one of the reasons, or do what the model has just done."""
        quoi = valeurs.get("vers") or valeurs.get("type_mouvement") or ""
        self.issues[f"{service.__name__} {quoi}".strip(), not raisons] += 1
        acteur = SYSTEME if par == "systeme" else User.objects.get(pk=self.monde.users[par].pk)
        try:
            resultat = service(par=acteur, **valeurs)
        except ERPException as refus:
            dit = raison(refus)
            assert raisons, f"refusé ({dit}) alors que la règle le permet"
            assert dit & raisons, f"refusé pour {dit}, la règle dit {raisons}"
            resultat = None
        else:
            assert not raisons, f"accepté, la règle refuse : {raisons}"
        self.verifier(fait=not raisons)
        return resultat

    def verifier(self, *, fait: bool) -> None:
        for nom, etat in (("equipements", Equipement), ("contrats", Contrat)):
            statuts = dict(etat.objects.values_list("pk", "statut"))
            for cle, attendu in getattr(self.modele, nom).items():
                assert statuts[getattr(self.monde, nom)[cle]] == attendu.statut, cle
        stocks = dict(PieceDetachee.objects.values_list("pk", "stock_actuel"))
        for cle, piece in self.modele.pieces.items():
            assert stocks[self.monde.pieces[cle]] == piece.stock, cle
        lignes = {
            ligne["pk"]: ligne
            for ligne in Intervention.objects.values(
                "pk",
                "statut",
                "priorite",
                "urgence",
                "technicien",
                "contrat",
                "date_creation",
                "date_limite",
                "date_affectation",
                "date_debut",
                "date_fin",
                "date_cloture",
                "en_attente_depuis",
                "minutes_attente",
                "duree_reelle",
                "cout_main_oeuvre",
                "satisfaction_client",
                "solution",
                "version",
            )
        }
        creneaux = {creneau.intervention_id: creneau for creneau in Planning.objects.ouverts()}
        vivantes = {
            cle: fiche
            for cle, fiche in zip(self.cles, self.modele.fiches, strict=True)
            if fiche is not None
        }
        assert lignes.keys() == vivantes.keys()
        for cle, fiche in vivantes.items():
            self._comparer(lignes[cle], fiche, creneaux.get(cle))
        self._lire_journal(fait=fait)
        self._lire_messages(fait=fait)
        if fait:
            assert violations() == []

    def _comparer(self, ligne: dict[str, Any], fiche: Fiche, creneau: Any) -> None:
        attendu = {
            "statut": fiche.statut,
            "priorite": fiche.priorite,
            "urgence": fiche.urgence,
            "technicien": self.monde.techniciens.get(fiche.technicien or ""),
            "contrat": self.monde.contrats.get(fiche.contrat or ""),
            "date_creation": fiche.creation,
            "date_limite": fiche.limite,
            "date_affectation": fiche.affectation,
            "date_debut": fiche.debut,
            "date_fin": fiche.fin,
            "date_cloture": fiche.fin,
            "en_attente_depuis": fiche.attente_depuis,
            "minutes_attente": fiche.minutes_attente,
            "duree_reelle": fiche.duree,
            "cout_main_oeuvre": fiche.main_oeuvre,
            "satisfaction_client": fiche.note,
            "solution": fiche.solution,
        }
        ecarts = {
            champ: (ligne[champ], voulu)
            for champ, voulu in attendu.items()
            if ligne[champ] != voulu
        }
        assert not ecarts, f"(en base, attendu) : {ecarts}"
        assert (creneau and (creneau.debut, creneau.fin)) == fiche.creneau
        avant = self.versions.get(ligne["pk"], 0)
        assert ligne["version"] >= avant, "la version a reculé"
        self.versions[ligne["pk"]] = ligne["version"]

    def _lire_journal(self, *, fait: bool) -> None:
        """One line for each change of statut, and none for what was refused."""
        lignes = HistoriqueIntervention.objects.filter(pk__gt=self.lues["journal"]).order_by("pk")
        nouvelles = list(lignes.values_list("pk", "intervention", "nouveau_statut", "action"))
        assert fait or not nouvelles, "un refus a laissé une trace"
        passages = [action for _, _, statut, action in nouvelles if statut]
        assert len(passages) == len(set(passages)) <= 2, passages
        self.lues["journal"] = max([self.lues["journal"], *(ligne[0] for ligne in nouvelles)])

    def _lire_messages(self, *, fait: bool) -> None:
        depuis = self.lues["messages"]
        assert messages_indus(depuis) == []
        lignes = Notification.objects.filter(pk__gt=depuis)
        nouveaux = list(lignes.values_list("pk", "type_notification", "user__full_name", "canal"))
        self.lues["messages"] = max([depuis, *(ligne[0] for ligne in nouveaux)])
        dits = sorted((type_, qui) for _, type_, qui, canal in nouveaux if canal == "in_app")
        if not fait:
            assert not nouveaux, "un refus a écrit à quelqu’un"
        elif self.modele.annonces is not None:
            assert dits == sorted(self.modele.annonces)

    def choisir(self, rang: int) -> tuple[int, Fiche]:
        vivantes = [
            (cle, fiche)
            for cle, fiche in zip(self.cles, self.modele.fiches, strict=True)
            if fiche is not None
        ]
        return vivantes[rang % len(vivantes)]

    def qui(self, nom: str, fiche: Fiche) -> str:
        """« affecte » is whoever has the job."""
        return (fiche.technicien or "tech1") if nom == "affecte" else nom

    @staticmethod
    def creneau(forme: tuple[int, int] | None) -> tuple[datetime, datetime] | None:
        if forme is None:
            return None
        debut = DEBUT + timedelta(hours=forme[0])
        return debut, debut + timedelta(hours=forme[1])

    @staticmethod
    def bornes(creneau: tuple[datetime, datetime] | None) -> dict[str, datetime]:
        return {"debut": creneau[0], "fin": creneau[1]} if creneau else {}

    def sur(
        self,
        qui: str,
        laquelle: int,
        regle: Callable[[str, Fiche], Raisons],
        service: Any,
        version: str = "ignoree",
        **valeurs: Any,
    ) -> None:
        """A verb on an intervention; who saw an older version of it is told so before anything else."""
        cle, fiche = self.choisir(laquelle)
        par = self.qui(qui, fiche)
        note(f"{par}, intervention {self.cles.index(cle) + 1} ({fiche.statut})")
        if version != "ignoree":
            valeurs["version"] = self.versions[cle] - (version == "perimee")
        if version == "perimee":
            vue = self.modele.voit(par, fiche)
            raisons = {"VERSION_PERIMEE"} if vue else {"INTROUVABLE"}
        else:
            raisons = regle(par, fiche)
        self.faire(raisons, service, par=par, intervention_id=cle, **valeurs)

    def il_y_en_a(self) -> bool:
        return any(fiche is not None for fiche in self.modele.fiches)

    # --- the life of an intervention ---------------------------------------------------------------------------

    @initialize()
    def matin(self) -> None:
        """Three jobs are in before the day begins: one under way, one given, one new."""
        self._creer("responsable", equipement="e1", technicien="tech1")
        self._creer("responsable", equipement="e2", technicien="tech2")
        self._creer("responsable", equipement="e3")
        self.sur(
            "tech1",
            0,
            lambda par, fiche: self.modele.changer_statut(par, fiche, "en_cours"),
            services.changer_statut,
            vers="en_cours",
        )

    @precondition(lambda self: len(self.cles) < 6)
    @rule(
        qui=QUI,
        equipement=EQUIPEMENT,
        type=st.sampled_from(["corrective", "corrective", "preventive", "diagnostic"]),
        priorite=st.none() | PRIORITE,
        urgence=st.booleans(),
        technicien=st.none() | TECHNICIEN,
        creneau=st.none() | CRENEAU,
        competences=st.sampled_from([(), (), ("elec",)]),
        points=st.sampled_from([(), (), (True, False)]),
    )
    def creer_une_intervention(self, qui: str, **voulu: Any) -> None:
        self._creer("tech1" if qui == "affecte" else qui, **voulu)

    def _creer(
        self,
        par: str,
        *,
        equipement: str,
        type: str = "corrective",
        priorite: str | None = None,
        urgence: bool = False,
        technicien: str | None = None,
        creneau: tuple[int, int] | None = None,
        competences: tuple[str, ...] = (),
        points: tuple[bool, ...] = (),
    ) -> None:
        periode = self.creneau(creneau)
        avant = len(self.modele.fiches)
        raisons = self.modele.creer(
            par,
            equipement=equipement,
            type=type,
            priorite=priorite,
            urgence=urgence,
            technicien=technicien,
            creneau=periode,
            competences=competences,
            points=points,
        )
        if len(self.modele.fiches) > avant:
            # the row that is about to be: sequences are not given back, so ask for the next one
            self.cles.append(-1)

        def creer_intervention(**valeurs: Any) -> Intervention:
            intervention = services.creer_intervention(**valeurs)
            if self.cles and self.cles[-1] == -1:
                self.cles[-1] = intervention.pk
            return intervention

        self.faire(
            raisons,
            creer_intervention,
            par=par,
            equipement_id=self.monde.equipements[equipement],
            type_intervention=type,
            description="Le compresseur ne démarre plus.",
            priorite=priorite,
            urgence=urgence,
            technicien_id=self.monde.techniciens.get(technicien or ""),
            competences=[self.monde.competences[nom].pk for nom in competences],
            controles=[services.NouveauPoint(f"Point {n}", p) for n, p in enumerate(points)],
            **self.bornes(periode),
        )

    @precondition(il_y_en_a)
    @rule(
        qui=GESTION,
        laquelle=LAQUELLE,
        technicien=TECHNICIEN,
        creneau=st.none() | CRENEAU,
        version=VERSION,
    )
    def affecter_ou_reaffecter(
        self, qui: str, laquelle: int, technicien: str, creneau: Any, version: str
    ) -> None:
        periode = self.creneau(creneau)
        self.sur(
            qui,
            laquelle,
            lambda par, fiche: self.modele.affecter(par, fiche, technicien, periode),
            services.affecter_technicien,
            version,
            technicien_id=self.monde.techniciens[technicien],
            **self.bornes(periode),
        )

    @precondition(il_y_en_a)
    @rule(qui=GESTION, laquelle=LAQUELLE, creneau=CRENEAU, version=VERSION)
    def planifier_ou_deplacer(self, qui: str, laquelle: int, creneau: Any, version: str) -> None:
        periode = self.creneau(creneau)
        assert periode is not None
        self.sur(
            qui,
            laquelle,
            lambda par, fiche: self.modele.planifier(par, fiche, periode),
            services.planifier,
            version,
            **self.bornes(periode),
        )

    @precondition(il_y_en_a)
    @rule(qui=GESTION, laquelle=LAQUELLE)
    def deplanifier(self, qui: str, laquelle: int) -> None:
        self.sur(qui, laquelle, self.modele.deplanifier, services.deplanifier)

    @precondition(il_y_en_a)
    @rule(
        qui=QUI,
        laquelle=LAQUELLE,
        vers=st.sampled_from(
            [
                "ouverte",
                "affectee",
                "en_cours",
                "en_cours",
                "en_attente",
                "cloturee",
                "annulee",
                "archivee",
            ]
        ),
        version=VERSION,
        technicien=TECHNICIEN,
        motif=st.sampled_from(["client", "client", "pieces", "acces", "autre", "   ", "météo"]),
        possible=st.sampled_from([True, True, True, False]),
        complet=st.sampled_from([True, True, True, False]),
        toujours_en_panne=st.booleans(),
    )
    def changer_le_statut(
        self,
        qui: str,
        laquelle: int,
        vers: str,
        version: str,
        technicien: str,
        motif: str,
        possible: bool,
        complet: bool,
        toujours_en_panne: bool,
    ) -> None:
        """`possible` takes, instead of `vers`, one of the statuts that the table leads to."""
        suites = [arrivee for depart, arrivee in VIE if depart == self.choisir(laquelle)[1].statut]
        if possible and suites and vers not in suites:
            vers = suites[len(motif) % len(suites)]
        regle: dict[str, Any] = {}
        donnees: dict[str, Any] = {}
        if vers == "affectee" and complet:
            regle["technicien"] = technicien
            donnees["technicien_id"] = self.monde.techniciens[technicien]
        elif vers in ("en_attente", "annulee"):
            regle["motif"] = motif
            donnees["motif_attente" if vers == "en_attente" else "motif_annulation"] = motif
        elif vers == "cloturee":
            regle = {"toujours_en_panne": toujours_en_panne}
            if complet:
                regle |= {"solution": "Roulement changé", "diagnostic": "Roulement usé"}
            donnees = dict(regle)
        self.sur(
            qui,
            laquelle,
            lambda par, fiche: self.modele.changer_statut(par, fiche, vers, **regle),
            services.changer_statut,
            version,
            vers=vers,
            **donnees,
        )

    @precondition(il_y_en_a)
    @rule(qui=TERRAIN, laquelle=LAQUELLE)
    def faire_le_pas_suivant(self, qui: str, laquelle: int) -> None:
        """The usual next step, so that days get far."""
        _, fiche = self.choisir(laquelle)
        suite = {"affectee": "en_cours", "en_attente": "en_cours", "en_cours": "cloturee"}
        vers = suite.get(fiche.statut, "archivee")
        donnees = {"solution": "Joint posé", "diagnostic": "Fuite"} if vers == "cloturee" else {}
        self.sur(
            qui,
            laquelle,
            lambda par, f: self.modele.changer_statut(par, f, vers, **donnees),
            services.changer_statut,
            vers=vers,
            **donnees,
        )

    @precondition(il_y_en_a)
    @rule(qui=GESTION, laquelle=LAQUELLE, priorite=PRIORITE, version=VERSION)
    def changer_la_priorite(self, qui: str, laquelle: int, priorite: str, version: str) -> None:
        self.sur(
            qui,
            laquelle,
            lambda par, fiche: self.modele.changer_priorite(par, fiche, priorite),
            services.modifier_intervention,
            version,
            priorite=priorite,
        )

    @precondition(il_y_en_a)
    @rule(qui=GESTION, laquelle=LAQUELLE, competences=st.sampled_from([(), ("elec",)]))
    def changer_les_competences(self, qui: str, laquelle: int, competences: Any) -> None:
        self.sur(
            qui,
            laquelle,
            lambda par, f: self.modele.changer_competences(par, f, frozenset(competences)),
            services.modifier_intervention,
            competences=[self.monde.competences[nom].pk for nom in competences],
        )

    @precondition(il_y_en_a)
    @rule(qui=TERRAIN, laquelle=LAQUELLE, solution=st.sampled_from(["", "Réglée sur place"]))
    def ecrire_la_solution(self, qui: str, laquelle: int, solution: str) -> None:
        self.sur(
            qui,
            laquelle,
            lambda par, fiche: self.modele.ecrire_solution(par, fiche, solution),
            services.modifier_intervention,
            solution=solution,
        )

    @precondition(il_y_en_a)
    @rule(qui=QUI, laquelle=LAQUELLE, remarque=st.sampled_from(["Portail fermé", "  "]))
    def laisser_une_remarque(self, qui: str, laquelle: int, remarque: str) -> None:
        self.sur(
            qui,
            laquelle,
            lambda par, fiche: self.modele.remarquer(par, fiche, remarque),
            services.ajouter_remarque,
            remarque=remarque,
            interne=True,
        )

    @precondition(il_y_en_a)
    @rule(
        qui=TERRAIN,
        laquelle=LAQUELLE,
        piece=st.sampled_from(["p1", "p1", "p1", "p2"]),
        quantite=QUANTITE,
        sens=st.sampled_from(["sortie", "retour"]),
    )
    def prendre_ou_rendre_une_piece(
        self, qui: str, laquelle: int, piece: str, quantite: Decimal, sens: str
    ) -> None:
        self.sur(
            qui,
            laquelle,
            lambda par, fiche: self.modele.consommer(par, fiche, piece, quantite, sens),
            services.consommer_piece,
            piece_id=self.monde.pieces[piece],
            quantite=quantite,
            type_mouvement=sens,
        )

    @precondition(il_y_en_a)
    @rule(
        qui=TERRAIN,
        laquelle=LAQUELLE,
        il_y_a=st.integers(-30, 26 * 60),
        duree=st.sampled_from([30, 45, 95, 0, 25 * 60]),
        type=st.sampled_from(["travail", "deplacement"]),
        technicien=st.none() | st.none() | TECHNICIEN,
    )
    def saisir_du_temps(
        self, qui: str, laquelle: int, il_y_a: int, duree: int, type: str, technicien: str | None
    ) -> None:
        debut = self.modele.maintenant - timedelta(minutes=il_y_a)
        periode = (debut, debut + timedelta(minutes=duree))
        self.sur(
            qui,
            laquelle,
            lambda par, f: self.modele.ajouter_temps(par, f, periode, type, technicien),
            services.ajouter_temps,
            type_temps=type,
            technicien_id=self.monde.techniciens.get(technicien or ""),
            **self.bornes(periode),
        )

    @precondition(il_y_en_a)
    @rule(qui=GESTION, laquelle=LAQUELLE, obligatoire=st.booleans())
    def ajouter_un_point_de_controle(self, qui: str, laquelle: int, obligatoire: bool) -> None:
        self.sur(
            qui,
            laquelle,
            lambda par, fiche: self.modele.ajouter_point(par, fiche, obligatoire),
            services.ajouter_controle,
            libelle="Niveau d’huile",
            obligatoire=obligatoire,
        )

    @precondition(lambda self: any(f is not None and f.points for f in self.modele.fiches))
    @rule(
        qui=TERRAIN,
        laquelle=LAQUELLE,
        rang=st.integers(0, 3),
        resultat=st.sampled_from(["ok", "non_conforme", "non_applicable"]),
    )
    def repondre_a_un_point(self, qui: str, laquelle: int, rang: int, resultat: str) -> None:
        cle, fiche = self.choisir(laquelle)
        if not fiche.points:
            return
        rang %= len(fiche.points)
        points = PointControle.objects.filter(intervention=cle).order_by("ordre", "pk")
        self.sur(
            qui,
            laquelle,
            lambda par, f: self.modele.repondre(par, f, rang, resultat),
            services.repondre_controle,
            controle_id=points.values_list("pk", flat=True)[rang],
            resultat=resultat,
        )

    @precondition(il_y_en_a)
    @rule(
        qui=st.sampled_from(["client_a", "client_a", "client_b", "responsable", "tech1"]),
        laquelle=LAQUELLE,
        mark=st.integers(0, 6),
    )
    def donner_son_avis(self, qui: str, laquelle: int, mark: int) -> None:
        self.sur(
            qui,
            laquelle,
            lambda par, fiche: self.modele.noter(par, fiche, mark),
            services.noter_satisfaction,
            note=mark,
        )

    @precondition(il_y_en_a)
    @rule(
        qui=st.sampled_from(["client_a", "client_a", "client_b", "admin", "affecte"]),
        laquelle=LAQUELLE,
    )
    def demander_l_annulation(self, qui: str, laquelle: int) -> None:
        self.sur(
            qui,
            laquelle,
            self.modele.demander_annulation,
            services.demander_annulation,
            motif="Repartie toute seule",
        )

    @precondition(il_y_en_a)
    @rule(qui=QUI, laquelle=LAQUELLE)
    def supprimer_l_intervention(self, qui: str, laquelle: int) -> None:
        self.sur(qui, laquelle, self.modele.supprimer, services.supprimer_intervention)

    # --- around it ---------------------------------------------------------------------------------------------

    @rule(duree=st.sampled_from([1, 45, 60, 240, 24 * 60]))
    def laisser_passer_des_minutes(self, duree: int) -> None:
        self.horloge.shift(timedelta(minutes=duree))
        self.modele.maintenant += timedelta(minutes=duree)

    @rule(
        qui=GESTION,
        piece=st.sampled_from(["p1", "p1", "p2"]),
        type=st.sampled_from(["entree", "entree", "sortie", "retour", "ajustement"]),
        quantite=QUANTITE,
    )
    def mouvoir_le_stock(self, qui: str, piece: str, type: str, quantite: Decimal) -> None:
        self.faire(
            self.modele.mouvoir(qui, piece, type, quantite),
            enregistrer_mouvement,
            par=qui,
            piece_id=self.monde.pieces[piece],
            type_mouvement=type,
            quantite=quantite,
        )

    @rule(piece=st.sampled_from(["p1", "p2"]), prix=st.sampled_from(["10", "12.50", "0", "9.99"]))
    def changer_le_prix(self, piece: str, prix: str) -> None:
        self.modele.annonces = set()
        self.faire(
            set(),
            modifier_piece,
            par="admin",
            piece_id=self.monde.pieces[piece],
            prix_unitaire=Decimal(prix),
        )

    @rule(qui=GESTION, technicien=TECHNICIEN, periode=CRENEAU)
    def declarer_une_absence(self, qui: str, technicien: str, periode: Any) -> None:
        creneau = self.creneau(periode)
        assert creneau is not None
        resultat = self.faire(
            self.modele.declarer_absence(qui, technicien, creneau),
            declarer_absence,
            par=qui,
            technicien_id=self.monde.techniciens[technicien],
            type="conge",
            **self.bornes(creneau),
        )
        if resultat is not None:
            self.absences.append(resultat.absence.pk)

    @rule(
        qui=st.sampled_from(["tech1", "tech2", "tech3", "client_a", "responsable"]), periode=CRENEAU
    )
    def demander_une_absence(self, qui: str, periode: Any) -> None:
        creneau = self.creneau(periode)
        assert creneau is not None
        resultat = self.faire(
            self.modele.demander_absence(qui, creneau),
            demander_absence,
            par=qui,
            type="formation",
            **self.bornes(creneau),
        )
        if resultat is not None:
            self.absences.append(resultat.pk)

    def _absence(self, laquelle: int) -> tuple[int, Absence]:
        vivantes = [
            (cle, absence)
            for cle, absence in zip(self.absences, self.modele.absences, strict=True)
            if absence is not None
        ]
        return vivantes[laquelle % len(vivantes)]

    @precondition(lambda self: any(self.modele.absences))
    @rule(qui=GESTION, laquelle=LAQUELLE, accepter=st.booleans())
    def decider_d_une_absence(self, qui: str, laquelle: int, accepter: bool) -> None:
        cle, absence = self._absence(laquelle)
        raisons = self.modele.decider_absence(qui, absence, accepter)
        self.faire(raisons, decider_absence, par=qui, absence_id=cle, accepter=accepter)

    @precondition(lambda self: any(self.modele.absences))
    @rule(qui=st.sampled_from(["responsable", "tech1", "tech2", "client_a"]), laquelle=LAQUELLE)
    def retirer_une_absence(self, qui: str, laquelle: int) -> None:
        cle, absence = self._absence(laquelle)
        raisons = self.modele.supprimer_absence(qui, absence)
        self.faire(raisons, supprimer_absence, par=qui, absence_id=cle)

    @rule(
        par=st.sampled_from(["admin", "admin", "admin", "responsable", "tech1", "client_a"]),
        qui=st.sampled_from(["tech1", "tech2", "client_a", "client_b", "responsable", "admin"]),
        actif=st.sampled_from([True, True, True, False]),
    )
    def ouvrir_ou_fermer_un_compte(self, par: str, qui: str, actif: bool) -> None:
        raisons = self.modele.activer(par, qui, actif)
        cle = self.monde.users[qui].pk
        self.faire(raisons, changer_activation, par=par, user_id=cle, actif=actif)

    @rule(
        qui=QUI,
        equipement=EQUIPEMENT,
        vers=st.sampled_from(
            ["operationnel", "operationnel", "maintenance", "panne", "panne", "retire"]
        ),
    )
    def changer_le_statut_d_un_equipement(self, qui: str, equipement: str, vers: str) -> None:
        par = "tech1" if qui == "affecte" else qui
        self.faire(
            self.modele.changer_equipement(par, equipement, vers),
            changer_statut_equipement,
            par=par,
            equipement_id=self.monde.equipements[equipement],
            vers=vers,
        )

    @rule(
        qui=GESTION,
        contrat=st.sampled_from(["c1", "c2"]),
        vers=st.sampled_from(
            ["actif", "actif", "actif", "suspendu", "expire", "resilie", "brouillon"]
        ),
    )
    def changer_le_statut_d_un_contrat(self, qui: str, contrat: str, vers: str) -> None:
        self.faire(
            self.modele.changer_contrat(qui, contrat, vers),
            changer_statut_contrat,
            par=qui,
            contrat_id=self.monde.contrats[contrat],
            vers=vers,
        )


@pytest.mark.django_db
def test_les_journees_suivent_les_regles() -> None:
    with time_machine.travel(DEBUT, tick=False):
        Entreprise.monde, Entreprise.issues = Monde(), Counter()
    run_state_machine_as_test(Entreprise, settings=PROFIL)
    # days in which nothing happens prove nothing
    jamais = {verbe for verbe in INDISPENSABLES if not Entreprise.issues[verbe, True]}
    assert not jamais, jamais
