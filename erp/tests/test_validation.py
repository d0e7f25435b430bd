"""Every refusal of a model or of the database comes out in words, with its field."""

import pytest

from clients.models import Client, Site
from clients.tests.factories import ClientFactory, ContratFactory, SiteFactory
from erp.exceptions import BusinessRuleError, IntrouvableError, ValidationError
from erp.validation import choisir, ecrire, effacer, trouver, valider

pytestmark = pytest.mark.django_db


def fautes(refus: ValidationError) -> dict[str, str]:
    return {erreur.field: erreur.code for erreur in refus.errors}


def test_toutes_les_fautes_sont_dites_a_la_fois():
    with pytest.raises(ValidationError) as refus:
        ecrire(Client(), {"nom_entreprise": "", "type_client": "x", "email": "a@", "ice": "12"})
    assert fautes(refus.value) == {
        "nom_entreprise": "OBLIGATOIRE",
        "type_client": "CHOIX_INVALIDE",
        "email": "INVALID_EMAIL",
        "ice": "INVALIDE",
    }
    assert not Client.objects.exists()


def test_un_texte_absent_est_vide_et_un_autre_champ_obligatoire():
    client = ecrire(Client(), {"nom_entreprise": "Ciments", "ville": None})
    assert client.ville == ""
    with pytest.raises(ValidationError) as refus:
        ecrire(ContratFactory(), {"date_fin": None})
    assert fautes(refus.value) == {"date_fin": "OBLIGATOIRE"}


def test_les_champs_non_nommes_ne_sont_ni_verifies_ni_ecrits():
    client = ClientFactory(nom_entreprise="Avant")
    Client.objects.filter(pk=client.pk).update(ville="Fès")
    ecrire(client, {"nom_entreprise": "Après"})
    client.refresh_from_db()
    assert (client.nom_entreprise, client.ville) == ("Après", "Fès")


def test_une_contrainte_de_plusieurs_colonnes_est_dite_par_la_base():
    site = SiteFactory(nom="Usine")
    with pytest.raises(ValidationError) as refus:
        ecrire(Site(client=site.client), {"nom": "Usine"})
    assert fautes(refus.value) == {"nom": "DEJA_UTILISE"}


def test_une_contrainte_de_verification_nomme_un_champ():
    contrat = ContratFactory()
    with pytest.raises(ValidationError) as refus:
        ecrire(contrat, {"date_fin": contrat.date_debut.replace(year=2000)})
    assert fautes(refus.value) == {"date_fin": "INCOHERENT"}
    assert "précède" in str(refus.value.errors[0].message)


def test_une_contrainte_peut_etre_une_regle_de_gestion():
    contrat = ContratFactory()
    with pytest.raises(BusinessRuleError) as refus:
        ecrire(
            contrat,
            {"date_fin": contrat.date_debut.replace(year=2000)},
            regles={"contrat_dates": ("DATES", "Pas ainsi.")},
        )
    assert refus.value.code == "DATES"


def test_unicite_d_une_colonne():
    contrat = ContratFactory()
    with pytest.raises(ValidationError) as refus:
        valider(
            ContratFactory.build(client=contrat.client, numero=contrat.numero), champs=["numero"]
        )
    assert fautes(refus.value) == {"numero": "DEJA_UTILISE"}


def test_effacer_ce_qui_sert_est_refuse():
    site = SiteFactory()
    with pytest.raises(BusinessRuleError) as refus:
        effacer(site.client, "Désactivez-le.")
    assert (refus.value.code, refus.value.detail) == ("UTILISE", "Désactivez-le.")
    effacer(site, "Non.")
    effacer(site.client, "Non.")
    assert not Client.objects.exists()


def test_trouver_et_choisir():
    client = ClientFactory()
    assert trouver(Client.objects.all(), client.pk, verrou=True) == client
    assert choisir(Client.objects.all(), "client_id", client.pk) == client
    with pytest.raises(IntrouvableError):
        trouver(Client.objects.none(), client.pk)
    with pytest.raises(ValidationError) as refus:
        choisir(Client.objects.none(), "client_id", client.pk)
    assert fautes(refus.value) == {"client_id": "INCONNU"}
