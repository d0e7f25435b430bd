"""The number of interventions per statut, kept by triggers: exact whoever writes, and beside concurrent writers."""

import random

import pytest
from django.db import connection, transaction
from django.db.models import Count

from accounts.tests.api import client_api
from erp.tests.concurrence import ensemble
from interventions.choices import Statut
from interventions.models import CompteStatut, Intervention
from interventions.services import changer_statut, consolider_comptes
from interventions.tests.factories import InterventionFactory


def vrais():
    return dict(
        Intervention.objects.order_by()
        .values("statut")
        .annotate(n=Count("pk"))
        .values_list("statut", "n")
    )


def comptes():
    totaux = {statut.value: CompteStatut.objects.total([statut]) for statut in Statut}
    assert sum(totaux.values()) == CompteStatut.objects.total()
    return {statut: nombre for statut, nombre in totaux.items() if nombre}


@pytest.mark.django_db
class TestComptes:
    def test_every_kind_of_write(self, responsable):
        assert comptes() == {}
        InterventionFactory.create_batch(3)
        affectee = InterventionFactory(affectee=True)
        assert comptes() == vrais() == {"ouverte": 3, "affectee": 1}
        changer_statut(par=responsable, intervention_id=affectee.pk, vers="en_cours")
        assert comptes() == vrais()
        Intervention.objects.filter(statut="ouverte").update(
            statut="annulee", motif_annulation="toutes ensemble"
        )
        assert comptes() == vrais() == {"annulee": 3, "en_cours": 1}
        seule = InterventionFactory()
        seule.delete()
        Intervention.objects.bulk_create(
            InterventionFactory.build_batch(
                5, equipement=affectee.equipement, client=affectee.client, site=None
            )
        )
        assert comptes() == vrais()

    def test_a_rollback_takes_its_differences_with_it(self):
        InterventionFactory()
        with transaction.atomic():
            InterventionFactory.create_batch(4)
            transaction.set_rollback(True)
        assert comptes() == vrais() == {"ouverte": 1}

    def test_rolled_up(self):
        InterventionFactory.create_batch(3)
        Intervention.objects.filter(pk=Intervention.objects.first().pk).delete()
        assert CompteStatut.objects.count() > 1
        assert consolider_comptes() == 0
        assert CompteStatut.objects.count() == 1
        assert comptes() == vrais() == {"ouverte": 2}
        assert consolider_comptes() == 0
        assert comptes() == vrais()

    def test_a_load_without_triggers_is_put_right(self):
        InterventionFactory.create_batch(3)
        CompteStatut.objects.all().delete()
        CompteStatut.objects.create(statut="archivee", nombre=7)
        assert consolider_comptes() == 2
        assert comptes() == vrais() == {"ouverte": 3}

    def test_the_list_uses_it_where_everything_is_seen(
        self, responsable, technicien, django_assert_num_queries
    ):
        InterventionFactory.create_batch(3)
        InterventionFactory.create_batch(2, affectee=True, technicien=technicien.technicien)
        for question, total in (
            ("", 5),
            ("&statut=ouverte", 3),
            ("&statut=ouverte,affectee", 5),
            ("&statut=ouverte&statut=affectee", 5),
            ("&statut=ouverte&priorite=normale", 3),
            ("&sort=priorite&offset=1", 5),
        ):
            corps = client_api(responsable).get(f"/api/v1/interventions?limit=1{question}").json()
            assert corps["pagination"]["total"] == total, question
        corps = client_api(technicien).get("/api/v1/interventions?limit=1").json()
        assert corps["pagination"]["total"] == 2


@pytest.mark.django_db(transaction=True)
def test_beside_concurrent_writers():
    """Writers that commit and roll back, a job that rolls up, readers that compare sum and COUNT of one moment."""
    depart = [i.pk for i in InterventionFactory.create_batch(12)]
    modele = InterventionFactory()
    ecarts = []

    def ecrire(graine):
        def courir():
            hasard = random.Random(graine)
            miennes = depart[graine::3]
            for tour in range(25):
                try:
                    with transaction.atomic():
                        Intervention.objects.bulk_create(
                            InterventionFactory.build_batch(
                                2, equipement=modele.equipement, client=modele.client, site=None
                            )
                        )
                        Intervention.objects.filter(pk=hasard.choice(miennes)).filter(
                            statut="ouverte"
                        ).update(statut="annulee", motif_annulation="essai")
                        if tour % 4 == 0:
                            raise InterruptedError
                except InterruptedError:
                    continue

        return courir

    def lire():
        for _ in range(60):
            with connection.cursor() as curseur:
                curseur.execute(
                    "SELECT (SELECT count(*) FROM interventions WHERE statut = 'ouverte'),"
                    " (SELECT sum(nombre) FROM comptes_interventions WHERE statut = 'ouverte')"
                )
                vrai, compte = curseur.fetchone()
            if vrai != compte:
                ecarts.append((vrai, compte))

    def consolider():
        return sum(consolider_comptes() for _ in range(20))

    resultats = ensemble(ecrire(0), ecrire(1), ecrire(2), lire, consolider, consolider)
    assert ecarts == []
    assert resultats[4:] == [0, 0]
    assert comptes() == vrais()
