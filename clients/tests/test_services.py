from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.choices import Role
from accounts.tests.factories import UserFactory
from clients import services
from clients.choices import MOUVEMENTS_CONTRAT, StatutContrat, TypeContrat
from clients.models import Client, Contact, Contrat, Site
from clients.tests.factories import (
    ClientFactory,
    ContactFactory,
    ContratFactory,
    EngagementFactory,
    SiteFactory,
)
from equipment.models import CouvertureContrat
from equipment.tests.factories import CouvertureFactory, EquipementFactory
from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from erp.tests.concurrence import codes, ensemble
from interventions.tests.factories import InterventionFactory

pytestmark = pytest.mark.django_db


def termes(**autres):
    jour = timezone.localdate()
    return {
        "numero": "CTR-1",
        "type_contrat": TypeContrat.MAINTENANCE_COMPLETE,
        "date_debut": jour,
        "date_fin": jour + timedelta(days=364),
        "montant_annuel": Decimal("120000"),
        **autres,
    }


def visible_de(client, technicien):
    """Something of the client's, on an intervention of the technicien."""
    site = SiteFactory(client=client)
    contrat = ContratFactory(client=client)
    InterventionFactory(
        affectee=True,
        equipement=EquipementFactory(client=client, site=site),
        contrat=contrat,
        technicien=technicien.technicien,
    )
    return site, contrat


class TestClients:
    def test_creer_modifier_supprimer(self, responsable):
        client = services.creer_client(
            par=responsable,
            nom_entreprise="Ciments",
            telephone="0522 30 40 50",
            ice="001234567000089",
        )
        services.modifier_client(par=responsable, client_id=client.pk, ville="Tanger")
        client.refresh_from_db()
        assert (client.ville, client.telephone.as_e164, client.pays) == (
            "Tanger",
            "+212522304050",
            "Maroc",
        )
        services.supprimer_client(par=responsable, client_id=client.pk)
        assert not Client.objects.exists()

    def test_un_ice_ne_sert_qu_une_fois(self, responsable):
        ClientFactory(ice="001234567000089")
        ClientFactory.create_batch(2, ice="")
        with pytest.raises(ValidationError) as refus:
            services.creer_client(par=responsable, nom_entreprise="B", ice="001234567000089")
        assert [(e.field, e.code) for e in refus.value.errors] == [("ice", "DEJA_UTILISE")]

    def test_un_client_qui_a_un_site_ne_se_supprime_pas(self, responsable):
        site = SiteFactory()
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_client(par=responsable, client_id=site.client_id)
        assert refus.value.code == "UTILISE"
        services.supprimer_site(par=responsable, site_id=site.pk)
        services.supprimer_client(par=responsable, client_id=site.client_id)

    def test_reserve_a_la_gestion(self, technicien, client_portail):
        for par in (technicien, client_portail):
            with pytest.raises(AuthorizationError):
                services.creer_client(par=par, nom_entreprise="X")
        visible_de(client_portail.contact.client, technicien)
        with pytest.raises(AuthorizationError):
            services.modifier_client(
                par=technicien, client_id=client_portail.contact.client_id, telephone="0522304050"
            )

    def test_un_client_ecrit_ses_coordonnees_et_rien_d_autre(self, client_portail, autre_client):
        le_sien = client_portail.contact.client
        services.modifier_client(
            par=client_portail, client_id=le_sien.pk, contact_nom="Salma", email="S@Ciments.ma"
        )
        le_sien.refresh_from_db()
        assert (le_sien.contact_nom, le_sien.email) == ("Salma", "s@ciments.ma")
        for champs in ({"nom_entreprise": "X"}, {"email": "a@b.ma", "niveau_service": "premium"}):
            with pytest.raises(AuthorizationError):
                services.modifier_client(par=client_portail, client_id=le_sien.pk, **champs)
        with pytest.raises(IntrouvableError):
            services.modifier_client(par=autre_client, client_id=le_sien.pk, contact_nom="Intrus")
        with pytest.raises(AuthorizationError):
            services.supprimer_client(par=client_portail, client_id=le_sien.pk)


