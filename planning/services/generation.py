"""Preventive work comes up by itself: each due plan makes its intervention, once per plan and date.

Rules that the spec leaves open, settled here:

- A fixed plan that has missed dates (the generator stood still, the plan was off) makes up for the latest one only;
  the older are counted in `Bilan.sautees` and written to the log. Nobody does six weekly visits on one morning.
- A floating plan waits for the intervention that it made: the next date is counted from the day it was finished, or
  from its due date when it was cancelled or deleted.
- A plan by date and by meter counts both anew from whichever came first.
- A meter that was replaced takes its plan along: what was left to run on the old one is left on the new one.
- A date that moves back off a closed day is made so many days before the visit, not before the date.

What is due is handled a batch of plans at a time: one transaction, a handful of statements, memory for that batch.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Protocol

import structlog
from django.db import DatabaseError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import SYSTEME
from equipment.choices import StatutEquipement
from equipment.models import Compteur, ReleveCompteur
from erp.calendrier import Calendrier
from erp.enonces import inserer_lot, preparee
from erp.exceptions import ERPException
from erp.lots import cles_par_lots
from erp.societe import calendrier_societe
from interventions.choices import STATUTS_ACTIFS
from interventions.models import Intervention
from interventions.services import Demande, NouveauPoint, creer_interventions
from planning.choices import JourFerme, ModeEcheance
from planning.models import Gamme, OccurrencePlan, PlanMaintenance
from planning.recurrence import (
    derniere_echeance,
    echeance_suivante_de,
    echeances,
    premiere_echeance,
)

logger = structlog.get_logger(__name__)

# A closed season longer than this has no working day to move to.
JOURS_FERMES_AU_PLUS = 31


# Plans that share a transaction; and keys read at a time, for what is due costs a walk through all plans to find.
LOT = 200
CLES = 5000
_ECRIRE_LES_TERMES = """
    UPDATE plans_maintenance AS plan
       SET prochaine_echeance = terme.echeance, prochaine_valeur = terme.valeur, updated_at = now()
      FROM unnest(%s::bigint[], %s::date[], %s::numeric[]) AS terme (id, echeance, valeur)
     WHERE plan.id = terme.id
    RETURNING plan.id
