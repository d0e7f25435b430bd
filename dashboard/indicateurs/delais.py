"""How soon, and whether it was done right the first time."""

from django.db.models import Avg, Count, F, Q

from dashboard.demande import Demande
from dashboard.indicateurs.finies import Finies
from dashboard.indicateurs.modele import Indicateur, Lien, Ligne, Repartition, Unite, moyenne, part
from interventions.choices import Priorite, TypeIntervention
from interventions.mesures import ECHEANCE_JUGEE, ECHEANCE_TENUE

CORRECTIVE = {"type_intervention": str(TypeIntervention.CORRECTIVE)}


def sla(demande: Demande, finies: Finies, avant: Finies) -> Indicateur:
    """SLA kept: 100 × finished by the deadline ÷ finished with a deadline, of what was finished in the period.

    The deadline is the contract's, around the clock or in working hours, else that of the priorité; it was moved by
    each wait for the client (`interventions.services.echeance`, `vie`). Left out: what has no deadline, what was
    cancelled. What is late and still open counts when it is finished; until then it stands under « En retard ».
    """
    return Indicateur(
        "sla",
        part(finies.tenues, finies.jugees),
        Unite.POURCENT,
        part(avant.tenues, avant.jugees),
        dont=Lien(
            finies.jugees - finies.tenues,
            demande.dans_la_periode("date_fin", echeance_tenue="false"),
        ),
        sur=Lien(finies.tenues, demande.dans_la_periode("date_fin", echeance_tenue="true")),
        hausse=1,
    )


def sla_par_priorite(demande: Demande) -> Repartition:
    """`sla` for each priorité."""
    lues = {
        ligne["priorite"]: ligne
        for ligne in demande.interventions()
        .filter(date_fin__gte=demande.periode.depuis, date_fin__lt=demande.periode.jusqua)
        .order_by()
        .values("priorite")
        .annotate(
            jugees=Count("pk", filter=ECHEANCE_JUGEE), tenues=Count("pk", filter=ECHEANCE_TENUE)
        )
    }
    lignes = []
    for priorite in Priorite:
        ligne = lues.get(priorite, {"jugees": 0, "tenues": 0})
        tenues, jugees = ligne["tenues"], ligne["jugees"]
        if priorite == Priorite.PROGRAMMEE and not jugees:
            continue  # has no deadline unless one was given
        liens = {
            nom: Lien(
                nombre,
                demande.dans_la_periode("date_fin", echeance_tenue=tenue, priorite=priorite),
            )
            for nom, nombre, tenue in (
                ("tenues", tenues, "true"),
                ("manquees", jugees - tenues, "false"),
            )
        }
        valeurs = {
            "tenues": tenues,
            "manquees": jugees - tenues,
            "taux": part(tenues, jugees),
        }
        lignes.append(Ligne(priorite, str(priorite.label), valeurs, liens))
    colonnes = {"tenues": Unite.NOMBRE, "manquees": Unite.NOMBRE, "taux": Unite.POURCENT}
    return Repartition("sla_priorite", colonnes, lignes)


def reponse(demande: Demande) -> Indicateur:
    """Response time: mean of `date_debut` − `date_creation`, minutes by the clock, of the correctives started in the
    period.

    Part of the logistic and administrative delay of EN 13306. Planned work is left out: it waits for its day.
    """
    avant = demande.periode.precedente()
    ecart = F("date_debut") - F("date_creation")
    dans = Q(date_debut__gte=demande.periode.depuis)
    avant_dans = Q(date_debut__gte=avant.depuis, date_debut__lt=avant.jusqua)
    lus = (
        demande.interventions()
        .filter(
            type_intervention=TypeIntervention.CORRECTIVE,
            date_debut__gte=min(avant.depuis, demande.periode.depuis),
            date_debut__lt=demande.periode.jusqua,
        )
        .aggregate(
            nombre=Count("pk", filter=dans),
            delai=Avg(ecart, filter=dans),
            avant=Avg(ecart, filter=avant_dans),
        )
    )
    minutes, minutes_avant = (
        round(delai.total_seconds() / 60) if delai is not None else None
        for delai in (lus["delai"], lus["avant"])
    )
    return Indicateur(
        "reponse",
        minutes,
        Unite.MINUTES,
        minutes_avant,
        Lien(lus["nombre"], demande.dans_la_periode("date_debut", **CORRECTIVE)),
        hausse=-1,
    )


