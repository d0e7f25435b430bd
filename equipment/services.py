"""The only writer of équipements, their statut, their meters and what contracts cover them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from clients.models import Client, Contrat, Site
from equipment import permissions
from equipment.choices import MOUVEMENTS_STATUT, StatutEquipement
from equipment.models import (
    Compteur,
    CouvertureContrat,
    Equipement,
    HistoriqueEquipement,
    ReleveCompteur,
)
from erp.exceptions import BusinessRuleError, ValidationError
from erp.validation import choisir, contraintes, ecrire, effacer, exiger, trouver

# How far a reading's clock may run ahead of ours.
TOLERANCE_HORLOGE = timedelta(minutes=5)
SPECIFICATIONS_MAX = 100

REGLES: dict[str, tuple[str, str | Promise]] = {
    "couverture_sans_chevauchement": (
        "COUVERTURE_CHEVAUCHANTE",
        gettext_lazy("Un autre contrat actif couvre déjà un de ces équipements à ces dates."),
    ),
    "couverture_meme_client": (
        "CONTRAT_AUTRE_CLIENT",
        gettext_lazy("Le contrat et l’équipement n’appartiennent pas au même client."),
    ),
    "equipements_site_meme_client": (
        "SITE_AUTRE_CLIENT",
        gettext_lazy("Ce site appartient à un autre client."),
    ),
    "interventions_equipement_meme_client": (
        "EQUIPEMENT_RATTACHE",
        gettext_lazy("L’équipement a un historique chez ce client : il ne peut pas en changer."),
    ),
}


class ChampsEquipement(TypedDict, total=False):
    nom: str
    code_interne: str
    numero_serie: str
    type_equipement: str
    marque: str
    modele: str
    client_id: int
    site_id: int | None
    localisation: str
    batiment: str
    etage: str
    zone: str
    parent_id: int | None
    criticite: str
    specifications: dict[str, Any]
    date_installation: date | None
    date_mise_en_service: date | None
    date_fin_garantie: date | None
    frequence_entretien_jours: int | None
    cout_acquisition: Decimal | None


class ChampsCompteur(TypedDict, total=False):
    nom: str
    unite: str


@transaction.atomic
def creer_equipement(*, par: User, **champs: Unpack[ChampsEquipement]) -> Equipement:
    """A new machine of a client's, operationnel. `client_id` is required; the site and the parent are that client's."""
    exiger(permissions.peut_creer(par))
    equipement = Equipement()
    return ecrire(equipement, _resoudre(par, equipement, champs), regles=REGLES)


@transaction.atomic
def modifier_equipement(
    *, par: User, equipement_id: int, **champs: Unpack[ChampsEquipement]
) -> Equipement:
    """Change the named fields.

    Raises BusinessRuleError EQUIPEMENT_RATTACHE when it would leave a client with whom it has a history, a contract or
    components.
    """
    equipement = trouver(Equipement.objects.visible_to(par), equipement_id, verrou=True)
    exiger(permissions.peut_modifier(par, equipement))
    return ecrire(equipement, _resoudre(par, equipement, champs), regles=REGLES)


@transaction.atomic
def supprimer_equipement(*, par: User, equipement_id: int) -> None:
    """Delete a machine that never had an intervention; else BusinessRuleError UTILISE: retire it instead."""
    equipement = trouver(Equipement.objects.visible_to(par), equipement_id, verrou=True)
    exiger(permissions.peut_supprimer(par, equipement))
    effacer(
        equipement,
        _("Cet équipement a un historique ou des composants : retirez-le plutôt du service."),
    )


@transaction.atomic
def changer_statut_equipement(
    *, par: User, equipement_id: int, vers: str, motif: str = ""
) -> Equipement:
    """Move the statut along `MOUVEMENTS_STATUT`; the machine's history keeps who, when and the `motif`.

    Raises ValidationError for an unknown statut, BusinessRuleError TRANSITION_INTERDITE for a move not in the table.
    """
    equipement = trouver(Equipement.objects.visible_to(par), equipement_id, verrou=True)
    exiger(permissions.peut_intervenir(par, equipement))
    if vers not in StatutEquipement.values:
        raise ValidationError.champ("statut", _("Ce statut n’existe pas."), "CHOIX_INVALIDE")
    cible = StatutEquipement(vers)
    if cible not in MOUVEMENTS_STATUT[StatutEquipement(equipement.statut)]:
        raise BusinessRuleError(
            _("Un équipement « %(de)s » ne peut pas devenir « %(vers)s ».")
            % {"de": equipement.get_statut_display(), "vers": cible.label},
            code="TRANSITION_INTERDITE",
        )
    _mouvoir(equipement, cible, par=par, motif=motif)
    return equipement


def _mouvoir(
    equipement: Equipement,
    vers: StatutEquipement,
    *,
    par: User | None,
    motif: str = "",
    origine: str = "",
) -> None:
    """Write the statut of a machine whose row is locked, and the line of its history."""
    HistoriqueEquipement.objects.create(
        equipement=equipement,
        ancien_statut=equipement.statut,
        nouveau_statut=vers,
        motif=motif.strip()[:300],
        origine=origine,
        user_id=par.pk if par is not None else None,
    )
    equipement.statut = vers
    equipement.enregistrer("statut")


def suivre_intervention(
    *,
    equipement_id: int,
    vers: StatutEquipement,
    par: User | None = None,
    origine: str = "",
    sauf_si: Callable[[], bool] | None = None,
) -> None:
    """Let the machine's statut follow the work on it, when the table allows the move; otherwise it keeps its own.

    `origine` is the reference of the work. `sauf_si`, asked once the machine's row is locked, holds the move back.

    For `interventions.services` alone, which has authorised the user and owns the transaction: a machine retired or
    already declared down in the meantime is no reason to refuse that the work starts or ends.
    """
    equipement = Equipement.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=equipement_id
    )
    if vers in MOUVEMENTS_STATUT[StatutEquipement(equipement.statut)] and not (
        sauf_si is not None and sauf_si()
    ):
        _mouvoir(equipement, vers, par=par, origine=origine)


def rendre_apres_annulation(
    *,
    equipement_id: int,
    par: User,
    origine: str,
    sauf_si: Callable[[], bool],
    reparee_depuis: Callable[[str], bool],
) -> tuple[StatutEquipement, StatutEquipement] | None:
    """Give the machine back what the start of work took from it, now that this work is cancelled: (before, after).

    It returns to the statut that it had then, « panne » included: no move of its table, but one undone. Operationnel
    when other work has mended it since, which `reparee_depuis` is asked with the reference of the work that took it.
    Nothing is done, None, when somebody has moved it since, or `sauf_si`.

    For `interventions.services` alone, as `suivre_intervention`.
    """
    equipement = Equipement.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=equipement_id
    )
    ancien = StatutEquipement(equipement.statut)
    if ancien != StatutEquipement.MAINTENANCE or sauf_si():
        return None
    prise = HistoriqueEquipement.objects.filter(equipement=equipement).order_by("-pk").first()
    if prise is None or prise.nouveau_statut != ancien or not prise.origine:
        return None
    vers = StatutEquipement.OPERATIONNEL
    if not reparee_depuis(prise.origine):
        vers = StatutEquipement(prise.ancien_statut)
    _mouvoir(equipement, vers, par=par, origine=origine)
    return ancien, vers


@transaction.atomic
def couvrir_equipements(*, par: User, contrat_id: int, equipement_ids: Iterable[int]) -> None:
    """Make the contract cover exactly these machines of its client.

    Raises BusinessRuleError COUVERTURE_CHEVAUCHANTE when another active contract covers one over the same days.
    """
    contrat = trouver(Contrat.objects.visible_to(par), contrat_id, verrou=True)
    exiger(par.est_gestion)
    voulus = set(equipement_ids)
    connus = set(
        Equipement.objects.visible_to(par)
        .filter(pk__in=voulus, client_id=contrat.client_id)
        .values_list("pk", flat=True)
    )
    if voulus - connus:
        raise ValidationError.champ(
            "equipement_ids", _("Choisissez des équipements du client de ce contrat."), "INCONNU"
        )
    couverts = set(contrat.couvertures.values_list("equipement_id", flat=True))
    contrat.couvertures.filter(equipement_id__in=couverts - voulus).delete()
    with contraintes(CouvertureContrat, REGLES):
        CouvertureContrat.objects.bulk_create(
            CouvertureContrat(contrat=contrat, equipement_id=pk) for pk in sorted(voulus - couverts)
        )


@transaction.atomic
def creer_compteur(*, par: User, equipement_id: int, **champs: Unpack[ChampsCompteur]) -> Compteur:
    """A meter of the machine; its `nom` is unique there."""
    equipement = trouver(Equipement.objects.visible_to(par), equipement_id, verrou=True)
    exiger(permissions.peut_modifier(par, equipement))
    return ecrire(Compteur(equipement=equipement), champs)


@transaction.atomic
def modifier_compteur(*, par: User, compteur_id: int, **champs: Unpack[ChampsCompteur]) -> Compteur:
    compteur = trouver(
        Compteur.objects.visible_to(par).select_related("equipement"), compteur_id, verrou=True
    )
    exiger(permissions.peut_modifier(par, compteur.equipement))
    return ecrire(compteur, champs)


@transaction.atomic
def supprimer_compteur(*, par: User, compteur_id: int) -> None:
    """Delete a meter with its readings, unless a preventive plan counts on it (BusinessRuleError UTILISE)."""
    compteur = trouver(
        Compteur.objects.visible_to(par).select_related("equipement"), compteur_id, verrou=True
    )
    exiger(permissions.peut_modifier(par, compteur.equipement))
    effacer(compteur, _("Un plan de maintenance suit ce compteur : modifiez d’abord le plan."))


@transaction.atomic
def enregistrer_releve(
    *,
    par: User,
    compteur_id: int,
    valeur: Decimal,
    date_releve: datetime | None = None,
    remplacement: bool = False,
) -> ReleveCompteur:
    """Add a reading, now by default; an older one may be filled in between two others.

    A meter only counts up: raises BusinessRuleError RELEVE_INCOHERENT when the value is lower than the reading before
    it, unless this one is the first of a replaced meter, or higher than the reading after it, unless that one is.
    """
    # the meter's row orders concurrent readings: each sees the one before it
    compteur = trouver(
        Compteur.objects.visible_to(par).select_related("equipement"), compteur_id, verrou=True
    )
    exiger(permissions.peut_intervenir(par, compteur.equipement))
    moment = date_releve or timezone.now()
    if moment > timezone.now() + TOLERANCE_HORLOGE:
        raise ValidationError.champ("date_releve", _("Un relevé ne peut pas être daté du futur."))
    releve = ecrire(
        ReleveCompteur(compteur=compteur, user_id=par.pk),
        {"valeur": valeur, "date_releve": moment, "remplacement": remplacement},
    )
    _verifier_suite(compteur, releve.date_releve)
    return releve


@transaction.atomic
def supprimer_releve(*, par: User, releve_id: int) -> None:
    """Take back a mistaken reading. Raises BusinessRuleError RELEVE_INCOHERENT if the ones around it would not fit."""
    releve = trouver(ReleveCompteur.objects.visible_to(par), releve_id)
    compteur = trouver(
        Compteur.objects.visible_to(par).select_related("equipement"),
        releve.compteur_id,
        verrou=True,
    )
    exiger(permissions.peut_modifier(par, compteur.equipement))
    moment = releve.date_releve
    releve.delete()
    _verifier_suite(compteur, moment)


def _verifier_suite(compteur: Compteur, moment: datetime) -> None:
    """The readings around a moment go up, or start anew with a replaced meter."""
    releves = compteur.releves.all()
    jusque_la = list(releves.filter(date_releve__lte=moment).order_by("-date_releve")[:2])
    apres = releves.filter(date_releve__gt=moment).order_by("date_releve").first()
    suite = [*reversed(jusque_la), *([apres] if apres is not None else [])]
    for avant, ensuite in pairwise(suite):
        if ensuite.valeur < avant.valeur and not ensuite.remplacement:
            raise BusinessRuleError(
                _(
                    "Le relevé du %(apres)s (%(plus_bas)s) serait inférieur à celui du %(avant)s (%(plus_haut)s) : "
                    "un compteur ne recule que s’il a été remplacé."
                )
                % {
                    "apres": timezone.localtime(ensuite.date_releve).strftime("%d/%m/%Y %H:%M"),
                    "plus_bas": ensuite.valeur,
                    "avant": timezone.localtime(avant.date_releve).strftime("%d/%m/%Y %H:%M"),
                    "plus_haut": avant.valeur,
                },
                code="RELEVE_INCOHERENT",
            )


def _resoudre(par: User, equipement: Equipement, champs: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with their `…_id` looked up among what the user sees, and checked to be of one client."""
    valeurs = dict(champs)
    ancien_client = equipement.client_id
    if "client_id" in valeurs:
        valeurs["client"] = choisir(
            Client.objects.visible_to(par), "client_id", valeurs.pop("client_id")
        )
    elif ancien_client is None:
        raise ValidationError.champ("client_id", _("Ce champ est obligatoire."), "OBLIGATOIRE")
    client_id = valeurs["client"].pk if "client" in valeurs else ancien_client
    if "site_id" in valeurs:
        valeurs["site"] = _du_client(
            Site.objects.visible_to(par), "site_id", valeurs.pop("site_id"), client_id
        )
    if "parent_id" in valeurs:
        parent = _du_client(
            Equipement.objects.visible_to(par), "parent_id", valeurs.pop("parent_id"), client_id
        )
        _refuser_boucle(equipement, parent)
        valeurs["parent"] = parent
    if "specifications" in valeurs:
        valeurs["specifications"] = _specifications(valeurs["specifications"])
    if ancien_client is not None and client_id != ancien_client:
        _verifier_depart(equipement, valeurs)
    return valeurs


