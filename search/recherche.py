"""One box over everything that a user may see: what he types, as found objects with the matching parts marked.

Three things are looked for, each within `visible_to(user)`: a code that is exactly what was typed, codes that hold it,
and texts that hold every word (French stems, without accents, the word typed last may be unfinished). When that finds
little, each word may also be one that differs by a letter or two from it (`_proches`). See ADR 0008.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse

from accounts.models import User
from clients.models import Client, Contrat, Site
from documents.models import Document
from equipment.models import Equipement
from erp.filters import MOTS_MAX
from interventions.models import Intervention
from search.choices import Genre
from search.permissions import cercle_de, peut_lire_interne
from stock.models import PieceDetachee
from technicians.models import Technicien

LONGUEUR_MAX = 200  # of what is typed
LIMITE_DEFAUT, LIMITE_MAX = 5, 50  # results per kind
# Of the lines that match, this many of each kind are ranked, the latest: of 100,000 jobs that say « fuite », last
# week's.
CANDIDATS = 200
# Up to so many lines that match in all, one takes those and asks which are seen; above, a word is so frequent that
# enough of what is seen says it.
RARES = 500
PEU = 3  # with fewer results than this, misspelt words are looked for too
CODE_MIN, FRAGMENT_MAX = 3, 9  # letters and digits that are looked for within codes
EXTRAIT = 160  # characters of a passage

# Words of French grammar, which find nothing and would find everything as beginnings.
VIDES = frozenset(
    (
        "a",
        "au",
        "aux",
        "avec",
        "ce",
        "ces",
        "d",
        "dans",
        "de",
        "des",
        "du",
        "elle",
        "en",
        "et",
        "eux",
        "il",
        "ils",
        "j",
        "je",
        "l",
        "la",
        "le",
        "les",
        "leur",
        "lui",
        "m",
        "ma",
        "mais",
        "me",
        "mes",
        "n",
        "ne",
        "nos",
        "notre",
        "nous",
        "on",
        "ou",
        "par",
        "pas",
        "pour",
        "qu",
        "que",
        "qui",
        "s",
        "sa",
        "sans",
        "se",
        "ses",
        "son",
        "sur",
        "t",
        "ta",
        "te",
        "tes",
        "tu",
        "un",
        "une",
        "vos",
        "votre",
        "vous",
        "y",
    )
)

_MOT = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text, and whether it is what was looked for."""

    texte: str
    marque: bool = False


@dataclass(frozen=True, slots=True)
class Resultat:
    """One object found. `score` only compares results of one search."""

    type: Genre
    id: int
    titre: list[Segment]
    contexte: list[Segment]
    extrait: list[Segment]
    score: float
    url: str


@dataclass(frozen=True, slots=True)
class Groupe:
    """The results of one kind, best first; `suite` when there are more than were asked for."""

    type: Genre
    resultats: list[Resultat]
    suite: bool


@dataclass(frozen=True)
class _Source:
    """A kind: its objects as a user sees them, the page of one, and who may open that page."""

    visibles: Callable[[User], QuerySet[Any]]
    page: str
    ouverte_a: Callable[[User], bool] = field(default=lambda user: True)


SOURCES: dict[Genre, _Source] = {
    Genre.INTERVENTION: _Source(Intervention.objects.visible_to, "interventions:detail"),
    Genre.EQUIPEMENT: _Source(Equipement.objects.visible_to, "equipment:detail"),
    Genre.CLIENT: _Source(Client.objects.visible_to, "clients:detail"),
    Genre.SITE: _Source(Site.objects.visible_to, "clients:site"),
    Genre.CONTRAT: _Source(Contrat.objects.visible_to, "clients:contrat"),
    Genre.TECHNICIEN: _Source(
        Technicien.objects.visible_to, "technicians:detail", lambda user: not user.est_client
    ),
    Genre.PIECE: _Source(PieceDetachee.objects.visible_to, "stock:detail"),
    Genre.DOCUMENT: _Source(Document.objects.visible_to, "documents:fichier"),
}

# The populations of the index, each with GIN indexes of its own (see the migration): of the first there may be so many
# that its lines are cut before they are ranked.
_INTERVENTIONS = "genre = 'intervention'"
_AUTRES: tuple[tuple[str, str], ...] = (
    ("documents", "genre = 'document'"),
    ("autres", "genre NOT IN ('intervention', 'document')"),
)