class TestContacts:
    def test_le_sien_seulement(self, responsable, client_portail):
        collegue = services.creer_contact(
            par=responsable,
            client_id=client_portail.contact.client_id,
            nom="Hind",
            fonction="Achats",
        )
        services.modifier_contact(
            par=client_portail, contact_id=client_portail.contact.pk, telephone="0661223344"
        )
        client_portail.contact.refresh_from_db()
        assert client_portail.contact.telephone.as_e164 == "+212661223344"
        with pytest.raises(AuthorizationError):
            services.modifier_contact(par=client_portail, contact_id=collegue.pk, nom="X")
        services.supprimer_contact(par=responsable, contact_id=collegue.pk)
        assert not Contact.objects.filter(pk=collegue.pk).exists()

    def test_un_contact_du_portail_ne_se_supprime_pas(self, responsable, client_portail):
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_contact(par=responsable, contact_id=client_portail.contact.pk)
        assert refus.value.code == "UTILISE"

    def test_ouvrir_le_portail_est_a_l_admin(self, admin, responsable):
        contact = ContactFactory(nom="Hind", email="hind@ciments.ma")
        with pytest.raises(AuthorizationError):
            services.ouvrir_portail(par=responsable, contact_id=contact.pk)
        user = services.ouvrir_portail(par=admin, contact_id=contact.pk, invitation=False).user
        assert (user.email, user.role, user.full_name) == ("hind@ciments.ma", Role.CLIENT, "Hind")
        with pytest.raises(BusinessRuleError) as refus:
            services.ouvrir_portail(par=admin, contact_id=contact.pk)
        assert refus.value.code == "DEJA_SUR_PORTAIL"

    def test_un_compte_existant_doit_etre_libre_et_de_role_client(self, admin, client_portail):
        contact = ContactFactory(email="")
        with pytest.raises(ValidationError):
            services.ouvrir_portail(par=admin, contact_id=contact.pk)
        for pris in (client_portail, UserFactory(technicien=True)):
            with pytest.raises(ValidationError):
                services.ouvrir_portail(par=admin, contact_id=contact.pk, user_id=pris.pk)
        libre = UserFactory(client=True)
        assert (
            services.ouvrir_portail(par=admin, contact_id=contact.pk, user_id=libre.pk).user
            == libre
        )


class TestSites:
    def test_creer_et_modifier(self, responsable):
        client = ClientFactory()
        site = services.creer_site(
            par=responsable,
            client_id=client.pk,
            nom="Usine",
            latitude=Decimal("33.57"),
            longitude=Decimal("-7.58"),
        )
        services.modifier_site(par=responsable, site_id=site.pk, ville="Casablanca")
        site.refresh_from_db()
        assert (site.client, site.ville) == (client, "Casablanca")

    def test_nom_unique_et_position_complete(self, responsable):
        site = SiteFactory(nom="Usine")
        for champs, champ in (
            ({"nom": "Usine"}, "nom"),
            ({"nom": "Dépôt", "latitude": Decimal("33.57")}, "latitude"),
            ({"nom": "Dépôt", "latitude": Decimal(95), "longitude": Decimal(0)}, "latitude"),
        ):
            with pytest.raises(ValidationError) as refus:
                services.creer_site(par=responsable, client_id=site.client_id, **champs)
            assert [e.field for e in refus.value.errors] == [champ]
        assert Site.objects.count() == 1
        services.creer_site(par=responsable, client_id=ClientFactory().pk, nom="Usine")

    def test_reserve_a_la_gestion(self, technicien, client_portail):
        client = client_portail.contact.client
        site, _contrat = visible_de(client, technicien)
        for par in (technicien, client_portail):
            with pytest.raises(AuthorizationError):
                services.modifier_site(par=par, site_id=site.pk, nom="X")
            with pytest.raises(AuthorizationError):
                services.supprimer_site(par=par, site_id=site.pk)
            with pytest.raises(AuthorizationError):
                services.creer_site(par=par, client_id=client.pk, nom="X")


