"""docs/sync.md says what the code does."""

import json
import re
from pathlib import Path

import pytest

from interventions.tests.factories import InterventionFactory
from sync import delta, perimetre, services
from sync.api.serializers import OPERATIONS_MAX
from sync.choices import EtatOperation, TypeOperation
from sync.operations import TYPES
from sync.tests.test_envoi import envoyer

PAGE = Path(__file__).parents[2] / "docs" / "sync.md"


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text(encoding="utf-8")


def test_chaque_entite_chaque_type_chaque_etat_y_est(page):
    for mot in (*perimetre.ENTITES, *TypeOperation.values, *EtatOperation.values):
        assert f"`{mot}`" in page, mot


def test_les_champs_de_chaque_type_y_sont(page):
    lignes = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", page, re.MULTILINE))
    for type_, (forme, _agir, _cible) in TYPES.items():
        if "as `" in lignes[type_]:
            continue  # the ordinary route's, complete in the schema
        dits = set(re.findall(r"`(\w+)`", lignes[type_]))
        assert dits == set(forme().fields) - {"technicien_id"}, type_


def test_les_bornes_sont_celles_du_code(page):
    for borne in (
        f"the newest {perimetre.INTERVENTIONS_MAX}",
        f"the last {perimetre.JOURS} days",
        f"its own, {perimetre.EQUIPEMENTS_MAX} at most",
        f"stock, {perimetre.PIECES_MAX} at most",
        f"the newest {perimetre.NOTIFICATIONS_MAX}",
        f"limit={delta.LIMITE_DEFAUT}",
        f"together, {delta.LIMITE_MAX} at most",
        f"At most {OPERATIONS_MAX} operations",
        f"for {services.OUBLI.days} days",
        f"after {services.CONSERVATION.days} days",
    ):
        assert borne in page, borne


@pytest.mark.django_db
def test_l_exemple_donne_la_reponse_de_l_exemple(page, technicien):
    lecture, envoi, reponse = (
        json.loads(bloc) for bloc in re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    )
    une = InterventionFactory(
        en_cours=True, technicien=technicien.technicien, diagnostic="Courroie détendue"
    )
    envoi["operations"][0]["cible"] = une.pk
    attendus = reponse["resultats"]
    attendus[0]["objet"]["id"] = une.pk
    assert envoyer(technicien, *envoi["operations"]) == attendus
    assert set(lecture) == set(delta.lire_changements(par=technicien))