def _du_client(visibles: Any, champ: str, pk: int | None, client_id: int | None) -> Any:
    if pk is None:
        return None
    objet = choisir(visibles, champ, pk)
    if objet.client_id != client_id:
        raise ValidationError.champ(
            champ, _("Cet élément appartient à un autre client."), "AUTRE_CLIENT"
        )
    return objet


def _refuser_boucle(equipement: Equipement, parent: Equipement | None) -> None:
    """An assembly cannot be part of one of its own parts."""
    ancetre = parent
    vus: set[int] = set()
    while ancetre is not None and ancetre.pk not in vus:
        if ancetre.pk == equipement.pk:
            raise ValidationError.champ(
                "parent_id", _("Un équipement ne peut pas faire partie de lui-même."), "BOUCLE"
            )
        vus.add(ancetre.pk)
        ancetre = ancetre.parent


def _verifier_depart(equipement: Equipement, valeurs: dict[str, Any]) -> None:
    """A machine changes hands only while nothing ties it to its client; it leaves the old site and assembly behind."""
    if (
        equipement.interventions.exists()
        or equipement.couvertures.exists()
        or equipement.composants.exists()
    ):
        code, phrase = (
            "EQUIPEMENT_RATTACHE",
            _(
                "L’équipement a un historique, un contrat ou des composants chez ce client : il ne peut pas en changer."
            ),
        )
        raise BusinessRuleError(phrase, code=code)
    valeurs.setdefault("site", None)
    valeurs.setdefault("parent", None)


def _specifications(valeur: Any) -> dict[str, Any]:
    """A flat object of label: value, as the name plate says it."""
    if not isinstance(valeur, dict) or len(valeur) > SPECIFICATIONS_MAX:
        raise ValidationError.champ("specifications", _("Donnez des couples libellé : valeur."))
    for libelle, contenu in valeur.items():
        simple = contenu is None or isinstance(contenu, str | int | float | bool)
        if not libelle.strip() or len(libelle) > 100 or not simple or len(str(contenu)) > 500:
            raise ValidationError.champ(
                "specifications",
                _("« %(libelle)s » : un libellé court et une valeur simple.")
                % {"libelle": libelle[:100]},
            )
    return valeur
