"""Several people at the same moment, each on a connection of his own."""

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection

from erp.exceptions import ERPException


def ensemble(*actions: Callable[[], object]) -> list[object]:
    """Run the actions at once, each in its thread; what each returned, or the refusal it met."""
    depart = Barrier(len(actions))
    resultats: list[object] = [None] * len(actions)

    def courir(rang: int, action: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            depart.wait(timeout=10)
            resultats[rang] = action()
        except ERPException as refus:
            resultats[rang] = refus
        finally:
            connection.close()

    fils = [Thread(target=courir, args=(rang, action)) for rang, action in enumerate(actions)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(timeout=30)
    return resultats


def codes(resultats: list[object]) -> list[str]:
    """The codes of the refusals."""
    return sorted(resultat.code for resultat in resultats if isinstance(resultat, ERPException))
