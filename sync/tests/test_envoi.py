"""`POST /api/v1/sync`: what was done offline is applied once, merged, or kept."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.tests.api import client_api
from clients.tests.factories import ContratFactory
from documents.models import Document
from documents.tests.factories import CONTENU
from equipment.models import ReleveCompteur
from equipment.tests.factories import CompteurFactory, EquipementFactory
from interventions.models import (
    HistoriqueIntervention,
    Intervention,
    InterventionPiece,
    PointControle,
    TempsPasse,
)
from interventions.services import changer_statut, modifier_intervention
from interventions.tests.factories import InterventionFactory, PointControleFactory
from notifications.tests.factories import NotificationFactory
from stock.models import MouvementStock
from stock.tests.factories import PieceFactory
from sync.choices import TypeOperation
from sync.models import OperationSync
from sync.operations import TYPES
from technicians.models import Disponibilite

pytestmark = pytest.mark.django_db
URL = "/api/v1/sync"


def op(type_, cible=None, voulu=None, vu=None, **autres):
    return {
        "uuid": str(uuid4()),
        "type": type_,
        "cible": cible,
        "vu": vu or {},
        "voulu": voulu or {},
        **autres,
    }


def envoyer(user, *operations):
    reponse = client_api(user).post(URL, {"operations": operations}, format="json")
    assert reponse.status_code == 200, reponse.content
    return reponse.json()["resultats"]


def test_un_contrat_qui_ne_s_applique_pas_est_refuse(responsable):
    machine = EquipementFactory()
    contrat = ContratFactory(client=machine.client, statut="brouillon")
    voulu = {
        "equipement_id": machine.pk,
        "contrat_id": contrat.pk,
        "type_intervention": "corrective",
        "description": "Fuite au presse-étoupe",
    }
    (resultat,) = envoyer(
        responsable, {"uuid": str(uuid4()), "type": "signalement", "voulu": voulu}
    )
    assert (resultat["etat"], resultat["erreur"]["code"]) == ("refusee", "CONTRAT_INAPPLICABLE")


@pytest.fixture
def en_cours(technicien):
    return InterventionFactory(en_cours=True, technicien=technicien.technicien)


def une_journee(technicien):
    """From the start to the closing, with everything that a day brings."""
    une = InterventionFactory(affectee=True, technicien=technicien.technicien)
    point = PointControleFactory(intervention=une, obligatoire=True)
    piece, compteur = PieceFactory(stock=10), CompteurFactory(equipement=une.equipement)
    notification = NotificationFactory(user=technicien)
    matin = timezone.now() - timedelta(hours=6)
    texte = {"diagnostic": "Roulement grippé", "solution": "Roulement remplacé"}
    return une, [
        op("notification", notification.pk, {"lu": True}),
        op("statut", une.pk, {"statut": "en_cours"}, {"statut": "affectee"}, heure_appareil=matin),
        op("intervention", une.pk, {"diagnostic": "Roulement"}, {"diagnostic": ""}),
        op(
            "intervention",
            une.pk,
            {"diagnostic": texte["diagnostic"]},
            {"diagnostic": "Roulement"},
        ),
        op("piece", une.pk, {"piece_id": piece.pk, "quantite": "2"}),
        op("piece", une.pk, {"piece_id": piece.pk, "quantite": "1", "type_mouvement": "retour"}),
        op("controle", point.pk, {"resultat": "ok", "valeur_mesuree": "3.2"}, {"resultat": ""}),
        op("releve", compteur.pk, {"valeur": "1200"}, heure_appareil=matin),
        op("remarque", une.pk, {"remarque": "Le client demande un devis"}),
        op(
            "temps",
            une.pk,
            {"debut": matin.isoformat(), "fin": (matin + timedelta(hours=2)).isoformat()},
        ),
        op("statut_equipement", une.equipement_id, {"statut": "maintenance"}, {}),
        op(
            "signalement",
            None,
            {
                "equipement_id": une.equipement_id,
                "type_intervention": "corrective",
                "description": "Fuite d’huile au palier arrière",
            },
        ),
        op(
            "absence",
            None,
            {
                "type": "conge",
                "debut": (timezone.now() + timedelta(days=30)).isoformat(),
                "fin": (timezone.now() + timedelta(days=31)).isoformat(),
            },
        ),
        op(
            "statut",
            une.pk,
            {"statut": "cloturee", "solution": texte["solution"]},
            {"statut": "en_cours", "solution": ""},
        ),
    ]


def photographie():
    """Everything that a day touches."""
    modeles = (
        Intervention,
        HistoriqueIntervention,
        InterventionPiece,
        MouvementStock,
        PointControle,
        TempsPasse,
        ReleveCompteur,
        Disponibilite,
        OperationSync,
        Document,
    )
    return {modele: list(modele.objects.order_by("pk").values()) for modele in modeles}


def test_une_journee_entiere_puis_la_meme_encore(technicien):
    une, operations = une_journee(technicien)
    for operation in operations:
        heure = operation.get("heure_appareil")
        if heure:
            operation["heure_appareil"] = heure.isoformat()
    premiere = envoyer(technicien, *operations)
    assert {resultat["etat"] for resultat in premiere} <= {"appliquee", "fusionnee"}, premiere
    une.refresh_from_db()
    assert (une.statut, une.diagnostic, une.solution) == (
        "cloturee",
        "Roulement grippé",
        "Roulement remplacé",
    )
    assert une.duree_reelle == 120
    assert une.pieces.count() == 2
    assert "heure de l’appareil" in une.historique.get(nouveau_statut="en_cours").remarque
    avant = photographie()
    assert envoyer(technicien, *operations) == premiere
    assert photographie() == avant
    # cut anywhere, sent again from anywhere
    assert envoyer(technicien, *operations[5:9]) == premiere[5:9]
    assert photographie() == avant


def test_chaque_type_de_la_liste_est_servi():
    assert set(TYPES) | {TypeOperation.DOCUMENT} == set(TypeOperation)


def test_deux_appareils_sur_des_champs_differents_fusionnent(technicien, responsable, en_cours):
    vu = {"diagnostic": "", "solution": "", "notes_techniques": ""}
    un, deux = (
        envoyer(user, op("intervention", en_cours.pk, voulu, vu))[0]
        for user, voulu in (
            (technicien, {"diagnostic": "Palier usé"}),
            (responsable, {"notes_techniques": "Voir le plan 12"}),
        )
    )
    assert (un["etat"], deux["etat"]) == ("appliquee", "fusionnee")
    en_cours.refresh_from_db()
    assert (en_cours.diagnostic, en_cours.notes_techniques) == ("Palier usé", "Voir le plan 12")


def test_deux_valeurs_du_meme_champ_sont_gardees_toutes_deux(technicien, responsable, en_cours):
    modifier_intervention(par=responsable, intervention_id=en_cours.pk, diagnostic="Moteur")
    (resultat,) = envoyer(
        technicien,
        op(
            "intervention",
            en_cours.pk,
            {"diagnostic": "Courroie " * 400, "solution": "Tendue"},
            {"diagnostic": "", "solution": ""},
        ),
    )
    assert resultat["etat"] == "conflit"
    (conflit,) = resultat["conflits"]
    assert (conflit["champ"], conflit["serveur"], conflit["gagnant"]) == (
        "diagnostic",
        "Moteur",
        "serveur",
    )
    assert conflit["voulu"] == ("Courroie " * 400).strip()
    assert conflit["raison"]
    en_cours.refresh_from_db()
    assert (en_cours.diagnostic, en_cours.solution) == ("Moteur", "Tendue")
    remarques = en_cours.historique.filter(action="remarque").order_by("pk")
    ecrit = "".join(ligne.remarque for ligne in remarques)
    assert ecrit.count("Courroie") >= 399
    assert all(ligne.interne for ligne in remarques)


def test_la_meme_valeur_des_deux_cotes_n_est_pas_un_conflit(technicien, responsable, en_cours):
    modifier_intervention(par=responsable, intervention_id=en_cours.pk, diagnostic="Moteur")
    (resultat,) = envoyer(
        technicien, op("intervention", en_cours.pk, {"diagnostic": " Moteur "}, {"diagnostic": ""})
    )
    assert (resultat["etat"], resultat["conflits"]) == ("appliquee", [])


def test_une_transition_devenue_impossible_garde_ce_qui_fut_saisi(
    technicien, responsable, en_cours
):
    changer_statut(
        par=responsable,
        intervention_id=en_cours.pk,
        vers="annulee",
        motif_annulation="Devis refusé",
    )
    operation = op(
        "statut",
        en_cours.pk,
        {"statut": "cloturee", "diagnostic": "Roulement", "solution": "Remplacé"},
        {"statut": "en_cours", "diagnostic": "", "solution": ""},
    )
    (resultat,) = envoyer(technicien, operation)
    assert resultat["etat"] == "conflit"
    perdus = {conflit["champ"]: conflit["voulu"] for conflit in resultat["conflits"]}
    assert perdus == {"statut": "cloturee", "diagnostic": "Roulement", "solution": "Remplacé"}
    gardee = OperationSync.objects.get(uuid=operation["uuid"])
    assert gardee.demande["voulu"] == operation["voulu"]
    assert gardee.intervention == en_cours


def test_cloturer_ce_qui_est_en_attente_ecrit_au_moins_les_textes(
    technicien, responsable, en_cours
):
    changer_statut(
        par=responsable, intervention_id=en_cours.pk, vers="en_attente", motif_attente="pieces"
    )
    (resultat,) = envoyer(
        technicien,
        op(
            "statut",
            en_cours.pk,
            {
                "statut": "cloturee",
                "diagnostic": "Roulement",
                "solution": "Remplacé",
                "remarque": "Essai fait devant le client",
            },
            {"statut": "en_cours"},
        ),
    )
    assert [conflit["champ"] for conflit in resultat["conflits"]] == ["statut"]
    en_cours.refresh_from_db()
    assert (en_cours.statut, en_cours.solution) == ("en_attente", "Remplacé")
    assert en_cours.historique.filter(remarque="Essai fait devant le client").exists()


def test_un_statut_deja_la_est_une_fusion(technicien, responsable):
    une = InterventionFactory(affectee=True, technicien=technicien.technicien)
    changer_statut(par=responsable, intervention_id=une.pk, vers="en_cours")
    (resultat,) = envoyer(
        technicien,
        op(
            "statut",
            une.pk,
            {"statut": "en_cours", "remarque": "Sur place"},
            {"statut": "affectee"},
        ),
    )
    assert (resultat["etat"], resultat["conflits"]) == ("fusionnee", [])
    assert une.historique.filter(remarque="Sur place").exists()


def test_un_statut_deja_la_mais_des_textes_differents(technicien, responsable, en_cours):
    changer_statut(
        par=responsable,
        intervention_id=en_cours.pk,
        vers="cloturee",
        diagnostic="Autre",
        solution="Autre",
    )
    (resultat,) = envoyer(
        technicien,
        op(
            "statut",
            en_cours.pk,
            {"statut": "cloturee", "diagnostic": "Autre", "solution": "Remplacé", "remarque": "Ok"},
            {"statut": "en_cours", "diagnostic": "", "solution": ""},
        ),
    )
    assert resultat["etat"] == "conflit"
    assert {c["champ"]: c["voulu"] for c in resultat["conflits"]} == {
        "solution": "Remplacé",
        "remarque": "Ok",
    }


def test_un_controle_se_fusionne_champ_par_champ(technicien, responsable, en_cours):
    point = PointControleFactory(intervention=en_cours)
    envoyer(responsable, op("controle", point.pk, {"resultat": "ok", "note": "Vu"}))
    (fusion, conflit) = envoyer(
        technicien,
        op("controle", point.pk, {"valeur_mesuree": "4.50"}, {"resultat": ""}),
        op("controle", point.pk, {"note": "À refaire"}, {"note": ""}),
    )
    assert fusion["etat"] == "fusionnee"
    assert conflit["etat"] == "conflit"
    point.refresh_from_db()
    assert (point.resultat, point.valeur_mesuree, point.note) == ("ok", Decimal("4.5"), "Vu")
    assert en_cours.historique.filter(remarque__contains="À refaire", interne=True).exists()


def test_un_controle_que_deux_ont_mesure(technicien, en_cours):
    point = PointControleFactory(intervention=en_cours)
    (premier, second, troisieme) = envoyer(
        technicien,
        op("controle", point.pk, {"resultat": "ok", "valeur_mesuree": 4.5}),
        op("controle", point.pk, {"resultat": "ok", "valeur_mesuree": "4.5000"}),
        op("controle", point.pk, {"valeur_mesuree": "9"}, {"valeur_mesuree": None}),
    )
    assert (premier["etat"], second["etat"], troisieme["etat"]) == (
        "appliquee",
        "appliquee",
        "conflit",
    )
    (conflit,) = troisieme["conflits"]
    assert (Decimal(conflit["serveur"]), Decimal(conflit["voulu"])) == (Decimal("4.5"), 9)
    assert en_cours.historique.filter(remarque__contains="9").exists()


def test_ce_que_les_regles_refusent_est_garde_et_n_arrete_rien(technicien, en_cours):
    piece = PieceFactory(stock=1)
    close = InterventionFactory(cloturee=True, technicien=technicien.technicien)
    refus = [
        op("piece", en_cours.pk, {"piece_id": piece.pk, "quantite": "5"}),
        op("remarque", close.pk, {"remarque": "Trop tard, mais dit"}),
        op("temps", en_cours.pk, {"debut": "hier"}),
        op("telepathie", en_cours.pk, {"pensee": "oui"}),
        op("intervention", en_cours.pk, {"titre": "Autre"}),
        op("remarque", None, {"remarque": "De quoi ?"}),
    ]
    resultats = envoyer(technicien, *refus, op("remarque", en_cours.pk, {"remarque": "La suite"}))
    assert [resultat["etat"] for resultat in resultats] == ["refusee"] * 6 + ["appliquee"]
    assert [r["erreur"]["code"] for r in resultats[:2]] == [
        "STOCK_INSUFFISANT",
        "INTERVENTION_CLOSE",
    ]
    for operation in refus:
        assert (
            OperationSync.objects.get(uuid=operation["uuid"]).demande["voulu"] == operation["voulu"]
        )


def test_l_intervention_d_un_autre_n_existe_pas(technicien, autre_technicien, responsable):
    autre = InterventionFactory(en_cours=True, technicien=autre_technicien.technicien)
    point = PointControleFactory(intervention=autre)
    ailleurs, nulle_part = (
        [
            envoyer(technicien, operation)[0]
            for operation in (
                op("intervention", cible, {"diagnostic": "x"}),
                op("statut", cible, {"statut": "cloturee"}, {"statut": "en_cours"}),
                op("remarque", cible, {"remarque": "x"}),
                op("controle", point.pk if cible == autre.pk else 10**9, {"resultat": "ok"}),
                op("notification", cible + 10**8, {}),
            )
        ]
        for cible in (autre.pk, 10**9)
    )
    for la, rien in zip(ailleurs, nulle_part, strict=True):
        assert {**la, "uuid": ""} == {**rien, "uuid": ""}
        assert la["erreur"]["status"] == 404
    autre.refresh_from_db()
    assert autre.diagnostic == ""
    # what he typed on a job that was taken from him meanwhile is there for those who run the operations
    assert autre.operations_sync.count() == 4


def test_un_uuid_qui_sert_deux_fois_autrement(technicien, en_cours):
    premiere = op("remarque", en_cours.pk, {"remarque": "Une"})
    envoyer(technicien, premiere)
    (resultat,) = envoyer(technicien, {**premiere, "voulu": {"remarque": "Deux"}})
    assert (resultat["etat"], resultat["erreur"]["status"]) == ("refusee", 422)
    assert envoyer(technicien, premiere)[0]["etat"] == "appliquee"
    assert en_cours.historique.filter(action="remarque").count() == 1


def test_l_uuid_d_un_autre_n_est_pas_le_mien(technicien, responsable, en_cours):
    operation = op("remarque", en_cours.pk, {"remarque": "Une"})
    assert [envoyer(user, operation)[0]["etat"] for user in (technicien, responsable)] == [
        "appliquee"
    ] * 2


@pytest.mark.parametrize(
    "corps",
    [
        {},
        {"operations": None},
        {"operations": {}},
        {"operations": [{"type": "remarque"}]},
        {"operations": [{"uuid": "x", "type": "remarque"}]},
        {"operations": [{"uuid": str(uuid4()), "type": "remarque", "cible": "x"}]},
        {"operations": [{"uuid": str(uuid4()), "type": "remarque", "vu": []}]},
        {"operations": [{"uuid": str(uuid4()), "type": "x"} for _i in range(201)]},
    ],
)
def test_une_liste_illisible_est_un_400_et_rien_n_est_fait(technicien, corps):
    reponse = client_api(technicien).post(URL, corps, format="json")
    assert reponse.status_code == 400, reponse.content
    assert not OperationSync.objects.exists()


def deposer(user, uuid, contenu=CONTENU, **champs):
    corps = {"uuid": uuid, "file": SimpleUploadedFile("rapport.pdf", contenu), **champs}
    return client_api(user).post(f"{URL}/documents", corps, format="multipart")


def test_un_fichier_envoye_deux_fois_est_depose_une_fois(technicien, en_cours):
    uuid = str(uuid4())
    reponses = [
        deposer(technicien, uuid, intervention_id=en_cours.pk, type_document="rapport")
        for _i in range(2)
    ]
    assert [reponse.status_code for reponse in reponses] == [200, 200], reponses[0].content
    assert reponses[0].json() == reponses[1].json()
    assert reponses[0].json()["objet"] == {
        "entite": "documents",
        "id": Document.objects.get().pk,
    }
    autre = deposer(technicien, uuid, b"%PDF-1.4\nautre\n%%EOF\n", intervention_id=en_cours.pk)
    assert autre.json()["erreur"]["code"] == "UUID_REUTILISE"


def test_un_fichier_refuse_se_renvoie(technicien, autre_technicien):
    ailleurs = InterventionFactory(en_cours=True, technicien=autre_technicien.technicien)
    uuid = str(uuid4())
    for _i in range(2):
        corps = deposer(technicien, uuid, intervention_id=ailleurs.pk).json()
        assert (corps["etat"], corps["erreur"]["status"]) == ("refusee", 400)
    assert not Document.objects.exists()


def test_le_client_envoie_ce_qui_est_a_lui(client_portail, autre_client, technicien):
    close = InterventionFactory(
        cloturee=True,
        technicien=technicien.technicien,
        equipement__client=client_portail.contact.client,
    )
    avis = {"note": 5, "commentaire": "Rapide"}
    assert envoyer(autre_client, op("satisfaction", close.pk, avis))[0]["erreur"]["status"] == 404
    assert envoyer(client_portail, op("satisfaction", close.pk, avis))[0]["etat"] == "appliquee"
    assert (
        envoyer(client_portail, op("intervention", close.pk, {"diagnostic": "x"}))[0]["etat"]
        == "refusee"
    )
