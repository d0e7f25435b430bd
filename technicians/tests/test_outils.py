"""Tools: the catalogue, and what rides in each van."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.tests.api import client_api
from erp.exceptions import BusinessRuleError, ValidationError
from planning.tests.factories import GammeFactory
from technicians import services
from technicians.models import Outil
from technicians.tests.factories import OutilFactory, TechnicienFactory

pytestmark = pytest.mark.django_db
RACINE = "/api/v1/techniciens"


def test_deux_noms_different_par_plus_que_leurs_accents(responsable):
    services.creer_outil(par=responsable, nom="Clé à chocs")
    autre = services.creer_outil(par=responsable, nom="Palan")
    for ecrire in (
        lambda: services.creer_outil(par=responsable, nom="CLE A CHOCS"),
        lambda: services.modifier_outil(par=responsable, outil_id=autre.pk, nom="cle à chocs"),
    ):
        with pytest.raises(ValidationError) as refus:
            ecrire()
        assert [(e.field, e.code) for e in refus.value.errors] == [("nom", "DEJA_UTILISE")]
    services.modifier_outil(par=responsable, outil_id=autre.pk, nom="PALAN")
    with pytest.raises(IntegrityError), transaction.atomic():
        Outil.objects.create(nom="clé a chocs")


def test_ce_qui_sert_ne_se_supprime_pas(responsable):
    porte, exige, libre = OutilFactory.create_batch(3)
    services.equiper(par=responsable, technicien_id=TechnicienFactory().pk, outils=[porte.pk])
    GammeFactory().outils.add(exige)
    for outil in (porte, exige):
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_outil(par=responsable, outil_id=outil.pk)
        assert refus.value.code == "UTILISE"
    services.supprimer_outil(par=responsable, outil_id=libre.pk)
    assert set(Outil.objects.all()) == {porte, exige}


def test_le_catalogue_par_l_api(responsable, technicien, client_portail):
    api = client_api(responsable)
    cree = api.post(f"{RACINE}/outils", {"nom": "Manifold"}, format="json")
    assert cree.status_code == 201
    doublon = api.post(f"{RACINE}/outils", {"nom": "MANIFOLD"}, format="json")
    assert (doublon.status_code, doublon.json()["errors"][0]["field"]) == (400, "nom")
    url = f"{RACINE}/outils/{cree.json()['id']}"
    assert api.patch(url, {"is_active": False}, format="json").json()["is_active"] is False
    OutilFactory(nom="Palan")
    noms = [ligne["nom"] for ligne in api.get(f"{RACINE}/outils?is_active=true").json()["data"]]
    assert noms == ["Palan"]
    assert client_api(technicien).get(url).status_code == 200
    assert client_api(technicien).delete(url).status_code == 403
    assert client_api(client_portail).get(url).status_code == 404
    assert api.delete(url).status_code == 204


def test_equiper_un_vehicule_par_l_api(responsable, technicien):
    api, fiche = client_api(responsable), TechnicienFactory()
    url = f"{RACINE}/{fiche.pk}/outils"
    un, deux = OutilFactory(nom="Élingue"), OutilFactory(nom="Palan")
    reponse = api.put(url, {"outils": [deux.pk, un.pk]}, format="json")
    assert [ligne["nom"] for ligne in reponse.json()["data"]] == ["Élingue", "Palan"]
    inconnu = api.put(url, {"outils": [999999]}, format="json")
    assert (inconnu.status_code, inconnu.json()["errors"][0]["code"]) == (400, "INCONNU")
    api.put(url, {"outils": [un.pk]}, format="json")
    assert [ligne["id"] for ligne in client_api(technicien).get(url).json()["data"]] == [un.pk]
    assert client_api(technicien).put(url, {"outils": []}, format="json").status_code == 403


def test_les_pages(client, responsable):
    client.force_login(responsable)
    fiche = TechnicienFactory()
    client.post(reverse("technicians:outil_creer"), {"nom": "Palan", "is_active": "on"})
    palan, perdu = Outil.objects.get(), OutilFactory(nom="Perdu", is_active=False)
    page = client.get(reverse("technicians:outils")).content.decode()
    assert "Palan" in page
    assert "Hors service" in page
    url = reverse("technicians:equiper", args=[fiche.pk])
    assert "Perdu" not in client.get(url).content.decode()
    refus = client.post(url, {"outils": [perdu.pk]})
    assert refus.status_code == 422
    client.post(url, {"outils": [palan.pk]})
    assert "Palan" in client.get(fiche.get_absolute_url()).content.decode()
    client.post(reverse("technicians:outil_modifier", args=[palan.pk]), {"nom": "Palan 2 t"})
    palan.refresh_from_db()
    assert (palan.nom, palan.is_active) == ("Palan 2 t", False)
    assert "(hors service)" in client.get(fiche.get_absolute_url()).content.decode()
    assert "Palan 2 t" in client.get(url).content.decode()  # what he has can still be taken out
    client.post(url, {})
    assert not fiche.outils.exists()
    client.post(reverse("technicians:outil_supprimer", args=[palan.pk]))
    assert list(Outil.objects.all()) == [perdu]