def chercher(
    user: User, texte: str, *, types: Iterable[str] = (), limite: int = LIMITE_DEFAUT
) -> list[Groupe]:
    """What `user` finds, grouped by kind, the kind of the best result first; `types` keeps some kinds."""
    if "\x00" in texte:
        return []  # no text of the database holds one
    demande = _Demande.lue(texte[:LONGUEUR_MAX])
    genres = [genre for genre in Genre if genre in set(types)] or list(Genre)
    portee = _Portee.de(user, genres)
    if not demande.mots and len(demande.code) < CODE_MIN:
        return []
    lignes = _trouver(portee, demande, demande.requete(portee.restriction), limite)
    if len(lignes) < PEU and demande.mots:
        demande.proches = _proches(demande.mots)
        if demande.proches:
            elargie = demande.requete(portee.restriction)
            connus = {(ligne.genre, ligne.objet_id) for ligne in lignes}
            lignes += [
                ligne
                for ligne in _trouver(portee, demande, elargie, limite)
                if (ligne.genre, ligne.objet_id) not in connus
            ]
    return _grouper(user, demande, lignes, limite, interne=portee.interne)


# --- What was typed ---------------------------------------------------------------------------------


def plat(texte: str) -> str:
    """Without accents or case."""
    decompose = unicodedata.normalize("NFKD", texte.replace("œ", "oe").replace("Œ", "oe"))
    return "".join(c for c in decompose if not unicodedata.combining(c)).casefold()


@dataclass
class _Demande:
    mots: list[str]
    code: str  # all that was typed, letters and digits alone
    proches: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def lue(cls, texte: str) -> "_Demande":
        tous = list(dict.fromkeys(_MOT.findall(plat(texte))))[:MOTS_MAX]
        pleins = [mot for mot in tous if mot not in VIDES]
        return cls(pleins, _code(texte))

    def requete(self, restriction: str) -> str:
        """The tsquery that every word satisfies, as text. Words are letters and digits: they hold no operator."""
        parties = []
        for mot in self.mots:
            formes = [mot, *self.proches.get(mot, ())]
            choix = [f"'{forme}'{restriction and ':' + restriction}" for forme in formes]
            if mot == self.mots[-1] and len(mot) >= CODE_MIN:
                choix.append(f"'{mot}':*{restriction}")
            parties.append("(" + " | ".join(choix) + ")")
        return " & ".join(parties)


def _code(texte: str) -> str:
    """`INT 2026-000123` → `int2026000123`; a telephone number loses the zeros that +212 replaces."""
    code = re.sub(r"[^a-z0-9]+", "", plat(texte))
    if code.isdigit() and len(code) >= 9:
        code = code.lstrip("0")
    return code


# --- What may be seen ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Portee:
    """The index as one user reads it: which lines, and of them which words."""

    genres: list[Genre]
    visibles: dict[Genre, QuerySet[Any]]  # of the kinds of which he sees a part
    cercle: int
    interne: bool

    @property
    def restriction(self) -> str:
        """The weights that may be read, for a tsquery; D is the company's own."""
        return "" if self.interne else "ABC"

    @classmethod
    def de(cls, user: User, genres: Sequence[Genre]) -> "_Portee":
        vus = {genre: SOURCES[genre].visibles(user).order_by() for genre in genres}
        return cls(
            [genre for genre in genres if not vus[genre].query.is_empty()],
            {genre: objets for genre, objets in vus.items() if objets.query.where},
            cercle_de(user),
            peut_lire_interne(user),
        )


# --- Finding --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Ligne:
    genre: Genre
    objet_id: int
    titre: str
    contexte: str
    texte: str
    interne: str
    score: float


@dataclass
class _Enonce:
    """The common table expressions of the statement, in order, and those that name the ids of candidate lines."""

    tables: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)
    candidats: list[str] = field(default_factory=list)

    def table(self, nom: str, sql: str, params: Iterable[Any] = ()) -> None:
        self.tables.append(f"{nom} AS MATERIALIZED ({sql})")
        self.params += params

    def candidate(self, nom: str, sql: str, params: Iterable[Any] = ()) -> None:
        self.table(nom, sql, params)
        self.candidats.append(f"SELECT id FROM {nom}")