"""


@dataclass(slots=True)
class Bilan:
    """What one run did: interventions made, missed dates not made up for, plans that failed (see the log)."""

    creees: int = 0
    sautees: int = 0
    erreurs: int = 0

    def ajouter(self, autre: "Bilan") -> None:
        self.creees += autre.creees
        self.sautees += autre.sautees
        self.erreurs += autre.erreurs


def generer_preventives(*, jour: date | None = None, limite: int | None = None) -> Bilan:
    """Make the interventions of every active plan whose date, less its days of advance, has come by `jour` (today).

    However often it runs, and however many runs there are at once, a plan and date give one intervention: plans are
    handled on their locked rows (a run that finds one locked passes on), and the database holds one occurrence per
    plan and date. A batch that fails is done again plan by plan: the one that fails is logged, counted, and does not
    stop the others. Plans of retired machines and of inactive clients wait. `limite` stops after about that many
    interventions.
    """
    jour = jour or timezone.localdate()
    bilan = Bilan()
    _noter_les_realisations()
    _pour_chaque(_sans_terme(), lambda plan, _: _fixer_le_terme(plan, jour), bilan)
    _pour_chaque(_compteur_remplace(), lambda plan, _: _suivre_le_remplacement(plan), bilan)
    _Generation(jour, calendrier_societe()).tout_faire(bilan, limite)
    logger.info(
        "generation_preventive",
        jour=jour.isoformat(),
        creees=bilan.creees,
        sautees=bilan.sautees,
        erreurs=bilan.erreurs,
    )
    return bilan


def _pour_chaque(
    plans: QuerySet[PlanMaintenance],
    faire: Callable[[PlanMaintenance, Bilan], None],
    bilan: Bilan,
) -> None:
    """Do it to each plan, one transaction and one locked row at a time; what it counts counts once it is committed."""
    for pk in cles_par_lots(plans):
        partiel = Bilan()
        try:
            with transaction.atomic():
                # asked again with the lock: another run may have been here since the list was read
                plan = (
                    plans.filter(pk=pk)
                    .select_related("gamme", "equipement")
                    .select_for_update(skip_locked=True, no_key=True, of=("self",))
                    .first()
                )
                if plan is not None:
                    faire(plan, partiel)
        except (ERPException, DatabaseError, ValueError):
            logger.exception("plan_en_erreur", plan=pk)
            bilan.erreurs += 1
            continue
        bilan.ajouter(partiel)


def _dernier_releve() -> Subquery:
    return Subquery(
        ReleveCompteur.objects.filter(compteur=OuterRef("compteur"))
        .order_by("-date_releve", "-id")
        .values("valeur")[:1]
    )


def en_service(plans: QuerySet[PlanMaintenance]) -> QuerySet[PlanMaintenance]:
    """Those that the generator looks at: active, their machine in service, their client active."""
    return plans.filter(actif=True, equipement__client__is_active=True).exclude(
        equipement__statut=StatutEquipement.RETIRE
    )


def _en_service() -> QuerySet[PlanMaintenance]:
    return en_service(PlanMaintenance.objects.all())


def plans_dus(jour: date, calendrier: Calendrier | None = None) -> QuerySet[PlanMaintenance]:
    """The plans that a run on that day makes an intervention for: by date or by meter."""
    par_compteur = PlanMaintenance.objects.filter(prochaine_valeur__lte=_dernier_releve())
    return _en_service().filter(
        Q(pk__in=PlanMaintenance.objects.dus(jour).values("pk"))
        | _avances(jour, calendrier or calendrier_societe())
        | Q(pk__in=par_compteur.values("pk"))
    )


def _avances(jour: date, calendrier: Calendrier) -> Q:
    """Due too: dates that move back before the closed days that they fall on."""
    mobiles = PlanMaintenance.objects.filter(actif=True, jour_ferme=JourFerme.AVANT)
    dues = Q(pk__in=[])
    for avance in mobiles.order_by().values_list("jours_avance", flat=True).distinct():
        dernier = jour + timedelta(days=avance)
        ouvre = dernier + timedelta(days=1)
        while not calendrier.est_ouvre(ouvre) and (ouvre - dernier).days <= JOURS_FERMES_AU_PLUS:
            ouvre += timedelta(days=1)
        dues |= Q(
            jour_ferme=JourFerme.AVANT,
            jours_avance=avance,
            prochaine_echeance__gt=dernier,
            prochaine_echeance__lt=ouvre,
        )
    return dues


def _sans_terme() -> QuerySet[PlanMaintenance]:
    """Plans that do not know what comes next: floating ones whose job is over, and new ones."""
    en_cours = OccurrencePlan.objects.filter(
        plan=OuterRef("pk"), intervention__statut__in=STATUTS_ACTIFS
    )
    return (
        _en_service()
        .filter(
            ~Q(regle="") & Q(prochaine_echeance__isnull=True)
            | Q(compteur__isnull=False, prochaine_valeur__isnull=True)
        )
        .exclude(Exists(en_cours), mode=ModeEcheance.FLOTTANT)
    )


def _compteur_remplace() -> QuerySet[PlanMaintenance]:
    """More is left to run than one interval, and the meter was replaced: the value is that of the old one."""
    remplacements = ReleveCompteur.objects.filter(compteur=OuterRef("compteur"), remplacement=True)
    return _en_service().filter(
        Exists(remplacements), prochaine_valeur__gt=_dernier_releve() + F("intervalle_compteur")
    )


@dataclass(frozen=True, slots=True)
class _Modele:
    """What every intervention of a gamme is made with."""

    gamme: Gamme
    competences: tuple[int, ...]
    controles: tuple[NouveauPoint, ...]


class _Generation:
    """One run: the day, the calendar, and the gammes that it has met."""

    def __init__(self, jour: date, calendrier: Calendrier) -> None:
        self.jour = jour
        self.calendrier = calendrier
        self.modeles: dict[int, _Modele] = {}

    def tout_faire(self, bilan: Bilan, limite: int | None) -> None:
        cles = cles_par_lots(plans_dus(self.jour, self.calendrier), CLES)
        while limite is None or bilan.creees < limite:
            taille = LOT if limite is None else min(LOT, limite - bilan.creees)
            lot = list(islice(cles, taille))
            if not lot:
                return
            try:
                bilan.ajouter(self._un_lot(lot))
            except (ERPException, DatabaseError):
                self._un_par_un(lot, bilan)

    def _un_par_un(self, lot: list[int], bilan: Bilan) -> None:
        """One of them cannot be made: the others are."""
        for pk in lot:
            try:
                bilan.ajouter(self._un_lot([pk]))
            except (ERPException, DatabaseError):
                logger.exception("plan_en_erreur", plan=pk)
                bilan.erreurs += 1

    @transaction.atomic
    def _un_lot(self, cles: list[int]) -> Bilan:
        # what is due is worked out anew from the locked rows: another run may have been here since the keys were read
        plans = list(
            _en_service()
            .filter(pk__in=cles)
            .select_for_update(skip_locked=True, no_key=True, of=("self",))
            .order_by("pk")
        )
        atteintes = _dernieres_valeurs(p.compteur_id for p in plans if p.compteur_id is not None)
        bilan = Bilan()
        deroules: list[PlanMaintenance] = []
        dues: list[tuple[PlanMaintenance, date]] = []
        for plan in plans:
            atteinte = atteintes.get(plan.compteur_id) if plan.compteur_id is not None else None
            try:
                siennes, sautees = _derouler(plan, self.jour, atteinte, self.calendrier)
            except ValueError:
                logger.exception("plan_en_erreur", plan=plan.pk)
                bilan.erreurs += 1
                continue
            bilan.sautees += sautees
            deroules.append(plan)
            dues += [(plan, echeance) for echeance in siennes]
        bilan.creees = self._creer(dues)
        _ecrire_les_termes(deroules)
        return bilan

    def _creer(self, dues: list[tuple[PlanMaintenance, date]]) -> int:
        """The interventions of these dates, but of those made before; returns how many were made."""
        faites = set(
            OccurrencePlan.objects.filter(
                plan__in={plan.pk for plan, _ in dues}, date_echeance__in={jour for _, jour in dues}
            ).values_list("plan_id", "date_echeance")
        )
        nouvelles = [(plan, jour) for plan, jour in dues if (plan.pk, jour) not in faites]
        self._lire_modeles({plan.gamme_id for plan, _ in nouvelles})
        creees = creer_interventions(
            par=SYSTEME, demandes=[self._demande(plan, jour) for plan, jour in nouvelles]
        )
        inserer_lot(
            OccurrencePlan(plan=plan, date_echeance=jour, intervention=intervention)
            for (plan, jour), intervention in zip(nouvelles, creees, strict=True)
        )
        return len(creees)

    def _demande(self, plan: PlanMaintenance, echeance: date) -> Demande:
        modele = self.modeles[plan.gamme_id]
        visite = jour_de_visite(plan, echeance, self.calendrier)
        _ouverture, fermeture = self.calendrier.plage(visite)
        return Demande(
            equipement_id=plan.equipement_id,
            type_intervention=modele.gamme.type_intervention,
            titre=modele.gamme.titre,
            description=modele.gamme.description,
            priorite=modele.gamme.priorite,
            date_limite=fermeture,
            duree_estimee=modele.gamme.duree_estimee,
            competences=modele.competences,
            controles=modele.controles,
        )

    def _lire_modeles(self, gamme_ids: set[int]) -> None:
        inconnues = Gamme.objects.filter(pk__in=gamme_ids - self.modeles.keys())
        for gamme in inconnues.prefetch_related("points", "competences"):
            self.modeles[gamme.pk] = _Modele(
                gamme,
                tuple(competence.pk for competence in gamme.competences.all()),
                tuple(
                    NouveauPoint(
                        libelle=point.libelle, obligatoire=point.obligatoire, unite=point.unite
                    )
                    for point in gamme.points.all()
                ),
            )


def _derouler(
    plan: PlanMaintenance, jour: date, atteinte: Decimal | None, calendrier: Calendrier
) -> tuple[list[date], int]:
    """The due dates to be made by that day and how many were missed; the plan's terms move on, nothing is written."""
    dues: list[date] = []
    sautees = 0
    if plan.prochaine_echeance is not None and plan.prochaine_echeance < jour:
        sautees = _rattraper(plan, plan.prochaine_echeance, jour)
    avance = timedelta(days=plan.jours_avance)
    while (echeance := plan.prochaine_echeance) is not None:
        visite = jour_de_visite(plan, echeance, calendrier)
        if min(visite, echeance) - avance > jour:
            break
        if not est_confondue(plan.regle, _depart(plan, echeance), echeance, visite):
            dues.append(echeance)
        _avancer(plan, echeance, atteinte)
    a_terme = plan.compteur_id is not None and plan.prochaine_valeur is not None
    if a_terme and atteinte is not None and atteinte >= (plan.prochaine_valeur or 0):
        if jour not in dues:
            dues.append(jour)
        _avancer(plan, jour, atteinte)
    return dues, sautees


