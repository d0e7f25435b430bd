"""How much work there is, comes in and goes out."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek
from django.db.models.functions.datetime import TruncBase
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dashboard.demande import Demande
from dashboard.indicateurs.finies import Finies
from dashboard.indicateurs.modele import Indicateur, Lien, Ligne, Repartition, Unite, part
from erp.calendrier import CASABLANCA, minuit
from interventions.choices import STATUTS_ACTIFS, TypeIntervention

# Calendar days since the call: from … to, and how it is said.
AGES: tuple[tuple[int, int | None], ...] = ((0, 1), (2, 6), (7, 29), (30, 89), (90, None))
SEMAINES_MAX = 27  # beyond, months
JOURS_MAX = 16  # up to this, days


def encours(demande: Demande) -> tuple[Indicateur, Repartition, Repartition]:
    """Backlog: what is not closed at this moment, whatever the period; by statut, and by age since the call.

    EN 13306 (backlog: maintenance work not yet done). Nothing is excluded: waits and future plans count.
    """
    aujourdhui = demande.maintenant.astimezone(CASABLANCA).date()
    tranches = [_tranche(demande, aujourdhui, *age) for age in AGES]
    comptes = {f"age_{rang}": Count("pk", filter=q) for rang, (_nom, q, _p) in enumerate(tranches)}
    par_statut: dict[str, Any] = {
        ligne["statut"]: ligne
        for ligne in demande.interventions().actives().order_by().values("statut")
        .annotate(nombre=Count("pk"), **comptes)
    }  # fmt: skip
    total = sum(ligne["nombre"] for ligne in par_statut.values())
    statuts = []
    for statut in STATUTS_ACTIFS:
        nombre = par_statut.get(statut, {}).get("nombre", 0)
        lien = Lien(nombre, demande.lien(statut=statut))
        statuts.append(Ligne(statut, str(statut.label), {"nombre": nombre}, {"nombre": lien}))
    ages = []
    for rang, (libelle, _q, params) in enumerate(tranches):
        nombre = sum(ligne[f"age_{rang}"] for ligne in par_statut.values())
        lien = Lien(nombre, demande.lien(actives="true", **params))
        ages.append(Ligne(f"{AGES[rang][0]}", libelle, {"nombre": nombre}, {"nombre": lien}))
    colonnes = {"nombre": Unite.NOMBRE}
    return (
        Indicateur(
            "encours",
            total,
            Unite.NOMBRE,
            sur=Lien(total, demande.lien(actives="true")),
            hausse=-1,
        ),
        Repartition("encours_statut", colonnes, statuts),
        Repartition("encours_age", colonnes, ages),
    )


def _tranche(
    demande: Demande, aujourdhui: date, de: int, a: int | None
) -> tuple[str, Q, dict[str, str]]:
    """Of one bracket of age: its words, its condition, and the same as parameters of the list."""
    recent = aujourdhui - timedelta(days=de)
    condition = Q(date_creation__lt=minuit(recent + timedelta(days=1)))
    params = {"date_creation_lte": recent.isoformat()}
    if a is None:
        return _("%(n)d jours et plus") % {"n": de}, condition, params
    ancien = aujourdhui - timedelta(days=a)
    params["date_creation_gte"] = ancien.isoformat()
    libelle = (
        _("Aujourd’hui et hier") if de == 0 else _("%(de)d à %(a)d jours") % {"de": de, "a": a}
    )
    return libelle, condition & Q(date_creation__gte=minuit(ancien)), params


def creees(demande: Demande) -> Indicateur:
    """Calls: interventions whose `date_creation` lies in the period, cancelled since or not."""
    avant = demande.periode.precedente()
    comptes = (
        demande.interventions()
        .filter(
            date_creation__gte=min(avant.depuis, demande.periode.depuis),
            date_creation__lt=demande.periode.jusqua,
        )
        .aggregate(
            periode=Count("pk", filter=_cree_dans(demande)),
            avant=Count(
                "pk", filter=Q(date_creation__gte=avant.depuis, date_creation__lt=avant.jusqua)
            ),
        )
    )
    nombre = comptes["periode"]
    return Indicateur(
        "creees",
        nombre,
        Unite.NOMBRE,
        comptes["avant"],
        Lien(nombre, demande.dans_la_periode("date_creation")),
    )


def _cree_dans(demande: Demande) -> Q:
    return Q(date_creation__gte=demande.periode.depuis, date_creation__lt=demande.periode.jusqua)


def closes(demande: Demande, finies: Finies, avant: Finies) -> Indicateur:
    """Work done: interventions whose `date_fin` lies in the period. Cancelled ones have none."""
    return Indicateur(
        "closes",
        finies.nombre,
        Unite.NOMBRE,
        avant.nombre,
        Lien(finies.nombre, demande.dans_la_periode("date_fin")),
        hausse=1,
    )


def preventif(demande: Demande, finies: Finies, avant: Finies) -> Indicateur:
    """Preventive share: 100 × hours of preventive work ÷ hours of all work, of what was finished in the period.

    EN 15341:2007, O18 (preventive maintenance man-hours ÷ total maintenance man-hours). Hours are `duree_reelle`,
    travel left out.
    """
    return Indicateur(
        "preventif",
        part(finies.minutes_preventives, finies.minutes),
        Unite.POURCENT,
        part(avant.minutes_preventives, avant.minutes),
        Lien(finies.nombre, demande.dans_la_periode("date_fin")),
        Lien(
            finies.preventives,
            demande.dans_la_periode("date_fin", type_intervention=TypeIntervention.PREVENTIVE),
        ),
        hausse=1,
    )


def types(demande: Demande) -> Repartition:
    """What was finished in the period, by type: how many, and the minutes of work."""
    lues = {
        ligne["type_intervention"]: ligne
        for ligne in demande.interventions()
        .filter(date_fin__gte=demande.periode.depuis, date_fin__lt=demande.periode.jusqua)
        .order_by()
        .values("type_intervention")
        .annotate(nombre=Count("pk"), minutes=Sum("duree_reelle"))
    }
    lignes = []
    for type_ in TypeIntervention:
        ligne = lues.get(type_, {"nombre": 0, "minutes": 0})
        params = demande.dans_la_periode("date_fin", type_intervention=type_)
        lignes.append(
            Ligne(
                type_,
                str(type_.label),
                {"nombre": ligne["nombre"], "minutes": ligne["minutes"] or 0},
                {"nombre": Lien(ligne["nombre"], params)},
            )
        )
    return Repartition("types", {"nombre": Unite.NOMBRE, "minutes": Unite.MINUTES}, lignes)


def flux(demande: Demande) -> Repartition:
    """Created against closed, by day, week (Monday to Sunday) or month, whichever gives a readable curve."""
    de, a = demande.periode.premier, demande.periode.dernier
    tronque: type[TruncBase]
    if demande.periode.jours <= JOURS_MAX:
        tronque, suivant = TruncDay, _lendemain
    elif demande.periode.jours <= SEMAINES_MAX * 7:
        tronque, suivant = TruncWeek, _lundi_suivant
    else:
        tronque, suivant = TruncMonth, _mois_suivant
    comptes = {}
    for nom, champ in (("creees", "date_creation"), ("closes", "date_fin")):
        bornes = {f"{champ}__gte": demande.periode.depuis, f"{champ}__lt": demande.periode.jusqua}
        comptes[nom] = {
            ligne["quand"].date(): ligne["nombre"]
            for ligne in demande.interventions()
            .filter(**bornes)
            .order_by()
            .values(quand=tronque(champ, tzinfo=CASABLANCA))
            .annotate(nombre=Count("pk"))
        }
    lignes = []
    jour = de
    while jour <= a:
        prochain = suivant(jour)
        # the first and the last bar may be a part of their week: the list is cut as they are
        coupe = {
            "_gte": jour.isoformat(),
            "_lte": min(prochain - timedelta(days=1), a).isoformat(),
        }
        cle = {TruncWeek: jour - timedelta(days=jour.weekday()), TruncMonth: jour.replace(day=1)}
        rang = cle.get(tronque, jour)
        creees, closes = comptes["creees"].get(rang, 0), comptes["closes"].get(rang, 0)
        lignes.append(
            Ligne(
                jour.isoformat(),
                date_format(jour, "F Y") if tronque is TruncMonth else f"{jour:%d/%m}",
                {"creees": creees, "closes": closes},
                {
                    nom: Lien(nombre, demande.lien(**{champ + b: v for b, v in coupe.items()}))
                    for nom, champ, nombre in (
                        ("creees", "date_creation", creees),
                        ("closes", "date_fin", closes),
                    )
                },
            )
        )
        jour = prochain
    return Repartition("flux", {"creees": Unite.NOMBRE, "closes": Unite.NOMBRE}, lignes)


def _lendemain(jour: date) -> date:
    return jour + timedelta(days=1)


def _lundi_suivant(jour: date) -> date:
    return jour + timedelta(days=7 - jour.weekday())


def _mois_suivant(jour: date) -> date:
    return (jour.replace(day=28) + timedelta(days=4)).replace(day=1)