def _trouver(portee: _Portee, demande: _Demande, requete: str, limite: int) -> list[_Ligne]:
    """The best lines of each kind, one more than `limite` of each. One statement."""
    criteres = list(_criteres(demande, requete))
    enonce = _Enonce()
    if Genre.INTERVENTION in portee.genres:
        _parmi_les_interventions(enonce, portee, criteres)
    for nom, condition in _AUTRES:
        _parmi_les_autres(enonce, portee, criteres, nom, condition)
    if not enonce.candidats:
        return []
    code = demande.code if len(demande.code) >= CODE_MIN else "\x01"
    premier = demande.mots[0] if demande.mots else "\x01"
    sql = f"""
        WITH {", ".join(enonce.tables)},
        notes AS (
            SELECT DISTINCT ON (genre, objet_id) genre, objet_id, titre, contexte, texte, interne,
                   CASE WHEN ' ' || codes || ' ' LIKE '%% ' || %s || ' %%' THEN 100
                        WHEN ' ' || codes LIKE '%% ' || %s || '%%' THEN 50
                        WHEN codes LIKE '%%' || %s || '%%' THEN 20 ELSE 0 END
                   + CASE WHEN cle_tri(titre) LIKE %s || '%%' THEN 2 ELSE 0 END
                   + 10 * ts_rank('{{0.05, 0.1, 0.3, 1}}', tsv, to_tsquery('public.francais', %s), 1) AS score
              FROM index_recherche WHERE id IN ({" UNION ALL ".join(enonce.candidats)})
             ORDER BY genre, objet_id, cercle DESC
        ),
        rangs AS (
            SELECT *, row_number() OVER (PARTITION BY genre ORDER BY score DESC, objet_id DESC) AS rang FROM notes
        )
        SELECT genre, objet_id, titre, contexte, texte, interne, score FROM rangs
         WHERE rang <= %s ORDER BY score DESC, objet_id DESC
    """
    params = [*enonce.params, code, code, code, premier, requete, limite + 1]
    with connection.cursor() as curseur:
        curseur.execute(sql, params)
        return [_Ligne(Genre(genre), *reste) for genre, *reste in curseur.fetchall()]


def _parmi_les_interventions(
    enonce: _Enonce, portee: _Portee, criteres: Sequence[tuple[str, list[str]]]
) -> None:
    """What is seen, then its lines, the latest of each criterion: a word may stand in 100,000 of them."""
    lignes = f"SELECT id, objet_id FROM index_recherche WHERE {_INTERVENTIONS} AND cercle <= %s AND"
    partie = Genre.INTERVENTION in portee.visibles
    if partie:
        try:
            sql, params = portee.visibles[Genre.INTERVENTION].values("pk").query.sql_with_params()
        except EmptyResultSet:
            return
        enonce.table("vus_interventions(id)", sql, params)
    for rang, (critere, valeurs) in enumerate(criteres):
        nom, qui = f"interventions_{rang}", [portee.cercle, *valeurs]
        if not partie:
            dernieres = f"{lignes} {critere} ORDER BY objet_id DESC LIMIT {CANDIDATS}"
            enonce.candidate(nom, dernieres, qui)
            continue
        # two ways that the planner would choose between by a cost it cannot know
        enonce.table(f"lignes_{nom}", f"{lignes} {critere} LIMIT {RARES + 1}", qui)
        nombre = f"(SELECT count(*) FROM lignes_{nom})"
        rares = (
            f"SELECT id FROM lignes_{nom} WHERE {nombre} <= {RARES}"
            f" AND objet_id IN (SELECT id FROM vus_interventions) ORDER BY objet_id DESC LIMIT {CANDIDATS}"
        )
        frequentes = (
            "SELECT l.id FROM (SELECT id FROM vus_interventions ORDER BY id DESC) AS v"
            f" CROSS JOIN LATERAL ({lignes} {critere} AND objet_id = v.id OFFSET 0) AS l"
            f" WHERE {nombre} > {RARES} LIMIT {CANDIDATS}"
        )
        enonce.candidate(nom, f"({rares}) UNION ALL ({frequentes})", qui)


