"""Pages of the optimiser: ask for a plan of some days, watch it being made, compare it with today's, apply it."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.pages import aller, rendre
from erp.validation import exiger, id_lu, trouver
from planning.choices import EtatLigne, EtatProposition, GenreLigne
from planning.forms import PropositionForm
from planning.models import PropositionPlanning
from planning.permissions import peut_planifier
from planning.services.optimisation import (
    JOURS_AU_PLUS,
    appliquer_proposition,
    demander_proposition,
)
from technicians.models import Technicien

RECENTES = 10
COMPARAISONS: tuple[tuple[str, str, bool], ...] = (
    # (key of the measures, kind of value, whether less is better)
    ("planifiees", "nombre", False),
    ("en_retard", "nombre", True),
    ("trajet", "duree", True),
    ("supplementaires", "duree", True),
    ("charge_max", "duree", True),
    ("charge_min", "duree", False),
)


@connexion_requise
@require_http_methods(["GET", "POST"])
def optimisation(request: Requete) -> HttpResponseBase:
    """Ask for a proposal; the last ones are below. `?debut=&fin=&equipe=` choose beforehand, as the board does."""
    exiger(peut_planifier(request.user))
    form = PropositionForm(
        request.POST or None, user=request.user, choisis=_choisis(request.user, request.GET)
    )
    if request.method == "POST" and form.soumettre(demander_proposition, par=request.user):
        return aller(request, form.resultat.get_absolute_url())
    recentes = (
        PropositionPlanning.objects.visible_to(request.user)
        .select_related("demandee_par")
        .annotate(changements=Count("lignes", filter=_changements()))[:RECENTES]
    )
    return rendre(
        request,
        "planning/optimisation.html",
        {"form": form, "recentes": recentes},
        fragment="formulaire",
        status=form.status,
    )


def lire_jour(texte: str) -> date | None:
    """The day that a link names, None when it is none."""
    try:
        return parse_date(texte)
    except ValueError:
        return None


def _choisis(user: User, parametres: QueryDict) -> dict[str, Any]:
    """The days still to come of the period that the board shows, and its team."""
    choisis: dict[str, Any] = {}
    debut, fin = (lire_jour(parametres.get(nom, "")) for nom in ("debut", "fin"))
    if debut and fin and fin >= timezone.localdate():
        debut = max(debut, timezone.localdate())
        duree = min(fin - debut, timedelta(days=JOURS_AU_PLUS - 1))
        choisis = {"debut": debut, "fin": debut + duree}
    if (equipe := parametres.get("equipe", "")[:200]) and "\x00" not in equipe:
        choisis["technicien_ids"] = list(
            Technicien.objects.visible_to(user).actifs().filter(equipe=equipe)
        )
    return choisis


def _changements() -> Q:
    return Q(lignes__genre__in=(GenreLigne.NOUVELLE, GenreLigne.DEPLACEE))


@connexion_requise
@require_GET
def proposition(request: Requete, pk: int) -> HttpResponseBase:
    """The proposal beside today's plan; the page asks again by itself while it is computed."""
    trouvee = trouver(PropositionPlanning.objects.visible_to(request.user), pk)
    lignes = list(trouvee.lignes.for_list())
    changements = [
        ligne for ligne in lignes if ligne.genre in (GenreLigne.NOUVELLE, GenreLigne.DEPLACEE)
    ]
    contexte = {
        "proposition": trouvee,
        "attend": trouvee.etat in (EtatProposition.DEMANDEE, EtatProposition.EN_CALCUL),
        "changements": changements,
        "a_appliquer": sum(ligne.etat == EtatLigne.PROPOSEE for ligne in changements),
        "omises": [ligne for ligne in lignes if ligne.genre == GenreLigne.OMISE],
        "inchangees": sum(ligne.genre == GenreLigne.INCHANGEE for ligne in lignes),
        "comparaisons": _comparer(trouvee),
        "retour": _au_tableau(trouvee),
    }
    return rendre(request, "planning/proposition.html", contexte, fragment="etat")


def _comparer(trouvee: PropositionPlanning) -> list[dict[str, Any]]:
    """Each measure before and after, and whether it got better (1), worse (-1) or neither (0)."""
    libelles = {
        "planifiees": _("Interventions planifiées"),
        "en_retard": _("En retard sur leur échéance"),
        "trajet": _("Trajet"),
        "supplementaires": _("Heures supplémentaires"),
        "charge_max": _("Le plus chargé"),
        "charge_min": _("Le moins chargé"),
    }
    sortie = []
    for cle, genre, moins in COMPARAISONS if trouvee.apres else ():
        avant, apres = trouvee.avant.get(cle, 0), trouvee.apres.get(cle, 0)
        gain = (avant > apres) - (avant < apres)
        sortie.append(
            {
                "libelle": libelles[cle],
                "genre": genre,
                "avant": avant,
                "apres": apres,
                "sens": gain if moins else -gain,
            }
        )
    return sortie


@connexion_requise
@require_POST
def proposition_appliquer(request: Requete, pk: int) -> HttpResponseBase:
    """Make the ticked lines the plan; those that could not be are told one by one on the page."""
    exiger(peut_planifier(request.user))
    choisies = [cle for v in request.POST.getlist("ligne") if (cle := id_lu(v)) is not None]
    trouvee = appliquer_proposition(par=request.user, proposition_id=pk, ligne_ids=choisies)
    etats = trouvee.lignes.filter(pk__in=choisies)
    faites = etats.filter(etat=EtatLigne.APPLIQUEE).count()
    message = ngettext("%(n)s créneau posé.", "%(n)s créneaux posés.", faites) % {"n": faites}
    # what could not be is told line by line; else the board shows what was made
    toutes = faites > 0 and faites == len(set(choisies))
    return aller(request, _au_tableau(trouvee) if toutes else trouvee.get_absolute_url(), message)


def _au_tableau(trouvee: PropositionPlanning) -> str:
    """The board, at the days of the proposal."""
    vue = "jour" if trouvee.debut == trouvee.fin else "semaine"
    return f"{reverse('planning:tableau')}?vue={vue}&date={trouvee.debut:%Y-%m-%d}"
