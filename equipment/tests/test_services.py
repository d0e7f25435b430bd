from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import SYSTEME
from accounts.tests.factories import UserFactory
from clients.tests.factories import ClientFactory, ContratFactory, SiteFactory
from equipment import services
from equipment.choices import MOUVEMENTS_STATUT, StatutEquipement
from equipment.models import Compteur, CouvertureContrat, Equipement, ReleveCompteur
from equipment.tests.factories import (
    CompteurFactory,
    CouvertureFactory,
    EquipementFactory,
    ReleveFactory,
)
from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from erp.tests.concurrence import codes, ensemble
from interventions.tests.factories import InterventionFactory
from planning.tests.factories import PlanFactory

pytestmark = pytest.mark.django_db


def champs(client, **autres):
    return {
        "client_id": client.pk,
        "nom": "Compresseur",
        "code_interne": "EQ-1",
        "type_equipement": "Compresseur",
        **autres,
    }


def faute(refus):
    return [(erreur.field, erreur.code) for erreur in refus.value.errors]


class TestEquipements:
    def test_creer_et_modifier(self, responsable):
        site = SiteFactory()
        equipement = services.creer_equipement(
            par=responsable,
            **champs(
                site.client, site_id=site.pk, specifications={"Puissance": "75 kW", "Étages": 2}
            ),
        )
        equipement.refresh_from_db()
        assert (equipement.client, equipement.site) == (site.client, site)
        assert equipement.statut == StatutEquipement.OPERATIONNEL
        services.modifier_equipement(
            par=responsable, equipement_id=equipement.pk, site_id=None, zone="B"
        )
        equipement.refresh_from_db()
        assert (equipement.site, equipement.zone, equipement.nom) == (None, "B", "Compresseur")

    def test_le_code_et_la_serie_sont_uniques(self, responsable):
        EquipementFactory(code_interne="EQ-1", numero_serie="S-1")
        EquipementFactory.create_batch(2, numero_serie="")
        client = ClientFactory()
        with pytest.raises(ValidationError) as refus:
            services.creer_equipement(par=responsable, **champs(client))
        assert faute(refus) == [("code_interne", "DEJA_UTILISE")]
        with pytest.raises(ValidationError) as refus:
            services.creer_equipement(
                par=responsable, **champs(client, code_interne="EQ-2", numero_serie="S-1")
            )
        assert faute(refus) == [("numero_serie", "DEJA_UTILISE")]

    def test_le_site_et_l_ensemble_sont_du_meme_client(self, responsable):
        client = ClientFactory()
        for champ, valeur in (
            ("site_id", SiteFactory().pk),
            ("parent_id", EquipementFactory().pk),
        ):
            with pytest.raises(ValidationError) as refus:
                services.creer_equipement(par=responsable, **champs(client, **{champ: valeur}))
            assert faute(refus) == [(champ, "AUTRE_CLIENT")]
        for champ in ("client_id", "site_id", "parent_id"):
            with pytest.raises(ValidationError) as refus:
                services.creer_equipement(par=responsable, **champs(client, **{champ: 10**12}))
            assert faute(refus) == [(champ, "INCONNU")]

    def test_sans_client_rien(self, responsable):
        sans = champs(ClientFactory())
        del sans["client_id"]
        with pytest.raises(ValidationError) as refus:
            services.creer_equipement(par=responsable, **sans)
        assert faute(refus) == [("client_id", "OBLIGATOIRE")]

    def test_un_ensemble_ne_fait_pas_partie_de_ses_composants(self, responsable):
        ligne = EquipementFactory()
        machine = EquipementFactory(client=ligne.client, parent=ligne)
        moteur = EquipementFactory(client=ligne.client, parent=machine)
        for parent in (ligne, machine, moteur):
            with pytest.raises(ValidationError) as refus:
                services.modifier_equipement(
                    par=responsable, equipement_id=ligne.pk, parent_id=parent.pk
                )
            assert faute(refus) == [("parent_id", "BOUCLE")]
        services.modifier_equipement(par=responsable, equipement_id=moteur.pk, parent_id=ligne.pk)

    @pytest.mark.parametrize(
        "specifications", [[1], {"a": {"b": 1}}, {"": "x"}, {"a" * 101: "x"}, {"a": "x" * 501}]
    )
    def test_les_caracteristiques_sont_plates(self, responsable, specifications):
        with pytest.raises(ValidationError) as refus:
            services.creer_equipement(
                par=responsable, **champs(ClientFactory(), specifications=specifications)
            )
        assert refus.value.errors[0].field == "specifications"

    def test_changer_de_client_tant_que_rien_ne_l_attache(self, responsable):
        site = SiteFactory()
        equipement = EquipementFactory(client=site.client, site=site)
        autre = ClientFactory()
        services.modifier_equipement(
            par=responsable, equipement_id=equipement.pk, client_id=autre.pk
        )
        equipement.refresh_from_db()
        assert (equipement.client, equipement.site) == (autre, None)
        InterventionFactory(equipement=equipement)
        with pytest.raises(BusinessRuleError) as refus:
            services.modifier_equipement(
                par=responsable, equipement_id=equipement.pk, client_id=site.client_id
            )
        assert refus.value.code == "EQUIPEMENT_RATTACHE"

    def test_supprimer_ce_qui_n_a_pas_d_histoire(self, responsable):
        avec, sans = EquipementFactory.create_batch(2)
        InterventionFactory(equipement=avec)
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_equipement(par=responsable, equipement_id=avec.pk)
        assert refus.value.code == "UTILISE"
        services.supprimer_equipement(par=responsable, equipement_id=sans.pk)
        assert set(Equipement.objects.all()) == {avec}

    def test_reserve_a_la_gestion(self, technicien, client_portail):
        client = client_portail.contact.client
        equipement = EquipementFactory(client=client)
        for par in (technicien, client_portail):
            for action in (
                lambda par=par: services.creer_equipement(par=par, **champs(client)),
                lambda par=par: services.modifier_equipement(
                    par=par, equipement_id=equipement.pk, nom="X"
                ),
                lambda par=par: services.supprimer_equipement(par=par, equipement_id=equipement.pk),
                lambda par=par: services.creer_compteur(
                    par=par, equipement_id=equipement.pk, nom="Heures"
                ),
            ):
                with pytest.raises(AuthorizationError):
                    action()
        with pytest.raises(IntrouvableError):
            services.modifier_equipement(
                par=client_portail, equipement_id=EquipementFactory().pk, nom="X"
            )