def _parmi_les_autres(
    enonce: _Enonce,
    portee: _Portee,
    criteres: Sequence[tuple[str, list[str]]],
    nom: str,
    condition: str,
) -> None:
    """The lines, then those whose objects are seen: they are few, and seeing may cost several joins."""
    clauses = []
    vus: list[tuple[str, str, tuple[Any, ...]]] = []
    for genre in portee.genres:
        if (genre == Genre.DOCUMENT) != (nom == "documents") or genre == Genre.INTERVENTION:
            continue
        clause = f"genre = '{genre.value}'"
        if genre in portee.visibles:
            lignes = RawSQL(f"SELECT objet_id FROM lignes_{nom} WHERE {clause}", ())
            try:
                sql, params = (
                    portee.visibles[genre]
                    .filter(pk__in=lignes)
                    .values("pk")
                    .query.sql_with_params()
                )
            except EmptyResultSet:
                continue
            vus.append((f"vus_{genre.value}(id)", sql, params))
            clause += f" AND objet_id IN (SELECT id FROM vus_{genre.value})"
        clauses.append(f"({clause})")
    if not clauses:
        return
    enonce.table(
        f"lignes_{nom}",
        f"SELECT id, genre, objet_id FROM index_recherche WHERE {condition} AND cercle <= %s"
        f" AND ({' OR '.join(critere for critere, _valeurs in criteres)})",
        [portee.cercle, *(valeur for _critere, valeurs in criteres for valeur in valeurs)],
    )
    for vu, sql, params in vus:
        enonce.table(vu, sql, params)
    enonce.candidate(
        f"candidats_{nom}",
        "SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY genre ORDER BY objet_id DESC) AS rang"
        f" FROM lignes_{nom} WHERE {' OR '.join(clauses)}) AS r WHERE rang <= {CANDIDATS}",
    )


def _criteres(demande: _Demande, requete: str) -> Iterable[tuple[str, list[str]]]:
    """The ways in which a line may match, each with an index of its own."""
    if requete:
        yield "tsv @@ to_tsquery('public.francais', %s)", [requete]
    if len(demande.code) < CODE_MIN:
        return
    if len(demande.code) <= FRAGMENT_MAX:
        yield "codes LIKE %s", [f"%{demande.code}%"]
        if not any(caractere.isdigit() for caractere in demande.code):
            return
    elif demande.mots == [demande.code]:
        return  # a word that may be unfinished: asked for already
    # a long code is typed from its beginning; and among a thousand codes that hold a short one, the one that is it
    joker = ":*A" if len(demande.code) > FRAGMENT_MAX else ":A"
    yield "tsv @@ to_tsquery('pg_catalog.simple', %s)", [f"'{demande.code}'{joker}"]


# --- Misspelt words -------------------------------------------------------------------------------


def _proches(mots: Sequence[str]) -> dict[str, list[str]]:
    """Known words that each of these may have been meant to be: longer ones, and those a slip or two away."""
    cherches = [mot for mot in mots if len(mot) >= 4 and mot.isalpha()]
    if not cherches:
        return {}
    with connection.cursor() as curseur:
        curseur.execute("SELECT mot, connu FROM mots_proches(%s)", [cherches])
        candidats = curseur.fetchall()
    proches: dict[str, list[str]] = {}
    for mot, connu in candidats:
        tolere = 1 if len(mot) < 7 else 2
        if connu.startswith(mot) or _distance(mot, connu, tolere) <= tolere:
            retenus = proches.setdefault(mot, [])
            if len(retenus) < 8 and connu != mot:
                retenus.append(connu)
    return {mot: connus for mot, connus in proches.items() if connus}


def _distance(a: str, b: str, maximum: int) -> int:
    """Letters added, left out, changed or swapped with the next, to come from one word to the other."""
    if abs(len(a) - len(b)) > maximum:
        return maximum + 1
    avant_derniere: list[int] = []
    derniere = list(range(len(b) + 1))
    for i, lettre in enumerate(a, 1):
        ligne = [i]
        for j, autre in enumerate(b, 1):
            cout = min(derniere[j] + 1, ligne[j - 1] + 1, derniere[j - 1] + (lettre != autre))
            if i > 1 and j > 1 and lettre == b[j - 2] and a[i - 2] == autre:
                cout = min(cout, avant_derniere[j - 2] + 1)
            ligne.append(cout)
        if min(ligne) > maximum:
            return maximum + 1
        avant_derniere, derniere = derniere, ligne
    return derniere[-1]


