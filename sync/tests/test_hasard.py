"""Whatever is sent, no answer is a fault of the server, and sending it again changes nothing."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.api import client_api
from equipment.tests.factories import CompteurFactory
from interventions.tests.factories import InterventionFactory, PointControleFactory
from stock.tests.factories import PieceFactory
from sync.choices import TypeOperation
from sync.models import OperationSync
from sync.operations import TYPES
from sync.tests.test_envoi import URL, photographie

CHAMPS = sorted({champ for forme, _a, _c in TYPES.values() for champ in forme().fields})
SCALAIRES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from(
        [
            "ok",
            "en_cours",
            "cloturee",
            "en_attente",
            "pieces",
            "maintenance",
            "2026-03-02T09:40:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "1e400",
            "NaN",
            "5",
            "\x01",
            "x" * 6000,
        ]
    )
)
VALEURS = st.recursive(
    SCALAIRES,
    lambda enfants: (
        st.lists(enfants, max_size=3) | st.dictionaries(st.text(max_size=8), enfants, max_size=3)
    ),
    max_leaves=5,
)
CORPS = st.dictionaries(st.sampled_from(CHAMPS) | st.text(max_size=10), VALEURS, max_size=5)


@pytest.fixture
def cibles(technicien):
    une = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    autre = InterventionFactory(affectee=True)
    return [
        None,
        une.pk,
        autre.pk,
        PointControleFactory(intervention=une).pk,
        CompteurFactory(equipement=une.equipement).pk,
        PieceFactory(stock=3).pk,
        une.equipement_id,
        2**63 - 1,
    ]


@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    tirages=st.lists(
        st.tuples(
            st.sampled_from(TypeOperation.values) | st.text(min_size=1, max_size=12),
            st.integers(0, 7),
            CORPS,
            CORPS,
            SCALAIRES,
        ),
        min_size=1,
        max_size=6,
    )
)
def test_aucune_liste_ne_fait_tomber_le_serveur(technicien, cibles, tirages):
    operations = [
        {
            "uuid": str(uuid4()),
            "type": type_,
            "cible": cibles[rang],
            "vu": vu,
            "voulu": voulu,
            **({"heure_appareil": heure} if heure is not None else {}),
        }
        for type_, rang, vu, voulu, heure in tirages
    ]
    api = client_api(technicien)
    reponse = api.post(URL, {"operations": operations}, format="json")
    assert reponse.status_code in (200, 400), reponse.content
    if reponse.status_code == 400:
        assert not OperationSync.objects.filter(
            uuid__in=[operation["uuid"] for operation in operations]
        ).exists()
        return
    avant = photographie()
    encore = api.post(URL, {"operations": operations}, format="json")
    assert encore.json()["resultats"] == reponse.json()["resultats"]
    assert photographie() == avant


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(corps=VALEURS | st.fixed_dictionaries({"operations": VALEURS}))
def test_aucun_corps_ne_fait_tomber_le_serveur(technicien, corps):
    reponse = client_api(technicien).post(URL, corps, format="json")
    assert reponse.status_code in (200, 400), reponse.content
