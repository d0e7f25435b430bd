"""A form sent twice takes effect once: a double click, a page that was slow to answer, the back button and Enter."""

import hashlib
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest

from erp.api.idempotence import reserver
from erp.models import CleIdempotence


def une_seule_fois(request: HttpRequest, faire: Callable[[], str]) -> str:
    """Do the work of a form whose page carries a `jeton`, and give the URL that `faire` leads to.

    The same person sending the same form with the same words again within 24 hours is only led to that URL; sent at the
    same time, the second waits for the first. `faire` gives "" when it refused: nothing is kept then, and the form may
    be corrected and sent again. A form without a jeton is done each time.
    """
    jeton, qui = request.POST.get("jeton", ""), request.user.pk
    if not jeton or qui is None:
        return faire()
    cle, empreinte = _cle(request)
    with transaction.atomic():
        reservee = reserver(qui, cle, empreinte)
        if reservee is None:
            premiere = CleIdempotence.objects.get(utilisateur=qui, cle=cle)
            return str(premiere.en_tetes["Location"])
        url = faire()
        if url:
            CleIdempotence.objects.filter(pk=reservee).update(
                statut=302, en_tetes={"Location": url}
            )
        else:
            transaction.set_rollback(True)
    return url


def _cle(request: HttpRequest) -> tuple[str, bytes]:
    """The words are part of the key: who went back and changed them asks for something else."""
    condense = hashlib.sha256(request.path.encode())
    for nom, valeurs in sorted(request.POST.lists()):
        if nom != "csrfmiddlewaretoken":
            condense.update(f"\n{nom!r}={valeurs}".encode())
    return f"page:{condense.hexdigest()}", condense.digest()
