"""The examples of the schema (`<app>/api/exemples.json`) are bodies that were really sent and answered.

With EXEMPLES=ecrire the files are written anew; without, each is compared with today's answer, field by field.
"""

import json
import os
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import resolve
from drf_spectacular.generators import SchemaGenerator

from accounts.sessions import ouvrir_session
from accounts.tests.factories import MOT_DE_PASSE
from tests.monde import Monde, creer_monde
from tests.test_matrice import Annulee, chemin_de, lire_table, routes

ECRIRE = os.environ.get("EXEMPLES") == "ecrire"
PREFIXE = "/api/v1"
SECRETS = ("access_token", "refresh_token")

# What is sent, by operation: the objects are those of the small world.
ENVOIS: dict[str, Any] = {
    "POST /auth/token": lambda m: {"email": m.personnes["technicien"].email, "password": MOT_DE_PASSE},
    "POST /interventions": lambda m: {
        "equipement_id": m.propre["equipement"].pk,
        "type_intervention": "corrective",
        "priorite": "haute",
        "description": "Fuite d’huile au palier avant, bruit anormal depuis ce matin.",
    },
    "PATCH /interventions/{id}": lambda m: {
        "diagnostic": "Joint torique du palier avant usé.",
        "solution": "Joint remplacé, niveau d’huile refait.",
    },
    "PATCH /interventions/{id}/statut": lambda m: {
        "statut": "en_attente",
        "motif_attente": "pieces",
        "remarque": "Joint à commander.",
    },
    "POST /interventions/{id}/historique": lambda m: {
        "remarque": "Le client demande une visite avant 10 h.",
        "interne": False,
    },
    "POST /interventions/{id}/temps": lambda m: {
        "debut": "2026-01-27T08:30:00+01:00",
        "fin": "2026-01-27T10:15:00+01:00",
        "type_temps": "travail",
        "technicien_id": m.personnes["technicien"].technicien.pk,
    },
    "POST /interventions/{id}/controles": lambda m: {
        "libelle": "Pression d’huile à chaud",
        "obligatoire": True,
        "unite": "bar",
    },
    "PATCH /interventions/{id}/controles/{enfant}": lambda m: {
        "resultat": "ok",
        "note": "Conforme.",
    },
    "POST /clients": lambda m: {
        "nom_entreprise": "Conserveries de Safi",
        "type_client": "entreprise",
        "ville": "Safi",
    },
    "PATCH /clients/{id}": lambda m: {"niveau_service": "premium"},
    "POST /clients/{id}/sites": lambda m: {
        "nom": "Usine du port",
        "ville": "Safi",
        "heures_ouverture": "lun-ven 08:00-17:00 ; sam 08:00-12:00",
    },
    "POST /equipements": lambda m: {
        "nom": "Compresseur à vis n° 2",
        "code_interne": "CMP-0002",
        "type_equipement": "compresseur",
        "client_id": m.propre["client"].pk,
    },
    "PATCH /equipements/{id}/statut": lambda m: {"statut": "panne", "motif": "Arrêt en sécurité."},
    "PATCH /equipements/{id}": lambda m: {"localisation": "Salle des machines"},
    "POST /techniciens/{id}/disponibilites": lambda m: {
        "debut": "2030-02-02T08:30:00+01:00",
        "fin": "2030-02-06T18:00:00+01:00",
        "type": "conge",
        "motif": "Congé annuel.",
    },
    "POST /stock/pieces": lambda m: {
        "reference": "JNT-0042",
        "designation": "Joint torique 42 × 3",
        "unite": "pièce",
        "prix_unitaire": "12.50",
        "stock_minimum": "10",
    },
    "POST /stock/mouvements": lambda m: {
        "piece_id": m.propre["piece"].pk,
        "type_mouvement": "entree",
        "quantite": "5",
        "motif": "Livraison 4711",
    },
    "POST /exports": lambda m: {
        "entite": "interventions",
        "format": "xlsx",
        "filtres": {"statut": ["ouverte", "affectee", "en_cours"]},
        "colonnes": ["reference", "titre", "statut"],
        "sort": "-date_creation",
    },
    "POST /planning/inspections": lambda m: {
        "plan_id": m.propre["controle_legal"].pk,
        "date_visite": "2026-01-27",
        "organisme": "Bureau de contrôle agréé",
        "inspecteur": "Rachid Tazi",
        "numero_rapport": "R-2026-0118",
        "conclusion": "avec_reserves",
        "reserves": [{"libelle": "Garde-corps desserré côté quai", "delai": "2026-03-31"}],
    },
    "POST /filters/enregistres": lambda m: {
        "entite": "interventions",
        "nom": "En retard à Casablanca",
        "parametres": {"en_retard": ["true"], "statut": ["ouverte", "affectee"]},
    },
}  # fmt: skip

