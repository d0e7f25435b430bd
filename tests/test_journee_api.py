"""The technicien's day over the API against a live server: the curl calls of docs/api.md as they are written there, and
the same day through a client that openapi-python-client generates from the schema."""

import importlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from django.conf import settings as reglages
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from PIL import Image

from accounts.tests.factories import MOT_DE_PASSE
from clients.tests.factories import SiteFactory
from equipment.tests.factories import EquipementFactory
from interventions.choices import Statut
from interventions.models import Intervention
from interventions.services import NouveauPoint, affecter_technicien, creer_intervention
from stock.tests.factories import PieceFactory

pytestmark = [pytest.mark.charge, pytest.mark.django_db(transaction=True)]

RACINE = Path(reglages.BASE_DIR)
PAGE = RACINE / "docs" / "api.md"
BLOC = re.compile(r"^```(bash|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Where the page says to keep a value of an answer: variable, path in the answer.
A_GARDER = {
    "access_token": "JETON",
    "technicien_id": "TECHNICIEN",
    "intervention_id": "INTERVENTION",
}


@pytest.fixture
def journee(responsable: Any, technicien: Any, settings: Any, tmp_path: Path) -> Any:
    """An assigned job for today, with a slot, a mandatory check and a part in stock."""
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    site = SiteFactory(adresse="Zone industrielle, lot 12", instructions_acces="Badge au poste")
    equipement = EquipementFactory(client=site.client, site=site, nom="Groupe froid GF-3")
    intervention = creer_intervention(
        par=responsable,
        equipement_id=equipement.pk,
        type_intervention="corrective",
        description="Le groupe froid s’arrête après dix minutes.",
        priorite="haute",
        controles=[NouveauPoint(libelle="Pression d’huile", obligatoire=True, unite="bar")],
    )
    debut = timezone.now() + timedelta(minutes=1)
    affecter_technicien(
        par=responsable,
        intervention_id=intervention.pk,
        technicien_id=technicien.technicien.pk,
        debut=debut,
        fin=debut + timedelta(hours=2),
    )
    return intervention


def photo() -> bytes:
    tampon = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(tampon, "JPEG")
    return tampon.getvalue()


# --- The page ---------------------------------------------------------------------------------


def etapes() -> list[tuple[str, Any]]:
    """(command, abridged answer) of each call of the page, in order."""
    blocs = BLOC.findall(PAGE.read_text(encoding="utf-8"))
    assert [langue for langue, _texte in blocs] == ["bash", "json"] * (len(blocs) // 2)
    textes = [texte for _langue, texte in blocs]
    return [
        (commande, json.loads(reponse))
        for commande, reponse in zip(textes[::2], textes[1::2], strict=True)
    ]


def conforme(dit: Any, recu: Any, chemin: str = "") -> None:
    """Every member that the page shows is in the answer, of the same kind; words of the trade are the very ones."""
    if isinstance(dit, dict):
        assert isinstance(recu, dict), chemin
        for nom, valeur in dit.items():
            assert nom in recu, f"{chemin}.{nom}"
            conforme(valeur, recu[nom], f"{chemin}.{nom}")
    elif isinstance(dit, list):
        assert isinstance(recu, list), chemin
        if dit:
            assert recu, chemin
            conforme(dit[0], recu[0], f"{chemin}[0]")
    elif chemin.rsplit(".", 1)[-1] in {"statut", "code", "resultat", "type_temps", "mime_type"}:
        assert recu == dit, chemin
    else:
        assert type(recu) is type(dit), (chemin, recu)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl manque")
def test_la_page_dit_vrai(journee: Any, technicien: Any, live_server: Any, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(photo())
    maintenant = timezone.now()
    variables = {
        "API": f"{live_server.url}/api/v1",
        "JOUR": f"{timezone.localdate():%Y-%m-%d}",
        "PIECE": str(PieceFactory(designation="Courroie").pk),
        "DEBUT": f"{maintenant - timedelta(minutes=90):%Y-%m-%dT%H:%M:%SZ}",
        "FIN": f"{maintenant:%Y-%m-%dT%H:%M:%SZ}",
    }
    appels = etapes()
    assert len(appels) >= 10
    for commande, attendu in appels:
        ecrite = commande.replace("technicien@example.com", technicien.email)
        ecrite = ecrite.replace("le-mot-de-passe", MOT_DE_PASSE)
        fait = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", ecrite],
            cwd=tmp_path,
            env={**os.environ, **variables},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert fait.returncode == 0, (commande, fait.stderr)
        recu = json.loads(fait.stdout)
        conforme(attendu, recu, commande.split('"')[1])
        premiere = recu["data"][0] if "data" in recu else recu
        for nom, variable in A_GARDER.items():
            if nom in premiere:
                variables.setdefault(variable, str(premiere[nom]))
        if "libelle" in premiere:
            variables.setdefault("CONTROLE", str(premiere["id"]))
    assert Intervention.objects.get(pk=journee.pk).statut == Statut.CLOTUREE
    assert journee.documents.count() == 1


# --- The generated client ---------------------------------------------------------------------


@pytest.fixture(scope="session")
def paquet(tmp_path_factory: Any) -> ModuleType:
    """The client that a customer's developer generates, without one warning."""
    dossier = tmp_path_factory.mktemp("client")
    schema = dossier / "schema.yml"
    brut = SchemaGenerator().get_schema(request=None, public=True)
    schema.write_text(yaml.safe_dump(json.loads(json.dumps(brut, default=str)), allow_unicode=True))
    outils = Path(sys.executable).parent
    fait = subprocess.run(
        [
            str(outils / "openapi-python-client"),
            "generate",
            "--fail-on-warning",
            *("--path", str(schema)),
            *("--config", str(RACINE / "tests" / "client_openapi.yml")),
            *("--output-path", str(dossier / "projet")),
        ],
        # it formats what it writes with ruff
        env={**os.environ, "PATH": f"{outils}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert fait.returncode == 0, fait.stdout + fait.stderr
    assert "WARNING" not in fait.stdout + fait.stderr
    sys.path.insert(0, str(dossier / "projet"))
    try:
        yield importlib.import_module("erp_maintenance_client")
    finally:
        sys.path.remove(str(dossier / "projet"))
        for nom in [nom for nom in sys.modules if nom.startswith("erp_maintenance_client")]:
            del sys.modules[nom]


def test_le_client_genere_fait_la_meme_journee(
    paquet: ModuleType, journee: Any, technicien: Any, live_server: Any
) -> None:
    m = importlib.import_module("erp_maintenance_client.models")
    types = importlib.import_module("erp_maintenance_client.types")
    piece = PieceFactory()
    maintenant = timezone.now()

    def appel(module: str) -> Any:
        return importlib.import_module(f"erp_maintenance_client.api.{module}").sync

    anonyme = paquet.Client(base_url=live_server.url, raise_on_unexpected_status=True)
    with anonyme as client:
        jetons = appel("auth.auth_token_create")(
            client=client,
            body=m.JetonEntreeRequest(email=technicien.email, password=MOT_DE_PASSE),
        )
        assert isinstance(jetons, m.JetonsSortie)
    connecte = paquet.AuthenticatedClient(
        base_url=live_server.url, token=jetons.access_token, raise_on_unexpected_status=True
    )
    with connecte as client:
        moi = appel("auth.auth_me_retrieve")(client=client)
        assert isinstance(moi, m.Moi)
        assert moi.role is m.Role.TECHNICIEN
        page = appel("techniciens.techniciens_planning_list")(moi.technicien_id, client=client)
        (creneau,) = page.data
        assert creneau.intervention_statut is m.StatutIntervention.AFFECTEE
        pk = creneau.intervention_id

        detail = appel("interventions.interventions_retrieve")(pk, client=client)
        assert isinstance(detail, m.InterventionDetail)
        assert "en_cours" in {transition.statut.value for transition in detail.transitions}

        def passer(statut: Any, **champs: str) -> Any:
            return appel("interventions.interventions_statut_partial_update")(
                pk, client=client, body=m.PatchedStatutEntreeRequest(statut=statut, **champs)
            )

        en_cours = passer(m.StatutIntervention.EN_COURS)
        assert isinstance(en_cours, m.Intervention)
        assert en_cours.date_debut is not None

        refus = passer(m.StatutIntervention.ARCHIVEE)
        assert isinstance(refus, m.Erreur)
        assert refus.code == "TRANSITION_INTERDITE"

        (point,) = appel("interventions.interventions_controles_list")(pk, client=client).data
        repondu = appel("interventions.interventions_controles_partial_update")(
            pk,
            point.id,
            client=client,
            body=m.PatchedReponseEntreeRequest(
                resultat=m.ResultatControle.OK, valeur_mesuree="3.2"
            ),
        )
        assert repondu.resultat is m.ResultatControle.OK

        prise = appel("interventions.interventions_pieces_create")(
            pk,
            client=client,
            body=m.PieceUtiliseeEntreeRequest(piece_id=piece.pk, quantite="2"),
            idempotency_key="piece-1",
        )
        assert isinstance(prise, m.PieceUtilisee)

        jointe = appel("documents.documents_upload_create")(
            client=client,
            body=m.DepotEntreeRequest(
                file=types.File(io.BytesIO(photo()), "photo.jpg", "image/jpeg"),
                type_document=m.TypeDocument.PHOTO,
                intervention_id=pk,
            ),
        )
        assert isinstance(jointe, m.Document)
        assert jointe.mime_type == "image/jpeg"

        temps = appel("interventions.interventions_temps_create")(
            pk,
            client=client,
            body=m.TempsEntreeRequest(debut=maintenant - timedelta(minutes=90), fin=maintenant),
        )
        assert isinstance(temps, m.Temps)

        close = passer(
            m.StatutIntervention.CLOTUREE,
            diagnostic="Courroie détendue",
            solution="Courroie remplacée",
        )
        assert isinstance(close, m.Intervention)
        assert close.statut is m.StatutIntervention.CLOTUREE
