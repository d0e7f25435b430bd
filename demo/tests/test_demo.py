"""The demo company is the same for the same seed, believable, and holds every rule of the product."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from stdnum.ma import ice

from accounts.choices import Role
from accounts.models import User
from clients.models import Client, Contact, Contrat, Site
from demo import generateur
from documents.models import Document
from equipment.models import Compteur, Equipement
from interventions.choices import Statut, TypeIntervention, TypeTemps
from interventions.models import HistoriqueIntervention, Intervention, Planning, TempsPasse
from notifications.choices import Canal, StatutEnvoi
from notifications.models import Notification
from planning.models import Gamme, Inspection, OccurrencePlan, PlanMaintenance, Reserve
from search.models import FiltreEnregistre
from stock.choices import TypeMouvement
from stock.models import LigneInventaire, PieceDetachee
from technicians.models import Disponibilite, Technicien, TechnicienCompetence

# A Tuesday afternoon, a Sunday night, and a public holiday.
MOMENTS = [
    datetime(2026, 3, 10, 14, 40, tzinfo=UTC),
    datetime(2026, 9, 27, 23, 10, tzinfo=UTC),
    datetime(2026, 5, 1, 9, 5, tzinfo=UTC),
]
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", params=MOMENTS, ids=["mardi", "dimanche", "ferie"])
def societe(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[datetime]:
    """One load for all tests of a moment: they only read."""
    with django_db_blocker.unblock(), transaction.atomic():
        generateur.charger(maintenant=request.param)
        yield request.param
        transaction.set_rollback(True)


def test_la_societe_tient_ses_promesses(societe: datetime) -> None:
    assert Intervention.objects.count() == generateur.INTERVENTIONS
    assert Client.objects.count() >= 12
    assert Equipement.objects.count() >= 120
    assert Equipement.objects.filter(parent__isnull=False).exists()
    assert Technicien.objects.count() >= 10
    assert PieceDetachee.objects.count() >= 60
    assert PieceDetachee.objects.filter(stock_actuel__lt=F("stock_minimum")).exists()
    assert Gamme.objects.count() >= 15
    assert PlanMaintenance.objects.count() >= 60
    assert Compteur.objects.filter(releves__isnull=False).exists()
    assert Contrat.objects.values("statut").distinct().count() == 5
    jour = timezone.localdate(societe)
    assert TechnicienCompetence.objects.filter(date_expiration__lt=jour).exists()
    for periode in ({"fin__lt": societe}, {"debut__gt": societe}):
        assert Disponibilite.objects.filter(**periode).exists()
    assert Disponibilite.objects.filter(debut__lte=societe, fin__gt=societe).exists()
    for client in Client.objects.all():
        assert ice.is_valid(client.ice)
        assert client.telephone.is_valid()
        assert client.telephone_mobile.is_valid()
    for site in Site.objects.all():
        assert 27 < site.latitude < 36.2
        assert -14 < site.longitude < -1


def test_les_invariants_tiennent(societe: datetime) -> None:
    travaux = Intervention.objects.all()
    assert not travaux.exclude(client=F("equipement__client")).exists()
    assert not travaux.exclude(site__client=F("client")).exists()
    assert not travaux.filter(contrat__isnull=False).exclude(contrat__client=F("client")).exists()
    assert not travaux.filter(
        Q(date_creation__gt=societe)
        | Q(date_affectation__lt=F("date_creation"))
        | Q(date_debut__lt=F("date_affectation"))
        | Q(date_fin__gt=societe)
    ).exists()
    assert not HistoriqueIntervention.objects.filter(horodatage__gt=societe).exists()
    # every move of the journal starts from where the one before it ended
    statuts: dict[int, str] = {}
    lignes = HistoriqueIntervention.objects.exclude(nouveau_statut="").order_by("horodatage", "pk")
    for pk, de, vers in lignes.values_list("intervention", "ancien_statut", "nouveau_statut"):
        assert de == statuts.get(pk, "")
        statuts[pk] = vers
    assert statuts == dict(travaux.values_list("pk", "statut"))


def test_le_registre_fait_le_stock(societe: datetime) -> None:
    entrees = Q(type_mouvement__in=[TypeMouvement.ENTREE, TypeMouvement.RETOUR])
    for piece in PieceDetachee.objects.all():
        lignes = piece.mouvements.order_by("pk")
        assert list(lignes) == list(piece.mouvements.order_by("date_mouvement", "pk"))
        somme = lignes.aggregate(somme=Sum(F("stock_apres") - F("stock_avant")))["somme"]
        assert somme == piece.stock_actuel
        assert lignes.filter(entrees).exists()
    assert not Intervention.objects.filter(pieces__isnull=True, cout_pieces__gt=0).exists(), (
        "parts cost what was taken for the job"
    )


def test_les_couts_suivent_le_temps_et_les_pieces(societe: datetime) -> None:
    centime = Decimal("0.01")
    clos = Intervention.objects.filter(date_cloture__isnull=False)
    assert clos.exists()
    for travail in clos.prefetch_related("temps__technicien", "pieces"):
        temps = travail.temps.all()
        main_oeuvre = sum(Decimal(t.minutes) / 60 * t.technicien.cout_horaire for t in temps)
        assert travail.cout_main_oeuvre == Decimal(main_oeuvre).quantize(centime, ROUND_HALF_UP)
        assert travail.cout_pieces == sum(p.cout for p in travail.pieces.all())
        assert travail.duree_reelle == sum(
            t.minutes for t in temps if t.type_temps == TypeTemps.TRAVAIL
        )
        if travail.type_intervention == TypeIntervention.CORRECTIVE:
            assert travail.diagnostic


def test_les_moments_sont_a_la_minute(societe: datetime) -> None:
    for champ in ("date_creation", "date_affectation", "date_debut", "date_fin"):
        moments = Intervention.objects.filter(**{f"{champ}__isnull": False})
        assert {m.second + m.microsecond for m in moments.values_list(champ, flat=True)} == {0}


def test_personne_n_est_a_deux_endroits(societe: datetime) -> None:
    precedent: dict[int, datetime] = {}
    for temps in TempsPasse.objects.order_by("technicien", "debut"):
        assert precedent.get(temps.technicien_id, temps.debut) <= temps.debut
        precedent[temps.technicien_id] = temps.fin
    assert not Planning.objects.filter(
        ouvert=True,
        technicien__disponibilites__statut="acceptee",
        technicien__disponibilites__debut__lt=F("fin"),
        technicien__disponibilites__fin__gt=F("debut"),
    ).exists()
    en_cours = Intervention.objects.filter(statut=Statut.EN_COURS)
    assert 2 <= en_cours.count() == en_cours.values("technicien").distinct().count()


def test_la_journee_commence_avec_du_travail(societe: datetime) -> None:
    jour = timezone.localdate(societe)
    technicien = Technicien.objects.get(user__email="technicien@mif.ma")
    siennes = technicien.interventions.filter(
        statut=Statut.AFFECTEE, creneaux__ouvert=True, creneaux__debut__date=jour
    )
    assert siennes.count() >= 2
    # whoever tries the account can start one
    assert not technicien.interventions.filter(statut=Statut.EN_COURS).exists()
    client = Contact.objects.get(user__email="client@mif.ma").client
    statuts = set(client.interventions.values_list("statut", flat=True))
    assert statuts >= {Statut.OUVERTE, Statut.AFFECTEE, Statut.EN_COURS, Statut.EN_ATTENTE}
    assert client.interventions.filter(
        statut=Statut.CLOTUREE, satisfaction_client__isnull=True
    ).exists()
    ouvertes = Intervention.objects.a_affecter()
    assert ouvertes.filter(date_creation__gte=societe - timedelta(hours=5)).count() >= 5
    assert Intervention.objects.en_retard(societe).count() >= 3
    for motif in ("pieces", "client"):
        assert Intervention.objects.filter(statut=Statut.EN_ATTENTE, motif_attente=motif).exists()


def test_les_plans_ont_de_quoi_faire(societe: datetime) -> None:
    jour = timezone.localdate(societe)
    dus = [
        plan for plan in PlanMaintenance.objects.all()
        if plan.prochaine_echeance - timedelta(days=plan.jours_avance) <= jour
    ]  # fmt: skip
    assert len(dus) >= 4
    faites = set(OccurrencePlan.objects.values_list("plan", "date_echeance"))
    assert not {(plan.pk, plan.prochaine_echeance) for plan in dus} & faites
    assert OccurrencePlan.objects.filter(intervention__isnull=True).count() == 0


def test_le_registre_a_de_quoi_montrer(societe: datetime) -> None:
    jour = timezone.localdate(societe)
    reserves = Reserve.objects.all()
    assert Inspection.objects.values("conclusion").distinct().count() == 3
    for visite in Inspection.objects.select_related("plan"):
        assert visite.organisme in visite.plan.organisme
        assert visite.date_visite < jour
        assert (visite.conclusion == "conforme") != visite.reserves.exists()
    assert reserves.filter(levee_le__isnull=True, delai__lt=jour).exists()
    levees = reserves.filter(levee_le__isnull=False)
    assert levees.exists()
    assert not levees.filter(intervention__date_cloture__isnull=True).exists()
    assert not levees.filter(levee_le__lt=F("intervention__date_cloture__date")).exists()
    assert not levees.filter(Q(note="") | Q(levee_par=None) | Q(levee_le__gt=jour)).exists()


def test_rien_ne_reste_a_envoyer(societe: datetime) -> None:
    assert not Notification.objects.filter(statut_envoi=StatutEnvoi.EN_ATTENTE).exists()
    comptes = User.objects.annotate(
        non_lues=Count(
            "notifications", Q(notifications__canal=Canal.IN_APP, notifications__lu=False)
        )
    )
    for role in Role.values:
        if role != Role.ADMIN:
            assert any(compte.non_lues for compte in comptes.filter(role=role))


def test_le_bureau_a_de_quoi_montrer(societe: datetime) -> None:
    assert Document.objects.filter(equipement__isnull=False).count() >= 12
    assert Document.objects.filter(contrat__isnull=False).count() >= 3
    assert FiltreEnregistre.objects.filter(partage=True).exists()
    assert LigneInventaire.objects.filter(inventaire__statut="en_cours").count() >= 4