class TestStatut:
    @pytest.mark.parametrize("de", StatutEquipement)
    @pytest.mark.parametrize("vers", StatutEquipement)
    def test_les_mouvements_de_la_table_et_eux_seuls(self, responsable, de, vers):
        equipement = EquipementFactory(statut=de)
        permis = vers in MOUVEMENTS_STATUT[de]
        if permis:
            services.changer_statut_equipement(
                par=responsable, equipement_id=equipement.pk, vers=vers
            )
        else:
            with pytest.raises(BusinessRuleError) as refus:
                services.changer_statut_equipement(
                    par=responsable, equipement_id=equipement.pk, vers=vers
                )
            assert refus.value.code == "TRANSITION_INTERDITE"
        equipement.refresh_from_db()
        assert equipement.statut == (vers if permis else de)
        # the work on it moves it along the same table, and is never refused
        autre = EquipementFactory(statut=de)
        services.suivre_intervention(equipement_id=autre.pk, vers=vers)
        autre.refresh_from_db()
        assert autre.statut == (vers if permis else de)

    def test_statut_inconnu(self, responsable):
        with pytest.raises(ValidationError) as refus:
            services.changer_statut_equipement(
                par=responsable, equipement_id=EquipementFactory().pk, vers="neuf"
            )
        assert faute(refus) == [("statut", "CHOIX_INVALIDE")]

    def test_un_technicien_pendant_sa_propre_intervention(
        self, technicien, autre_technicien, client_portail
    ):
        equipement = EquipementFactory(client=client_portail.contact.client)
        compteur = CompteurFactory(equipement=equipement)
        InterventionFactory(affectee=True, equipement=equipement, technicien=technicien.technicien)
        for par in (technicien, autre_technicien, client_portail):
            with pytest.raises(AuthorizationError):
                services.changer_statut_equipement(
                    par=par, equipement_id=equipement.pk, vers="panne"
                )
            with pytest.raises(AuthorizationError):
                services.enregistrer_releve(par=par, compteur_id=compteur.pk, valeur=Decimal(1))
        InterventionFactory(en_cours=True, equipement=equipement, technicien=technicien.technicien)
        services.changer_statut_equipement(
            par=technicien, equipement_id=equipement.pk, vers="panne"
        )
        services.enregistrer_releve(par=technicien, compteur_id=compteur.pk, valeur=Decimal(1))
        for par in (autre_technicien, client_portail):
            with pytest.raises(AuthorizationError):
                services.changer_statut_equipement(
                    par=par, equipement_id=equipement.pk, vers="maintenance"
                )


