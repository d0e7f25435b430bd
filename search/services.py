"""The only writer of saved filters."""

from typing import Any, TypedDict, Unpack

from django.db import connection, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from erp.exceptions import ValidationError
from erp.validation import ecrire, effacer, exiger, trouver
from search import permissions
from search.catalogue import verifier
from search.choices import Entite
from search.models import EntreeRecherche, FiltreEnregistre

# A saved filter is a bookmark, not a store: what a browser takes as an address, and as many as one can look through.
PARAMETRES_MAX, VALEURS_MAX, LONGUEUR_MAX, FILTRES_MAX = 60, 100, 500, 200


class ChampsFiltre(TypedDict, total=False):
    nom: str
    parametres: dict[str, Any]
    partage: bool


@transaction.atomic
def creer_filtre(*, par: User, entite: str, **champs: Unpack[ChampsFiltre]) -> FiltreEnregistre:
    """Keep a search of one's own. Raises AuthorizationError for an entity one has no list of, or for sharing it."""
    if entite not in Entite.values:
        raise ValidationError.champ("entite", _("Cette entité n’existe pas."), "CHOIX_INVALIDE")
    exiger(permissions.peut_enregistrer(par, entite))
    if FiltreEnregistre.objects.filter(user=par).count() >= FILTRES_MAX:
        raise ValidationError.champ(
            "", _("Vous avez déjà %d filtres : supprimez-en.") % FILTRES_MAX, "TROP_LONG"
        )
    return _ecrire(par, FiltreEnregistre(user=par, entite=entite), champs)


@transaction.atomic
def modifier_filtre(
    *, par: User, filtre_id: int, **champs: Unpack[ChampsFiltre]
) -> FiltreEnregistre:
    """Change the named fields of one's own; a shared one of somebody else's is his to change."""
    filtre = trouver(FiltreEnregistre.objects.visible_to(par), filtre_id, verrou=True)
    exiger(permissions.peut_modifier(par, filtre))
    return _ecrire(par, filtre, champs)


@transaction.atomic
def supprimer_filtre(*, par: User, filtre_id: int) -> None:
    """Forget one of one's own."""
    filtre = trouver(FiltreEnregistre.objects.visible_to(par), filtre_id, verrou=True)
    exiger(permissions.peut_modifier(par, filtre))
    effacer(filtre, _("Ce filtre est utilisé."))


def _ecrire(par: User, filtre: FiltreEnregistre, champs: ChampsFiltre) -> FiltreEnregistre:
    valeurs: dict[str, Any] = dict(champs)
    if valeurs.get("partage"):
        exiger(permissions.peut_partager(par))
    if "nom" in valeurs:
        _sans_nul("nom", valeurs["nom"])
        valeurs["nom"] = " ".join(valeurs["nom"].split())
    if "parametres" in valeurs:
        requete = en_requete(valeurs["parametres"])
        verifier(par, Entite(filtre.entite), requete)
        valeurs["parametres"] = dict(requete.lists())
    return ecrire(filtre, valeurs)


def en_requete(parametres: dict[str, Any]) -> QueryDict:
    """{parameter: value or list of values} as the query string of a list; empty values are left out.

    Raises ValidationError for what no query string holds.
    """
    requete = QueryDict(mutable=True)
    if len(parametres) > PARAMETRES_MAX:
        raise ValidationError.champ("parametres", _("Trop de paramètres."), "TROP_LONG")
    for nom, brut in parametres.items():
        _sans_nul("parametres", nom)
        bruts = brut if isinstance(brut, list) else [brut]
        textes = []
        for valeur in bruts:
            if isinstance(valeur, bool):
                texte = "true" if valeur else "false"
            elif isinstance(valeur, (str, int, float)):
                texte = str(valeur)
            else:
                raise ValidationError.champ(
                    f"parametres.{nom[:100]}",
                    _("Donnez un texte, un nombre ou une liste."),
                    "INVALIDE",
                )
            _sans_nul(f"parametres.{nom[:100]}", texte)
            if texte.strip():
                textes.append(texte)
        if len(textes) > VALEURS_MAX or any(len(texte) > LONGUEUR_MAX for texte in textes):
            raise ValidationError.champ(
                f"parametres.{nom[:100]}", _("Cette valeur est trop longue."), "TROP_LONG"
            )
        if textes:
            requete.setlist(nom, textes)
    return requete


def _sans_nul(champ: str, texte: str) -> None:
    if "\x00" in texte:
        raise ValidationError.champ(champ, _("Le caractère nul n’est pas admis."), "INVALIDE")


# The tables of the kinds that search finds; each line is rebuilt by the function that the triggers call.
_TABLES = {
    "intervention": "interventions",
    "equipement": "equipements",
    "client": "clients",
    "site": "sites",
    "contrat": "contrats",
    "technicien": "techniciens",
    "piece": "pieces_detachees",
    "document": "documents",
}


# Filled first and built last, the GIN indexes cost a third of what they do line by line.
_INDEX = """
    SELECT indexname, indexdef FROM pg_indexes
     WHERE schemaname = current_schema AND tablename = 'index_recherche' AND indexdef LIKE '%USING gin%'
     ORDER BY indexname
"""


@transaction.atomic
def reconstruire_index() -> int:
    """Write the whole index and its vocabulary anew from the tables; how many lines. Search waits for the end of it."""
    with connection.cursor() as curseur:
        curseur.execute("TRUNCATE index_recherche, vocabulaire_recherche")
        curseur.execute(_INDEX)
        index = curseur.fetchall()
        for nom, _definition in index:
            curseur.execute(f"DROP INDEX {connection.ops.quote_name(nom)}")
        for genre, table in _TABLES.items():
            curseur.execute(
                f"SELECT indexer_recherche(%s, array_agg(id)) FROM {table} GROUP BY id / 5000",
                [genre],
            )
        for _nom, definition in index:
            curseur.execute(definition)
    return EntreeRecherche.objects.count()


def differer_index() -> None:
    """Until the end of the transaction nothing feeds the index: `reconstruire_index` must end it. For large loads."""
    with connection.cursor() as curseur:
        curseur.execute("SET LOCAL gmao.recherche = 'differee'")
