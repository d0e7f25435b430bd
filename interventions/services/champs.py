"""The fields of a request, checked and resolved, for creating and for editing alike."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clients.choices import StatutContrat
from clients.models import Contrat, Site
from equipment.choices import StatutEquipement
from equipment.models import Equipement
from erp.enonces import Requete
from erp.exceptions import BusinessRuleError, ErreurChamp, ValidationError
from interventions.choices import Priorite, TypeIntervention
from interventions.models import Intervention
from interventions.services.echeance import contrat_couvrant
from technicians.models import Competence

DESCRIPTION_MIN, DESCRIPTION_MAX, TITRE_MAX = 10, 2000, 200


def verifier_champs(
    *,
    type_intervention: str,
    priorite: str,
    titre: str,
    description: str,
    duree_estimee: int | None,
    cout_estime: Decimal | None,
) -> None:
    """Raises ValidationError with every field that cannot be written; `duree_estimee` in minutes, cost in MAD."""
    erreurs = []
    if type_intervention not in TypeIntervention.values:
        erreurs.append(
            ErreurChamp("type_intervention", _("Ce type n’existe pas."), "CHOIX_INVALIDE")
        )
    if priorite not in Priorite.values:
        erreurs.append(ErreurChamp("priorite", _("Cette priorité n’existe pas."), "CHOIX_INVALIDE"))
    if not DESCRIPTION_MIN <= len(description) <= DESCRIPTION_MAX:
        erreurs.append(
            ErreurChamp(
                "description", _("La description compte de 10 à 2000 caractères."), "LONGUEUR"
            )
        )
    if len(titre) > TITRE_MAX:
        erreurs.append(
            ErreurChamp("titre", _("Le titre compte au plus 200 caractères."), "TROP_LONG")
        )
    if duree_estimee is not None and not 0 < duree_estimee <= 60 * 24 * 365:
        erreurs.append(
            ErreurChamp("duree_estimee", _("La durée est en minutes, de 1 à un an."), "INVALIDE")
        )
    if cout_estime is not None and not 0 <= cout_estime < 10**10:
        erreurs.append(
            ErreurChamp("cout_estime", _("Le coût estimé ne peut pas être négatif."), "INVALIDE")
        )
    if erreurs:
        raise ValidationError(errors=erreurs)


def _equipements(par: User, pk: int) -> QuerySet[Equipement]:
    visibles = Equipement.objects.visible_to(par).order_by()
    if par.est_technicien:
        siens = Intervention.objects.visible_to(par).values("equipement")
        visibles = visibles.filter(pk__in=siens)
    # a machine has forty columns: those that opening a job looks at, and that whoever opened it is shown
    return (
        visibles.filter(pk=pk)
        .select_related("client", "site")
        .only(
            *("nom", "code_interne", "type_equipement", "localisation", "statut"),
            "client__nom_entreprise",
            *("site__nom", "site__ville", "site__adresse"),
            *("site__latitude", "site__longitude", "site__instructions_acces"),
        )
        # as a text: a field of telephone numbers parses and checks each one that it loads
        .annotate(client_telephone=F("client__telephone"))
    )


_EQUIPEMENT = Requete(_equipements)


def equipement_demande(par: User, equipement_id: int) -> Equipement:
    """The machine, for a new job. A technicien reports only on machines of his own interventions."""
    trouves = _EQUIPEMENT(par, equipement_id)
    if not trouves:
        raise ValidationError.champ("equipement_id", _("Cet équipement n’existe pas."), "INCONNU")
    equipement = trouves[0]
    if equipement.statut == StatutEquipement.RETIRE:
        raise BusinessRuleError(
            _("Cet équipement est retiré du service."), code="EQUIPEMENT_RETIRE"
        )
    return equipement


def site_du_client(par: User, equipement: Equipement, site_id: int | None) -> Site | None:
    """The site named, if it is the client's; that of the équipement when none is named."""
    if site_id is None:
        return equipement.site
    site = Site.objects.visible_to(par).filter(pk=site_id, client=equipement.client_id).first()
    if site is None:
        raise ValidationError.champ(
            "site_id", _("Ce site n’est pas celui du client de l’équipement."), "INCONNU"
        )
    return site


def contrat_du_client(par: User, equipement: Equipement, contrat_id: int | None) -> Contrat | None:
    """The contract named, if it is the client's and applies; the one in force on the équipement when none is named."""
    if contrat_id is None:
        return contrat_couvrant(equipement)
    contrat = (
        Contrat.objects.visible_to(par).filter(pk=contrat_id, client=equipement.client_id).first()
    )
    if contrat is None:
        raise ValidationError.champ(
            "contrat_id", _("Ce contrat n’est pas celui du client."), "INCONNU"
        )
    _verifier_contrat(contrat, equipement)
    return contrat


def _verifier_contrat(contrat: Contrat, equipement: Equipement) -> None:
    """Raises BusinessRuleError CONTRAT_INAPPLICABLE unless it is in force today and covers the machine."""
    jour = timezone.localdate()
    phrase = ""
    if contrat.statut != StatutContrat.ACTIF:
        phrase = _("Le contrat %(numero)s n’est pas en vigueur : son statut est « %(statut)s ».")
    elif not contrat.date_debut <= jour <= contrat.date_fin:
        phrase = _("Le contrat %(numero)s ne couvre pas cette date : du %(debut)s au %(fin)s.")
    elif not contrat.couvertures.filter(equipement=equipement).exists():
        phrase = _("Le contrat %(numero)s ne couvre pas cet équipement.")
    if phrase:
        message = phrase % {
            "numero": contrat.numero,
            "statut": contrat.get_statut_display(),
            "debut": contrat.date_debut.strftime("%d/%m/%Y"),
            "fin": contrat.date_fin.strftime("%d/%m/%Y"),
        }
        raise BusinessRuleError(
            message,
            code="CONTRAT_INAPPLICABLE",
            errors=[ErreurChamp("contrat_id", message, "CONTRAT_INAPPLICABLE")],
        )


def competences_de(ids: Sequence[int]) -> list[Competence]:
    """The skills of these ids, all of them."""
    trouvees = list(Competence.objects.filter(pk__in=ids))
    if len(trouvees) != len(set(ids)):
        raise ValidationError.champ(
            "competences", _("Une de ces compétences n’existe pas."), "INCONNU"
        )
    return trouvees
