import pytest

from accounts.models import Role
from accounts.tests.factories import UserFactory
from equipment.models import Equipement
from equipment.tests.factories import EquipementFactory
from erp.enonces import Requete

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("fermee_en_premier", [False, True])
def test_a_statement_is_not_shared_by_open_and_closed_accounts(fermee_en_premier):
    machine = EquipementFactory()
    ouverte = UserFactory(role=Role.RESPONSABLE)
    fermee = UserFactory(role=Role.RESPONSABLE, is_active=False)
    requete = Requete(lambda par, pk: Equipement.objects.visible_to(par).filter(pk=pk))
    personnes = [ouverte, fermee]
    for personne in reversed(personnes) if fermee_en_premier else personnes:
        attendu = [machine] if personne == ouverte else []
        assert requete(personne, machine.pk) == attendu


def test_an_id_that_no_row_has_finds_nothing():
    par = UserFactory(role=Role.RESPONSABLE)
    requete = Requete(lambda par, pk: Equipement.objects.visible_to(par).filter(pk=pk))
    assert requete(par, 2**80) == []