# What some readings must be asked.
QUESTIONS = {
    "GET /filters/recherche": "?q=pompe",
    "GET /techniciens/disponibles": "?debut=2030-01-27T08:30:00Z&fin=2030-01-27T10:30:00Z",
}


@pytest.fixture
def monde(settings: Any) -> Monde:
    settings.DEBIT_PAR_MINUTE = {"utilisateur": 10**6, "adresse": 10**6, "auth": 10**6}
    return creer_monde()


def operations(monde: Monde, schema: dict[str, Any]) -> dict[str, str]:
    """operation of the schema → its path with the world's own objects."""
    table = lire_table()
    sortie = {}
    for genre, route, motif in routes():
        if genre != "api" or route not in table:
            continue
        chemin = chemin_de(route, table[route][0], monde.propre)
        modele = _modele(motif)
        for methode in schema["paths"].get(modele, {}):
            if methode in ("get", "post", "patch"):
                cle = f"{methode.upper()} {modele.removeprefix(PREFIXE)}"
                sortie[cle] = chemin
    return sortie


def _modele(motif: str) -> str:
    """`api/v1/clients/<int:pk>/?$` as the schema writes it."""
    texte = re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", lambda t: f"{{{t[1] or t[2]}}}", motif)
    texte = "/" + re.sub(r"[\^$?]|\\Z", "", texte).rstrip("/")
    return texte.replace("{pk}", "{id}")


def envoyer(cle: str, chemin: str, corps: Any, monde: Monde) -> Any:
    """What is answered to the first who may ask it; nothing stays."""
    methode = cle.split()[0]
    reponse: Any = None
    for personne in ("responsable", "technicien", "client"):
        session = ouvrir_session(user=monde.personnes[personne])
        try:
            with transaction.atomic():
                reponse = Client().generic(
                    methode,
                    chemin,
                    "" if corps is None else json.dumps(corps),
                    "application/json",
                    headers={"Authorization": f"Bearer {session.access_token}"},
                )
                raise Annulee
        except Annulee:
            pass
        if reponse.status_code < 300:
            break
    assert reponse.status_code < 300, (cle, reponse.status_code, reponse.content.decode())
    if not reponse.headers.get("Content-Type", "").startswith("application/json"):
        return None
    return json.loads(reponse.content)


def abreger(valeur: Any, profondeur: int = 0) -> Any:
    """Lists of one, secrets shortened: an example, not a dump."""
    if isinstance(valeur, list):
        return [abreger(v, profondeur + 1) for v in valeur[:1]]
    if isinstance(valeur, dict):
        return {
            cle: "eyJhbGciOiJIUzI1NiIs…" if cle in SECRETS else abreger(v, profondeur + 1)
            for cle, v in valeur.items()
        }
    return valeur


def champs(valeur: Any) -> Any:
    """The names in an answer, its first row's included."""
    if isinstance(valeur, dict):
        return {"data": champs(valeur["data"])} if "data" in valeur else set(valeur)
    return champs(valeur[0]) if isinstance(valeur, list) and valeur else None


@pytest.mark.django_db
def test_les_exemples_sont_vrais(monde: Monde) -> None:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    chemins = operations(monde, schema)
    inconnus = set(ENVOIS) - set(chemins)
    assert not inconnus
    trouves: dict[str, dict[str, Any]] = defaultdict(dict)
    for cle, chemin in sorted(chemins.items()):
        if not (cle.startswith("GET ") or cle in ENVOIS):
            continue
        if "stream" in cle or "fichier" in cle or "vignette" in cle or cle.endswith(".pdf"):
            continue
        corps = ENVOIS[cle](monde) if cle in ENVOIS else None
        reponse = envoyer(cle, chemin + QUESTIONS.get(cle, ""), corps, monde)
        if reponse is None:
            continue
        app = resolve(chemin).func.view_class.__module__.split(".")[0]
        exemple = {"requete": corps} if corps is not None else {}
        trouves[app][cle] = {**exemple, "reponse": abreger(reponse)}
    for app, exemples in trouves.items():
        fichier = Path(apps.get_app_config(app).path) / "api" / "exemples.json"
        if ECRIRE:
            texte = json.dumps(exemples, ensure_ascii=False, indent=1, sort_keys=True)
            fichier.write_text(texte + "\n", encoding="utf-8")
        gardes = json.loads(fichier.read_text(encoding="utf-8"))
        assert set(gardes) == set(exemples), f"{app} : refaites-les (EXEMPLES=ecrire)"
        for cle, exemple in exemples.items():
            ceux = champs(exemple["reponse"]), champs(gardes[cle]["reponse"])
            assert ceux[0] == ceux[1], cle