def _rattraper(plan: PlanMaintenance, due: date, jour: date) -> int:
    """Pass over the missed dates but the latest; the one that was due counts as missed only if a later one was too."""
    passees = list(echeances(plan.regle, _depart(plan, due), due, jour))
    if not passees or passees[-1] <= due:
        return 0
    plan.prochaine_echeance = passees[-1]
    logger.info(
        "echeances_sautees",
        plan=plan.pk,
        du=due.isoformat(),
        retenue=passees[-1].isoformat(),
        nombre=len(passees) - 1,
    )
    return len(passees) - 1


def _dernieres_valeurs(compteur_ids: Iterable[int]) -> dict[int, Decimal]:
    """The last reading of each of these meters."""
    ids = set(compteur_ids)
    if not ids:
        return {}
    lus = ReleveCompteur.objects.filter(compteur__in=ids)
    lus = lus.order_by("compteur_id", "-date_releve", "-id").distinct("compteur_id")
    return dict(lus.values_list("compteur_id", "valeur"))


def _ecrire_les_termes(plans: list[PlanMaintenance]) -> None:
    preparee(
        _ECRIRE_LES_TERMES,
        (
            [plan.pk for plan in plans],
            [plan.prochaine_echeance for plan in plans],
            [plan.prochaine_valeur for plan in plans],
        ),
    )