class TestCouverture:
    def test_exactement_ces_machines(self, responsable):
        contrat = ContratFactory()
        a, b, c = EquipementFactory.create_batch(3, client=contrat.client)
        services.couvrir_equipements(
            par=responsable, contrat_id=contrat.pk, equipement_ids=[a.pk, b.pk]
        )
        services.couvrir_equipements(
            par=responsable, contrat_id=contrat.pk, equipement_ids=[b.pk, c.pk, c.pk]
        )
        assert set(contrat.equipements.all()) == {b, c}
        services.couvrir_equipements(par=responsable, contrat_id=contrat.pk, equipement_ids=[])
        assert not contrat.equipements.exists()

    def test_celles_du_client_seulement(self, responsable):
        contrat = ContratFactory()
        with pytest.raises(ValidationError) as refus:
            services.couvrir_equipements(
                par=responsable, contrat_id=contrat.pk, equipement_ids=[EquipementFactory().pk]
            )
        assert faute(refus) == [("equipement_ids", "INCONNU")]

    def test_deux_contrats_actifs_aux_memes_dates(self, responsable):
        couverte = CouvertureFactory()
        client = couverte.contrat.client
        autre = ContratFactory(client=client)
        with pytest.raises(BusinessRuleError) as refus:
            services.couvrir_equipements(
                par=responsable, contrat_id=autre.pk, equipement_ids=[couverte.equipement_id]
            )
        assert refus.value.code == "COUVERTURE_CHEVAUCHANTE"
        suivant = ContratFactory(
            client=client,
            date_debut=couverte.contrat.date_fin + timedelta(days=1),
            date_fin=couverte.contrat.date_fin + timedelta(days=30),
        )
        brouillon = ContratFactory(client=client, brouillon=True)
        for contrat in (suivant, brouillon):
            services.couvrir_equipements(
                par=responsable, contrat_id=contrat.pk, equipement_ids=[couverte.equipement_id]
            )

    def test_reserve_a_la_gestion(self, client_portail):
        contrat = ContratFactory(client=client_portail.contact.client)
        with pytest.raises(AuthorizationError):
            services.couvrir_equipements(
                par=client_portail, contrat_id=contrat.pk, equipement_ids=[]
            )

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("tour", range(3))
    def test_deux_personnes_couvrent_la_meme_machine(self, tour):
        responsable = UserFactory()
        equipement = EquipementFactory()
        contrats = ContratFactory.create_batch(2, client=equipement.client)
        resultats = ensemble(
            *(
                lambda pk=contrat.pk: services.couvrir_equipements(
                    par=responsable, contrat_id=pk, equipement_ids=[equipement.pk]
                )
                for contrat in contrats
            )
        )
        assert codes(resultats) == ["COUVERTURE_CHEVAUCHANTE"]
        assert CouvertureContrat.objects.count() == 1


