"""What completes the generated schema: French texts, examples, error answers, headers, vocabularies, the codes.

The texts and examples are the apps' own: `<app>/api/operations.toml` (words of each operation, business codes) and
`<app>/api/exemples.json` (bodies as they were really sent and answered). `completer` is a post-processing hook of
drf-spectacular; a test keeps the files and the routes in step.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps

METHODES = ("get", "post", "put", "patch", "delete")
_PREFIXE = "/api/v1"
# Those of the examples.
_HORODATAGE = "2026-01-27T10:00:00Z"
_REQUETE = "0b9d3c1e-7d0c-4a3e-9d3a-5f4c2b1a0e99"
_LIBELLE = re.compile(r"^\* `(?P<valeur>[^`]*)` - (?P<libelle>.*)$", re.MULTILINE)

_ERREURS = {
    400: "La demande est mal formée : `errors` nomme chaque champ en faute.",
    401: "Pas de jeton, ou un jeton qui n’est plus valable.",
    403: "Visible, mais pas permis à ce rôle.",
    404: "N’existe pas, ou n’est pas visible de l’appelant : rien ne distingue les deux.",
    405: "Méthode non admise ; `Allow` dit lesquelles le sont.",
    409: "Une règle de gestion s’y oppose ; `code` dit laquelle, rien n’a changé.",
    412: "L’objet a changé depuis l’`ETag` donné dans `If-Match`.",
    413: "Corps trop grand.",
    415: "Type de contenu refusé.",
    422: "`Idempotency-Key` déjà utilisée pour une autre demande.",
    429: "Trop de requêtes ; `Retry-After` dit quand réessayer.",
    500: "Faute du serveur, consignée sous `request_id`.",
    503: "Une partie du service manque pour l’instant.",
}
_SUCCES = {"200": "Fait.", "201": "Créé.", "204": "Fait, sans corps."}

_ENTIER = {"type": "integer"}
_EN_TETES: dict[str, dict[str, Any]] = {
    "X-RateLimit-Limit": {
        "description": "Requêtes permises par minute.",
        "schema": {**_ENTIER, "minimum": 0},
        "example": 600,
    },
    "X-RateLimit-Remaining": {
        "description": "Celles qui restent dans la minute.",
        "schema": {**_ENTIER, "minimum": 0},
        "example": 597,
    },
    "X-RateLimit-Reset": {
        "description": "Quand la minute finit, en secondes depuis 1970.",
        "schema": {**_ENTIER, "minimum": 0},
        "example": 1769508060,
    },
    "X-Request-ID": {
        "description": "À citer dans une réclamation : les journaux du serveur le portent.",
        "schema": {"type": "string"},
        "example": _REQUETE,
    },
    "ETag": {
        "description": "À rendre dans `If-Match` (écrire) ou `If-None-Match` (relire).",
        "schema": {"type": "string"},
        "example": '"4.1c291ca3"',
    },
    "Location": {
        "description": "Le chemin de ce qui vient d’être créé.",
        "schema": {"type": "string", "format": "uri-reference"},
        "example": "/api/v1/interventions/123",
    },
    "Retry-After": {
        "description": "Secondes à attendre.",
        "schema": {**_ENTIER, "minimum": 1},
        "example": 12,
    },
    "WWW-Authenticate": {
        "description": "Comment s’authentifier.",
        "schema": {"type": "string"},
        "example": 'Bearer realm="api"',
    },
    "Idempotency-Replayed": {
        "description": "`true` quand la réponse est celle de la première fois.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
_TOUJOURS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-ID")
_EN_TETES_ERREUR = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}

_PRESENTATION = """\
API pour l’application mobile des techniciens, les systèmes des clients et les intégrations.

**Se connecter** – `POST /auth/token` donne un `access_token` à envoyer dans `Authorization: Bearer …`, et un
`refresh_token` qui ne sert qu’une fois.

**Listes** – `{{"data": […], "pagination": {{…}}}}` ; `limit` (50, 100 au plus), `offset`,
`sort=priorite,-date_creation`, `search`, et un filtre par champ. Plusieurs valeurs : `statut=ouverte,affectee`. Un
filtre inconnu est un 400 qui le nomme.

