"""`Idempotency-Key`: a POST with the same key and body takes effect once, and every time gets the first answer.

The key's row is inserted in the transaction of the work itself. A second request that arrives meanwhile waits on the
unique index for the first to commit, then finds its answer; if the first one failed (a crash, a 5xx), it does the work.
A refusal (4xx) is an answer too: its work is rolled back to a savepoint, and the refusal kept.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from erp.api.errors import REFUS, CleReutilisee
from erp.api.renderers import en_json
from erp.exceptions import ValidationError
from erp.models import DUREE_CLE, CleIdempotence

if TYPE_CHECKING:
    from erp.api.views import VueApi

EN_TETE = "Idempotency-Key"
_FORME = re.compile(r"[\x21-\x7e]{1,255}")
_CONSERVES = ("Location", "ETag")

_RESERVER = """
    INSERT INTO cles_idempotence (utilisateur, cle, empreinte, created_at, updated_at, corps, en_tetes)
    VALUES (%(utilisateur)s, %(cle)s, %(empreinte)s, now(), now(), ''::bytea, '{}')
    ON CONFLICT (utilisateur, cle) DO UPDATE
        SET empreinte = EXCLUDED.empreinte, statut = NULL, created_at = now(), updated_at = now()
        WHERE cles_idempotence.created_at < %(perimees)s
    RETURNING id
"""


def une_seule_fois(
    vue: "VueApi",
    action: Callable[..., HttpResponseBase],
    request: Request,
    *args: Any,
    **kwargs: Any,
) -> HttpResponseBase:
    """Answer a POST that carries a key: do it, or give the answer of the first time.

    Raises ValidationError for a malformed key, CleReutilisee (422) when the key served for something else.
    """
    cle = request.headers[EN_TETE]
    if not _FORME.fullmatch(cle):
        raise ValidationError.champ(
            EN_TETE, _("Une clé compte de 1 à 255 caractères visibles."), "CLE_INVALIDE"
        )
    utilisateur, empreinte = request.user.pk, _empreinte(request)
    assert utilisateur is not None
    with transaction.atomic():
        reservee = reserver(utilisateur, cle, empreinte)
        if reservee is None:
            conservee = CleIdempotence.objects.get(utilisateur=utilisateur, cle=cle)
            if bytes(conservee.empreinte) != empreinte:
                raise CleReutilisee
            return _rejouer(conservee)
        try:
            with transaction.atomic():
                reponse = action(request, *args, **kwargs)
        except REFUS as refus:
            reponse = vue.handle_exception(refus)
        if reponse.status_code >= 500:
            transaction.set_rollback(True)
        else:
            _conserver(reservee, reponse)
    return reponse


def _empreinte(request: Request) -> bytes:
    """What is asked: method, path and body; the order of a JSON object's members does not count."""
    condense = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    donnees = request.data
    if isinstance(donnees, QueryDict):
        for nom, valeurs in sorted(donnees.lists()):
            for valeur in valeurs:
                condense.update(f"{nom}=".encode())
                if isinstance(valeur, UploadedFile):
                    for morceau in valeur.chunks():
                        condense.update(morceau)
                    valeur.seek(0)
                else:
                    condense.update(str(valeur).encode())
    else:
        condense.update(orjson.dumps(donnees, option=orjson.OPT_SORT_KEYS))
    return condense.digest()


def reserver(utilisateur: int, cle: str, empreinte: bytes) -> int | None:
    """The id of the key's new row; None when it has served less than 24 hours ago. Waits for a request under way."""
    with connection.cursor() as curseur:
        curseur.execute(
            _RESERVER,
            {
                "utilisateur": utilisateur,
                "cle": cle,
                "empreinte": empreinte,
                "perimees": timezone.now() - DUREE_CLE,
            },
        )
        ligne = curseur.fetchone()
    return None if ligne is None else int(ligne[0])


def _conserver(pk: int, reponse: HttpResponseBase) -> None:
    donnees = reponse.data if isinstance(reponse, Response) else None
    CleIdempotence.objects.filter(pk=pk).update(
        statut=reponse.status_code,
        corps=b"" if donnees is None else en_json(donnees),
        en_tetes={nom: reponse[nom] for nom in _CONSERVES if nom in reponse},
    )


def _rejouer(conservee: CleIdempotence) -> HttpResponse:
    en_tetes: Mapping[str, str] = {**conservee.en_tetes, "Idempotency-Replayed": "true"}
    corps = bytes(conservee.corps)
    return HttpResponse(
        corps,
        status=conservee.statut,
        headers=en_tetes,
        content_type="application/json" if corps else None,
    )


def purger(maintenant: datetime) -> int:
    """Forget the keys older than 24 hours; how many. For the nightly housekeeping."""
    return CleIdempotence.objects.filter(created_at__lt=maintenant - DUREE_CLE).delete()[0]
