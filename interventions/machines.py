"""Finding the machine while somebody is on the telephone: what is typed, the likeliest first."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from accounts.models import User
from clients.models import Client, Site
from equipment.models import Equipement
from erp.filters import MOTS_MAX
from erp.models import CleCode, CleTri
from interventions.models import Intervention

LONGUEUR_MAX = 200  # of what is typed
RESULTATS = 20


def equipements_demandables(user: User) -> QuerySet[Equipement]:
    """Machines that the user may ask work for: in service, and for a technicien those of his own jobs."""
    equipements = Equipement.objects.visible_to(user).en_service().select_related("client")
    if user.est_technicien:
        siens = Intervention.objects.visible_to(user).values("equipement")
        equipements = equipements.filter(pk__in=siens)
    return equipements


def trouver_machines(
    user: User, texte: str, limite: int = RESULTATS
) -> list[tuple[Equipement, int]]:
    """Machines in which every word typed occurs, in name, code, serial number, client or site, and how many jobs are
    open on each.

    Accents and case do not matter, nor the dashes and dots of a code: `gf3b` finds `GF-3.B`. The code that is exactly
    what was typed comes first, then codes and serial numbers that begin with it, then names that do. The address of a
    scanned label stands for its code. Nothing typed: nothing found.
    """
    if "\x00" in texte:
        return []  # no text of the database holds one, and it may not even be asked for
    texte = _sans_adresse(texte.strip()[:LONGUEUR_MAX])
    mots = texte.split()[:MOTS_MAX]
    if not mots:
        return []
    machines = equipements_demandables(user).select_related("site")
    code = CleCode(Value(texte))
    # each step has an index to walk, and most often the first ones fill the list: nothing is ranked by the thousand
    etapes: list[tuple[Callable[[], Q], tuple[Any, ...]]] = [
        (
            lambda: Q(code_interne__code__startswith=code) | Q(numero_serie__code__startswith=code),
            (_exactitude(code), Length("code_interne"), "code_interne"),
        ),
        (lambda: Q(nom__tri__startswith=CleTri(Value(texte))), (CleTri("nom"), "pk")),
        (lambda: _contient(user, mots), (CleTri("nom"), "pk")),
    ]
    trouvees: dict[int, Equipement] = {}
    for condition, ordre in etapes if any(c.isalnum() for c in texte) else etapes[1:]:
        if len(trouvees) < limite:
            for machine in machines.filter(condition()).order_by(*ordre)[:limite]:
                trouvees.setdefault(machine.pk, machine)
    retenues = list(trouvees.values())[:limite]
    return list(zip(retenues, _ouvertes(user, retenues), strict=True))


def _exactitude(code: CleCode) -> Case:
    return Case(
        When(code_interne__code=code, then=0),
        When(numero_serie__code=code, then=1),
        default=2,
        output_field=IntegerField(),
    )


def _contient(user: User, mots: Sequence[str]) -> Q:
    """Every word, each wherever it stands."""
    clients, sites = Client.objects.visible_to(user), Site.objects.visible_to(user)
    tous = Q()
    for mot in mots:
        nom = CleTri(Value(mot))
        condition = Q(nom__tri__contains=nom)
        # few clients bear a word: with their ids at hand every part of the condition has an index
        condition |= Q(client__in=_ids(clients.filter(nom_entreprise__tri__contains=nom)))
        condition |= Q(site__in=_ids(sites.filter(nom__tri__contains=nom)))
        if any(caractere.isalnum() for caractere in mot):
            code = CleCode(Value(mot))
            condition |= Q(code_interne__code__contains=code) | Q(numero_serie__code__contains=code)
        tous &= condition
    return tous


def _sans_adresse(texte: str) -> str:
    """A label holds the address of its machine's page: the code is the last step of it."""
    return re.sub(r"^https?://\S*/([^/\s]+)/?$", r"\1", texte)


def _ids(objets: QuerySet[Client] | QuerySet[Site]) -> list[int]:
    return list(objets.order_by().values_list("pk", flat=True))


def _ouvertes(user: User, machines: Sequence[Equipement]) -> list[int]:
    """How many interventions are open on each of these machines."""
    actives = Intervention.objects.visible_to(user).actives().filter(equipement__in=machines)
    nombres = dict(
        actives.order_by().values_list("equipement").annotate(nombre=Count("pk", distinct=True))
    )
    return [nombres.get(machine.pk, 0) for machine in machines]
