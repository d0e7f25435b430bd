"""`manage.py demo`: the same company for the same seed, in an empty database only."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test import RequestFactory, override_settings

from accounts.models import User
from clients.models import Client
from demo import generateur
from equipment.models import Equipement
from erp.demo_comptes import COMPTES
from interventions.choices import Statut
from interventions.models import HistoriqueIntervention, Intervention, Planning
from stock.models import MouvementStock
from technicians.models import Technicien

MAINTENANT = datetime(2026, 3, 10, 14, 40, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _empreinte() -> list[tuple[object, ...]]:
    """What anybody could see: references, names, moments, words, figures; no ids, no password."""
    return [
        *Intervention.objects.order_by("reference").values_list(
            "reference", "titre", "statut", "equipement__code_interne", "technicien__matricule",
            "date_creation", "date_limite", "date_fin", "solution", "cout_main_oeuvre", "cout_pieces",
        ),
        *HistoriqueIntervention.objects.order_by("pk").values_list(
            "intervention__reference", "action", "horodatage", "user__email", "remarque"
        ),
        *MouvementStock.objects.order_by("pk").values_list(
            "piece__reference", "type_mouvement", "quantite", "stock_apres", "date_mouvement"
        ),
        *Client.objects.order_by("ice").values_list("nom_entreprise", "ice", "telephone"),
        *Equipement.objects.order_by("code_interne").values_list("code_interne", "nom", "statut"),
        *Planning.objects.order_by("technicien", "debut").values_list("debut", "fin", "ouvert"),
    ]  # fmt: skip


def test_la_meme_graine_donne_la_meme_societe() -> None:
    generateur.charger(interventions=200, maintenant=MAINTENANT)
    premiere = _empreinte()
    generateur.vider()
    generateur.charger(interventions=200, maintenant=MAINTENANT)
    assert _empreinte() == premiere
    generateur.vider()
    generateur.charger(interventions=200, maintenant=MAINTENANT, graine=7)
    assert _empreinte() != premiere


def test_les_references_et_les_cles_continuent() -> None:
    generateur.charger(interventions=160, maintenant=MAINTENANT)
    modele = Intervention.objects.filter(statut=Statut.OUVERTE).first()
    assert modele is not None
    nouvelle = Intervention.objects.create(
        titre="Suite", description="Une intervention de plus.", type_intervention="diagnostic",
        equipement_id=modele.equipement_id, client_id=modele.client_id,
    )  # fmt: skip
    nouvelle.refresh_from_db()
    assert int(nouvelle.reference[-6:]) == 161
    annees = {r[4:8] for r in Intervention.objects.values_list("reference", flat=True)}
    assert len(annees) >= 2


class TestCommande:
    def _lancer(self, **options: object) -> str:
        sortie = StringIO()
        call_command("demo", stdout=sortie, **options)
        return sortie.getvalue()

    @pytest.fixture(autouse=True)
    def _sans_vacuum(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(generateur, "analyser", lambda: None)

    def test_charge_puis_refuse(self) -> None:
        assert "interventions" in self._lancer(interventions=160)
        nombre = Intervention.objects.count()
        assert self._lancer(si_vide=True) == ""
        with pytest.raises(CommandError, match="base vide"):
            self._lancer()
        with pytest.raises(CommandError, match="DEBUG"):
            self._lancer(remplacer=True)
        with override_settings(DEBUG=True):
            self._lancer(remplacer=True, interventions=170)
        assert (nombre, Intervention.objects.count()) == (160, 170)

    def test_une_seule_donnee_suffit_a_refuser(self, admin: User) -> None:
        with pytest.raises(CommandError, match="base vide"):
            self._lancer()
        assert User.objects.count() == 1

    def test_les_comptes_ouvrent(self) -> None:
        self._lancer(interventions=160)
        for compte in COMPTES:
            user = authenticate(
                RequestFactory().post("/"), username=compte.email, password=compte.mot_de_passe
            )
            assert user is not None
            assert user.role == compte.role
        autres = User.objects.exclude(email__in=[compte.email for compte in COMPTES])
        assert not any(user.has_usable_password() for user in autres)


@pytest.mark.charge
@pytest.mark.django_db(transaction=True)
def test_une_grande_societe_est_ecrite_par_lots() -> None:
    generateur.charger(interventions=9_000, maintenant=MAINTENANT)
    generateur.analyser()
    assert Intervention.objects.count() == 9_000
    assert Technicien.objects.count() == 20
    with connection.cursor() as curseur:
        curseur.execute("SELECT count(*) FROM historiques_interventions")
        assert 2.5 < curseur.fetchone()[0] / 9_000 < 5
    assert Intervention.objects.aggregate(d=Count("date_creation__year", distinct=True))["d"] >= 9
