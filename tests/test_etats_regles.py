"""What random days and several people at once have found, kept as short examples."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from clients.tests.factories import ContratFactory
from equipment.tests.factories import EquipementFactory
from erp.exceptions import AuthorizationError
from erp.tests.concurrence import ensemble
from interventions import services
from interventions.horloge import horloge
from interventions.services.veille import alerter_consommation
from interventions.tests.factories import InterventionFactory
from notifications.models import Notification
from stock.services import modifier_piece
from stock.tests.factories import PieceFactory
from technicians.tests.factories import TechnicienFactory

REPARE = {"solution": "Joint posé", "diagnostic": "Fuite"}


def mouvoir(par, intervention, piece, quantite, sens):
    return services.consommer_piece(
        par=par,
        intervention_id=intervention.pk,
        piece_id=piece.pk,
        quantite=Decimal(quantite),
        type_mouvement=sens,
    )


@pytest.mark.django_db
def test_what_comes_back_is_worth_what_it_was_taken_for_and_comes_back_once(responsable):
    intervention = InterventionFactory(en_cours=True)
    piece = PieceFactory(stock=5, prix_unitaire=Decimal(10))
    mouvoir(responsable, intervention, piece, 3, "sortie")
    modifier_piece(par=responsable, piece_id=piece.pk, prix_unitaire=Decimal(99))
    assert mouvoir(responsable, intervention, piece, 2, "retour").prix_unitaire == 10
    services.changer_statut(
        par=responsable, intervention_id=intervention.pk, vers="annulee", motif_annulation="Doublon"
    )
    piece.refresh_from_db()
    intervention.refresh_from_db()
    assert piece.stock_actuel == 5
    assert intervention.cout_pieces == 0


@pytest.mark.django_db
def test_a_deleted_request_leaves_no_message(responsable, admin, client_portail):
    intervention = services.creer_intervention(
        par=admin,
        equipement_id=EquipementFactory(client=client_portail.contact.client).pk,
        type_intervention="corrective",
        description="Ouverte par erreur.",
    )
    assert Notification.objects.exists()
    services.supprimer_intervention(par=responsable, intervention_id=intervention.pk)
    assert not Notification.objects.exists()


@pytest.mark.django_db
def test_a_new_priorite_does_not_forget_how_long_the_client_was_waited_for(responsable):
    debut = datetime(2026, 3, 2, 9, tzinfo=UTC)
    with time_machine.travel(debut, tick=False) as horloge_:
        cle = InterventionFactory(en_cours=True, date_creation=debut).pk

        def passer(vers, **donnees):
            services.changer_statut(par=responsable, intervention_id=cle, vers=vers, **donnees)

        for motif in ("client", "pieces"):  # only the first of the two waits stops the clock
            passer("en_attente", motif_attente=motif)
            horloge_.shift(timedelta(hours=5))
            passer("en_cours")
        intervention = services.modifier_intervention(
            par=responsable, intervention_id=cle, priorite="haute"
        )
    assert intervention.date_limite == debut + timedelta(hours=24 + 5)


@pytest.mark.django_db
def test_a_cancelled_one_is_not_late_once_it_is_archived(responsable):
    intervention = InterventionFactory(annulee=True, date_limite=timezone.now() - timedelta(days=1))
    intervention = services.changer_statut(
        par=responsable, intervention_id=intervention.pk, vers="archivee"
    )
    assert not intervention.en_retard
    assert horloge(intervention, timedelta(hours=4)).ton == "calme"


@pytest.mark.django_db
def test_a_cancelled_one_does_not_use_the_contract_up_once_it_is_archived(responsable):
    contrat = ContratFactory(interventions_incluses=1)
    equipement = EquipementFactory(client=contrat.client)
    intervention = InterventionFactory(annulee=True, contrat=contrat, equipement=equipement)
    services.changer_statut(par=responsable, intervention_id=intervention.pk, vers="archivee")
    assert alerter_consommation() == 0


@pytest.mark.django_db
def test_a_technicien_enters_his_own_time_only(technicien):
    intervention = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    with pytest.raises(AuthorizationError):
        services.ajouter_temps(
            par=technicien,
            intervention_id=intervention.pk,
            debut=timezone.now() - timedelta(hours=1),
            fin=timezone.now(),
            technicien_id=TechnicienFactory().pk,
        )


@pytest.mark.django_db(transaction=True)
def test_the_last_of_two_jobs_that_close_at_once_puts_the_machine_back_in_service(responsable):
    machine = EquipementFactory(en_maintenance=True)
    cles = [InterventionFactory(en_cours=True, equipement=machine).pk for _ in range(2)]

    def cloturer(cle):
        return lambda: services.changer_statut(
            par=responsable, intervention_id=cle, vers="cloturee", **REPARE
        )

    ensemble(*(cloturer(cle) for cle in cles))
    machine.refresh_from_db()
    assert machine.statut == "operationnel"