class Deplacable(Protocol):
    """What says whether a date on a closed day moves."""

    @property
    def jour_ferme(self) -> str: ...


def jour_de_visite(plan: Deplacable, echeance: date, calendrier: Calendrier) -> date:
    """The day on which a due date is served: the plan says what becomes of one that falls on a closed day."""
    pas = {JourFerme.AVANT: -1, JourFerme.APRES: 1}.get(JourFerme(plan.jour_ferme), 0)
    jour = echeance
    for _essai in range(JOURS_FERMES_AU_PLUS if pas else 0):
        if calendrier.est_ouvre(jour):
            return jour
        jour += timedelta(days=pas)
    return echeance


def est_confondue(regle: str, depart: date, echeance: date, visite: date) -> bool:
    """Whether a date that moved off a closed day meets another of the rule on its way: a daily round is not done twice.

    Forward it is the one that it meets, backward the one before it.
    """
    if not regle or visite == echeance:
        return False
    un_jour = timedelta(days=1)
    if visite > echeance:
        return any(True for _ in echeances(regle, depart, echeance + un_jour, visite))
    return any(True for _ in echeances(regle, depart, visite, echeance - un_jour))


def _avancer(plan: PlanMaintenance, echeance: date, atteinte: Decimal | None) -> None:
    """What comes after an occurrence: nothing yet for a floating plan, else the next date and meter value."""
    if plan.mode == ModeEcheance.FLOTTANT:
        plan.prochaine_echeance = plan.prochaine_valeur = None
        return
    if plan.regle:
        plan.prochaine_echeance = echeance_suivante_de(
            plan.regle, _depart(plan, echeance), echeance, plan.date_depart
        )
    if plan.compteur_id is None or plan.intervalle_compteur is None:
        return
    atteinte = atteinte or Decimal(0)
    if plan.regle or plan.prochaine_valeur is None:
        plan.prochaine_valeur = atteinte + plan.intervalle_compteur
    else:  # the next multiple not reached yet
        retard = atteinte - plan.prochaine_valeur
        plan.prochaine_valeur += plan.intervalle_compteur * (retard // plan.intervalle_compteur + 1)


def _depart(plan: PlanMaintenance, due: date) -> date:
    """What the rule is counted from: the plan's start, or the last occurrence where a meter may have come first."""
    return plan.date_depart if plan.compteur_id is None and plan.mode == ModeEcheance.FIXE else due


def _valeur(compteur: Compteur, le: datetime | None = None) -> Decimal | None:
    """The last reading, taken by that moment when one is given."""
    releves = compteur.releves.order_by("-date_releve", "-id")
    if le is not None:
        releves = releves.filter(date_releve__lte=le)
    return releves.values_list("valeur", flat=True).first()


def _fixer_le_terme(plan: PlanMaintenance, jour: date) -> None:
    """Count what comes next from the last occurrence: from its completion if it was done, else from its due date."""
    derniere = plan.occurrences.select_related("intervention").order_by("-date_echeance").first()
    if derniere is None:
        if plan.regle and plan.prochaine_echeance is None:
            plan.prochaine_echeance = premiere_echeance(plan.regle, plan.date_depart)
        finie = None
    else:
        intervention = derniere.intervention
        faite = intervention is not None and intervention.date_cloture is not None
        finie = intervention.date_fin if intervention is not None and faite else None
        base = timezone.localdate(finie) if finie is not None else derniere.date_echeance
        if plan.regle and plan.prochaine_echeance is None:
            depart = plan.date_depart if plan.mode == ModeEcheance.FIXE else base
            suivante = echeance_suivante_de(plan.regle, depart, base, plan.date_depart)
            if suivante < jour:
                suivante = derniere_echeance(plan.regle, depart, jour) or suivante
            plan.prochaine_echeance = suivante
    if plan.compteur is not None and plan.prochaine_valeur is None and plan.intervalle_compteur:
        plan.prochaine_valeur = (_valeur(plan.compteur, finie) or 0) + plan.intervalle_compteur
    plan.enregistrer("prochaine_echeance", "prochaine_valeur")


def _suivre_le_remplacement(plan: PlanMaintenance) -> None:
    """The new meter starts at its first reading; what the old one had left to run is left to run."""
    assert plan.compteur is not None
    assert plan.prochaine_valeur is not None
    assert plan.intervalle_compteur is not None
    releves = plan.compteur.releves.order_by("-date_releve", "-id")
    nouveau = releves.filter(remplacement=True).first()
    assert nouveau is not None
    ancien = releves.filter(date_releve__lt=nouveau.date_releve).first()
    reste = plan.prochaine_valeur - (ancien.valeur if ancien is not None else Decimal(0))
    plan.prochaine_valeur = nouveau.valeur + min(max(reste, Decimal(0)), plan.intervalle_compteur)
    plan.enregistrer("prochaine_valeur")


def _noter_les_realisations() -> None:
    """`derniere_execution` is the day on which the latest finished intervention of the plan was finished."""
    finies = (
        Intervention.objects.filter(occurrence__plan=OuterRef("pk"), date_cloture__isnull=False)
        .order_by("-date_fin")
        .values("date_fin__date")[:1]
    )
    PlanMaintenance.objects.annotate(realisee=Subquery(finies)).filter(
        Q(derniere_execution__isnull=True) | Q(derniere_execution__lt=F("realisee")),
        realisee__isnull=False,
    ).update(derniere_execution=Subquery(finies), updated_at=timezone.now())
