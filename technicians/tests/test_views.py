"""The pages, as each of the five people meets them."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from erp.calendrier import CASABLANCA
from interventions.tests.factories import CreneauFactory, InterventionFactory
from technicians import services
from technicians.choices import StatutAbsence
from technicians.models import Competence, Disponibilite, Technicien
from technicians.tests.factories import (
    CompetenceFactory,
    DisponibiliteFactory,
    TechnicienCompetenceFactory,
    TechnicienFactory,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def ecrire(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def fiche(technicien):
    return technicien.technicien


def visiter(client, user, nom, *args, **kwargs):
    client.force_login(user)
    return client.get(reverse(nom, args=args), **kwargs)


# --- Who sees what -----------------------------------------------------------------------------


def test_l_annuaire_de_chacun(
    client, admin, responsable, technicien, autre_technicien, client_portail, autre_client
):
    InterventionFactory(
        affectee=True,
        technicien=technicien.technicien,
        equipement__client=client_portail.contact.client,
    )
    tous = {technicien.technicien, autre_technicien.technicien}
    attendus = {
        admin: tous,
        responsable: tous,
        technicien: tous,
        autre_technicien: tous,
        client_portail: {technicien.technicien},
        autre_client: set(),
    }
    for user, attendu in attendus.items():
        assert set(Technicien.objects.visible_to(user)) == attendu
        reponse = visiter(client, user, "technicians:liste")
        assert reponse.status_code == 200
        assert set(reponse.context["liste"].objets) == attendu


def test_un_client_ne_lit_que_le_nom(client, client_portail, fiche):
    InterventionFactory(
        affectee=True, technicien=fiche, equipement__client=client_portail.contact.client
    )
    for nom, args in (("technicians:liste", []), ("technicians:detail", [fiche.pk])):
        page = visiter(client, client_portail, nom, *args).content.decode()
        assert fiche.user.full_name in page
        for secret in (fiche.matricule, fiche.specialite, fiche.notes_privees, fiche.user.email):
            assert secret not in page


def test_un_technicien_etranger_n_existe_pas_pour_un_client(client, autre_client, fiche):
    assert visiter(client, autre_client, "technicians:detail", fiche.pk).status_code == 404


@pytest.mark.parametrize("lecteur", ["technicien", "autre_technicien"])
def test_ni_cout_ni_notes_privees_pour_les_techniciens(client, request, fiche, lecteur):
    fiche.cout_horaire = 173
    fiche.save()
    page = visiter(
        client, request.getfixturevalue(lecteur), "technicians:detail", fiche.pk
    ).content.decode()
    assert fiche.notes_privees not in page
    assert "173" not in page


def test_l_emploi_du_temps_est_a_lui_et_aux_responsables(
    client, responsable, technicien, autre_technicien, fiche
):
    demain = timezone.now() + timedelta(days=1)
    creneau = CreneauFactory(intervention__technicien=fiche, debut=demain)
    DisponibiliteFactory(
        technicien=fiche, motif="Mariage de Leïla", debut=demain + timedelta(days=3)
    )
    for user, voit in ((responsable, True), (technicien, True), (autre_technicien, False)):
        page = visiter(client, user, "technicians:detail", fiche.pk).content.decode()
        assert ("Mariage de Leïla" in page) is voit
        assert (creneau.intervention.reference in page) is voit


def test_l_etat_ne_se_filtre_pas_sans_se_voir(client, autre_technicien, fiche):
    DisponibiliteFactory(technicien=fiche, debut=timezone.now() - timedelta(hours=1))
    client.force_login(autre_technicien)
    reponse = client.get(reverse("technicians:liste"), {"etat": "absent"})
    assert len(reponse.context["liste"].objets) == 2


@pytest.mark.parametrize(
    "nom", ["creer", "modifier", "absence", "competence", "supprimer", "competence_creer"]
)
def test_les_formulaires_sont_aux_responsables(
    client, autre_technicien, client_portail, fiche, nom
):
    InterventionFactory(
        affectee=True, technicien=fiche, equipement__client=client_portail.contact.client
    )
    args = [] if nom in ("creer", "competence_creer") else [fiche.pk]
    for user in (autre_technicien, client_portail):
        client.force_login(user)
        assert client.post(reverse(f"technicians:{nom}", args=args), {}).status_code == 403


def test_un_inconnu_se_connecte_d_abord(client, fiche):
    reponse = client.get(reverse("technicians:detail", args=[fiche.pk]))
    assert reponse.status_code == 302
    assert reponse["Location"].startswith(reverse("accounts:connexion"))


# --- Lists -------------------------------------------------------------------------------------


def test_autant_de_requetes_pour_trente_lignes(
    client, responsable, django_assert_max_num_queries, fiche
):
    competences = CompetenceFactory.create_batch(3)

    def compter():
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as requetes:
            assert client.get(reverse("technicians:liste")).status_code == 200
        return len(requetes)

    client.force_login(responsable)
    TechnicienFactory.create_batch(2, competences=competences)
    avec_trois = compter()
    TechnicienFactory.create_batch(21, competences=competences)
    assert compter() == avec_trois
    assert avec_trois <= 13


def test_les_filtres_de_la_liste(client, responsable, technicien, autre_technicien):
    soudure = CompetenceFactory(nom="Soudure")
    TechnicienCompetenceFactory(technicien=technicien.technicien, competence=soudure)
    TechnicienCompetenceFactory(
        technicien=autre_technicien.technicien,
        competence=soudure,
        date_expiration=timezone.localdate() - timedelta(days=1),
    )
    DisponibiliteFactory(
        technicien=autre_technicien.technicien, debut=timezone.now() - timedelta(hours=1)
    )
    client.force_login(responsable)

    def trouves(**params):
        return {
            t.user for t in client.get(reverse("technicians:liste"), params).context["liste"].objets
        }

    assert trouves(competence_id=soudure.pk) == {technicien}
    assert trouves(etat="absent") == {autre_technicien}
    assert trouves(search="youssef") == {autre_technicien}
    assert trouves(search="rien de tel") == set()


def test_le_fragment_est_une_part_de_la_page(client, responsable, fiche):
    client.force_login(responsable)
    page = client.get(reverse("technicians:liste")).content.decode()
    fragment = client.get(reverse("technicians:liste"), headers=HTMX).content.decode()
    assert fragment.strip().startswith('<div id="liste"')
    assert fragment.strip() in page


# --- Forms -------------------------------------------------------------------------------------


def test_creer_un_technicien_et_son_compte(client, responsable):
    soudure = CompetenceFactory(nom="Soudure")
    client.force_login(responsable)
    donnees = {
        "full_name": "Nadia Neuve",
        "email": "nadia@example.com",
        "matricule": "T900",
        "telephone": "06 12 34 56 78",
        "heures_hebdomadaires": "44",
        "cout_horaire": "120",
        "competences": [soudure.pk],
        "langue": "fr",
    }
    reponse = client.post(reverse("technicians:creer"), donnees)
    nouveau = Technicien.objects.get(matricule="T900")
    assert reponse.status_code == 302
    assert reponse["Location"] == reverse("technicians:detail", args=[nouveau.pk])
    assert nouveau.user.email == "nadia@example.com"
    assert (
        str(nouveau.telephone) == "+212 6 12 34 56 78"
        or nouveau.telephone.as_e164 == "+212612345678"
    )
    assert list(nouveau.competences.all()) == [soudure]


def test_une_erreur_garde_ce_qui_a_ete_tape(client, responsable, fiche):
    client.force_login(responsable)
    donnees = {
        "full_name": "Nadia Neuve",
        "email": "nadia@example.com",
        "matricule": fiche.matricule,
        "heures_hebdomadaires": "44",
        "cout_horaire": "120",
    }
    reponse = client.post(reverse("technicians:creer"), donnees, headers=HTMX)
    page = reponse.content.decode()
    assert reponse.status_code == 422
    assert 'value="Nadia Neuve"' in page
    assert reponse.context["form"].errors.keys() == {"matricule"}
    assert Technicien.objects.count() == 1


def test_modifier_n_oublie_rien(client, responsable, fiche):
    client.force_login(responsable)
    page = client.get(reverse("technicians:modifier", args=[fiche.pk]))
    donnees = {nom: "" if v is None else v for nom, v in page.context["form"].initial.items()}
    reponse = client.post(
        reverse("technicians:modifier", args=[fiche.pk]), {**donnees, "equipe": "Nord"}
    )
    assert reponse.status_code == 302
    avant = (fiche.matricule, fiche.specialite, fiche.cout_horaire, fiche.notes_privees)
    fiche.refresh_from_db()
    assert fiche.equipe == "Nord"
    assert (fiche.matricule, fiche.specialite, fiche.cout_horaire, fiche.notes_privees) == avant


def test_declarer_une_absence_nomme_ce_qui_est_planifie(client, responsable, fiche):
    debut = timezone.now() + timedelta(days=2)
    creneau = CreneauFactory(intervention__technicien=fiche, debut=debut)
    client.force_login(responsable)
    donnees = {
        "type": "conge",
        "debut": ecrire(debut - timedelta(hours=1)),
        "fin": ecrire(debut + timedelta(days=1)),
    }
    reponse = client.post(reverse("technicians:absence", args=[fiche.pk]), donnees, follow=True)
    assert creneau.intervention.reference in " ".join(map(str, reponse.context["messages"]))
    assert Disponibilite.objects.get().statut == StatutAbsence.ACCEPTEE
    reponse = client.post(reverse("technicians:absence", args=[fiche.pk]), donnees, headers=HTMX)
    assert reponse.status_code == 409
    assert donnees["debut"] in reponse.content.decode()


def test_demander_puis_decider_une_absence(client, responsable, technicien, fiche):
    debut = timezone.now() + timedelta(days=2)
    client.force_login(technicien)
    donnees = {"type": "conge", "debut": ecrire(debut), "fin": ecrire(debut + timedelta(days=1))}
    assert client.post(reverse("technicians:absence", args=[fiche.pk]), donnees).status_code == 302
    demande = Disponibilite.objects.get()
    assert demande.statut == StatutAbsence.DEMANDEE
    accepter = reverse("technicians:absence_accepter", args=[demande.pk])
    assert client.post(accepter).status_code == 403
    client.force_login(responsable)
    assert client.get(reverse("technicians:absence_refuser", args=[demande.pk])).status_code == 200
    assert client.post(accepter).status_code == 302
    demande.refresh_from_db()
    assert demande.statut == StatutAbsence.ACCEPTEE
    refuser = reverse("technicians:absence_refuser", args=[demande.pk])
    assert client.post(refuser, {"motif": "trop tard"}, headers=HTMX).status_code == 409


def test_l_absence_d_un_collegue_n_existe_pas(client, autre_technicien, fiche):
    absence = DisponibiliteFactory(technicien=fiche, demandee=True)
    client.force_login(autre_technicien)
    for nom in ("absence_accepter", "absence_refuser", "absence_supprimer"):
        assert client.post(reverse(f"technicians:{nom}", args=[absence.pk])).status_code == 404


def test_retirer_sa_demande(client, technicien, fiche):
    absence = DisponibiliteFactory(technicien=fiche, demandee=True)
    client.force_login(technicien)
    assert (
        client.post(reverse("technicians:absence_supprimer", args=[absence.pk])).status_code == 302
    )
    assert not Disponibilite.objects.exists()


def test_attribuer_puis_modifier_puis_retirer_une_competence(client, responsable, fiche):
    soudure = CompetenceFactory(nom="Soudure")
    url = reverse("technicians:competence", args=[fiche.pk])
    client.force_login(responsable)
    donnees = {"competence_id": soudure.pk, "niveau": "avance"}
    assert client.post(url, donnees).status_code == 302
    page = client.get(url, {"competence": soudure.pk})
    assert page.context["form"].initial["niveau"] == "avance"
    client.post(url, {**donnees, "niveau": "expert", "certifie": "on"})
    detenue = fiche.competences_detenues.get()
    assert (detenue.niveau, detenue.certifie) == ("expert", True)
    retirer = reverse("technicians:competence_retirer", args=[fiche.pk, soudure.pk])
    assert client.post(retirer).status_code == 302
    assert client.post(retirer).status_code == 404
    assert not fiche.competences_detenues.exists()


def test_le_catalogue_des_competences(client, responsable, technicien):
    client.force_login(responsable)
    creer = reverse("technicians:competence_creer")
    assert client.post(creer, {"nom": "Soudure"}).status_code == 302
    assert client.post(creer, {"nom": "Soudure"}).status_code == 422
    soudure = Competence.objects.get()
    modifier = reverse("technicians:competence_modifier", args=[soudure.pk])
    assert client.post(modifier, {"nom": "Soudage"}).status_code == 302
    assert "Soudage" in client.get(reverse("technicians:competences")).content.decode()
    supprimer = reverse("technicians:competence_supprimer", args=[soudure.pk])
    client.force_login(technicien)
    assert client.post(supprimer).status_code == 403
    client.force_login(responsable)
    assert client.post(supprimer).status_code == 302


def test_supprimer_celui_qui_n_a_pas_travaille(client, responsable, fiche, autre_technicien):
    InterventionFactory(affectee=True, technicien=autre_technicien.technicien)
    client.force_login(responsable)
    assert client.post(reverse("technicians:supprimer", args=[fiche.pk])).status_code == 302
    reponse = client.post(
        reverse("technicians:supprimer", args=[autre_technicien.technicien.pk]), headers=HTMX
    )
    assert reponse.status_code == 409
    assert set(Technicien.objects.all()) == {autre_technicien.technicien}


def test_la_semaine_compte_ce_qui_est_planifie_sur_ce_qui_est_travaille(client, responsable, fiche):
    # a Monday of a company that works from 8 to 18, he absent on Tuesday
    lundi = datetime(2026, 9, 7, tzinfo=CASABLANCA)
    CreneauFactory(
        intervention__affectee=True,
        intervention__technicien=fiche,
        technicien=fiche,
        debut=lundi.replace(hour=9),
        fin=lundi.replace(hour=11),
    )
    DisponibiliteFactory(
        technicien=fiche, debut=lundi + timedelta(days=1), fin=lundi + timedelta(days=2)
    )
    client.force_login(responsable)
    url = reverse("technicians:detail", args=[fiche.pk])
    semaine = client.get(url, {"semaine": "2026-09-07"}).context["semaine"]
    premier, absent, dimanche = semaine.jours[0], semaine.jours[1], semaine.jours[6]
    assert premier.planifiees == 120
    assert premier.ouvrees > 300
    assert absent.ouvrees == dimanche.ouvrees == 0
    assert {b.genre for b in premier.bandes} == {"ouvert", "creneau"}
    assert {b.genre for b in absent.bandes} == {"absence"}
    for jour in semaine.jours:
        for bande in jour.bandes:
            assert 0 <= bande.x < bande.x + bande.largeur <= semaine.largeur


@pytest.mark.parametrize("semaine", ["2026-01-07", "n’importe quoi", "0001-01-01", "2026-02-31"])
def test_la_semaine_demandee(client, responsable, fiche, semaine):
    client.force_login(responsable)
    url = reverse("technicians:detail", args=[fiche.pk])
    fragment = client.get(url, {"semaine": semaine}, headers=HTMX)
    assert fragment.content.decode().strip().startswith('<section class="card" id="semaine"')
    reponse = client.get(url, {"semaine": semaine})
    assert reponse.status_code == 200
    assert len(reponse.context["semaine"].jours) == 7
    if semaine == "2026-01-07":
        assert str(reponse.context["semaine"].jours[0].date) == "2026-01-05"


def test_a_request_shows_the_work_that_it_meets(client, responsable, technicien, client_portail):
    """With who else could go; the technicien sees what he asked for, and decides nothing."""
    fiche = technicien.technicien
    demain = timezone.now() + timedelta(days=1)
    demandee = services.demander_absence(
        par=technicien, type="conge", debut=demain, fin=demain + timedelta(days=2)
    )
    sur, apres = (
        CreneauFactory(
            intervention__technicien=fiche, debut=quand, fin=quand + timedelta(hours=2)
        ).intervention
        for quand in (demain + timedelta(hours=1), demain + timedelta(days=3))
    )
    adresse = reverse("technicians:absences")
    for personne in (technicien, client_portail):
        client.force_login(personne)
        assert client.get(adresse).status_code == 403
    client.force_login(responsable)
    for page in (adresse, fiche.get_absolute_url()):
        texte = client.get(page).content.decode()
        assert reverse("planning:suggestions", args=[sur.pk]) in texte
        assert reverse("planning:suggestions", args=[apres.pk]) not in texte
        assert reverse("technicians:absence_accepter", args=[demandee.pk]) in texte
    assert 'kanban-nombre ms-2">1<' in client.get(reverse("technicians:liste")).content.decode()
    client.post(reverse("technicians:absence_accepter", args=[demandee.pk]))
    assert "Aucune absence à décider" in client.get(adresse).content.decode()
    texte = client.get(fiche.get_absolute_url()).content.decode()
    assert reverse("planning:suggestions", args=[sur.pk]) in texte
    client.force_login(technicien)
    texte = client.get(fiche.get_absolute_url()).content.decode()
    assert reverse("planning:suggestions", args=[sur.pk]) not in texte
