"""Computing a proposal of the optimiser, in the background: the solution's rounds become lines beside today's plan."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from erp.exceptions import BusinessRuleError
from interventions.models import Intervention
from notifications import flux
from planning.choices import EtatProposition, GenreLigne, RaisonOmission
from planning.models import LigneProposition, PropositionPlanning
from planning.optimiseur.evaluation import Evaluateur
from planning.optimiseur.modele import Solution
from planning.optimiseur.solveur import Suivi, resoudre
from planning.services.enonce import Enonce, ecart, enoncer, journee_de

ESSAIS = 3  # searches, should planned work find no place in the ones before


def calculer_proposition(proposition_id: int, *, iterations: int | None = None) -> bool:
    """Compute a proposal that was asked for; whether this call did it.

    The row is claimed by a conditional UPDATE, so that of two workers one computes. `iterations` instead of seconds
    makes the answer repeatable.
    """
    miennes = PropositionPlanning.objects.filter(pk=proposition_id, etat=EtatProposition.DEMANDEE)
    if not miennes.update(etat=EtatProposition.EN_CALCUL, updated_at=timezone.now()):
        return False
    proposition = PropositionPlanning.objects.select_related("demandee_par").get(pk=proposition_id)
    try:
        suivi = _avancement(proposition_id)
        enonce = enoncer(proposition)
        gardes = _sans_tournee(enonce)
        for _essai in range(ESSAIS):
            if gardes:
                enonce = enoncer(proposition, gardes=gardes)
            solution = resoudre(
                enonce.probleme,
                secondes=proposition.secondes,
                processus=1,
                iterations=iterations,
                suivi=suivi,
            )
            perdues = {
                enonce.interventions[t].pk
                for t in solution.omises
                if enonce.interventions[t].pk in enonce.creneaux
            }
            if not perdues:
                break
            # what is planned already keeps its slot: again, without the time that it takes
            gardes |= perdues
        with transaction.atomic():
            _ecrire(proposition, enonce, solution)
    except BusinessRuleError as refus:
        PropositionPlanning.objects.filter(pk=proposition_id).update(
            etat=EtatProposition.ECHEC, erreur=refus.detail[:500], updated_at=timezone.now()
        )
    # the board of the one who asked shows that it waits for him
    flux.publier(
        genre="proposition",
        action="calculee",
        objet="proposition",
        objet_ids=[proposition_id],
        destinataires=[proposition.demandee_par_id],
    )
    return True


def _sans_tournee(enonce: Enonce) -> set[int]:
    """Planned work that no round could hold, such as a site too far away for a day: its slot stays as it is."""
    calcul = Evaluateur(enonce.probleme)
    ouvriers = range(len(enonce.probleme.ouvriers))
    return {
        intervention.pk
        for t, intervention in enumerate(enonce.interventions)
        if intervention.pk in enonce.creneaux
        and all(calcul.cout(k, (t,)) is None for k in ouvriers)
    }


def abandonner_propositions_perdues(*, depuis: timedelta = timedelta(minutes=10)) -> int:
    """Tell those whose worker died that nothing will come; returns how many."""
    return PropositionPlanning.objects.filter(
        etat=EtatProposition.EN_CALCUL, updated_at__lt=timezone.now() - depuis
    ).update(
        etat=EtatProposition.ECHEC,
        erreur=_("Le calcul s’est interrompu. Demandez-le à nouveau."),
        updated_at=timezone.now(),
    )


def _avancement(proposition_id: int) -> Suivi:
    """Writes the progress, at most once per per cent."""
    ecrite = 0

    def suivre(part: float, _cout: float) -> None:
        nonlocal ecrite
        pour_cent = min(99, int(100 * part))
        if pour_cent > ecrite:
            ecrite = pour_cent
            PropositionPlanning.objects.filter(pk=proposition_id).update(
                progression=pour_cent, updated_at=timezone.now()
            )

    return suivre


# --- The answer -----------------------------------------------------------------------------------


def _ecrire(proposition: PropositionPlanning, enonce: Enonce, solution: Solution) -> None:
    calcul = Evaluateur(enonce.probleme)
    lignes = []
    for tournee in solution.tournees:
        technicien = enonce.journees[tournee.ouvrier].technicien
        debuts = calcul.debuts(tournee)
        for rang, (t, minute) in enumerate(zip(tournee.ordre, debuts, strict=True)):
            debut = enonce.moment(minute)
            fin = debut + timedelta(minutes=enonce.probleme.taches[t].duree)
            ligne = _ligne(proposition, enonce, enonce.interventions[t])
            ligne.technicien, ligne.debut, ligne.fin = technicien, debut, fin
            ligne.par_le_magasin = tournee.magasin == rang
            if ligne.ancien_debut is None:
                ligne.genre = GenreLigne.NOUVELLE
            elif t in enonce.fixes or (
                ligne.ancien_technicien_id == technicien.pk and ligne.ancien_debut == debut
            ):
                ligne.genre = GenreLigne.INCHANGEE
            else:
                ligne.genre = GenreLigne.DEPLACEE
            lignes.append(ligne)
    for t in solution.omises:
        ligne = _ligne(proposition, enonce, enonce.interventions[t])
        ligne.genre = GenreLigne.OMISE
        ligne.raison = _raison(calcul, t)
        lignes.append(ligne)
    for intervention in enonce.gardees:
        ligne = _ligne(proposition, enonce, intervention)
        ligne.genre = GenreLigne.INCHANGEE
        ligne.technicien_id = ligne.ancien_technicien_id
        ligne.debut, ligne.fin = ligne.ancien_debut, ligne.ancienne_fin
        lignes.append(ligne)
    LigneProposition.objects.bulk_create(lignes)
    proposition.avant = _mesurer_aujourdhui(enonce)
    proposition.apres = _mesurer(enonce, calcul, solution)
    proposition.etat = EtatProposition.PRETE
    proposition.progression = 100
    proposition.calculee_le = timezone.now()
    proposition.enregistrer("avant", "apres", "etat", "progression", "calculee_le")


def _ligne(
    proposition: PropositionPlanning, enonce: Enonce, intervention: Intervention
) -> LigneProposition:
    creneau = enonce.creneaux.get(intervention.pk)
    return LigneProposition(
        proposition=proposition,
        intervention=intervention,
        version=intervention.version,
        ancien_technicien_id=creneau.technicien_id if creneau else None,
        ancien_debut=creneau.debut if creneau else None,
        ancienne_fin=creneau.fin if creneau else None,
    )


def _raison(calcul: Evaluateur, t: int) -> str:
    capables = [k for k, possibles in enumerate(calcul.faisables) if possibles[t]]
    if not capables:
        return RaisonOmission.COMPETENCE
    if all(calcul.cout(k, (t,)) is None for k in capables):
        return RaisonOmission.HORAIRES
    return RaisonOmission.TEMPS


def _mesurer(enonce: Enonce, calcul: Evaluateur, solution: Solution) -> dict[str, float]:
    """What a plan is worth: jobs done, late ones, minutes of driving and overtime, the fullest and emptiest share."""
    debuts: dict[int, tuple[int, float]] = {}
    trajet = supplementaires = 0.0
    for tournee in solution.tournees:
        trajet += calcul.route(tournee)
        for t, minute in zip(tournee.ordre, calcul.debuts(tournee), strict=True):
            debuts[t] = tournee.ouvrier, minute
    for k, ouvrier in enumerate(enonce.probleme.ouvriers):
        fins = [m + enonce.probleme.taches[t].duree for t, (q, m) in debuts.items() if q == k]
        supplementaires += max([0.0, *(fin - ouvrier.plages[-1][1] for fin in fins)])
    return _bilan(enonce, debuts, trajet, supplementaires)


def _mesurer_aujourdhui(enonce: Enonce) -> dict[str, float]:
    """The same of the slots as they stand."""
    probleme = enonce.probleme
    debuts: dict[int, tuple[int, float]] = {}
    for t, intervention in enumerate(enonce.interventions):
        creneau = enonce.creneaux.get(intervention.pk)
        k = None if creneau is None else journee_de(enonce.journees, creneau)
        if creneau is not None and k is not None:
            debuts[t] = k, ecart(enonce.origine, creneau.debut)
    trajet = supplementaires = 0.0
    for k, ouvrier in enumerate(probleme.ouvriers):
        siennes = sorted((m, t) for t, (q, m) in debuts.items() if q == k)
        if siennes:
            lieux = [probleme.lieu_depart(k), *(t for _m, t in siennes), probleme.lieu_depart(k)]
            trajet += sum(probleme.trajets[a][b] for a, b in pairwise(lieux))
            fin = max(m + probleme.taches[t].duree for m, t in siennes)
            supplementaires += max(0.0, fin - ouvrier.plages[-1][1])
    return _bilan(enonce, debuts, trajet, supplementaires)


def _bilan(
    enonce: Enonce, debuts: dict[int, tuple[int, float]], trajet: float, supplementaires: float
) -> dict[str, float]:
    charges: dict[int, float] = defaultdict(float)
    for journee in enonce.journees:
        charges[journee.technicien.pk] += 0.0
    retard = 0
    horizon = max(ouvrier.plages[-1][1] for ouvrier in enonce.probleme.ouvriers)
    for t, tache in enumerate(enonce.probleme.taches):
        place = debuts.get(t)
        if place is not None:
            charges[enonce.journees[place[0]].technicien.pk] += tache.duree
        limite = enonce.interventions[t].date_limite
        if limite is not None:
            echeance = ecart(enonce.origine, limite)
            debut = place[1] if place is not None else horizon
            retard += debut > echeance
    return {
        "planifiees": len(debuts),
        "en_retard": retard,
        "trajet": round(trajet),
        "supplementaires": round(supplementaires),
        "charge_max": round(max(charges.values(), default=0)),
        "charge_min": round(min(charges.values(), default=0)),
    }
