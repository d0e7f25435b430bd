"""The story of one intervention, step after step, as the services would have written it: row, journal, time, slot.

An old one of a large company is told in short (`detail` off): created, assigned, closed, one line of time.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from demo.donnees import textes
from demo.donnees.machines import FicheGamme, Point
from demo.generateur import horloge
from demo.generateur.annonces import annoncer
from demo.generateur.fiches import Machine, Monde, Plan, Technicien, Usage
from demo.generateur.horloge import Periode
from equipment.choices import StatutEquipement
from erp.calendrier import Calendrier, ajouter_heures_ouvrees
from interventions.choices import (
    DELAIS_PAR_PRIORITE,
    MOTIFS_DU_CLIENT,
    ActionJournal,
    MotifAttente,
    Priorite,
    ResultatControle,
    Statut,
    TypeIntervention,
    TypeTemps,
)
from interventions.models import (
    HistoriqueIntervention,
    Intervention,
    Planning,
    PointControle,
    TempsPasse,
)
from notifications.choices import Evenement
from planning.models import OccurrencePlan
from planning.services.generation import jour_de_visite

CENTIME = Decimal("0.01")
DETAIL_RECENT = timedelta(days=60)
ARCHIVAGE = timedelta(days=90)
_CALENDRIER = Calendrier()


@dataclass(slots=True)
class Travail:
    """A job to tell: when it was called in, on what, and what it was about."""

    creation: datetime
    #: when somebody would ideally begin
    souhait: datetime
    machine: Machine
    type_intervention: str
    priorite: str
    titre: str
    description: str
    diagnostic: str
    solution: str
    minutes: int
    pieces: tuple[tuple[str, int], ...] = ()
    arret: bool = False
    gamme: FicheGamme | None = None
    plan: Plan | None = None
    echeance: date | None = None
    #: promised by somebody else than the contract
    limite: datetime | None = None
    auteur: int | None = None
    numero: int = 0


class Recit:
    """Begins with the creation; each method is a step; `finir` queues the row."""

    def __init__(self, monde: Monde, travail: Travail) -> None:
        self.monde = monde
        self.travail = travail
        self.pk = travail.numero
        annee = horloge.jour_de(travail.creation).year
        self.reference = f"INT-{annee}-{travail.numero:06d}"
        self.detail = monde.taille.detail or travail.creation > monde.maintenant - DETAIL_RECENT
        self.technicien: Technicien | None = None
        self.version = 0
        self.dernier = travail.creation
        self.main_oeuvre = Decimal(0)
        self.cout_pieces = Decimal(0)
        self.minutes_travail = 0
        jour = horloge.jour_de(travail.creation)
        self.contrat = next((c for c in travail.machine.contrats if c.debut <= jour <= c.fin), None)
        urgente = travail.priorite == Priorite.URGENTE
        self.colonnes: dict[str, Any] = {
            "id": self.pk,
            "reference": self.reference,
            "titre": travail.titre,
            "description": travail.description,
            "type_intervention": travail.type_intervention,
            "statut": Statut.OUVERTE,
            "priorite": travail.priorite,
            "urgence": urgente and travail.numero % 3 == 0,
            "equipement_id": travail.machine.pk,
            "client_id": travail.machine.client.pk,
            "site_id": travail.machine.site.pk,
            "contrat_id": self.contrat.pk if self.contrat else None,
            "created_by_id": travail.auteur,
            "date_creation": travail.creation,
            "created_at": travail.creation,
            "date_limite": self._date_limite(),
            "duree_estimee": max(30, round(travail.minutes / 15) * 15),
        }
        self._journal(ActionJournal.CREATION, travail.creation, travail.auteur, vers=Statut.OUVERTE)
        demande = travail.auteur is not None and travail.auteur == travail.machine.client.portail
        annoncer(
            self,
            Evenement.DEMANDE_PORTAIL if demande else Evenement.INTERVENTION_CREEE,
            travail.creation,
            par=travail.auteur,
        )
        if travail.plan is not None:
            monde.lots.ajouter(
                OccurrencePlan,
                plan_id=travail.plan.pk,
                date_echeance=travail.echeance,
                intervention_id=self.pk,
                created_at=travail.creation,
            )
        if self.detail and (travail.gamme or travail.numero % 2):
            monde.lots.ajouter(
                Intervention.competences_requises.through,
                intervention_id=self.pk,
                competence_id=monde.competences[travail.machine.genre.competence],
            )

    def _date_limite(self) -> datetime | None:
        travail = self.travail
        if travail.limite is not None:
            return travail.limite
        if travail.echeance is not None and travail.plan is not None:
            visite = jour_de_visite(travail.plan, travail.echeance, _CALENDRIER)
            return horloge.moment(visite, 18)
        heures = self.contrat and self.contrat.resolution.get(travail.priorite)
        if self.contrat and heures:
            if self.contrat.continu:
                return travail.creation + timedelta(hours=heures)
            return ajouter_heures_ouvrees(travail.creation, heures, _CALENDRIER)
        delai = DELAIS_PAR_PRIORITE.get(travail.priorite)
        return travail.creation + delai if delai else None

    @property
    def statut(self) -> str:
        return str(self.colonnes["statut"])

    @property
    def continu(self) -> bool:
        """Whether somebody comes at night for it."""
        return bool(
            self.contrat and self.contrat.continu and self.travail.priorite == Priorite.URGENTE
        )

    def _journal(
        self,
        action: ActionJournal,
        quand: datetime,
        user: int | None,
        *,
        vers: Statut | None = None,
        de: str = "",
        remarque: str = "",
        interne: bool = False,
        court: bool = True,
        **donnees: Any,
    ) -> None:
        """A line of the journal; `court` tells whether a story in short keeps it."""
        self.version += 1
        self.dernier = max(self.dernier, quand)
        if vers is not None:
            self.colonnes["statut"] = vers
        if court or self.detail:
            self.monde.lots.ajouter(
                HistoriqueIntervention,
                intervention_id=self.pk,
                action=action,
                ancien_statut=de,
                nouveau_statut=vers or "",
                remarque=remarque,
                interne=interne,
                user_id=user,
                horodatage=quand,
                donnees=donnees,
                created_at=quand,
            )

    def _passer(
        self, action: ActionJournal, quand: datetime, user: int | None, vers: Statut, **suite: Any
    ) -> None:
        self._journal(action, quand, user, vers=vers, de=self.statut, **suite)

    # --- Before the work ---

    def affecter(self, technicien: Technicien, quand: datetime, par: int) -> None:
        self.technicien = technicien
        self.colonnes["technicien_id"] = technicien.pk
        self.colonnes["date_affectation"] = quand
        self._passer(
            ActionJournal.AFFECTATION,
            quand,
            par,
            Statut.AFFECTEE,
            technicien=[None, technicien.nom],
        )
        annoncer(self, Evenement.INTERVENTION_AFFECTEE, quand, par=par)

    def reaffecter(self, technicien: Technicien, quand: datetime, par: int) -> None:
        ancien, self.technicien = self.technicien, technicien
        assert ancien is not None
        self.colonnes["technicien_id"] = technicien.pk
        self.colonnes["date_affectation"] = quand
        self._passer(
            ActionJournal.REAFFECTATION,
            quand,
            par,
            Statut.AFFECTEE,
            remarque=f"{ancien.nom} est retenu sur un autre site.",
            court=False,
            technicien=[ancien.nom, technicien.nom],
        )
        annoncer(self, Evenement.INTERVENTION_AFFECTEE, quand, par=par)

    def planifier(self, creneau: Periode, quand: datetime, par: int, *, ouvert: bool) -> None:
        assert self.technicien is not None
        debut, fin = creneau
        self._journal(
            ActionJournal.PLANIFICATION,
            quand,
            par,
            court=False,
            creneau=[None, [debut.isoformat(), fin.isoformat()]],
        )
        if self.detail:
            self.monde.lots.ajouter(
                Planning,
                intervention_id=self.pk,
                technicien_id=self.technicien.pk,
                debut=debut,
                fin=fin,
                ouvert=ouvert,
                confirme=not ouvert or self.pk % 3 == 0,
                rappel_envoye=debut < self.monde.maintenant,
                created_at=quand,
            )
            annoncer(self, Evenement.INTERVENTION_PLANIFIEE, quand, par=par, creneau=creneau)

    def remarquer(self, quand: datetime, user: int, remarque: str, *, interne: bool) -> None:
        self._journal(
            ActionJournal.REMARQUE, quand, user, remarque=remarque, interne=interne, court=False
        )

    def demander_annulation(self, quand: datetime, user: int, motif: str) -> None:
        self.colonnes["annulation_demandee_le"] = quand
        self._journal(ActionJournal.DEMANDE_ANNULATION, quand, user, remarque=motif)
        annoncer(self, Evenement.ANNULATION_DEMANDEE, quand, par=user, message=motif)

    def annuler(self, quand: datetime, par: int, motif: str) -> None:
        self.colonnes["motif_annulation"] = motif
        self._passer(
            ActionJournal.ANNULATION, quand, par, Statut.ANNULEE, motif_annulation=[None, motif]
        )
        annoncer(self, Evenement.INTERVENTION_ANNULEE, quand, par=par, message=f"Motif : {motif}")

    # --- The work ---

    def demarrer(self, quand: datetime) -> None:
        assert self.technicien is not None
        self.colonnes["date_debut"] = quand
        self._passer(
            ActionJournal.DEMARRAGE, quand, self.technicien.user, Statut.EN_COURS, court=False
        )
        annoncer(self, Evenement.INTERVENTION_DEMARREE, quand, par=self.technicien.user)
        if self.travail.type_intervention == TypeIntervention.CORRECTIVE:
            self.monde.etats[self.travail.machine.pk] = StatutEquipement.MAINTENANCE

    def mettre_en_attente(self, quand: datetime, motif: MotifAttente, remarque: str) -> None:
        assert self.technicien is not None
        self.colonnes["motif_attente"] = motif
        self.colonnes["en_attente_depuis"] = quand
        self._passer(
            ActionJournal.MISE_EN_ATTENTE,
            quand,
            self.technicien.user,
            Statut.EN_ATTENTE,
            remarque=remarque,
            court=False,
            motif_attente=[None, motif.value],
        )
        annoncer(
            self,
            Evenement.INTERVENTION_EN_ATTENTE,
            quand,
            par=self.technicien.user,
            message=f"Motif : {motif.label}.",
        )

    def reprendre(self, quand: datetime) -> None:
        assert self.technicien is not None
        attente = quand - self.colonnes["en_attente_depuis"]
        donnees = {}
        limite = self.colonnes["date_limite"]
        if self.colonnes["motif_attente"] in MOTIFS_DU_CLIENT and limite is not None:
            self.colonnes["date_limite"] = limite + attente
            donnees["date_limite"] = [limite.isoformat(), (limite + attente).isoformat()]
        self.colonnes["minutes_attente"] = int(attente.total_seconds() // 60)
        self.colonnes["motif_attente"] = ""
        self.colonnes["en_attente_depuis"] = None
        self._passer(
            ActionJournal.REPRISE,
            quand,
            self.technicien.user,
            Statut.EN_COURS,
            court=False,
            **donnees,
        )

    def travailler(self, periodes: list[Periode], trajet: timedelta | None) -> None:
        """Time entries; what they cost is the technicien's hourly rate by the minute."""
        assert self.technicien is not None
        debut = periodes[0][0]
        entrees = [(TypeTemps.TRAVAIL, *periode) for periode in periodes]
        if trajet is not None and self.detail:
            entrees.insert(0, (TypeTemps.DEPLACEMENT, debut - trajet, debut))
        for type_temps, de, a in entrees:
            minutes = int((a - de).total_seconds() // 60)
            if minutes == 0:
                continue
            self.main_oeuvre += Decimal(minutes) / 60 * self.technicien.cout_horaire
            if type_temps == TypeTemps.TRAVAIL:
                self.minutes_travail += minutes
            self.monde.lots.ajouter(
                TempsPasse,
                intervention_id=self.pk,
                technicien_id=self.technicien.pk,
                type_temps=type_temps,
                debut=de,
                fin=a,
                created_at=a,
            )
            self._journal(
                ActionJournal.TEMPS,
                a,
                self.technicien.user,
                court=False,
                type=type_temps.value,
                minutes=minutes,
            )

    def utiliser(self, reference: str, quantite: int, quand: datetime) -> None:
        """A part leaves the stock for the job; the ledger is written when every job is told."""
        assert self.technicien is not None
        piece, fiche = self.monde.pieces[reference]
        self.cout_pieces += quantite * Decimal(fiche.prix)
        self.monde.usages.append(
            Usage(quand, self.pk, self.reference, piece, quantite, self.technicien.user)
        )
        self._journal(
            ActionJournal.PIECE,
            quand,
            self.technicien.user,
            court=False,
            piece=reference,
            type="sortie" if quantite > 0 else "retour",
            quantite=f"{abs(quantite)}.00",
        )

    def controler(self, points: tuple[Point, ...], quand: datetime | None) -> None:
        """The checklist, answered when `quand` is given."""
        if not self.detail:
            return
        rng = self.monde.rng
        for ordre, point in enumerate(points, 1):
            repondu: dict[str, Any] = {}
            if quand is not None:
                assert self.technicien is not None
                non_conforme = rng.random() < 0.05
                resultat = ResultatControle.NON_CONFORME if non_conforme else ResultatControle.OK
                if not point.obligatoire and rng.random() < 0.4:
                    resultat = ResultatControle.NON_APPLICABLE
                mesure = None
                if point.bornes[1] and resultat != ResultatControle.NON_APPLICABLE:
                    mesure = rng.uniform(*point.bornes) * (1.25 if non_conforme else 1)
                repondu = {
                    "resultat": resultat,
                    "valeur_mesuree": None
                    if mesure is None
                    else Decimal(
                        str(round(mesure, 2 if mesure < 10 else 1 if mesure < 100 else 0))
                    ),
                    "note": rng.choice(textes.NOTES_CONTROLE) if non_conforme else "",
                    "user_id": self.technicien.user,
                    "updated_at": quand,
                }
            self.monde.lots.ajouter(
                PointControle,
                intervention_id=self.pk,
                ordre=ordre,
                libelle=point.libelle,
                obligatoire=point.obligatoire,
                unite=point.unite,
                **{"created_at": self.travail.creation, **repondu},
            )

    # --- After the work ---

    def cloturer(self, quand: datetime) -> None:
        assert self.technicien is not None
        travail = self.travail
        self.colonnes |= {
            "diagnostic": travail.diagnostic,
            "solution": travail.solution,
            "notes_techniques": self.monde.rng.choice(textes.NOTES_TECHNIQUES),
            "date_fin": quand,
            "date_cloture": quand,
            "duree_reelle": self.minutes_travail,
            "cout_main_oeuvre": self.main_oeuvre.quantize(CENTIME, ROUND_HALF_UP),
            "cout_pieces": self.cout_pieces,
        }
        self._passer(
            ActionJournal.CLOTURE,
            quand,
            self.technicien.user,
            Statut.CLOTUREE,
            duree_reelle=[None, self.minutes_travail],
            toujours_en_panne=False,
        )
        annoncer(
            self,
            Evenement.INTERVENTION_CLOTUREE,
            quand,
            par=self.technicien.user,
            message=f"Solution : {travail.solution}",
        )
        if self.monde.etats.get(travail.machine.pk) == StatutEquipement.MAINTENANCE:
            del self.monde.etats[travail.machine.pk]

    def noter(self, quand: datetime, note: int, commentaire: str) -> None:
        self.colonnes["satisfaction_client"] = note
        self.colonnes["commentaire_client"] = commentaire
        client = self.travail.machine.client.portail
        self._journal(ActionJournal.SATISFACTION, quand, client, court=False, note=note)

    def finir(self) -> None:
        """Archive what has been closed long enough, by the nightly job; queue the row."""
        if self.statut in (Statut.CLOTUREE, Statut.ANNULEE):
            fin = self.colonnes.get("date_cloture") or self.dernier
            nuit = horloge.moment(horloge.jour_de(fin + ARCHIVAGE), 2, 30) + timedelta(days=1)
            if nuit < self.monde.maintenant:
                self._passer(ActionJournal.ARCHIVAGE, nuit, None, Statut.ARCHIVEE, court=False)
        self.monde.lots.ajouter(
            Intervention, **self.colonnes, version=self.version, updated_at=self.dernier
        )
