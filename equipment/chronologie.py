"""Everything that happened to a machine, newest first: interventions, statut, readings, documents.

Each kind is asked for no more rows than a page shows, so that a machine of thirty years costs what a new one does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from equipment import permissions
from equipment.choices import StatutEquipement
from equipment.models import Equipement, HistoriqueEquipement, ReleveCompteur
from erp.pages import rendre, url_avec
from erp.templatetags.pages import badge, quantite

PAR_PAGE = 12


@dataclass(frozen=True, slots=True)
class Evenement:
    """One line: what happened, to read, with the link behind it. `suite` is in the words of who wrote it."""

    quand: datetime
    icone: str
    ton: str
    titre: str
    objet: str = ""
    url: str = ""
    par: str = ""
    etat: SafeString | str = ""
    suite: str = ""


def _interventions(user: User, equipement: Equipement, avant: datetime | None) -> list[Evenement]:
    """Each is there twice: when it was asked for, and when it was closed or cancelled."""
    visibles: Any = equipement.interventions.visible_to(user)
    demandees = _avant(visibles, "date_creation", avant)
    closes = _avant(visibles.exclude(date_cloture=None), "date_cloture", avant)
    return [
        Evenement(
            i.date_creation,
            "tool",
            "bleu",
            _("Intervention demandée"),
            f"{i.reference} · {i.titre}",
            i.get_absolute_url(),
            etat=badge(i, "statut"),
        )
        for i in demandees
    ] + [
        Evenement(
            i.date_cloture,
            "ban" if i.motif_annulation else "circle-check",
            "gris" if i.motif_annulation else "vert",
            _("Intervention annulée") if i.motif_annulation else _("Intervention terminée"),
            f"{i.reference} · {i.titre}",
            i.get_absolute_url(),
            suite=i.motif_annulation or i.solution,
        )
        for i in closes
    ]


def _statuts(user: User, equipement: Equipement, avant: datetime | None) -> list[Evenement]:
    visibles = HistoriqueEquipement.objects.visible_to(user).filter(equipement=equipement)
    dits = permissions.peut_voir_motifs(user)
    return [
        Evenement(
            ligne.horodatage,
            "refresh",
            "orange" if ligne.nouveau_statut == StatutEquipement.PANNE else "cyan",
            _("Statut : %(avant)s → %(apres)s")
            % {
                "avant": ligne.get_ancien_statut_display(),
                "apres": ligne.get_nouveau_statut_display(),
            },
            # the reference of another's work is not for a technicien
            ligne.origine if not user.est_technicien else "",
            par=ligne.user.full_name if ligne.user is not None and dits else "",
            suite=ligne.motif if dits else "",
        )
        for ligne in _avant(visibles.select_related("user"), "horodatage", avant)
    ]


def _releves(user: User, equipement: Equipement, avant: datetime | None) -> list[Evenement]:
    visibles = ReleveCompteur.objects.visible_to(user).filter(compteur__equipement=equipement)
    return [
        Evenement(
            releve.date_releve,
            "gauge",
            "violet",
            _("Compteur remplacé") if releve.remplacement else _("Relevé"),
            f"{releve.compteur.nom} : {quantite(releve.valeur)} {releve.compteur.unite}",
            par=releve.user.full_name if releve.user is not None and not user.est_client else "",
        )
        for releve in _avant(visibles.select_related("compteur", "user"), "date_releve", avant)
    ]


def _documents(user: User, equipement: Equipement, avant: datetime | None) -> list[Evenement]:
    visibles: Any = equipement.documents.visible_to(user)
    return [
        Evenement(
            document.date_upload,
            "file-text",
            "gris",
            _("Document déposé"),
            document.nom_fichier,
            document.get_absolute_url(),
            par=document.uploaded_by.full_name
            if document.uploaded_by is not None and not user.est_client
            else "",
        )
        for document in _avant(visibles.select_related("uploaded_by"), "date_upload", avant)
    ]


def _avant(visibles: Any, champ: str, avant: datetime | None) -> Any:
    if avant is not None:
        visibles = visibles.filter(**{f"{champ}__lt": avant})
    return visibles.order_by(f"-{champ}", "-pk")[: PAR_PAGE + 1]


Source = Callable[[User, Equipement, datetime | None], list[Evenement]]
GENRES: dict[str, tuple[str | Promise, Source]] = {
    "interventions": (gettext_lazy("Interventions"), _interventions),
    "statut": (gettext_lazy("Statut"), _statuts),
    "releves": (gettext_lazy("Relevés"), _releves),
    "documents": (gettext_lazy("Documents"), _documents),
}


def evenements(
    user: User, equipement: Equipement, *, genre: str = "", avant: datetime | None = None
) -> tuple[list[Evenement], datetime | None]:
    """A page of what the user may see, and before when the next one starts (None: there is no more).

    What happened at the very moment of the last one shown is shown with it: the next page starts strictly before.
    """
    sources = (
        [GENRES[genre][1]] if genre in GENRES else [source for _mots, source in GENRES.values()]
    )
    tous = [evenement for source in sources for evenement in source(user, equipement, avant)]
    tous.sort(key=lambda evenement: evenement.quand, reverse=True)
    if len(tous) <= PAR_PAGE:
        return tous, None
    borne = tous[PAR_PAGE - 1].quand
    page = [evenement for evenement in tous if evenement.quand >= borne]
    return page, borne if len(tous) > len(page) else None


@connexion_requise
@require_GET
def chronologie(request: Requete, pk: int) -> HttpResponseBase:
    """The history of one machine; `?genre=` keeps one kind, `?avant=` is where a page starts."""
    equipement = get_object_or_404(Equipement.objects.visible_to(request.user), pk=pk)
    genre = request.GET.get("genre", "")
    genre = genre if genre in GENRES else ""
    avant = _moment(request.GET.get("avant", ""))
    page, reste = evenements(request.user, equipement, genre=genre, avant=avant)
    suite = {"genre": genre, "avant": reste.isoformat() if reste is not None else ""}
    return rendre(
        request,
        "equipment/chronologie.html",
        {
            "equipement": equipement,
            "evenements": page,
            "genre": genre,
            "genres": [
                (cle, mots, url_avec(request.path, request.GET, genre=cle, avant=None))
                for cle, mots in [("", _("Tout")), *((c, m) for c, (m, _s) in GENRES.items())]
            ],
            "avant": avant,
            "plus_ancien": url_avec(request.path, request.GET, **suite) if reste else "",
            "retour": reverse("equipment:detail", args=[pk]),
        },
        # a next page is the lines alone; the rest asks for the whole frame
        fragment="lignes" if avant is not None else "cadre",
    )


def _moment(texte: str) -> datetime | None:
    try:
        # a "+" that was not escaped arrives as a space
        moment = parse_datetime(texte.replace(" ", "+"))
    except ValueError:
        return None
    if moment is None or not is_aware(moment) or not 1900 <= moment.year <= 9000:
        return None
    return moment
