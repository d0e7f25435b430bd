"""What the field adds to a job while it is active: parts, time (append-only) and answers to the checklist."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from interventions.choices import ActionJournal, ResultatControle, Statut, TypeTemps
from interventions.models import Intervention, InterventionPiece, PointControle, TempsPasse
from interventions.permissions import peut_modifier, peut_saisir
from interventions.services._commun import enregistrer, exiger_texte, journaliser, verrouiller
from interventions.services.vie import prix_de_retour
from stock.choices import TypeMouvement
from stock.services import mouvement_intervention
from technicians.models import Technicien

DUREE_MAX = timedelta(hours=24)


def _ouverte_a_la_saisie(intervention_id: int, par: User) -> Intervention:
    intervention = verrouiller(intervention_id, par)
    if not intervention.est_active:
        raise BusinessRuleError(
            _("L’intervention est close : elle ne change plus."), code="INTERVENTION_CLOSE"
        )
    if not peut_saisir(par, intervention):
        raise AuthorizationError()
    return intervention


@transaction.atomic
def consommer_piece(
    *,
    par: User,
    intervention_id: int,
    piece_id: int,
    quantite: Decimal,
    type_mouvement: str = TypeMouvement.SORTIE,
) -> InterventionPiece:
    """Take a part from stock for the job (sortie), or bring back what was not used (retour).

    Lock order: intervention, then part. Raises BusinessRuleError INTERVENTION_NON_COMMENCEE, STOCK_INSUFFISANT, or
    RETOUR_EXCESSIF when more would come back than was taken.
    """
    intervention = _ouverte_a_la_saisie(intervention_id, par)
    if intervention.statut not in (Statut.EN_COURS, Statut.EN_ATTENTE):
        raise BusinessRuleError(
            _("Les pièces se saisissent une fois l’intervention commencée."),
            code="INTERVENTION_NON_COMMENCEE",
        )
    if type_mouvement not in (TypeMouvement.SORTIE, TypeMouvement.RETOUR):
        raise ValidationError.champ(
            "type_mouvement", _("Choisissez une sortie ou un retour."), "CHOIX_INVALIDE"
        )
    if type_mouvement == TypeMouvement.RETOUR:
        prises = intervention.pieces.filter(piece=piece_id).aggregate(net=Sum("quantite"))[
            "net"
        ] or Decimal(0)
        if quantite > prises:
            raise BusinessRuleError(
                _("On ne peut pas rendre plus que ce qui a été pris (%(quantite)s).")
                % {"quantite": prises},
                code="RETOUR_EXCESSIF",
            )
    mouvement = mouvement_intervention(
        par=par,
        piece_id=piece_id,
        type_mouvement=type_mouvement,
        quantite=quantite,
        motif=intervention.reference,
        porteur_id=intervention.technicien.user_id if intervention.technicien else None,
        prix_unitaire=prix_de_retour(intervention, piece_id)
        if type_mouvement == TypeMouvement.RETOUR
        else None,
    )
    signe = 1 if type_mouvement == TypeMouvement.SORTIE else -1
    ligne = InterventionPiece.objects.create(
        intervention=intervention,
        piece_id=mouvement.piece_id,
        mouvement=mouvement,
        quantite=signe * mouvement.quantite,
        prix_unitaire=mouvement.prix_unitaire,
    )
    enregistrer(intervention)
    journaliser(
        intervention,
        ActionJournal.PIECE,
        par=par,
        donnees={
            "piece": mouvement.piece.reference,
            "type": type_mouvement,
            "quantite": str(mouvement.quantite),
        },
    )
    return ligne


@transaction.atomic
def ajouter_temps(
    *,
    par: User,
    intervention_id: int,
    debut: datetime,
    fin: datetime,
    type_temps: str = TypeTemps.TRAVAIL,
    note: str = "",
    technicien_id: int | None = None,
) -> TempsPasse:
    """Enter time of the assigned technicien (staff may name another). At most 24 h a line, and not in the future."""
    intervention = _ouverte_a_la_saisie(intervention_id, par)
    if type_temps not in TypeTemps.values:
        raise ValidationError.champ(
            "type_temps", _("Ce type de temps n’existe pas."), "CHOIX_INVALIDE"
        )
    if not timedelta(0) < fin - debut <= DUREE_MAX:
        raise ValidationError.champ(
            "fin", _("La fin doit suivre le début, de 24 heures au plus."), "PERIODE_INVALIDE"
        )
    if fin > timezone.now() + timedelta(minutes=5):
        raise ValidationError.champ("fin", _("Ce temps n’est pas encore passé."), "FUTUR")
    if len(note) > 300:
        raise ValidationError.champ("note", _("Ce texte est trop long."), "TROP_LONG")
    entree = TempsPasse.objects.create(
        intervention=intervention,
        technicien=_technicien_du_temps(par, intervention, technicien_id),
        type_temps=type_temps,
        debut=debut,
        fin=fin,
        note=note.strip(),
    )
    enregistrer(intervention)
    journaliser(
        intervention,
        ActionJournal.TEMPS,
        par=par,
        donnees={"type": type_temps, "minutes": entree.minutes},
    )
    return entree


def _technicien_du_temps(
    par: User, intervention: Intervention, technicien_id: int | None
) -> Technicien:
    if not par.est_gestion and technicien_id not in (None, intervention.technicien_id):
        raise AuthorizationError()
    if technicien_id is None or not par.est_gestion:
        if intervention.technicien is None:
            raise ValidationError.champ(
                "technicien_id", _("Indiquez le technicien."), "OBLIGATOIRE"
            )
        return intervention.technicien
    technicien = Technicien.objects.visible_to(par).filter(pk=technicien_id).first()
    if technicien is None:
        raise ValidationError.champ("technicien_id", _("Ce technicien n’existe pas."), "INCONNU")
    return technicien


@transaction.atomic
def ajouter_controle(
    *, par: User, intervention_id: int, libelle: str, obligatoire: bool = False, unite: str = ""
) -> PointControle:
    """Add an item at the end of the checklist (staff)."""
    intervention = verrouiller(intervention_id, par)
    if not peut_modifier(par, intervention):
        if par.est_gestion:
            raise BusinessRuleError(
                _("L’intervention est close : elle ne change plus."), code="INTERVENTION_CLOSE"
            )
        raise AuthorizationError()
    dernier = intervention.controles.aggregate(dernier=Max("ordre"))["dernier"] or 0
    point = PointControle.objects.create(
        intervention=intervention,
        ordre=dernier + 1,
        libelle=exiger_texte("libelle", libelle, 300),
        obligatoire=obligatoire,
        unite=unite.strip()[:20],
    )
    enregistrer(intervention)
    journaliser(intervention, ActionJournal.CONTROLE, par=par, donnees={"ajout": point.libelle})
    return point


@transaction.atomic
def repondre_controle(
    *,
    par: User,
    intervention_id: int,
    controle_id: int,
    resultat: str,
    valeur_mesuree: Decimal | None = None,
    note: str = "",
) -> PointControle:
    """Answer an item of the checklist, or change the answer while the job is active."""
    intervention = _ouverte_a_la_saisie(intervention_id, par)
    if resultat not in ResultatControle.values:
        raise ValidationError.champ("resultat", _("Ce résultat n’existe pas."), "CHOIX_INVALIDE")
    if len(note) > 500:
        raise ValidationError.champ("note", _("Ce texte est trop long."), "TROP_LONG")
    if valeur_mesuree is not None and abs(valeur_mesuree) >= Decimal(10) ** 10:
        raise ValidationError.champ(
            "valeur_mesuree", _("Cette valeur est trop grande."), "INVALIDE"
        )
    point = intervention.controles.select_for_update(of=("self",)).filter(pk=controle_id).first()
    if point is None:
        raise IntrouvableError()
    avant = point.resultat
    point.resultat, point.valeur_mesuree, point.note = resultat, valeur_mesuree, note.strip()
    point.user = par if par.pk else None
    point.enregistrer("resultat", "valeur_mesuree", "note", "user")
    enregistrer(intervention)
    journaliser(
        intervention,
        ActionJournal.CONTROLE,
        par=par,
        donnees={"point": point.libelle, "resultat": [avant or None, resultat]},
    )
    return point