class TestContrats:
    def test_un_brouillon_avec_ses_engagements(self, responsable):
        contrat = services.creer_contrat(
            par=responsable,
            client_id=ClientFactory().pk,
            engagements=[
                {"priorite": "urgente", "reponse_heures": 1, "resolution_heures": 4},
                {"priorite": "haute", "reponse_heures": 4, "resolution_heures": 24},
            ],
            **termes(),
        )
        assert contrat.statut == StatutContrat.BROUILLON
        services.modifier_contrat(
            par=responsable,
            contrat_id=contrat.pk,
            engagements=[{"priorite": "urgente", "reponse_heures": 2, "resolution_heures": 8}],
        )
        assert list(contrat.engagements.values_list("priorite", "resolution_heures")) == [
            ("urgente", 8)
        ]
        services.modifier_contrat(par=responsable, contrat_id=contrat.pk, notes="Signé.")
        assert contrat.engagements.count() == 1

    @pytest.mark.parametrize(
        "engagements",
        [
            [{"priorite": "urgente", "reponse_heures": 8, "resolution_heures": 4}],
            [{"priorite": "demain", "reponse_heures": 1, "resolution_heures": 4}],
            [{"priorite": "haute", "reponse_heures": 1, "resolution_heures": 4}] * 2,
        ],
    )
    def test_engagements_impossibles(self, responsable, engagements):
        with pytest.raises(ValidationError):
            services.creer_contrat(
                par=responsable, client_id=ClientFactory().pk, engagements=engagements, **termes()
            )
        assert not Contrat.objects.exists()

    def test_dates_et_numero(self, responsable):
        ContratFactory(numero="CTR-1")
        jour = timezone.localdate()
        for champs, champ in (
            (termes(), "numero"),
            (termes(numero="CTR-2", date_fin=jour - timedelta(days=1)), "date_fin"),
            (termes(numero="CTR-2", montant_annuel=Decimal(-1)), "montant_annuel"),
        ):
            with pytest.raises(ValidationError) as refus:
                services.creer_contrat(par=responsable, client_id=ClientFactory().pk, **champs)
            assert [e.field for e in refus.value.errors] == [champ]

    @pytest.mark.parametrize("de", StatutContrat)
    @pytest.mark.parametrize("vers", StatutContrat)
    def test_les_mouvements_de_la_table_et_eux_seuls(self, responsable, de, vers):
        contrat = ContratFactory(statut=de)
        if vers in MOUVEMENTS_CONTRAT[de]:
            services.changer_statut_contrat(par=responsable, contrat_id=contrat.pk, vers=vers)
            contrat.refresh_from_db()
            assert contrat.statut == vers
            return
        with pytest.raises(BusinessRuleError) as refus:
            services.changer_statut_contrat(par=responsable, contrat_id=contrat.pk, vers=vers)
        assert refus.value.code == "TRANSITION_INTERDITE"

    def test_un_contrat_echu_se_prolonge_avant_de_reprendre(self, responsable):
        hier = timezone.localdate() - timedelta(days=1)
        contrat = ContratFactory(statut=StatutContrat.EXPIRE, date_fin=hier)
        with pytest.raises(BusinessRuleError) as refus:
            services.changer_statut_contrat(par=responsable, contrat_id=contrat.pk, vers="actif")
        assert refus.value.code == "CONTRAT_ECHU"
        services.modifier_contrat(
            par=responsable, contrat_id=contrat.pk, date_fin=hier + timedelta(days=365)
        )
        services.changer_statut_contrat(par=responsable, contrat_id=contrat.pk, vers="actif")

    def test_un_contrat_resilie_ne_change_plus(self, responsable):
        contrat = ContratFactory(statut=StatutContrat.RESILIE)
        with pytest.raises(BusinessRuleError) as refus:
            services.modifier_contrat(par=responsable, contrat_id=contrat.pk, notes="x")
        assert refus.value.code == "CONTRAT_RESILIE"

    def test_activer_ou_deplacer_sur_une_machine_deja_couverte(self, responsable):
        couverte = CouvertureFactory()
        second = ContratFactory(brouillon=True, client=couverte.contrat.client)
        CouvertureFactory(contrat=second, equipement=couverte.equipement)
        with pytest.raises(BusinessRuleError) as refus:
            services.changer_statut_contrat(par=responsable, contrat_id=second.pk, vers="actif")
        assert refus.value.code == "COUVERTURE_CHEVAUCHANTE"
        fin = couverte.contrat.date_fin
        services.modifier_contrat(
            par=responsable,
            contrat_id=second.pk,
            date_debut=fin + timedelta(days=1),
            date_fin=fin + timedelta(days=365),
        )
        services.changer_statut_contrat(par=responsable, contrat_id=second.pk, vers="actif")
        with pytest.raises(BusinessRuleError) as refus:
            services.modifier_contrat(par=responsable, contrat_id=second.pk, date_debut=fin)
        assert refus.value.code == "COUVERTURE_CHEVAUCHANTE"

    def test_un_contrat_qui_a_servi_ne_se_supprime_pas(
        self, responsable, client_portail, technicien
    ):
        _site, contrat = visible_de(client_portail.contact.client, technicien)
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_contrat(par=responsable, contrat_id=contrat.pk)
        assert refus.value.code == "UTILISE"
        neuf = EngagementFactory().contrat
        services.supprimer_contrat(par=responsable, contrat_id=neuf.pk)
        assert not Contrat.objects.filter(pk=neuf.pk).exists()

    def test_reserve_a_la_gestion(self, technicien, client_portail):
        client = client_portail.contact.client
        _site, contrat = visible_de(client, technicien)
        for par in (technicien, client_portail):
            for action in (
                lambda par=par: services.creer_contrat(par=par, client_id=client.pk, **termes()),
                lambda par=par: services.modifier_contrat(
                    par=par, contrat_id=contrat.pk, notes="x"
                ),
                lambda par=par: services.changer_statut_contrat(
                    par=par, contrat_id=contrat.pk, vers="resilie"
                ),
                lambda par=par: services.supprimer_contrat(par=par, contrat_id=contrat.pk),
            ):
                with pytest.raises(AuthorizationError):
                    action()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("tour", range(3))
def test_deux_contrats_actives_ensemble_sur_une_machine(tour):
    responsable = UserFactory()
    equipement = EquipementFactory()
    contrats = ContratFactory.create_batch(2, brouillon=True, client=equipement.client)
    for contrat in contrats:
        CouvertureFactory(contrat=contrat, equipement=equipement)
    resultats = ensemble(
        *(
            lambda pk=contrat.pk: services.changer_statut_contrat(
                par=responsable, contrat_id=pk, vers="actif"
            )
            for contrat in contrats
        )
    )
    assert codes(resultats) == ["COUVERTURE_CHEVAUCHANTE"]
    assert CouvertureContrat.objects.filter(actif=True).count() == 1