**Écrire** – un champ inconnu est un 400 (`CHAMP_INCONNU`), comme un caractère de contrôle (`CARACTERE_INTERDIT`).
`PATCH` ne touche que les champs nommés. `If-Match` refuse (412) d’écraser un changement que l’on n’a pas lu.
`Idempotency-Key` rend un `POST` rejouable pendant 24 heures.

**Erreurs** – toujours la même enveloppe, dans la langue d’`Accept-Language` ; `code` est pour les programmes :

{codes}
"""


@dataclass
class Textes:
    """What the apps say of their operations."""

    etiquettes: dict[str, str] = field(default_factory=dict)
    operations: dict[str, tuple[str, str]] = field(default_factory=dict)
    codes: dict[int, dict[str, str]] = field(default_factory=dict)
    refus: dict[str, list[str]] = field(default_factory=dict)
    exemples: dict[str, dict[str, Any]] = field(default_factory=dict)
    facultatifs: dict[str, list[str]] = field(default_factory=dict)

    def phrase(self, status: int, code: str) -> str:
        return self.codes[status][code]


@cache
def textes() -> Textes:
    """All the files of the installed apps; an app without one has nothing to say."""
    lus = Textes()
    for app in apps.get_app_configs():
        dossier = Path(app.path) / "api"
        fichier, exemples = dossier / "operations.toml", dossier / "exemples.json"
        if fichier.is_file():
            dits = tomllib.loads(fichier.read_text(encoding="utf-8"))
            lus.etiquettes |= dits.get("etiquettes", {})
            lus.operations |= {
                cle: (resume, suite) for cle, (resume, suite) in dits.get("operations", {}).items()
            }
            for status, codes in dits.get("codes", {}).items():
                lus.codes.setdefault(int(status), {}).update(codes)
            lus.refus |= dits.get("refus", {})
            lus.facultatifs |= dits.get("facultatifs", {})
        if exemples.is_file():
            lus.exemples |= json.loads(exemples.read_text(encoding="utf-8"))
    return lus


def completer(result: dict[str, Any], **_autres: Any) -> dict[str, Any]:
    """The hook: complete the schema in place."""
    dits = textes()
    composants = result["components"]
    composants["headers"] = _EN_TETES
    composants["responses"] = {
        f"Erreur{status}": _erreur(status, list(dits.codes[status])[:4]) for status in _ERREURS
    }
    composants["parameters"] = {
        "Langue": {
            "name": "Accept-Language",
            "in": "header",
            "description": "Langue des phrases : `fr` (défaut), `en`, `ar`.",
            "schema": {"type": "string", "default": "fr"},
            "example": "fr",
        }
    }
    for nom, schema in composants["schemas"].items():
        _vocabulaire(schema)
        absents = dits.facultatifs.get(nom, ())
        if absents and "required" in schema:
            schema["required"] = [champ for champ in schema["required"] if champ not in absents]
        if nom.endswith("Request"):
            _fermer(schema)
    jeton = composants.get("securitySchemes", {}).get("jeton")
    if jeton is not None:
        jeton["description"] = (
            "`access_token` de `POST /auth/token` : un JWT (`sub`, `user_id`, `role`, `iat`, `exp`)."
            " Un compte désactivé ou un rôle changé compte aussitôt, sans attendre `exp`."
        )
    for chemin, operations in result["paths"].items():
        for methode in METHODES:
            if methode in operations:
                cle = f"{methode.upper()} {chemin.removeprefix(_PREFIXE)}"
                _operation(operations[methode], cle, dits)
    utilisees = {
        etiquette
        for operations in result["paths"].values()
        for methode in METHODES
        for etiquette in operations.get(methode, {}).get("tags", ())
    }
    result["tags"] = [
        {"name": nom, "description": phrase}
        for nom, phrase in dits.etiquettes.items()
        if nom in utilisees
    ]
    result["info"]["description"] = _PRESENTATION.format(codes="\n".join(_table_des_codes(dits)))
    return result


def _table_des_codes(dits: Textes) -> Iterator[str]:
    yield "| HTTP | code | sens |"
    yield "| --- | --- | --- |"
    for status, codes in sorted(dits.codes.items()):
        for code, phrase in sorted(codes.items()):
            yield f"| {status} | `{code}` | {phrase} |"


def _vocabulaire(schema: dict[str, Any]) -> None:
    """Names and French labels of an enum, beside its values, for generators."""
    valeurs = schema.get("enum")
    libelles = dict(_LIBELLE.findall(schema.get("description", "")))
    if valeurs and set(valeurs) == set(libelles):
        schema["x-enum-varnames"] = [_nom_de_variable(str(valeur)) for valeur in valeurs]
        schema["x-enum-descriptions"] = [libelles[valeur] for valeur in valeurs]


def _nom_de_variable(valeur: str) -> str:
    nom = re.sub(r"\W", "_", valeur).upper()
    return nom if nom.isidentifier() else f"VALEUR_{nom}"


def _fermer(schema: dict[str, Any]) -> None:
    """A body has these fields and no other."""
    if "properties" in schema:
        schema["additionalProperties"] = False


def _operation(operation: dict[str, Any], cle: str, dits: Textes) -> None:
    resume, suite = dits.operations.get(cle, ("", ""))
    if resume:
        operation["summary"] = resume
        operation["description"] = suite or operation.get("description", "")
    operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/Langue"})
    exemple = dits.exemples.get(cle, {})
    if "requete" in exemple:
        for contenu in operation.get("requestBody", {}).get("content", {}).values():
            contenu["example"] = exemple["requete"]
    for code, reponse in operation["responses"].items():
        status = int(code)
        if status in _ERREURS:
            propres = dits.refus.get(cle) if status == 409 else None
            operation["responses"][code] = (
                _erreur(409, [*propres, "CONFLIT"])
                if propres
                else {"$ref": f"#/components/responses/Erreur{status}"}
            )
            continue
        reponse["description"] = reponse.get("description") or _SUCCES.get(code, "")
        _en_tetes(reponse, cle, status)
        if "reponse" in exemple and status < 300:
            for contenu in reponse.get("content", {}).values():
                contenu["example"] = exemple["reponse"]
    if cle.startswith("GET ") and "ETag" in operation["responses"].get("200", {}).get(
        "headers", {}
    ):
        operation["responses"]["304"] = {
            "description": "L’appelant a déjà cette version (`If-None-Match`).",
            "headers": _references(("ETag", *_TOUJOURS)),
        }
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _references(noms: tuple[str, ...]) -> dict[str, Any]:
    return {nom: {"$ref": f"#/components/headers/{nom}"} for nom in noms}


def _en_tetes(reponse: dict[str, Any], cle: str, status: int) -> None:
    json_ = reponse.get("content", {}).get("application/json", {})
    schema = json_.get("schema", {}).get("$ref", "")
    noms: tuple[str, ...] = _TOUJOURS
    if status == 201:
        noms = ("ETag", "Location", *noms)
    elif "{" in cle and status == 200 and schema and not schema.endswith(("Page", "Liste")):
        noms = ("ETag", *noms)
    if cle.startswith("POST ") and status < 300:
        noms = (*noms, "Idempotency-Replayed")
    reponse["headers"] = {**_references(noms), **reponse.get("headers", {})}


def _erreur(status: int, codes: list[str]) -> dict[str, Any]:
    """The answer of one status, with an example of each code."""
    return {
        "description": _ERREURS[status],
        "headers": _references((*_EN_TETES_ERREUR.get(status, ()), *_TOUJOURS)),
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Erreur"},
                "examples": {
                    code: {"value": _exemple_d_erreur(status, code, textes())} for code in codes
                },
            }
        },
    }


def _exemple_d_erreur(status: int, code: str, dits: Textes) -> dict[str, Any]:
    champs = []
    if code == "VALIDATION_ERROR":
        champs = [
            {
                "field": "email",
                "message": "Saisissez une adresse de courriel valide.",
                "code": "INVALID_EMAIL",
            }
        ]
    connus = {**dits.codes[409], **dits.codes[status]}
    return {
        "detail": connus[code],
        "code": code,
        "errors": champs,
        "timestamp": _HORODATAGE,
        "request_id": _REQUETE,
    }
