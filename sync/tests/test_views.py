"""The pages where staff read what did not find its place, and the housekeeping."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from interventions.services import affecter_technicien
from interventions.tests.factories import InterventionFactory
from sync import services
from sync.models import EtatSync, OperationSync
from sync.services import purger
from sync.tests.factories import OperationFactory
from sync.tests.test_envoi import envoyer, op

pytestmark = pytest.mark.django_db


def page(client, user, url):
    client.force_login(user, backend="accounts.backends.EmailBackend")
    return client.get(url)


def test_ce_qui_fut_saisi_sur_une_intervention_retiree_se_lit_sur_sa_page(
    client, technicien, autre_technicien, responsable
):
    une = InterventionFactory(affectee=True, technicien=technicien.technicien)
    affecter_technicien(
        par=responsable,
        intervention_id=une.pk,
        technicien_id=autre_technicien.technicien.pk,
    )
    envoyer(technicien, op("remarque", une.pk, {"remarque": "Vanne <b>bloquée</b>"}))
    adresse = reverse("sync:cadre", args=[une.pk])
    lu = page(client, responsable, adresse).content.decode()
    assert "Vanne &lt;b&gt;bloquée&lt;/b&gt;" in lu
    assert "Marquer comme vue" in lu
    assert adresse in page(client, responsable, une.get_absolute_url()).content.decode()
    assert "Vanne" in page(client, responsable, reverse("sync:liste")).content.decode()
    # the one who typed it does not see the job any more, the one who has it did not type it
    assert page(client, technicien, adresse).status_code == 404
    assert "Vanne" not in page(client, autre_technicien, adresse).content.decode()


def test_vue_elle_quitte_la_liste_mais_reste(client, responsable, technicien):
    operation = OperationFactory()
    adresse = reverse("sync:vue", args=[operation.pk])
    page(client, technicien, "/")
    assert client.post(adresse).status_code in (403, 404)
    page(client, responsable, "/")
    assert client.post(adresse, {"retour": "intervention"}).status_code == 302
    operation.refresh_from_db()
    assert operation.traitee_par == responsable
    liste = reverse("sync:liste")
    assert "Joint à commander" not in client.get(liste).content.decode()
    assert "Joint à commander" in client.get(liste, {"toutes": "true"}).content.decode()


def test_la_liste_est_pour_ceux_qui_dirigent(client, technicien, client_portail):
    for user in (technicien, client_portail):
        assert page(client, user, reverse("sync:liste")).status_code == 403


def test_autant_de_requetes_pour_trois_que_pour_trente(
    client, responsable, django_assert_max_num_queries
):
    OperationFactory.create_batch(30)
    page(client, responsable, "/")
    with django_assert_max_num_queries(14):
        client.get(reverse("sync:liste"))


def test_le_menage_vide_mais_n_oublie_aucun_uuid(technicien):
    une = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    faite = op("remarque", une.pk, {"remarque": "Faite"})
    refusee = op("remarque", None, {"remarque": "Pas vue"})
    envoyer(technicien, faite, refusee)
    avant = timezone.now() - services.CONSERVATION - timedelta(days=1)
    OperationSync.objects.update(created_at=avant)
    EtatSync.objects.create(user=technicien, curseur="vieux", chaine=OperationFactory().uuid)
    EtatSync.objects.update(updated_at=timezone.now() - services.OUBLI - timedelta(days=1))
    assert purger() == {"operations_videes": 1, "etats_oublies": 1}
    assert purger() == {"operations_videes": 0, "etats_oublies": 0}
    assert OperationSync.objects.get(uuid=refusee["uuid"]).demande["voulu"] == refusee["voulu"]
    (encore,) = envoyer(technicien, faite)
    assert encore["etat"] == "appliquee"
    assert une.historique.filter(remarque="Faite").count() == 1