class TestCompteurs:
    def test_creer_renommer_supprimer(self, responsable):
        equipement = EquipementFactory()
        compteur = services.creer_compteur(
            par=responsable, equipement_id=equipement.pk, nom="Heures"
        )
        with pytest.raises(ValidationError) as refus:
            services.creer_compteur(par=responsable, equipement_id=equipement.pk, nom="Heures")
        assert faute(refus) == [("nom", "DEJA_UTILISE")]
        services.modifier_compteur(par=responsable, compteur_id=compteur.pk, unite="cycles")
        ReleveFactory(compteur=compteur)
        services.supprimer_compteur(par=responsable, compteur_id=compteur.pk)
        assert not Compteur.objects.exists()

    def test_un_compteur_suivi_par_un_plan_reste(self, responsable):
        compteur = CompteurFactory()
        PlanFactory(equipement=compteur.equipement, compteur=compteur, intervalle_compteur=500)
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_compteur(par=responsable, compteur_id=compteur.pk)
        assert refus.value.code == "UTILISE"

    def test_un_compteur_ne_recule_que_remplace(self, responsable):
        compteur = CompteurFactory()

        def relever(valeur, il_y_a, **autres):
            return services.enregistrer_releve(
                par=responsable,
                compteur_id=compteur.pk,
                valeur=Decimal(valeur),
                date_releve=timezone.now() - timedelta(days=il_y_a),
                **autres,
            )

        relever(100, 30)
        relever(100, 20)
        with pytest.raises(BusinessRuleError) as refus:
            relever("99.99", 10)
        assert refus.value.code == "RELEVE_INCOHERENT"
        relever(5, 10, remplacement=True)
        relever(50, 1)
        # in between: not below the one before, nor above the one after
        for valeur, jour in ((101, 25), (99, 25), (4, 5), (51, 5)):
            with pytest.raises(BusinessRuleError) as refus:
                relever(valeur, jour)
            assert refus.value.code == "RELEVE_INCOHERENT"
        relever(100, 25)
        relever(20, 5)
        # before the replacement the old meter may have gone on
        relever(140, 15)
        valeurs = compteur.releves.order_by("date_releve").values_list("valeur", flat=True)
        assert [int(valeur) for valeur in valeurs] == [100, 100, 100, 140, 5, 20, 50]

    def test_ni_futur_ni_negatif_ni_double(self, responsable):
        compteur = CompteurFactory()
        maintenant = timezone.now()
        for valeur, moment, champ in (
            (Decimal(1), maintenant + timedelta(hours=1), "date_releve"),
            (Decimal(-1), maintenant, "valeur"),
        ):
            with pytest.raises(ValidationError) as refus:
                services.enregistrer_releve(
                    par=responsable, compteur_id=compteur.pk, valeur=valeur, date_releve=moment
                )
            assert refus.value.errors[0].field == champ
        services.enregistrer_releve(
            par=SYSTEME, compteur_id=compteur.pk, valeur=Decimal(1), date_releve=maintenant
        )
        with pytest.raises(ValidationError) as refus:
            services.enregistrer_releve(
                par=responsable, compteur_id=compteur.pk, valeur=Decimal(1), date_releve=maintenant
            )
        assert faute(refus) == [("date_releve", "DEJA_UTILISE")]

    def test_reprendre_un_releve_faux(self, responsable, technicien):
        compteur = CompteurFactory()
        jour = timezone.now() - timedelta(days=9)
        ReleveFactory(compteur=compteur, valeur=100, date_releve=jour)
        remplace = ReleveFactory(
            compteur=compteur, valeur=2, date_releve=jour + timedelta(days=1), remplacement=True
        )
        suivant = ReleveFactory(compteur=compteur, valeur=3, date_releve=jour + timedelta(days=2))
        with pytest.raises(AuthorizationError):
            services.supprimer_releve(par=technicien, releve_id=suivant.pk)
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_releve(par=responsable, releve_id=remplace.pk)
        assert refus.value.code == "RELEVE_INCOHERENT"
        services.supprimer_releve(par=responsable, releve_id=suivant.pk)
        services.supprimer_releve(par=responsable, releve_id=remplace.pk)
        assert ReleveCompteur.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_deux_releves_au_meme_moment(self):
        responsable = UserFactory()
        compteur = CompteurFactory()
        moment = timezone.now()
        resultats = ensemble(
            *(
                lambda valeur=valeur, decalage=decalage: services.enregistrer_releve(
                    par=responsable,
                    compteur_id=compteur.pk,
                    valeur=Decimal(valeur),
                    date_releve=moment - timedelta(seconds=decalage),
                )
                for valeur, decalage in ((200, 2), (100, 1))
            )
        )
        assert codes(resultats) == ["RELEVE_INCOHERENT"]
        assert ReleveCompteur.objects.count() == 1
