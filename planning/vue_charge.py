"""Pages of the forecast: hours against hours, parts against the stock, and the visits behind each figure."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.calendrier import Calendrier
from erp.exports import MIMES, Colonne, Genre, Tableau, a_enregistrer, csv
from erp.pages import rendre
from erp.societe import calendrier_societe
from erp.validation import exiger, id_lu, trouver
from planning import permissions
from planning.charge import (
    VISITES_MAX,
    Besoins,
    Choix,
    LigneCharge,
    Periode,
    besoins,
    charge,
    heures_de_chacun,
    horizon,
    les_mois,
    les_semaines,
    pieces,
    visites_de,
)
from planning.models import Gamme, PlanMaintenance
from stock.models import PieceDetachee
from technicians.models import Competence, Technicien

PAR_PAGE = 50
#: Parts that the page shows, those that run out first; the file has them all.
PIECES_MONTREES = 50
CHARGE, PIECES = "charge", "pieces"


def periodes_de(maille: str, jour: date) -> list[Periode]:
    """`semaine`: the thirteen weeks to come; else the twelve months."""
    return les_semaines(jour) if maille == "semaine" else les_mois(jour)


@connexion_requise
@require_GET
def page(request: Requete) -> HttpResponseBase:
    """`?par=semaine` for the thirteen weeks to come, else the twelve months."""
    user = request.user
    exiger(permissions.peut_gerer(user))
    jour, calendrier = timezone.localdate(), calendrier_societe()
    maille = "semaine" if request.GET.get("par") == "semaine" else "mois"
    periodes = periodes_de(maille, jour)
    compte = besoins(user, jour, calendrier)
    lignes = charge(user, jour, periodes, calendrier, compte)
    lues = pieces(user, jour, periodes, compte)
    contexte = {
        "maille": maille,
        "periodes": [(p, titre_de(p, maille)) for p in periodes],
        "lignes": [(ligne, _liens_charge(ligne)) for ligne in lignes],
        "pieces": [
            (ligne, list(zip(ligne.besoins, _liens_piece(ligne.piece, periodes), strict=True)))
            for ligne in lues[:PIECES_MONTREES]
        ],
        "pieces_autres": max(0, len(lues) - PIECES_MONTREES),
        "jour": jour,
        "fin": horizon(jour),
        "visites": sum(compte.values()),
    }
    return rendre(request, "planning/charge.html", contexte)


def titre_de(periode: Periode, maille: str) -> str:
    """« déc. 2026 », or « 7 déc. » for a week."""
    if maille == "semaine":
        return date_format(periode.debut, "j N")
    return date_format(periode.debut, "N Y")


def adresse_des_visites(periode: Periode, **choix: object) -> str:
    params = {"du": periode.debut, "au": periode.fin, **choix}
    return f"{reverse('planning:charge_visites')}?{urlencode(params)}"


def _liens_charge(ligne: LigneCharge) -> list[str]:
    choix: dict[str, object] = {}
    if ligne.competence is not None:
        choix["competence_id"] = ligne.competence.pk
    elif not ligne.total:
        choix["sans_competence"] = 1
    return [adresse_des_visites(mesure.periode, **choix) for mesure in ligne.mesures]


def _liens_piece(piece: PieceDetachee, periodes: Sequence[Periode]) -> list[str]:
    return [adresse_des_visites(periode, piece_id=piece.pk) for periode in periodes]


@connexion_requise
@require_GET
def visites(request: Requete) -> HttpResponseBase:
    """What is behind one figure: `?du=&au=` and `competence_id`, `sans_competence`, `piece_id` or `gamme_id`."""
    user = request.user
    exiger(permissions.peut_gerer(user))
    jour, calendrier = timezone.localdate(), calendrier_societe()
    periode = _periode(request, jour)
    choix = Choix(
        periode,
        competence_id=_pk(request, "competence_id"),
        sans_competence="sans_competence" in request.GET,
        piece_id=_pk(request, "piece_id"),
        gamme_id=_pk(request, "gamme_id"),
    )
    competence = (
        trouver(Competence.objects.visible_to(user), choix.competence_id)
        if choix.competence_id is not None
        else None
    )
    piece = (
        trouver(PieceDetachee.objects.visible_to(user), choix.piece_id)
        if choix.piece_id is not None
        else None
    )
    trouvees = visites_de(choix, user, jour, calendrier)
    page_lue = Paginator(trouvees, PAR_PAGE).get_page(request.GET.get("page"))
    plans = (
        PlanMaintenance.objects.visible_to(user)
        .for_list()
        .select_related("equipement__site")
        .in_bulk({v.plan_id for v in page_lue})
    )
    durees = dict(Gamme.objects.visible_to(user).values_list("pk", "duree_estimee"))
    params = request.GET.copy()
    params.pop("page", None)
    contexte: dict[str, Any] = {
        "periode": periode,
        "competence": competence,
        "piece": piece,
        "sans_competence": choix.sans_competence,
        "visites": [(v, plans[v.plan_id], durees[v.gamme_id]) for v in page_lue],
        "nombre": len(trouvees),
        "tronque": len(trouvees) == VISITES_MAX,
        "minutes": sum(durees[v.gamme_id] for v in trouvees),
        "techniciens": [] if piece else _presents(user, periode, competence, calendrier),
        "numero": page_lue.number,
        "derniere": page_lue.paginator.num_pages,
        "base": f"{request.path}?{params.urlencode()}",
    }
    contexte["disponible"] = sum(minutes for _t, minutes in contexte["techniciens"])
    return rendre(request, "planning/charge_visites.html", contexte)


def _presents(
    user: User, periode: Periode, competence: Competence | None, calendrier: Calendrier
) -> list[tuple[Technicien, int]]:
    """Those who may do it, with their minutes in the period, most first."""
    techniciens = Technicien.objects.visible_to(user).actifs().select_related("user")
    if competence is not None:
        techniciens = techniciens.possedant([competence.pk], periode.debut)
    heures = heures_de_chacun(user, [periode], calendrier)
    return sorted(
        ((t, sum(heures[t.pk].values())) for t in techniciens),
        key=lambda paire: (-paire[1], str(paire[0])),
    )


def _periode(request: Requete, jour: date) -> Periode:
    """The days asked for, within what is foreseen."""

    def lire(nom: str) -> date | None:
        try:
            return parse_date(request.GET.get(nom, ""))
        except ValueError:
            return None

    debut, fin = lire("du") or jour, lire("au") or horizon(jour)
    debut, fin = max(debut, jour), min(fin, horizon(jour))
    if fin < debut:
        raise Http404
    return Periode(debut, fin)


def _pk(request: Requete, nom: str) -> int | None:
    brut = request.GET.get(nom, "")
    if brut and id_lu(brut) is None:
        raise Http404
    return id_lu(brut)


# --- Files ------------------------------------------------------------------------------------------


@connexion_requise
@require_GET
def fichier(request: Requete, quoi: str) -> HttpResponseBase:
    """The tables of the page as CSV: `charge` or `pieces`, `?par=semaine` or by month."""
    user = request.user
    exiger(permissions.peut_gerer(user))
    if quoi not in (CHARGE, PIECES):
        raise Http404
    jour, calendrier = timezone.localdate(), calendrier_societe()
    maille = "semaine" if request.GET.get("par") == "semaine" else "mois"
    periodes = periodes_de(maille, jour)
    compte = besoins(user, jour, calendrier)
    if quoi == CHARGE:
        tableau = _tableau_charge(user, jour, periodes, calendrier, compte)
    else:
        tableau = _tableau_pieces(user, jour, periodes, compte, maille)
    reponse = StreamingHttpResponse(csv(tableau), content_type=MIMES["csv"])
    return a_enregistrer(reponse, f"{quoi}-{jour:%Y-%m-%d}.csv")


def _tableau_charge(
    user: User, jour: date, periodes: list[Periode], calendrier: Calendrier, compte: Besoins
) -> Tableau:
    lignes = charge(user, jour, periodes, calendrier, compte)

    def lire() -> Iterator[Sequence[Any]]:
        for ligne in lignes:
            for mesure in ligne.mesures:
                yield (
                    ligne.nom,
                    mesure.periode.debut,
                    mesure.periode.fin,
                    mesure.besoin,
                    mesure.disponible,
                    mesure.part,
                )

    colonnes = [
        Colonne("competence", _("Compétence"), Genre.TEXTE),
        Colonne("debut", _("Du"), Genre.JOUR),
        Colonne("fin", _("Au"), Genre.JOUR),
        Colonne("besoin", _("Besoin (min)"), Genre.ENTIER),
        Colonne("disponible", _("Disponible (min)"), Genre.ENTIER),
        Colonne("part", _("Part (%)"), Genre.ENTIER),
    ]
    return Tableau(_("Charge"), colonnes, lire, get_language() or "fr")


def _tableau_pieces(
    user: User, jour: date, periodes: list[Periode], compte: Besoins, maille: str
) -> Tableau:
    lues = pieces(user, jour, periodes, compte)

    def lire() -> Iterator[Sequence[Any]]:
        for ligne in lues:
            yield (
                ligne.piece.reference,
                ligne.piece.designation,
                ligne.piece.stock_actuel,
                ligne.piece.stock_minimum,
                ligne.sous_minimum,
                ligne.rupture,
                *ligne.besoins,
            )

    colonnes = [
        Colonne("reference", _("Référence"), Genre.TEXTE),
        Colonne("designation", _("Désignation"), Genre.TEXTE),
        Colonne("stock_actuel", _("Stock"), Genre.DECIMAL),
        Colonne("stock_minimum", _("Minimum"), Genre.DECIMAL),
        Colonne("sous_minimum", _("Sous le minimum le"), Genre.JOUR),
        Colonne("rupture", _("Rupture le"), Genre.JOUR),
        *(
            Colonne(f"p{rang}", titre_de(periode, maille), Genre.DECIMAL)
            for rang, periode in enumerate(periodes)
        ),
    ]
    return Tableau(_("Pièces"), colonnes, lire, get_language() or "fr")
