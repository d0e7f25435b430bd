"""What figures are asked for: by whom, over which period, of which client, site, technicien or équipement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accounts.models import User
from clients.models import Client, Site
from dashboard.periodes import DEFAUT, JOURS_MAX, Genre, Periode, periode
from equipment.models import Equipement
from equipment.querysets import EquipementQuerySet
from erp.calendrier import CASABLANCA
from erp.exceptions import ErreurChamp, ValidationError
from erp.filters import ListeIdsField, valeurs_de_liste
from interventions.models import Intervention
from interventions.querysets import InterventionQuerySet
from technicians.models import Technicien

PARAMETRES = ("periode", "debut", "fin", "client_id", "site_id", "technicien_id")
_OBJETS = (("client_id", Client), ("site_id", Site), ("technicien_id", Technicien))


@dataclass(frozen=True, slots=True)
class Demande:
    """Every figure starts from `interventions()` or `parc()`: what this user sees, narrowed by the filters."""

    user: User
    periode: Periode
    filtres: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    maintenant: datetime = field(default_factory=timezone.now)

    @property
    def precedente(self) -> "Demande":
        """The same over the period that it is compared with."""
        return Demande(self.user, self.periode.precedente(), self.filtres, self.maintenant)

    @property
    def observee_jusqua(self) -> datetime:
        """The end of the period, or now while it lasts: nothing is known of what comes after."""
        return min(self.periode.jusqua, self.maintenant)

    def interventions(self) -> InterventionQuerySet:
        return Intervention.objects.visible_to(self.user).filter(**self._conditions())

    def parc(self) -> EquipementQuerySet:
        """The équipements in scope; who repaired them does not matter to them."""
        noms = {"client_id": "client_id", "site_id": "site_id", "equipement_id": "pk"}
        return Equipement.objects.visible_to(self.user).filter(
            **{f"{noms[nom]}__in": ids for nom, ids in self.filtres.items() if nom in noms}
        )

    def _conditions(self) -> dict[str, tuple[int, ...]]:
        return {f"{nom}__in": ids for nom, ids in self.filtres.items()}

    def lien(self, **params: str) -> dict[str, str]:
        """The parameters of a list with these filters, and those of the demand."""
        siens = {nom: ",".join(map(str, ids)) for nom, ids in self.filtres.items()}
        return {**params, **siens}

    def dans_la_periode(self, champ: str, **params: str) -> dict[str, str]:
        """The same, for what has `champ` (date_creation, date_debut or date_fin) in the period."""
        bornes = {
            f"{champ}_gte": self.periode.premier.isoformat(),
            f"{champ}_lte": self.periode.dernier.isoformat(),
        }
        return self.lien(**bornes, **params)

    # --- Which figures make sense for whom (permissions.md: « own figures ») ------------------------

    @property
    def voit_les_couts(self) -> bool:
        """What work costs the company is for those who run it."""
        return self.user.est_gestion

    @property
    def voit_le_parc(self) -> bool:
        """The reliability of machines comes from all of their failures: a technicien sees only his own, and so does
        whoever asks for one technicien."""
        return not self.user.est_technicien and "technicien_id" not in self.filtres

    @property
    def voit_la_charge(self) -> bool:
        """How hours compare with the hours available: of whole techniciens, not of their part for one client."""
        return not self.user.est_client and not set(self.filtres) - {"technicien_id"}


def demande_par_defaut(user: User, genre: Genre = DEFAUT, **filtres: tuple[int, ...]) -> Demande:
    """The last 30 days, or another named period, that end today."""
    maintenant = timezone.now()
    return Demande(user, periode(genre, _jour(maintenant)), filtres, maintenant)


def lire_demande(user: User, params: QueryDict) -> Demande:
    """The demand that an address makes.

    `periode` is mois, 30j (by default), 90j, annee, or libre with `debut` and `fin` (days, included; naming one of
    them is enough to mean libre). Raises ValidationError naming each unknown parameter and each value that does not
    fit; an id that the user does not see does not exist.
    """
    erreurs = [
        ErreurChamp(nom[:100], _("Ce filtre n’existe pas."), "FILTRE_INCONNU")
        for nom in params
        if nom not in PARAMETRES
    ]
    maintenant = timezone.now()
    filtres: dict[str, tuple[int, ...]] = {}
    for nom, modele in _OBJETS:
        try:
            ids = tuple(dict.fromkeys(ListeIdsField().clean(valeurs_de_liste(params, nom))))
        except DjangoValidationError as erreur:
            erreurs.append(ErreurChamp(nom, " ".join(erreur.messages), "INVALIDE"))
            continue
        if not ids:
            continue
        visibles: QuerySet[Client] | QuerySet[Site] | QuerySet[Technicien]
        visibles = modele.objects.visible_to(user)
        if visibles.filter(pk__in=ids).count() < len(ids):
            erreurs.append(ErreurChamp(nom, _("Cet objet n’existe pas."), "INCONNU"))
        filtres[nom] = ids
    intervalle = _lire_periode(params, _jour(maintenant), erreurs)
    if erreurs:
        raise ValidationError(errors=erreurs)
    return Demande(user, intervalle, filtres, maintenant)


def _jour(moment: datetime) -> date:
    return moment.astimezone(CASABLANCA).date()


def _lire_periode(params: QueryDict, aujourdhui: date, erreurs: list[ErreurChamp]) -> Periode:
    demandee = params.get("periode") or ""
    if not demandee:
        demandee = Genre.LIBRE if params.get("debut") or params.get("fin") else DEFAUT
    if demandee not in Genre.values:
        erreurs.append(ErreurChamp("periode", _("Cette période n’existe pas."), "CHOIX_INVALIDE"))
        return periode(DEFAUT, aujourdhui)
    if demandee != Genre.LIBRE:
        return periode(Genre(demandee), aujourdhui)
    dernier = _lire_jour(params, "fin", erreurs) or aujourdhui
    premier = _lire_jour(params, "debut", erreurs) or dernier - timedelta(days=29)
    if premier > dernier:
        erreurs.append(ErreurChamp("fin", _("La fin précède le début."), "INVALIDE"))
    elif (dernier - premier).days >= JOURS_MAX:
        erreurs.append(ErreurChamp("debut", _("Dix ans au plus."), "INVALIDE"))
    return Periode(Genre.LIBRE, premier, dernier)


def _lire_jour(params: QueryDict, nom: str, erreurs: list[ErreurChamp]) -> date | None:
    texte = params.get(nom) or ""
    if not texte:
        return None
    try:
        jour = parse_date(texte)
    except ValueError:
        jour = None
    if jour is None or not 1990 <= jour.year <= 2100:
        erreurs.append(ErreurChamp(nom, _("Donnez un jour : 2026-01-31."), "INVALIDE"))
        return None
    return jour
