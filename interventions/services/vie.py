"""The life of an intervention: the one place that writes `statut`.

`changer_statut` takes the line of `TRANSITIONS` that leads there, asks who may, asks what it needs, applies its
effects, and writes row, journal and notifications in one transaction. Each effect sets fields on the locked row and
answers with their names.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import SYSTEME, User
from equipment.choices import StatutEquipement
from equipment.services import rendre_apres_annulation, suivre_intervention
from erp.enonces import Requete
from erp.exceptions import AuthorizationError, BusinessRuleError, ErreurChamp, ValidationError
from interventions import notifications
from interventions.choices import (
    ActionJournal,
    MotifAttente,
    Statut,
    Transition,
    TypeIntervention,
    transition,
)
from interventions.models import HistoriqueIntervention, Intervention
from interventions.permissions import est_affecte, peut_affecter, peut_planifier, peut_transiter
from interventions.services._commun import enregistrer, journaliser, verrouiller
from interventions.services.creneaux import (
    creneau_ouvert,
    exiger_deverrouille,
    liberer_creneau,
    poser_creneau,
    technicien_pour,
    verifier_periode,
)
from stock.choices import TypeMouvement
from stock.services import mouvement_intervention

CENTIME = Decimal("0.01")


@transaction.atomic
def changer_statut(
    *,
    par: User,
    intervention_id: int,
    vers: str,
    version: int | None = None,
    remarque: str = "",
    interne: bool = False,
    **donnees: Any,
) -> Intervention:
    """Move an intervention along its table; `donnees` are the fields that the line `exige` or `accepte`.

    Raises IntrouvableError, StaleVersionError, AuthorizationError, BusinessRuleError TRANSITION_INTERDITE (no such
    line) or the rule that the effect names, ValidationError for a missing or unexpected field; nothing is written then.
    """
    intervention = verrouiller(intervention_id, par, version)
    if not (par.est_gestion or est_affecte(par, intervention)):
        raise AuthorizationError()
    return appliquer(
        intervention, vers, par=par, remarque=remarque, interne=interne, donnees=donnees
    )


def appliquer(
    intervention: Intervention,
    vers: str,
    *,
    par: User,
    remarque: str = "",
    interne: bool = False,
    donnees: dict[str, Any],
) -> Intervention:
    """The transition itself, on a row that the caller has locked (or has just inserted)."""
    ligne = transition(intervention.statut, vers)
    if ligne is None:
        raise BusinessRuleError(
            _("Une intervention « %(de)s » ne peut pas passer à « %(vers)s ».")
            % {
                "de": intervention.get_statut_display(),
                "vers": dict(Statut.choices).get(vers, vers),
            },
            code="TRANSITION_INTERDITE",
        )
    if not peut_transiter(par, intervention, ligne):
        raise AuthorizationError()
    donnees = _donnees_de(ligne, intervention, donnees)
    ancien = intervention.statut
    maintenant = timezone.now()
    champs, details = _EFFETS[ligne.action](intervention, maintenant, donnees, par)
    intervention.statut = ligne.vers
    enregistrer(intervention, "statut", *champs)
    journaliser(
        intervention,
        ligne.action,
        par=par,
        ancien_statut=ancien,
        remarque=remarque,
        interne=interne,
        donnees=details,
    )
    notifications.annoncer_transition(intervention, ligne.action, par=par)
    return intervention


def _donnees_de(
    ligne: Transition, intervention: Intervention, donnees: dict[str, Any]
) -> dict[str, Any]:
    """What was given, blanks left out. Raises ValidationError naming each missing or unexpected field."""
    connues = {*ligne.exige, *ligne.accepte}
    donnees = {champ: valeur for champ, valeur in donnees.items() if valeur not in (None, "")}
    erreurs = [
        ErreurChamp(champ, _("Ce champ ne va pas avec ce changement de statut."), "INATTENDU")
        for champ in donnees
        if champ not in connues
    ]
    exiges = list(ligne.exige)
    if (
        ligne.action == ActionJournal.CLOTURE
        and intervention.type_intervention == TypeIntervention.CORRECTIVE
    ):
        exiges.append("diagnostic")
    for champ in exiges:
        valeur = donnees.get(champ) or getattr(intervention, champ, None)
        if not valeur or (isinstance(valeur, str) and not valeur.strip()):
            erreurs.append(ErreurChamp(champ, _("Ce champ est obligatoire."), "OBLIGATOIRE"))
    if erreurs:
        raise ValidationError(errors=erreurs)
    return donnees


Effet = tuple[tuple[str, ...], dict[str, Any]]


def _affecter(
    intervention: Intervention, maintenant: datetime, donnees: dict[str, Any], par: User
) -> Effet:
    debut, fin = donnees.get("debut"), donnees.get("fin")
    planifie = verifier_periode(debut, fin)
    technicien = technicien_pour(intervention, donnees["technicien_id"], debut, fin)
    intervention.technicien = technicien
    intervention.date_affectation = maintenant
    if planifie and debut is not None and fin is not None:
        poser_creneau(intervention, technicien, debut, fin)
    return ("technicien", "date_affectation"), {
        "technicien": [None, technicien.user.full_name],
        **(
            {"creneau": [None, [debut.isoformat(), fin.isoformat()]]}
            if planifie and debut and fin
            else {}
        ),
    }


def _desaffecter(
    intervention: Intervention, maintenant: datetime, donnees: dict[str, Any], par: User
) -> Effet:
    exiger_deverrouille(creneau_ouvert(intervention))
    liberer_creneau(intervention)
    ancien = intervention.technicien
    notifications.annoncer_retrait(intervention, ancien, par=par)
    intervention.technicien = None
    intervention.date_affectation = None
    return ("technicien", "date_affectation"), {"technicien": [str(ancien), None]}


def _demarrer(
    intervention: Intervention, maintenant: datetime, donnees: dict[str, Any], par: User
) -> Effet:
    _seul_en_cours(intervention)
    intervention.date_debut = intervention.date_debut or maintenant
    if intervention.type_intervention == TypeIntervention.CORRECTIVE:
        suivre_intervention(
            equipement_id=intervention.equipement_id,
            vers=StatutEquipement.MAINTENANCE,
            par=par,
            origine=intervention.reference,
        )
    return ("date_debut",), {}


def _mettre_en_attente(
    intervention: Intervention, maintenant: datetime, donnees: dict[str, Any], par: User
) -> Effet:
    motif = donnees["motif_attente"]
    if motif not in MotifAttente.values:
        raise ValidationError.champ(
            "motif_attente", _("Ce motif d’attente n’existe pas."), "CHOIX_INVALIDE"
        )
    intervention.motif_attente = motif
    intervention.en_attente_depuis = maintenant
    return ("motif_attente", "en_attente_depuis"), {"motif_attente": [None, motif]}


def _reprendre(
    intervention: Intervention, maintenant: datetime, donnees: dict[str, Any], par: User
) -> Effet:
    _seul_en_cours(intervention)
    details: dict[str, Any] = {}
    attente = maintenant - (intervention.en_attente_depuis or maintenant)
    if intervention.horloge_arretee and intervention.date_limite is not None:
        ancienne = intervention.date_limite
        intervention.date_limite += attente
        details["date_limite"] = [ancienne.isoformat(), intervention.date_limite.isoformat()]
    intervention.minutes_attente += int(attente.total_seconds() // 60)
    intervention.motif_attente = ""
    intervention.en_attente_depuis = None
    return ("date_limite", "minutes_attente", "motif_attente", "en_attente_depuis"), details


def _cloturer(
    intervention: Intervention, maintenant: datetime, donnees: dict[str, Any], par: User
) -> Effet:
    sans_reponse = intervention.controles.obligatoires_sans_reponse().values_list(
        "libelle", flat=True
    )
    if manquants := ", ".join(sans_reponse):
        raise BusinessRuleError(
            _("Points de contrôle obligatoires sans réponse : %(points)s.") % {"points": manquants},
            code="CONTROLES_INCOMPLETS",
        )
    for champ in ("diagnostic", "solution", "notes_techniques"):
        texte = str(donnees.get(champ, getattr(intervention, champ))).strip()
        if len(texte) > 5000:
            raise ValidationError.champ(champ, _("Ce texte est trop long."), "TROP_LONG")
        setattr(intervention, champ, texte)
    intervention.date_fin = intervention.date_cloture = maintenant
    _calculer_duree_et_couts(intervention)
    liberer_creneau(intervention)
    toujours_en_panne = bool(donnees.get("toujours_en_panne"))
    if not toujours_en_panne:
        # asked under the machine's lock: of two jobs on it that close at once, the second sees the first closed
        suivre_intervention(
            equipement_id=intervention.equipement_id,
            vers=StatutEquipement.OPERATIONNEL,
            par=par,
            origine=intervention.reference,
            sauf_si=partial(_autre_travail_sur_la_machine, intervention),
        )
    return (
        "diagnostic",
        "solution",
        "notes_techniques",
        "date_fin",
        "date_cloture",
        "duree_reelle",
        "cout_main_oeuvre",
        "cout_pieces",
    ), {"duree_reelle": [None, intervention.duree_reelle], "toujours_en_panne": toujours_en_panne}


def _annuler(
    intervention: Intervention, maintenant: datetime, donnees: dict[str, Any], par: User
) -> Effet:
    motif = str(donnees["motif_annulation"]).strip()
    if len(motif) > 500:
        raise ValidationError.champ("motif_annulation", _("Ce texte est trop long."), "TROP_LONG")
    intervention.motif_annulation = motif
    intervention.en_attente_depuis = None
    liberer_creneau(intervention)
    retournees = _rendre_les_pieces(intervention, par)
    intervention.cout_pieces = Decimal(0)  # nothing is held any more
    return ("motif_annulation", "en_attente_depuis", "cout_pieces"), {
        "motif_annulation": [None, motif],
        **_rendre_la_machine(intervention, par),
        **({"pieces_retournees": retournees} if retournees else {}),
    }


def _rendre_la_machine(intervention: Intervention, par: User) -> dict[str, Any]:
    """The machine of a corrective job that had begun is no more under maintenance for it; what the journal says."""
    if (
        intervention.type_intervention != TypeIntervention.CORRECTIVE
        or intervention.date_debut is None
    ):
        return {}
    rendue = rendre_apres_annulation(
        equipement_id=intervention.equipement_id,
        par=par,
        origine=intervention.reference,
        sauf_si=partial(_autre_travail_sur_la_machine, intervention),
        reparee_depuis=partial(_reparee_depuis, intervention.equipement_id),
    )
    return {"statut_equipement": list(rendue)} if rendue else {}


def _reparee_depuis(equipement_id: int, reference: str) -> bool:
    """Whether corrective work has closed since that one began, and did not leave the machine down."""
    debut = HistoriqueIntervention.objects.filter(
        intervention__reference=reference, action=ActionJournal.DEMARRAGE
    )
    return (
        HistoriqueIntervention.objects.filter(
            intervention__equipement=equipement_id,
            intervention__type_intervention=TypeIntervention.CORRECTIVE,
            action=ActionJournal.CLOTURE,
            pk__gt=debut.values("pk")[:1],
        )
        .exclude(donnees__toujours_en_panne=True)
        .exists()
    )


def _archiver(
    intervention: Intervention, maintenant: datetime, donnees: dict[str, Any], par: User
) -> Effet:
    return (), {}


_EFFETS: dict[ActionJournal, Callable[[Intervention, datetime, dict[str, Any], User], Effet]] = {
    ActionJournal.AFFECTATION: _affecter,
    ActionJournal.DESAFFECTATION: _desaffecter,
    ActionJournal.DEMARRAGE: _demarrer,
    ActionJournal.MISE_EN_ATTENTE: _mettre_en_attente,
    ActionJournal.REPRISE: _reprendre,
    ActionJournal.CLOTURE: _cloturer,
    ActionJournal.ANNULATION: _annuler,
    ActionJournal.ARCHIVAGE: _archiver,
}


# one at most
_AUTRE_EN_COURS = Requete(
    lambda technicien_id, pk: (
        Intervention.objects.filter(technicien=technicien_id, statut=Statut.EN_COURS)
        .exclude(pk=pk)
        .only("reference")
        .order_by()
    )
)


def _seul_en_cours(intervention: Intervention) -> None:
    """Raises BusinessRuleError when the technicien is at work elsewhere; the database's index stands behind it."""
    for autre in _AUTRE_EN_COURS(intervention.technicien_id or 0, intervention.pk):
        raise BusinessRuleError(
            _(
                "%(nom)s travaille déjà sur %(reference)s : mettez-la en attente ou clôturez-la d’abord."
            )
            % {"nom": intervention.technicien, "reference": autre.reference},
            code="TECHNICIEN_DEJA_EN_COURS",
        )


