"""Two people at the same moment, on real connections: one wins, the other is told why, nothing is half done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from erp.exceptions import BusinessRuleError
from erp.tests.concurrence import codes, ensemble
from interventions import services
from interventions.choices import Statut
from interventions.models import Intervention, Planning
from interventions.tests.factories import InterventionFactory
from stock.models import PieceDetachee
from stock.tests.factories import PieceFactory
from technicians.services import declarer_absence

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("tour", range(5))
def test_deux_repartiteurs_sur_le_meme_technicien(responsable, admin, technicien, tour):
    debut = timezone.now() + timedelta(days=1)
    premiere, seconde = InterventionFactory.create_batch(2)

    def affecter(par, intervention, decalage):
        return lambda: services.affecter_technicien(
            par=par,
            intervention_id=intervention.pk,
            technicien_id=technicien.technicien.pk,
            debut=debut + decalage,
            fin=debut + decalage + timedelta(hours=2),
        )

    resultats = ensemble(
        affecter(responsable, premiere, timedelta()), affecter(admin, seconde, timedelta(hours=1))
    )
    assert codes(resultats) == ["CRENEAU_OCCUPE"]
    assert Planning.objects.ouverts().count() == 1
    assert sorted(Intervention.objects.values_list("statut", flat=True)) == ["affectee", "ouverte"]


def test_un_creneau_et_une_absence_au_meme_moment(responsable, admin, technicien):
    """Either the absence sees the slot (and reports it) or the assignment sees the absence: never neither."""
    debut = timezone.now() + timedelta(days=1)
    intervention = InterventionFactory()
    resultats = ensemble(
        lambda: services.affecter_technicien(
            par=responsable,
            intervention_id=intervention.pk,
            technicien_id=technicien.technicien.pk,
            debut=debut,
            fin=debut + timedelta(hours=2),
        ),
        lambda: declarer_absence(
            par=admin,
            technicien_id=technicien.technicien.pk,
            type="maladie",
            debut=debut,
            fin=debut + timedelta(days=1),
        ),
    )
    if codes(resultats):
        assert codes(resultats) == ["TECHNICIEN_INDISPONIBLE"]
    else:
        _absence, conflits = resultats[1]
        assert [creneau.intervention for creneau in conflits] == [intervention]


def test_un_technicien_ne_demarre_pas_deux_fois(technicien):
    deux = InterventionFactory.create_batch(2, affectee=True, technicien=technicien.technicien)
    resultats = ensemble(
        *(
            lambda pk=intervention.pk: services.changer_statut(
                par=technicien, intervention_id=pk, vers="en_cours"
            )
            for intervention in deux
        )
    )
    assert codes(resultats) == ["TECHNICIEN_DEJA_EN_COURS"]
    assert Intervention.objects.filter(statut=Statut.EN_COURS).count() == 1


def test_la_meme_transition_deux_fois(responsable, admin):
    intervention = InterventionFactory(en_cours=True)
    fait = {"intervention_id": intervention.pk, "vers": "annulee", "motif_annulation": "Doublon"}
    resultats = ensemble(
        lambda: services.changer_statut(par=responsable, **fait),
        lambda: services.changer_statut(par=admin, **fait),
    )
    assert codes(resultats) == ["TRANSITION_INTERDITE"]
    assert intervention.historique.count() == 1


def test_la_derniere_piece(technicien, autre_technicien):
    piece = PieceFactory(stock=1)

    def prendre(par):
        intervention = InterventionFactory(en_cours=True, technicien=par.technicien)
        return lambda: services.consommer_piece(
            par=par, intervention_id=intervention.pk, piece_id=piece.pk, quantite=Decimal(1)
        )

    resultats = ensemble(prendre(technicien), prendre(autre_technicien))
    assert codes(resultats) == ["STOCK_INSUFFISANT"]
    assert PieceDetachee.objects.get().stock_actuel == 0
    assert any(not isinstance(resultat, BusinessRuleError) for resultat in resultats)


def test_deux_formulaires_de_la_meme_fiche(responsable, admin):
    intervention = InterventionFactory()
    resultats = ensemble(
        *(
            lambda par=par: services.modifier_intervention(
                par=par,
                intervention_id=intervention.pk,
                version=1,
                titre=f"Titre de {par.username}",
            )
            for par in (responsable, admin)
        )
    )
    assert codes(resultats) == ["VERSION_PERIMEE"]