# --- Showing --------------------------------------------------------------------------------------


def _grouper(
    user: User, demande: _Demande, lignes: Sequence[_Ligne], limite: int, *, interne: bool
) -> list[Groupe]:
    par_genre: dict[Genre, list[_Ligne]] = {}
    for ligne in lignes:
        par_genre.setdefault(ligne.genre, []).append(ligne)
    marques = _Marques(demande)
    return [
        Groupe(
            genre,
            [_resultat(user, marques, ligne, interne=interne) for ligne in siennes[:limite]],
            len(siennes) > limite,
        )
        for genre, siennes in par_genre.items()
    ]


def _resultat(user: User, marques: "_Marques", ligne: _Ligne, *, interne: bool) -> Resultat:
    source = SOURCES[ligne.genre]
    corps = f"{ligne.texte} {ligne.interne}" if interne else ligne.texte
    return Resultat(
        type=ligne.genre,
        id=ligne.objet_id,
        titre=marques.segments(ligne.titre),
        contexte=marques.segments(ligne.contexte),
        extrait=marques.extrait(corps.strip()),
        score=round(float(ligne.score), 3),
        url=reverse(source.page, args=[ligne.objet_id]) if source.ouverte_a(user) else "",
    )


class _Marques:
    """Finds what to mark in a text: words that begin like a word that was looked for, and the code that was typed."""

    def __init__(self, demande: _Demande) -> None:
        formes = {mot for mot in demande.mots if len(mot) > 1}
        formes |= {connu for connus in demande.proches.values() for connu in connus}
        # a stem is rarely shorter than the word by more than three letters: "pompes" marks "pompe"
        self.debuts = tuple(
            sorted({forme[: max(4, len(forme) - 3)] for forme in formes}, key=len, reverse=True)
        )
        self.code = demande.code if len(demande.code) >= CODE_MIN else ""

    def _trouve(self, mot: str) -> bool:
        texte = plat(mot)
        return texte.startswith(self.debuts) if self.debuts else False

    def bornes(self, texte: str) -> list[tuple[int, int]]:
        """(start, end) of each marked part, in order, without overlap."""
        trouvees = [m.span() for m in _MOT.finditer(texte) if self._trouve(m.group())]
        if self.code and any(c.isdigit() for c in self.code):
            trouvees += self._codes(texte)
        fusionnees: list[tuple[int, int]] = []
        for debut, fin in sorted(trouvees):
            if fusionnees and debut <= fusionnees[-1][1]:
                fusionnees[-1] = (fusionnees[-1][0], max(fin, fusionnees[-1][1]))
            else:
                fusionnees.append((debut, fin))
        return fusionnees

    def _codes(self, texte: str) -> list[tuple[int, int]]:
        """Where the code stands in the text, whatever is written between its letters."""
        places = [
            (place, lettre)
            for place, c in enumerate(texte)
            for lettre in plat(c)
            if lettre.isascii() and lettre.isalnum()
        ]
        serre = "".join(lettre for _place, lettre in places)
        debut = serre.find(self.code)
        if debut < 0:
            return []
        return [(places[debut][0], places[debut + len(self.code) - 1][0] + 1)]

    def segments(self, texte: str) -> list[Segment]:
        morceaux, ici = [], 0
        for debut, fin in self.bornes(texte):
            if debut > ici:
                morceaux.append(Segment(texte[ici:debut]))
            morceaux.append(Segment(texte[debut:fin], marque=True))
            ici = fin
        if ici < len(texte):
            morceaux.append(Segment(texte[ici:]))
        return morceaux

    def extrait(self, texte: str) -> list[Segment]:
        """The passage around the first marked part; nothing when no part of the text is marked."""
        bornes = self.bornes(texte)
        if not bornes:
            return []
        debut = max(0, bornes[0][0] - EXTRAIT // 4)
        if debut:
            espace = texte.find(" ", debut, bornes[0][0])
            debut = espace + 1 if espace >= 0 else debut
        fin = min(len(texte), max(debut + EXTRAIT, bornes[0][1]))
        passage = ("… " if debut else "") + texte[debut:fin] + (" …" if fin < len(texte) else "")
        return self.segments(passage)
