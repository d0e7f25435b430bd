"""The weekly digest: last week's figures to each responsable, in his language, as text and with charts in HTML."""

import re
from datetime import date, datetime, timedelta
from functools import partial

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from dashboard.demande import Demande
from dashboard.indicateurs import Tableau, tableau
from dashboard.periodes import Genre, Periode
from dashboard.presentation import carte, panneau, periode_en_mots
from erp.calendrier import CASABLANCA
from notifications.choices import Evenement
from notifications.complements import Complement
from notifications.models import Notification
from notifications.services import notifier_une_fois

INDICATEURS = (
    "encours",
    "creees",
    "closes",
    "sla",
    "reponse",
    "mttr",
    "disponibilite",
    "preventif",
    "charge",
    "satisfaction",
    "cout",
)
GRAPHIQUES = ("flux", "sla_priorite", "encours_age", "couts_clients")
COULEURS = {
    "bleu": "#1f6fc4",
    "vert": "#2b8a4e",
    "orange": "#c9740f",
    "rouge": "#c93a3a",
}
_SUJET = re.compile(r"^bilan:(\d{4}-\d{2}-\d{2}):\d+$")


def envoyer_bilans(maintenant: datetime | None = None) -> int:
    """Tell every active responsable of the week before this one; returns how many messages were written.

    Once per person and week, however often and however many at once it runs (`notifier_une_fois`). Who turned the event
    off hears nothing.
    """
    semaine = semaine_passee(maintenant or timezone.now())
    ecrites = 0
    for user in User.objects.actifs().avec_role(Role.RESPONSABLE).order_by("pk"):
        lu = tableau(Demande(user, semaine))
        ecrites += notifier_une_fois(
            destinataires=[user],
            evenement=Evenement.BILAN_HEBDOMADAIRE,
            titre=partial(_titre, semaine),
            message=partial(_message, lu),
            lien=_lien(semaine),
            sujet=f"bilan:{semaine.premier.isoformat()}:{user.pk}",
        )
    return ecrites


def semaine_passee(maintenant: datetime) -> Periode:
    """Monday to Sunday, in Casablanca."""
    aujourdhui = maintenant.astimezone(CASABLANCA).date()
    return _semaine(aujourdhui - timedelta(days=aujourdhui.weekday() + 7))


def _semaine(lundi: date) -> Periode:
    return Periode(Genre.LIBRE, lundi, lundi + timedelta(days=6))


def _titre(semaine: Periode) -> str:
    return _("Bilan de la semaine %(periode)s") % {"periode": periode_en_mots(semaine)}


def _lien(semaine: Periode) -> str:
    bornes = f"debut={semaine.premier.isoformat()}&fin={semaine.dernier.isoformat()}"
    return f"{reverse('dashboard:accueil')}?periode=libre&{bornes}"


def _message(lu: Tableau) -> str:
    """One line per figure: « Terminées : 34 (+12 %, avant : 30) »."""
    lignes = []
    for cle in INDICATEURS:
        une = carte(lu.indicateurs[cle])
        ligne = _("%(libelle)s : %(valeur)s") % {"libelle": une.mots.libelle, "valeur": une.valeur}
        if une.ecart is not None:
            avant = _("avant : %(avant)s") % {"avant": une.avant}
            ligne += f" ({une.ecart.texte}, {avant})"
        lignes.append(ligne)
    return "\n".join(lignes)


def completer(notification: Notification) -> Complement:
    """The same with charts, drawn when the message leaves: over what its reader may see then."""
    trouve = _SUJET.match(notification.sujet)
    if trouve is None:
        return Complement()
    lu = tableau(Demande(notification.user, _semaine(date.fromisoformat(trouve[1]))))
    contexte = {
        "cartes": [carte(lu.indicateurs[cle]) for cle in INDICATEURS if cle in lu.indicateurs],
        "graphiques": [_graphique(lu, cle) for cle in GRAPHIQUES if cle in lu.repartitions],
    }
    return Complement(html=render_to_string("courriels/bilan.html", contexte))


def _graphique(lu: Tableau, cle: str) -> dict[str, object]:
    """Bars as table cells: the only drawing that every mail reader shows; the longest takes three quarters."""
    vu = panneau(lu.repartitions[cle])
    if vu.donnees is None:
        return {"titre": vu.forme.titre, "vide": vu.forme.vide}
    series = vu.donnees["series"]
    rangs = range(len(vu.donnees["etiquettes"]))
    empilee = vu.forme.empilee
    longueurs = [
        sum(s["valeurs"][rang] for s in series) if empilee else max(s["valeurs"][rang] for s in series)
        for rang in rangs
    ]  # fmt: skip
    echelle = max(longueurs) or 1
    lignes = []
    for rang in rangs:
        barres = [
            (COULEURS[serie["couleur"]], round(75 * serie["valeurs"][rang] / echelle), serie["mots"][rang])
            for serie in series
        ]  # fmt: skip
        lignes.append((vu.donnees["etiquettes"][rang], barres))
    legende = [(COULEURS[serie["couleur"]], serie["nom"]) for serie in series]
    return {
        "titre": vu.forme.titre,
        "lignes": lignes,
        "legende": legende if len(series) > 1 else [],
        "empilee": empilee,
    }