def _autre_travail_sur_la_machine(intervention: Intervention) -> bool:
    """Whether another corrective job on the same équipement is under way: it is not back in service yet."""
    return (
        Intervention.objects.filter(
            equipement=intervention.equipement_id,
            type_intervention=TypeIntervention.CORRECTIVE,
            statut__in=(Statut.EN_COURS, Statut.EN_ATTENTE),
        )
        .exclude(pk=intervention.pk)
        .exists()
    )


def _calculer_duree_et_couts(intervention: Intervention) -> None:
    """What the closing computes, minutes and MAD.

    duree_reelle: the minutes of work entered, else elapsed less waits. Labour: every minute entered (travel too) at its
    technicien's hourly cost, else duree_reelle at the assigned one's. Parts: what was used less what came back.
    """
    assert intervention.technicien is not None
    assert intervention.date_debut is not None
    assert intervention.date_fin is not None
    travail, main_oeuvre = 0, Decimal(0)
    temps = list(intervention.temps.select_related("technicien"))
    for entree in temps:
        main_oeuvre += Decimal(entree.minutes) / 60 * entree.technicien.cout_horaire
        if entree.type_temps == "travail":
            travail += entree.minutes
    if not travail:
        ecoule = (
            intervention.date_fin
            - intervention.date_debut
            - timedelta(minutes=intervention.minutes_attente)
        )
        travail = max(0, int(ecoule.total_seconds() // 60))
    if not temps:
        main_oeuvre = Decimal(travail) / 60 * intervention.technicien.cout_horaire
    intervention.duree_reelle = travail
    intervention.cout_main_oeuvre = main_oeuvre.quantize(CENTIME, ROUND_HALF_UP)
    intervention.cout_pieces = _cout_pieces(intervention)


def _cout_pieces(intervention: Intervention) -> Decimal:
    """Sum of quantity × price, MAD; what came back counts negative."""
    total = sum((ligne.cout for ligne in intervention.pieces.all()), Decimal(0))
    return max(total, Decimal(0)).quantize(CENTIME, ROUND_HALF_UP)


def prix_de_retour(intervention: Intervention, piece_id: int) -> Decimal | None:
    """What a part that comes back is worth, MAD: the mean price of what the job still holds, not today’s price."""
    net = intervention.pieces.filter(piece=piece_id).aggregate(
        nombre=Sum("quantite"), cout=Sum(F("quantite") * F("prix_unitaire"))
    )
    if not net["nombre"] or net["cout"] < 0:
        return None
    return Decimal(net["cout"] / net["nombre"]).quantize(CENTIME, ROUND_HALF_UP)


def _rendre_les_pieces(intervention: Intervention, par: User) -> dict[str, str]:
    """Bring back to stock what was taken for the job: {reference: quantity}."""
    # one line per part, whatever it cost each time: what was taken at one price may have come back at another
    from_stock = (
        intervention.pieces.order_by("piece_id")
        .values("piece_id", "piece__reference")
        .annotate(net=Sum("quantite"))
        .filter(net__gt=0)
    )
    rendues = {}
    for ligne in from_stock:
        mouvement = mouvement_intervention(
            par=par,
            piece_id=ligne["piece_id"],
            type_mouvement=TypeMouvement.RETOUR,
            quantite=ligne["net"],
            motif=_("Annulation de %(reference)s") % {"reference": intervention.reference},
            prix_unitaire=prix_de_retour(intervention, ligne["piece_id"]),
        )
        intervention.pieces.create(
            piece_id=ligne["piece_id"],
            mouvement=mouvement,
            quantite=-ligne["net"],
            prix_unitaire=mouvement.prix_unitaire,
        )
        rendues[ligne["piece__reference"]] = str(ligne["net"])
    return rendues


@transaction.atomic
def affecter_technicien(
    *,
    par: User,
    intervention_id: int,
    technicien_id: int,
    debut: datetime | None = None,
    fin: datetime | None = None,
    version: int | None = None,
    remarque: str = "",
) -> Intervention:
    """Assign an ouverte intervention, or give an affectee one to another technicien; with a slot when one is given.

    Raises what `changer_statut` and `creneaux.technicien_pour` raise. A reassigned job keeps its slot if the new
    technicien is free then, else it is refused.
    """
    intervention = verrouiller(intervention_id, par, version)
    if not par.est_gestion:
        raise AuthorizationError()
    if intervention.statut == Statut.AFFECTEE:
        return _reaffecter(intervention, technicien_id, debut, fin, par=par, remarque=remarque)
    return appliquer(
        intervention,
        Statut.AFFECTEE,
        par=par,
        remarque=remarque,
        donnees={"technicien_id": technicien_id, "debut": debut, "fin": fin},
    )


def _reaffecter(
    intervention: Intervention,
    technicien_id: int,
    debut: datetime | None,
    fin: datetime | None,
    *,
    par: User,
    remarque: str,
) -> Intervention:
    if not peut_affecter(par, intervention):
        raise AuthorizationError()
    ancien = intervention.technicien
    planifie = verifier_periode(debut, fin)
    creneau = creneau_ouvert(intervention)
    if not planifie and creneau is not None:
        debut, fin = creneau.debut, creneau.fin
    technicien = technicien_pour(intervention, technicien_id, debut, fin)
    if ancien == technicien and not planifie:
        raise BusinessRuleError(
            _("L’intervention est déjà affectée à %(nom)s.") % {"nom": technicien},
            code="DEJA_AFFECTEE",
        )
    if debut is not None and fin is not None:
        poser_creneau(intervention, technicien, debut, fin)
    intervention.technicien = technicien
    intervention.date_affectation = timezone.now()
    enregistrer(intervention, "technicien", "date_affectation")
    journaliser(
        intervention,
        ActionJournal.REAFFECTATION,
        par=par,
        ancien_statut=Statut.AFFECTEE,
        remarque=remarque,
        donnees={"technicien": [str(ancien), str(technicien)]},
    )
    if ancien != technicien:
        notifications.annoncer_retrait(intervention, ancien, par=par)
    notifications.annoncer_transition(intervention, ActionJournal.REAFFECTATION, par=par)
    return intervention


@transaction.atomic
def planifier(
    *,
    par: User,
    intervention_id: int,
    debut: datetime,
    fin: datetime,
    version: int | None = None,
    confirme: bool = False,
    notes: str = "",
) -> Intervention:
    """Give an assigned intervention its slot, or move it.

    Raises BusinessRuleError NON_AFFECTEE when there is nobody to plan, else what `creneaux.technicien_pour` raises.
    """
    intervention = verrouiller(intervention_id, par, version)
    if not par.est_gestion:
        raise AuthorizationError()
    if not peut_planifier(par, intervention) or intervention.technicien_id is None:
        raise BusinessRuleError(
            _("Affectez d’abord l’intervention à un technicien."), code="NON_AFFECTEE"
        )
    verifier_periode(debut, fin)
    ancien = creneau_ouvert(intervention)
    avant = [ancien.debut.isoformat(), ancien.fin.isoformat()] if ancien else None
    technicien = technicien_pour(intervention, intervention.technicien_id, debut, fin)
    poser_creneau(intervention, technicien, debut, fin, confirme=confirme, notes=notes)
    enregistrer(intervention)
    journaliser(
        intervention,
        ActionJournal.PLANIFICATION,
        par=par,
        donnees={"creneau": [avant, [debut.isoformat(), fin.isoformat()]]},
    )
    notifications.annoncer_planification(intervention, debut, fin, par=par)
    return intervention


@transaction.atomic
def deplanifier(*, par: User, intervention_id: int, version: int | None = None) -> Intervention:
    """Free the slot; the technicien keeps the job.

    Raises BusinessRuleError NON_PLANIFIEE when there is none, CRENEAU_VERROUILLE when it is locked.
    """
    intervention = verrouiller(intervention_id, par, version)
    if not par.est_gestion:
        raise AuthorizationError()
    exiger_deverrouille(creneau_ouvert(intervention))
    if not liberer_creneau(intervention):
        raise BusinessRuleError(_("Cette intervention n’est pas planifiée."), code="NON_PLANIFIEE")
    enregistrer(intervention)
    journaliser(intervention, ActionJournal.DEPLANIFICATION, par=par)
    return intervention


def archiver_automatiquement(intervention_id: int) -> Intervention:
    """What the nightly job does to one closed or cancelled intervention."""
    return changer_statut(par=SYSTEME, intervention_id=intervention_id, vers=Statut.ARCHIVEE)
