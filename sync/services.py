"""Applying what devices did while they were offline, each operation once and in its own transaction."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from documents.services import deposer_document
from erp.api.errors import REFUS, traduction
from erp.exceptions import BusinessRuleError
from erp.validation import exiger, trouver
from sync.choices import ETATS_A_VOIR, EtatOperation, TypeOperation
from sync.models import EtatSync, OperationSync
from sync.operations import Demande, Issue, executer, intervention_visee

# After this an operation that found its place keeps its UUID and its outcome alone.
CONSERVATION = timedelta(days=180)
# A device that was silent for so long starts again.
OUBLI = timedelta(days=90)

_RESERVER = """
    INSERT INTO operations_sync (uuid, user_id, type, empreinte, demande, resultat, etat, heure_appareil,
                                 created_at, updated_at)
    VALUES (%s, %s, %s, %s, '{}', '{}', %s, %s, now(), now())
    ON CONFLICT (user_id, uuid) DO NOTHING
    RETURNING id
"""

Resultat = dict[str, Any]


def appliquer_operations(*, par: User, operations: Sequence[Mapping[str, Any]]) -> list[Resultat]:
    """Apply them in order, each once ever: the answer to one sent before is that of the first time.

    `operations` have the members of `OperationEntree`. A refusal stops nothing: it is answered, and kept with what was
    typed. A fault of the server leaves those before it applied, so that sending the same list again goes on from there.
    """
    return [_appliquer(par, operation) for operation in operations]


def deposer_fichier(
    *, par: User, uuid: UUID, fichier: "UploadedFile[bytes]", **champs: Any
) -> Resultat:
    """Attach a file once ever: as `documents.services.deposer_document`, exactly-once by `uuid`.

    `champs`: type_document, interne, intervention_id or equipement_id, heure_appareil. A refused file is not kept:
    the device keeps it until it is taken.
    """
    heure = champs.pop("heure_appareil", None)
    contenu = hashlib.sha256()
    for morceau in fichier.chunks():
        contenu.update(morceau)
    fichier.seek(0)
    demande = Demande(
        TypeOperation.DOCUMENT,
        champs.get("intervention_id"),
        heure,
        {},
        {**champs, "nom_fichier": fichier.name, "sha256": contenu.hexdigest()},
    )

    def deposer() -> Issue:
        return Issue("documents", deposer_document(par=par, fichier=fichier, **champs).pk)

    return _une_fois(par, uuid, demande, deposer)


def _appliquer(par: User, operation: Mapping[str, Any]) -> Resultat:
    demande = Demande(
        operation["type"],
        operation.get("cible"),
        operation.get("heure_appareil"),
        operation.get("vu") or {},
        operation.get("voulu") or {},
    )
    return _une_fois(par, operation["uuid"], demande, lambda: executer(par, demande))


@transaction.atomic
def _une_fois(par: User, uuid: UUID, demande: Demande, agir: Callable[[], Issue]) -> Resultat:
    empreinte = _empreinte(demande)
    reservee = _reserver(par, uuid, demande, empreinte)
    if reservee is None:
        ancienne = OperationSync.objects.get(user=par, uuid=uuid)
        if bytes(ancienne.empreinte) != empreinte:
            return _reponse(uuid, EtatOperation.REFUSEE, erreur=_deja_servi())
        return dict(ancienne.resultat) or _reponse(uuid, EtatOperation(ancienne.etat))
    try:
        with transaction.atomic():
            issue = agir()
    except REFUS as refus:
        erreur = traduction(refus)
        assert erreur is not None
        corps = erreur.corps
        resultat = _reponse(
            uuid,
            EtatOperation.REFUSEE,
            erreur={
                "status": erreur.status_code,
                "code": corps["code"],
                "detail": corps["detail"],
                "errors": corps["errors"],
            },
        )
    else:
        resultat = _reponse(uuid, issue.etat, issue)
    OperationSync.objects.filter(pk=reservee).update(
        etat=resultat["etat"],
        resultat=resultat,
        demande={
            "cible": demande.cible,
            "vu": _simple(demande.vu),
            "voulu": _simple(demande.voulu),
        },
        intervention_id=intervention_visee(demande),
    )
    return resultat


def _reserver(par: User, uuid: UUID, demande: Demande, empreinte: bytes) -> int | None:
    """The id of the operation's new row; None when it is known. Waits for the same one under way."""
    with connection.cursor() as curseur:
        curseur.execute(
            _RESERVER,
            [uuid, par.pk, demande.type, empreinte, EtatOperation.APPLIQUEE, demande.heure],
        )
        ligne = curseur.fetchone()
    return None if ligne is None else int(ligne[0])


def _empreinte(demande: Demande) -> bytes:
    """What is asked; the order of an object's members does not count."""
    corps = orjson.dumps([*demande], default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(corps).digest()


def _simple(valeurs: Mapping[str, Any]) -> Any:
    """As JSON keeps it."""
    return orjson.loads(orjson.dumps(valeurs, default=str))


def _reponse(
    uuid: UUID,
    etat: EtatOperation,
    issue: Issue | None = None,
    erreur: dict[str, Any] | None = None,
) -> Resultat:
    ecrit = issue is not None and issue.pk
    return {
        "uuid": str(uuid),
        "etat": etat.value,
        "objet": {"entite": issue.entite, "id": issue.pk} if issue and ecrit else None,
        "conflits": issue.conflits if issue else [],
        "erreur": erreur,
    }


def _deja_servi() -> dict[str, Any]:
    return {
        "status": 422,
        "code": "UUID_REUTILISE",
        "detail": _("Cet UUID a déjà servi pour une autre opération."),
        "errors": [],
    }


@transaction.atomic
def marquer_vue(*, par: User, operation_id: int) -> OperationSync:
    """Staff have looked at a conflict or refusal and done what there was to do. Raises BusinessRuleError DEJA_VUE."""
    operation = trouver(OperationSync.objects.visible_to(par), operation_id, verrou=True)
    exiger(par.est_gestion)
    if operation.etat not in ETATS_A_VOIR or operation.traitee_le is not None:
        raise BusinessRuleError(_("Il n’y a plus rien à voir ici."), code="DEJA_VUE")
    operation.traitee_le, operation.traitee_par = timezone.now(), par
    operation.enregistrer("traitee_le", "traitee_par")
    return operation


def purger(*, maintenant: datetime | None = None) -> dict[str, int]:
    """Empty old operations that found their place or were looked at, and forget devices that were silent for long.

    The UUIDs stay: an operation that comes again after a year is still not applied twice. A conflict or refusal that
    nobody has looked at is kept whole, however old.
    """
    maintenant = maintenant or timezone.now()
    limite = maintenant - CONSERVATION
    anciennes = OperationSync.objects.filter(created_at__lt=limite).exclude(demande={})
    en_place = anciennes.exclude(etat__in=ETATS_A_VOIR)
    vues = anciennes.filter(etat__in=ETATS_A_VOIR, traitee_le__lt=limite)
    videes = sum(lot.update(demande={}, resultat={}) for lot in (en_place, vues))
    oublies, _par_table = EtatSync.objects.filter(updated_at__lt=maintenant - OUBLI).delete()
    return {"operations_videes": videes, "etats_oublies": oublies}
