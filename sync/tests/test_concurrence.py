"""Several devices, and answers that cross: real threads, real transactions."""

from threading import Event, Thread
from uuid import uuid4

import pytest
from django.db import connection, transaction

from accounts.models import User
from accounts.tests.factories import UserFactory
from erp.tests.concurrence import ensemble
from interventions.models import Intervention
from interventions.tests.factories import InterventionFactory
from stock.tests.factories import PieceFactory
from sync.delta import lire_changements
from sync.models import OperationSync
from sync.services import appliquer_operations
from technicians.tests.factories import TechnicienFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def technicien():
    return TechnicienFactory().user


@pytest.fixture
def en_cours(technicien):
    return InterventionFactory(en_cours=True, technicien=technicien.technicien)


def frais(user):
    return User.objects.get(pk=user.pk)


def operation(type_, cible, voulu, vu=None):
    return {"uuid": uuid4(), "type": type_, "cible": cible, "voulu": voulu, "vu": vu or {}}


def test_deux_envois_egaux_au_meme_moment_ne_font_qu_un(technicien, en_cours):
    piece = PieceFactory(stock=10)
    operations = [
        operation("piece", en_cours.pk, {"piece_id": piece.pk, "quantite": "2"}),
        operation("remarque", en_cours.pk, {"remarque": "Une seule fois"}),
    ]

    def envoyer():
        return appliquer_operations(par=frais(technicien), operations=operations)

    resultats = ensemble(*[envoyer] * 4)
    assert resultats[0] is not None
    assert resultats == [resultats[0]] * 4
    piece.refresh_from_db()
    assert piece.stock_actuel == 8
    assert en_cours.historique.filter(action="remarque").count() == 1
    assert OperationSync.objects.count() == 2


def test_deux_appareils_ecrivent_le_meme_champ_au_meme_moment(technicien, en_cours):
    responsable = UserFactory(responsable=True)

    def envoyer(user, texte):
        return lambda: appliquer_operations(
            par=frais(user),
            operations=[
                operation("intervention", en_cours.pk, {"solution": texte}, {"solution": ""})
            ],
        )[0]

    resultats = ensemble(envoyer(technicien, "Terrain"), envoyer(responsable, "Bureau"))
    assert sorted(resultat["etat"] for resultat in resultats) == ["appliquee", "conflit"]
    en_cours.refresh_from_db()
    perdant = {"Terrain": "Bureau", "Bureau": "Terrain"}[en_cours.solution]
    assert en_cours.historique.filter(remarque__contains=perdant).exists()


def test_une_transaction_qui_se_termine_tard_n_est_pas_manquee(technicien, en_cours):
    """Written before the device read, committed after: a cursor of time or sequence would step over it."""
    ecrite, lue = Event(), Event()

    def tardif():
        try:
            with transaction.atomic():
                Intervention.objects.filter(pk=en_cours.pk).update(
                    solution="Écrite avant, vue après"
                )
                ecrite.set()
                lue.wait(timeout=10)
        finally:
            connection.close()

    fil = Thread(target=tardif)
    fil.start()
    assert ecrite.wait(timeout=10)
    InterventionFactory(affectee=True, technicien=technicien.technicien)  # later, and seen first
    premier = lire_changements(par=frais(technicien))
    lignes = {ligne["id"]: ligne for ligne in premier["modifies"]["interventions"]}
    assert lignes[en_cours.pk]["solution"] == ""
    lue.set()
    fil.join(timeout=10)
    second = lire_changements(par=frais(technicien), depuis=premier["curseur"])
    assert [ligne["solution"] for ligne in second["modifies"]["interventions"]] == [
        "Écrite avant, vue après"
    ]
    troisieme = lire_changements(par=frais(technicien), depuis=second["curseur"])
    assert (troisieme["modifies"], troisieme["curseur"]) == ({}, second["curseur"])


def test_deux_lectures_du_meme_curseur_au_meme_moment(technicien, en_cours):
    depart = lire_changements(par=technicien)["curseur"]
    Intervention.objects.filter(pk=en_cours.pk).update(solution="Neuve")

    def lire():
        return lire_changements(par=frais(technicien), depuis=depart)

    for reponse in ensemble(lire, lire):
        assert reponse["modifies"]["interventions"][0]["solution"] == "Neuve"
