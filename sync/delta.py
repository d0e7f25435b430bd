"""What a device must be told: the difference between what it holds and what its user sees now.

Nothing is followed through time: no sequence or timestamp that a transaction which commits late could slip under. A
row that was reassigned, deleted, closed too long ago or hidden with another row is simply no longer among those seen.
"""

import secrets
import zlib
from collections.abc import Mapping
from functools import reduce
from operator import xor
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from erp.api.columns import Ligne
from erp.exceptions import ValidationError
from sync.models import EtatSync
from sync.perimetre import ENTITES, Perimetre, Portee, perimetre

LIMITE_DEFAUT = 500
LIMITE_MAX = 1000
CHAINES_MAX = 20  # first synchronisations of one user that are remembered at once

Tenu = dict[str, dict[int, int]]  # entity → id → mark of what the device read


def lire_changements(*, par: User, depuis: str = "", limite: int = LIMITE_DEFAUT) -> Ligne:
    """One page of what changed for `par` since the cursor `depuis`, everything when there is none.

    Raises ValidationError CURSEUR_INCONNU for a cursor that is not his or that is forgotten: the device then starts
    again without one, keeping what it has not sent yet.
    """
    etat = _etat(par, depuis) if depuis else None
    role = perimetre(par.role)
    portee = Portee.de(par)
    empreintes = role.empreintes(portee)
    connues: Mapping[str, list[int]] = etat.empreintes if etat else {}
    changees = [nom for nom in ENTITES if empreintes.get(nom) != connues.get(nom)]
    if etat is not None and not changees:
        return _reponse(etat.curseur, {}, {}, suite=False, complet=False)
    tenu = _lire(etat)
    vus = role.marques(portee, changees)
    modifies, retraits, suite = _avancer(role, tenu, vus, limite)
    nouveau = _garder(par, etat, tenu)
    return _reponse(nouveau, modifies, retraits, suite=suite, complet=etat is None)


def _reponse(
    curseur: str,
    modifies: dict[str, list[Ligne]],
    retraits: dict[str, list[int]],
    *,
    suite: bool,
    complet: bool,
) -> Ligne:
    return {
        "curseur": curseur,
        "suite": suite,
        "complet": complet,
        "heure_serveur": timezone.now(),
        "modifies": modifies,
        "retraits": retraits,
    }


def _avancer(
    role: Perimetre, tenu: Tenu, vus: Tenu, limite: int
) -> tuple[dict[str, list[Ligne]], dict[str, list[int]], bool]:
    """Take up to `limite` steps from what is held (changed in place) towards what is seen; and whether steps are left.

    What goes is told first, and children before their parents: the device never holds a row that refers to nothing
    because of the page's end.
    """
    reste = limite
    retraits: dict[str, list[int]] = {}
    modifies: dict[str, list[Ligne]] = {}
    suite = False
    for nom in reversed(vus):
        partis = sorted(tenu.get(nom, {}).keys() - vus[nom].keys())
        suite |= len(partis) > reste
        if partis[:reste]:
            retraits[nom] = partis[:reste]
            for pk in retraits[nom]:
                del tenu[nom][pk]
            reste -= len(retraits[nom])
    for nom, marques in vus.items():
        tenues = tenu.setdefault(nom, {})
        changes = sorted(pk for pk, marque in marques.items() if tenues.get(pk) != marque)
        suite |= len(changes) > reste
        lignes = role.colonnes[nom].lignes(changes[:reste])
        if lignes:
            modifies[nom] = lignes
            # a row deleted since its mark was read is not among the lines: it was never told
            tenues.update((ligne["id"], marques[ligne["id"]]) for ligne in lignes)
            reste -= len(lignes)
    return modifies, retraits, suite


def _etat(par: User, curseur: str) -> EtatSync:
    etat = EtatSync.objects.visible_to(par).filter(curseur=curseur).defer("contenu").first()
    if etat is None:
        raise ValidationError.champ(
            "depuis",
            _("Ce curseur n’est pas connu : recommencez sans curseur."),
            "CURSEUR_INCONNU",
        )
    return etat


def _lire(etat: EtatSync | None) -> Tenu:
    if etat is None or not etat.contenu:
        return {}
    contenu = orjson.loads(zlib.decompress(etat.contenu))
    return {nom: dict(zip(ids, marques, strict=True)) for nom, (ids, marques) in contenu.items()}


@transaction.atomic
def _garder(par: User, etat: EtatSync | None, tenu: Tenu) -> str:
    """Write the state that the device reaches with this answer; its cursor. The states well behind are forgotten."""
    chaine: UUID = etat.chaine if etat else uuid4()
    contenu = {nom: [list(m), list(m.values())] for nom, m in tenu.items() if m}
    nouveau = EtatSync.objects.create(
        user=par,
        curseur=secrets.token_urlsafe(24),
        chaine=chaine,
        rang=etat.rang + 1 if etat else 0,
        empreintes={nom: [len(m), reduce(xor, m.values(), 0)] for nom, m in tenu.items() if m},
        contenu=zlib.compress(orjson.dumps(contenu, option=orjson.OPT_NON_STR_KEYS), 1),
    )
    siens = EtatSync.objects.visible_to(par)
    if etat is not None:
        # the device has `etat`; the one before it stays, for an app that was stopped before it noted the cursor
        siens.filter(chaine=chaine, rang__lt=etat.rang - 1).delete()
    else:
        _oublier_les_anciens(par)
    return nouveau.curseur


def _oublier_les_anciens(par: User) -> None:
    """Keep the newest `CHAINES_MAX` first synchronisations: asking for one again and again fills no table."""
    siens = EtatSync.objects.visible_to(par)
    chaines: dict[Any, None] = dict.fromkeys(
        siens.order_by("-created_at").values_list("chaine", flat=True)
    )
    perdues = list(chaines)[CHAINES_MAX:]
    if perdues:
        siens.filter(chaine__in=perdues).delete()
