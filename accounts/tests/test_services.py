from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from accounts import services
from accounts.choices import Role
from accounts.models import SYSTEME, User
from accounts.tests.factories import MOT_DE_PASSE, UserFactory
from erp.exceptions import AuthorizationError, BusinessRuleError, IntrouvableError, ValidationError
from erp.tests.concurrence import codes, ensemble
from notifications.choices import Canal, Evenement
from notifications.models import Notification

pytestmark = pytest.mark.django_db

NOUVEAU = "Un-autre-secret-9"


def code_de(refus):
    return refus.value.errors[0].code


def parties(lien: str) -> tuple[str, str]:
    """uid and token of a link."""
    *_debut, uid, jeton, _fin = lien.split("/")
    return uid, jeton


class TestCreer:
    def test_sans_mot_de_passe_personne_n_entre(self, admin):
        user = services.creer_utilisateur(
            par=admin,
            email="Nadia.Idrissi@MIF.ma",
            full_name="Nadia Idrissi",
            role=Role.RESPONSABLE,
        )
        user.refresh_from_db()
        assert (user.email, user.username) == ("nadia.idrissi@mif.ma", "nadia-idrissi")
        assert not user.has_usable_password()
        assert not Notification.objects.exists()

    def test_invitation_par_courriel_seul(self, admin):
        user = services.creer_utilisateur(
            par=admin, email="n@mif.ma", full_name="Nadia", role=Role.CLIENT, invitation=True
        )
        (message,) = Notification.objects.all()
        assert (message.user, message.canal) == (user, Canal.EMAIL)
        assert message.type_notification == Evenement.COMPTE
        uid, jeton = parties(message.lien)
        assert services.compte_du_lien(uid, jeton) == user

    def test_les_noms_d_utilisateur_pris_sont_numerotes(self, admin):
        noms = [
            services.creer_utilisateur(
                par=admin, email=f"ali@{n}.ma", full_name="Ali", role=Role.CLIENT
            ).username
            for n in range(3)
        ]
        assert noms == ["ali", "ali2", "ali3"]

    def test_mot_de_passe_faible_refuse_puis_accepte(self, admin):
        champs = {"par": admin, "email": "n@mif.ma", "full_name": "Nadia", "role": Role.CLIENT}
        with pytest.raises(ValidationError) as refus:
            services.creer_utilisateur(**champs, mot_de_passe="12345")
        assert {e.field for e in refus.value.errors} == {"mot_de_passe"}
        assert code_de(refus) == "MOT_DE_PASSE_FAIBLE"
        assert services.creer_utilisateur(**champs, mot_de_passe=NOUVEAU).check_password(NOUVEAU)

    def test_adresse_deja_prise_sans_egard_a_la_casse(self, admin):
        UserFactory(email="n@mif.ma")
        with pytest.raises(ValidationError) as refus:
            services.creer_utilisateur(
                par=admin, email="N@MIF.MA", full_name="Nadia", role=Role.CLIENT
            )
        assert (refus.value.errors[0].field, code_de(refus)) == ("email", "DEJA_UTILISE")

    def test_un_nom_d_utilisateur_ne_ressemble_pas_a_une_adresse(self, admin):
        with pytest.raises(ValidationError):
            services.creer_utilisateur(
                par=admin, email="n@mif.ma", full_name="N", role=Role.CLIENT, username="n@mif.ma"
            )

    def test_reserve_a_l_admin(self, responsable, technicien, client_portail):
        for par in (responsable, technicien, client_portail):
            with pytest.raises(AuthorizationError):
                services.creer_utilisateur(
                    par=par, email="n@mif.ma", full_name="N", role=Role.CLIENT
                )
        assert services.creer_utilisateur(
            par=SYSTEME, email="n@mif.ma", full_name="N", role=Role.CLIENT
        )


class TestDernierAdmin:
    def test_ni_desactive_ni_retrograde_ni_supprime(self, admin):
        for action in (
            lambda: services.changer_activation(par=admin, user_id=admin.pk, actif=False),
            lambda: services.modifier_utilisateur(
                par=admin, user_id=admin.pk, role=Role.RESPONSABLE
            ),
            lambda: services.supprimer_utilisateur(par=admin, user_id=admin.pk),
        ):
            with pytest.raises(BusinessRuleError) as refus:
                action()
            assert refus.value.code == "DERNIER_ADMIN"
        UserFactory(admin=True)
        services.modifier_utilisateur(par=admin, user_id=admin.pk, role=Role.RESPONSABLE)
        admin.refresh_from_db()
        assert admin.role == Role.RESPONSABLE

    def test_un_admin_inactif_ne_compte_pas(self, admin):
        UserFactory(admin=True, inactif=True)
        with pytest.raises(BusinessRuleError):
            services.changer_activation(par=admin, user_id=admin.pk, actif=False)

    @pytest.mark.django_db(transaction=True)
    def test_deux_admins_ne_s_ecartent_pas_l_un_l_autre(self):
        premier, second = UserFactory.create_batch(2, admin=True)
        resultats = ensemble(
            lambda: services.changer_activation(par=premier, user_id=second.pk, actif=False),
            lambda: services.changer_activation(par=second, user_id=premier.pk, actif=False),
        )
        assert codes(resultats) == ["DERNIER_ADMIN"]
        assert User.objects.actifs().avec_role(Role.ADMIN).count() == 1