def mttr(demande: Demande, finies: Finies, avant: Finies) -> Indicateur:
    """Mean time to restoration (MTTR): Σ(`date_fin` − `date_creation`) ÷ number, of the correctives finished in the
    period; minutes by the clock, waits included.

    EN 13306 (time to restoration: from the failure to the up state, delays included), EN 15341:2007, T21. The
    failure is taken to begin with the call, for nothing earlier is known.
    """
    return Indicateur(
        "mttr",
        _mttr(finies),
        Unite.MINUTES,
        _mttr(avant),
        Lien(finies.correctives, demande.dans_la_periode("date_fin", **CORRECTIVE)),
        hausse=-1,
    )


def _mttr(finies: Finies) -> int | None:
    if not finies.correctives:
        return None
    return round(finies.retablissement.total_seconds() / 60 / finies.correctives)


def reparation(demande: Demande, finies: Finies, avant: Finies) -> Indicateur:
    """Mean repair time (MRT): Σ `duree_reelle` ÷ number, of the correctives finished in the period: minutes of work,
    travel and waits left out.

    EN 13306 (repair time: the active part of the time to restoration).
    """
    return Indicateur(
        "reparation",
        moyenne(finies.minutes_correctives, finies.correctives),
        Unite.MINUTES,
        moyenne(avant.minutes_correctives, avant.correctives),
        Lien(finies.correctives, demande.dans_la_periode("date_fin", **CORRECTIVE)),
        hausse=-1,
    )


def premier_coup(demande: Demande, finies: Finies, avant: Finies) -> Indicateur:
    """First-time fix: 100 × correctives finished in the period that no failure of the same équipement followed within
    30 days of `date_fin` ÷ correctives finished in the period.

    Those of the last 30 days may still fall back: the figure of a recent period can only get worse.
    """
    return Indicateur(
        "premier_coup",
        part(finies.correctives - finies.recidives, finies.correctives),
        Unite.POURCENT,
        part(avant.correctives - avant.recidives, avant.correctives),
        Lien(finies.correctives, demande.dans_la_periode("date_fin", **CORRECTIVE)),
        Lien(finies.recidives, demande.dans_la_periode("date_fin", recidive="true", **CORRECTIVE)),
        hausse=1,
    )


def satisfaction(demande: Demande, finies: Finies, avant: Finies) -> Indicateur:
    """Mean of the clients' notes, 1 to 5, on what was finished in the period; what was not rated does not count."""
    return Indicateur(
        "satisfaction",
        moyenne(finies.notes, finies.notees),
        Unite.NOTE,
        moyenne(avant.notes, avant.notees),
        Lien(finies.notees, demande.dans_la_periode("date_fin", notee="true")),
        hausse=1,
    )


def notes(demande: Demande) -> Repartition:
    """How often each note was given, on what was finished in the period; 5 first."""
    lues = {
        ligne["satisfaction_client"]: ligne["nombre"]
        for ligne in demande.interventions()
        .filter(
            date_fin__gte=demande.periode.depuis,
            date_fin__lt=demande.periode.jusqua,
            satisfaction_client__isnull=False,
        )
        .order_by()
        .values("satisfaction_client")
        .annotate(nombre=Count("pk"))
    }
    lignes = []
    for note in range(5, 0, -1):
        nombre = lues.get(note, 0)
        cette = {"satisfaction_client_gte": str(note), "satisfaction_client_lte": str(note)}
        params = demande.dans_la_periode("date_fin", **cette)
        lignes.append(
            Ligne(str(note), f"{note} / 5", {"nombre": nombre}, {"nombre": Lien(nombre, params)})
        )
    return Repartition("notes", {"nombre": Unite.NOMBRE}, lignes)