class TestModifier:
    def test_champs_nommes_seulement(self, admin):
        user = UserFactory(langue="ar")
        services.modifier_utilisateur(par=admin, user_id=user.pk, full_name="Autre", email="X@Y.ma")
        user.refresh_from_db()
        assert (user.full_name, user.email, user.langue) == ("Autre", "x@y.ma", "ar")

    def test_un_profil_retient_le_role(self, admin, technicien, client_portail):
        for user, role in ((technicien, Role.RESPONSABLE), (client_portail, Role.TECHNICIEN)):
            with pytest.raises(BusinessRuleError) as refus:
                services.modifier_utilisateur(par=admin, user_id=user.pk, role=role)
            assert refus.value.code == "ROLE_INCOMPATIBLE"
        sans_fiche = UserFactory(technicien=True)
        assert services.modifier_utilisateur(
            par=admin, user_id=sans_fiche.pk, role=Role.RESPONSABLE
        ).est_gestion

    def test_reserve_a_l_admin(self, responsable, technicien):
        with pytest.raises(AuthorizationError):
            services.modifier_utilisateur(par=responsable, user_id=technicien.pk, full_name="X")
        with pytest.raises(AuthorizationError):
            services.changer_activation(par=responsable, user_id=technicien.pk, actif=False)

    def test_supprimer_un_compte_qui_sert_est_refuse(self, admin, technicien, client_portail):
        with pytest.raises(BusinessRuleError) as refus:
            services.supprimer_utilisateur(par=admin, user_id=technicien.pk)
        assert refus.value.code == "UTILISE"
        contact = client_portail.contact
        services.supprimer_utilisateur(par=admin, user_id=client_portail.pk)
        contact.refresh_from_db()
        assert contact.user is None
        with pytest.raises(IntrouvableError):
            services.supprimer_utilisateur(par=admin, user_id=client_portail.pk)

    def test_desactiver_puis_reactiver(self, admin, technicien):
        assert not services.changer_activation(
            par=admin, user_id=technicien.pk, actif=False
        ).is_active
        assert services.changer_activation(par=admin, user_id=technicien.pk, actif=True).is_active

    def test_son_propre_profil(self, technicien):
        services.modifier_profil(par=technicien, full_name="Tarik Alaoui", langue="ar")
        technicien.refresh_from_db()
        assert (technicien.full_name, technicien.langue) == ("Tarik Alaoui", "ar")
        with pytest.raises(ValidationError):
            services.modifier_profil(par=technicien, langue="xx")


class TestMotDePasse:
    def test_changer_le_sien(self, technicien):
        with pytest.raises(ValidationError) as refus:
            services.changer_mot_de_passe(
                par=technicien, ancien_mot_de_passe="faux", nouveau_mot_de_passe=NOUVEAU
            )
        assert code_de(refus) == "MOT_DE_PASSE_INCORRECT"
        user = services.changer_mot_de_passe(
            par=technicien, ancien_mot_de_passe=MOT_DE_PASSE, nouveau_mot_de_passe=NOUVEAU
        )
        assert user.check_password(NOUVEAU)

    def test_le_lien_sert_une_fois(self, client_portail):
        services.demander_reinitialisation(email=" Client@Example.com ")
        uid, jeton = parties(Notification.objects.get().lien)
        user = services.reinitialiser_mot_de_passe(
            uid=uid, jeton=jeton, nouveau_mot_de_passe=NOUVEAU
        )
        assert user == client_portail
        assert user.check_password(NOUVEAU)
        with pytest.raises(ValidationError) as refus:
            services.reinitialiser_mot_de_passe(uid=uid, jeton=jeton, nouveau_mot_de_passe=NOUVEAU)
        assert code_de(refus) == "LIEN_INVALIDE"

    def test_le_lien_expire(self, client_portail):
        services.demander_reinitialisation(email=client_portail.email)
        uid, jeton = parties(Notification.objects.get().lien)
        terme = timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        with time_machine.travel(terme - timedelta(hours=2)):
            assert services.compte_du_lien(uid, jeton) == client_portail
        with time_machine.travel(terme + timedelta(hours=2)):
            assert services.compte_du_lien(uid, jeton) is None

    @pytest.mark.parametrize("uid", ["", "MQ", "%%", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
    def test_un_lien_mal_forme_n_est_a_personne(self, client_portail, uid):
        assert services.compte_du_lien(uid, "x-y") is None

    def test_rien_pour_un_inconnu_ni_pour_un_compte_desactive(self):
        UserFactory(email="parti@example.com", inactif=True)
        services.demander_reinitialisation(email="parti@example.com")
        services.demander_reinitialisation(email="inconnu@example.com")
        assert not Notification.objects.exists()

    def test_inviter_de_nouveau(self, admin, responsable, technicien):
        with pytest.raises(AuthorizationError):
            services.inviter(par=responsable, user_id=technicien.pk)
        services.inviter(par=admin, user_id=technicien.pk)
        assert Notification.objects.get().user == technicien
        technicien.refresh_from_db()
        assert technicien.attendu
        assert technicien.invite_le < timezone.now() < technicien.invitation_jusqu_a
        services.changer_activation(par=admin, user_id=technicien.pk, actif=False)
        with pytest.raises(BusinessRuleError) as refus:
            services.inviter(par=admin, user_id=technicien.pk)
        assert refus.value.code == "COMPTE_INACTIF"
