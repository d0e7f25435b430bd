"""The pages of interventions: who opens what, what a refusal keeps, and what a page costs."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clients.tests.factories import ContratFactory, SiteFactory
from equipment.tests.factories import CouvertureFactory, EquipementFactory
from interventions.choices import Statut
from interventions.models import Intervention
from interventions.services import modifier_intervention
from interventions.tests.factories import (
    CreneauFactory,
    HistoriqueFactory,
    InterventionFactory,
    PieceUtiliseeFactory,
    PointControleFactory,
    TempsFactory,
)
from stock.tests.factories import PieceFactory
from technicians.tests.factories import CompetenceFactory, DisponibiliteFactory, TechnicienFactory

pytestmark = pytest.mark.django_db
LISTE = reverse("interventions:liste")
CREER = reverse("interventions:creer")
HTMX = {"HX-Request": "true"}


def url(nom, intervention, *args):
    return reverse(f"interventions:{nom}", args=[intervention.pk, *args])


@pytest.fixture
def la_sienne(technicien, client_portail):
    """An intervention of the client's, assigned to the technicien."""
    equipement = EquipementFactory(client=client_portail.contact.client)
    return InterventionFactory(
        equipement=equipement,
        affectee=True,
        technicien=technicien.technicien,
        titre="Pompe P-12 bloquée",
    )


# --- The list ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("personne", "voit"),
    [
        ("admin", True),
        ("responsable", True),
        ("technicien", True),
        ("client_portail", True),
        ("autre_technicien", False),
        ("autre_client", False),
    ],
)
def test_everybody_lists_and_opens_exactly_what_he_sees(client, request, la_sienne, personne, voit):
    client.force_login(request.getfixturevalue(personne))
    page = client.get(LISTE)
    assert page.status_code == 200
    assert [i.pk for i in page.context["liste"].objets] == ([la_sienne.pk] if voit else [])
    assert client.get(la_sienne.get_absolute_url()).status_code == (200 if voit else 404)


def test_the_list_costs_the_same_for_3_and_for_30_rows(client, responsable):
    client.force_login(responsable)
    InterventionFactory.create_batch(3, affectee=True)
    with CaptureQueriesContext(
        connection,
    ) as trois:
        client.get(f"{LISTE}?taille=50&priorite=normale")
    InterventionFactory.create_batch(27, affectee=True)
    with CaptureQueriesContext(connection) as trente:
        page = client.get(f"{LISTE}?taille=50&priorite=normale")
    assert len(page.context["liste"].objets) == 30
    assert len(trente) == len(trois) <= 12


def test_a_fragment_is_the_same_part_of_the_page(client, responsable):
    InterventionFactory.create_batch(4)
    client.force_login(responsable)
    adresse = f"{LISTE}?statut=ouverte,affectee&sort=priorite"
    page, fragment = client.get(adresse), client.get(adresse, headers=HTMX)
    assert fragment.content.decode().strip().startswith('<div id="liste">')
    # the way to the kanban follows the filters, beside what is swapped
    morceau = re.sub(r"<nav[^>]*hx-swap-oob.*?</nav>", "", fragment.content.decode())
    assert morceau.strip() in page.content.decode()
    assert "HX-Request" in page["Vary"]
    assert "HX-Request" in fragment["Vary"]


@pytest.mark.parametrize(
    "entetes", [{"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}]
)
def test_a_boosted_link_and_the_back_button_get_the_whole_page(client, responsable, entetes):
    client.force_login(responsable)
    assert b"<html" in client.get(LISTE, headers={**HTMX, **entetes}).content


def test_filters_combine_and_each_one_can_be_taken_away(client, responsable):
    retenue = InterventionFactory(affectee=True, priorite="haute", titre="Courroie usée")
    InterventionFactory(affectee=True, priorite="basse", titre="Courroie usée")
    InterventionFactory(priorite="haute", titre="Courroie usée")
    client.force_login(responsable)
    liste = client.get(
        f"{LISTE}?statut=affectee&priorite=haute&technicien_id={retenue.technicien_id}&search=courroie usee"
    ).context["liste"]
    assert [i.pk for i in liste.objets] == [retenue.pk]
    assert {puce.libelle for puce in liste.puces} == {
        "Recherche",
        "Statut",
        "Priorité",
        "Technicien",
    }
    sans = next(puce for puce in liste.puces if puce.libelle == "Priorité")
    assert len(client.get(sans.url).context["liste"].objets) == 1
    assert "priorite" not in sans.url
    assert "statut=affectee" in sans.url


def test_one_of_several_values_is_taken_away_alone(client, responsable):
    client.force_login(responsable)
    puces = client.get(f"{LISTE}?statut=ouverte,affectee").context["liste"].puces
    assert [(p.valeur, p.url) for p in puces] == [
        ("Ouverte", f"{LISTE}?statut=affectee"),
        ("Affectée", f"{LISTE}?statut=ouverte"),
    ]


@pytest.mark.parametrize(
    "requete", ["page=999", "page=-1", "page=abc", "sort=motdepasse", "taille=7", "utm_source=x"]
)
def test_a_strange_link_still_shows_the_list(client, responsable, requete):
    InterventionFactory()
    client.force_login(responsable)
    assert client.get(f"{LISTE}?{requete}").status_code == 200


def test_a_value_that_does_not_fit_is_said(client, responsable):
    InterventionFactory()
    client.force_login(responsable)
    liste = client.get(f"{LISTE}?statut=inconnu").context["liste"]
    assert liste.objets == []
    assert liste.erreurs


def test_sorting_goes_both_ways(client, responsable):
    basse = InterventionFactory(priorite="basse")
    urgente = InterventionFactory(priorite="urgente")
    client.force_login(responsable)
    ordres = [
        [i.pk for i in client.get(f"{LISTE}?sort={tri}").context["liste"].objets]
        for tri in ("priorite", "-priorite")
    ]
    assert ordres == [[urgente.pk, basse.pk], [basse.pk, urgente.pk]]


def test_pages_follow_one_another(client, responsable):
    InterventionFactory.create_batch(30)
    client.force_login(responsable)
    premiere = client.get(LISTE).context["liste"]
    seconde = client.get(premiere.url_suivante).context["liste"]
    vues = {i.pk for i in premiere.objets} | {i.pk for i in seconde.objets}
    assert (premiere.total, seconde.debut, seconde.fin, len(vues)) == (30, 26, 30, 30)
    assert seconde.url_suivante == ""


# --- The sheet -----------------------------------------------------------------------------------


@pytest.fixture
def complete(technicien, client_portail, responsable):
    """One with something in every part of its page."""
    societe = client_portail.contact.client
    equipement = EquipementFactory(client=societe, site=SiteFactory(client=societe))
    intervention = InterventionFactory(
        equipement=equipement,
        en_cours=True,
        technicien=technicien.technicien,
        date_limite=timezone.now() + timedelta(hours=2),
        notes_techniques="Prévoir une élingue.",
        cout_estime=Decimal("4321.00"),
        competences=[CompetenceFactory()],
    )
    InterventionFactory(equipement=equipement, cloturee=True, titre="Visite de mai")
    CreneauFactory(intervention=intervention)
    PointControleFactory(intervention=intervention)
    TempsFactory(intervention=intervention)
    PieceUtiliseeFactory(intervention=intervention)
    HistoriqueFactory(intervention=intervention, user=responsable)
    HistoriqueFactory(
        intervention=intervention,
        user=responsable,
        action="remarque",
        remarque="Client difficile.",
        interne=True,
    )
    return intervention


def test_a_client_reads_neither_costs_nor_what_is_internal(
    client, complete, responsable, client_portail
):
    secrets = ("Client difficile.", "Prévoir une élingue.", "4\u202f321,00", "Main-d’œuvre")
    client.force_login(responsable)
    page = client.get(complete.get_absolute_url()).content.decode()
    assert all(mot in page for mot in secrets)
    client.force_login(client_portail)
    page = client.get(complete.get_absolute_url()).content.decode()
    assert not any(mot in page for mot in secrets)
    assert "Visite de mai" in page


def test_a_technicien_reads_everything_but_the_money(client, complete, technicien):
    client.force_login(technicien)
    page = client.get(complete.get_absolute_url()).content.decode()
    assert "Client difficile." in page
    assert "MAD" not in page


def test_the_sheet_costs_the_same_however_long_the_journal(client, complete, responsable):
    client.force_login(responsable)
    adresse = complete.get_absolute_url()
    client.get(adresse)
    with CaptureQueriesContext(connection) as court:
        client.get(adresse)
    HistoriqueFactory.create_batch(
        20, intervention=complete, user=responsable, action="remarque", remarque="Vu."
    )
    PointControleFactory.create_batch(10, intervention=complete)
    with CaptureQueriesContext(connection) as long:
        client.get(adresse)
    assert len(long) == len(court) <= 20


@pytest.mark.parametrize(
    ("personne", "etat", "attendus"),
    [
        ("responsable", "ouverte", {"affectee", "annulee"}),
        ("responsable", "affectee", {"ouverte", "en_cours", "annulee"}),
        ("technicien", "affectee", {"en_cours"}),
        ("technicien", "en_cours", {"en_attente", "cloturee"}),
        ("technicien", "en_attente", {"en_cours"}),
        ("technicien", "cloturee", set()),
        ("responsable", "cloturee", {"archivee"}),
        ("client_portail", "ouverte", set()),
    ],
)
def test_the_buttons_are_exactly_the_transitions_allowed(
    client, request, technicien, client_portail, personne, etat, attendus
):
    equipement = EquipementFactory(client=client_portail.contact.client)
    plus = {} if etat == "ouverte" else {etat: True, "technicien": technicien.technicien}
    intervention = InterventionFactory(equipement=equipement, **plus)
    client.force_login(request.getfixturevalue(personne))
    page = client.get(intervention.get_absolute_url())
    offertes = {
        ligne.vers for ligne in (*page.context["principales"], *page.context["secondaires"])
    }
    assert offertes == attendus


# --- Creating ------------------------------------------------------------------------------------


def demande(equipement, **plus):
    return {
        "equipement_id": equipement.pk,
        "type_intervention": "corrective",
        "priorite": "haute",
        "description": "Fuite d’huile au carter depuis ce matin.",
        **plus,
    }


def test_a_call_becomes_an_intervention(client, responsable):
    equipement = EquipementFactory()
    client.force_login(responsable)
    reponse = client.post(CREER, demande(equipement))
    creee = Intervention.objects.get()
    assert reponse["Location"] == creee.get_absolute_url()
    assert (creee.statut, creee.priorite, creee.created_by) == ("ouverte", "haute", responsable)


def test_htmx_is_sent_to_the_new_sheet(client, responsable):
    client.force_login(responsable)
    reponse = client.post(CREER, demande(EquipementFactory()), headers=HTMX)
    assert reponse["HX-Redirect"] == Intervention.objects.get().get_absolute_url()


@pytest.mark.parametrize("entetes", [{}, HTMX])
def test_a_refused_form_keeps_what_was_typed(client, responsable, entetes):
    equipement = EquipementFactory()
    client.force_login(responsable)
    reponse = client.post(
        CREER, demande(equipement, description="Court", titre="Mon titre"), headers=entetes
    )
    texte = reponse.content.decode()
    assert reponse.status_code == 422
    assert "Court</textarea>" in texte
    assert 'value="Mon titre"' in texte
    assert f'<option value="{equipement.pk}" selected' in texte
    assert "au moins 10" in texte
    assert Intervention.objects.count() == 0


def test_a_technicien_who_is_away_is_refused_beside_what_was_typed(client, responsable):
    technicien = TechnicienFactory()
    debut = timezone.now() + timedelta(days=1)
    DisponibiliteFactory(
        technicien=technicien, debut=debut - timedelta(hours=1), fin=debut + timedelta(hours=4)
    )
    client.force_login(responsable)
    local = timezone.localtime(debut)
    reponse = client.post(
        CREER,
        demande(
            EquipementFactory(),
            technicien_id=technicien.pk,
            debut=f"{local:%Y-%m-%dT%H:%M}",
            fin=f"{local + timedelta(hours=1):%Y-%m-%dT%H:%M}",
        ),
    )
    assert reponse.status_code == 409
    assert "est absent" in reponse.content.decode()
    assert f"{local:%Y-%m-%dT%H:%M}" in reponse.content.decode()
    assert Intervention.objects.count() == 0


def test_a_client_asks_for_its_own_machine_without_priorite(client, client_portail):
    sienne = EquipementFactory(client=client_portail.contact.client)
    client.force_login(client_portail)
    page = client.get(CREER).content.decode()
    assert 'name="priorite"' not in page
    assert 'name="technicien_id"' not in page
    client.post(CREER, demande(sienne, urgence="on", priorite="basse", technicien_id="1"))
    creee = Intervention.objects.get()
    assert (creee.priorite, creee.urgence, creee.technicien_id) == ("urgente", True, None)


def test_a_client_cannot_ask_for_the_machine_of_another(client, client_portail):
    client.force_login(client_portail)
    reponse = client.post(CREER, demande(EquipementFactory()))
    assert reponse.status_code == 422
    assert Intervention.objects.count() == 0


def test_the_machine_is_found_by_name_code_serial_and_client(client, responsable):
    cible = EquipementFactory(
        nom="Étuve à pales",
        code_interne="ETV-77",
        numero_serie="SN-4242",
        client__nom_entreprise="Sucrerie du Gharb",
    )
    EquipementFactory()
    EquipementFactory(nom="Étuve retirée", retire=True)
    client.force_login(responsable)
    for texte in ("etuve", "etv-77", "4242", "gharb", "sucrerie pales"):
        resultats = client.get(reverse("interventions:equipements"), {"q": texte}).json()[
            "resultats"
        ]
        assert [r["value"] for r in resultats] == [str(cible.pk)], texte


def test_only_visible_machines_are_found(
    client, client_portail, la_sienne, autre_client, technicien
):
    for personne, combien in ((client_portail, 1), (autre_client, 0), (technicien, 1)):
        EquipementFactory()
        client.force_login(personne)
        trouves = client.get(reverse("interventions:equipements"), {"q": "compresseur"}).json()
        assert len(trouves["resultats"]) == combien


@pytest.mark.parametrize("page", ["equipements", "pieces"])
def test_a_nul_byte_finds_nothing(client, responsable, page):
    EquipementFactory(nom="Compresseur")
    PieceFactory(designation="Compresseur")
    client.force_login(responsable)
    adresse = reverse(f"interventions:{page}")
    assert client.get(adresse, {"q": "compresseur"}).json()["resultats"]
    for texte in ("\x00", "compresseur\x00"):
        assert client.get(adresse, {"q": texte}).json() == {"resultats": []}


def test_what_is_known_of_the_machine_is_shown_while_typing(client, responsable):
    contrat = ContratFactory(numero="CTR-KNOWN")
    machine = CouvertureFactory(contrat=contrat).equipement
    ouverte = InterventionFactory(equipement=machine)
    client.force_login(responsable)
    fragment = client.get(
        reverse("interventions:apercu"),
        {"equipement_id": machine.pk, "urgence": "on"},
        headers=HTMX,
    )
    texte = fragment.content.decode()
    assert texte.strip().startswith('<div id="apercu"')
    assert "CTR-KNOWN" in texte
    assert ouverte.reference in texte
    assert "dans 2" in texte or "dans 1" in texte


@pytest.mark.parametrize("machine", ["", "abc", "99999999999999999999", "0", "1 OR 1=1"])
def test_a_machine_that_is_none_shows_nothing(client, responsable, machine):
    client.force_login(responsable)
    reponse = client.get(reverse("interventions:apercu"), {"equipement_id": machine}, headers=HTMX)
    assert reponse.status_code == 200


# --- Acting --------------------------------------------------------------------------------------


def test_the_main_job_from_one_page_to_the_next(client, responsable, technicien, client_portail):
    """Created, assigned with a slot, started, paused, resumed, closed, rated: each by its own form."""
    equipement = EquipementFactory(client=client_portail.contact.client)
    client.force_login(responsable)
    client.post(CREER, demande(equipement))
    i = Intervention.objects.get()
    demain = timezone.localtime() + timedelta(days=1)
    client.post(
        url("affecter", i),
        {
            "version": i.version,
            "technicien_id": technicien.technicien.pk,
            "debut": f"{demain:%Y-%m-%dT10:00}",
            "fin": f"{demain:%Y-%m-%dT12:00}",
        },
    )
    i.refresh_from_db()
    assert i.statut == Statut.AFFECTEE
    client.force_login(technicien)
    etapes = [
        ({"vers": "en_cours"}, Statut.EN_COURS),
        ({"vers": "en_attente", "motif_attente": "pieces"}, Statut.EN_ATTENTE),
        ({"vers": "en_cours"}, Statut.EN_COURS),
        (
            {"vers": "cloturee", "diagnostic": "Joint usé.", "solution": "Joint changé."},
            Statut.CLOTUREE,
        ),
    ]
    for donnees, attendu in etapes:
        assert client.post(url("statut", i), donnees).status_code == 302
        i.refresh_from_db()
        assert i.statut == attendu
    client.force_login(client_portail)
    assert (
        client.post(url("satisfaction", i), {"note": "5", "commentaire": "Rapide."}).status_code
        == 302
    )
    i.refresh_from_db()
    assert (i.satisfaction_client, i.commentaire_client) == (5, "Rapide.")
    assert client.get(url("satisfaction", i)).status_code == 403


@pytest.mark.parametrize("vers", ["en_attente", "cloturee"])
def test_what_a_transition_needs_is_asked_for_in_a_fragment(client, technicien, vers):
    i = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    client.force_login(technicien)
    formulaire = client.get(f"{url('statut', i)}?vers={vers}", headers=HTMX).content.decode()
    assert formulaire.strip().startswith("<form")
    assert f'value="{vers}"' in formulaire
    assert b"<html" in client.get(f"{url('statut', i)}?vers={vers}").content


def test_a_closing_without_solution_keeps_the_diagnostic(client, technicien):
    i = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    client.force_login(technicien)
    reponse = client.post(
        url("statut", i),
        {"vers": "cloturee", "diagnostic": "Palier grippé.", "solution": ""},
        headers=HTMX,
    )
    assert reponse.status_code == 422
    assert "Palier grippé.</textarea>" in reponse.content.decode()
    i.refresh_from_db()
    assert i.statut == Statut.EN_COURS


def test_a_closing_with_an_open_checkpoint_is_refused_with_its_name(client, technicien):
    i = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    PointControleFactory(intervention=i, libelle="Serrage des brides")
    client.force_login(technicien)
    donnees = {"vers": "cloturee", "diagnostic": "Joint usé.", "solution": "Joint changé."}
    reponse = client.post(url("statut", i), donnees, headers=HTMX)
    assert reponse.status_code == 409
    assert "Serrage des brides" in reponse.content.decode()
    assert "Joint changé.</textarea>" in reponse.content.decode()


@pytest.mark.parametrize(
    ("personne", "vers", "status"),
    [
        ("technicien", "annulee", 403),
        ("client_portail", "annulee", 403),
        ("responsable", "cloturee", 409),
    ],
)
def test_a_transition_that_is_not_his_or_does_not_exist(
    client, request, la_sienne, personne, vers, status
):
    client.force_login(request.getfixturevalue(personne))
    reponse = client.post(url("statut", la_sienne), {"vers": vers}, headers=HTMX)
    assert reponse.status_code == status
    assert reponse["HX-Retarget"] == "#alertes"


def test_somebody_was_faster_and_nothing_is_lost(client, responsable, admin):
    i = InterventionFactory(titre="Avant", priorite="normale")
    client.force_login(responsable)
    page = client.get(url("modifier", i))
    lu = {champ.html_initial_name: "" for champ in page.context["form"]}
    donnees = {
        champ.html_name: champ.value()
        for champ in page.context["form"]
        if champ.value() not in (None, "", [], False)
    }
    lu |= {f"initial-{nom}": valeur for nom, valeur in donnees.items()}
    modifier_intervention(par=admin, intervention_id=i.pk, priorite="haute")
    envoi = {**lu, **donnees, "titre": "Après"}
    reponse = client.post(url("modifier", i), envoi, headers=HTMX)
    assert reponse.status_code == 412
    form = reponse.context["form"]
    assert form["titre"].value() == "Après"  # what he typed
    assert form["priorite"].value() == "haute"  # what the other one changed
    assert "Amina Admin" in reponse.content.decode()
    relu = {
        champ.html_name: champ.value()
        for champ in form
        if champ.value() not in (None, "", [], False)
    }
    relu |= {f"initial-{nom}": relu[nom] for nom in relu if nom != "titre"} | {
        "initial-titre": "Avant"
    }
    assert client.post(url("modifier", i), relu).status_code == 302
    i.refresh_from_db()
    assert (i.titre, i.priorite) == ("Après", "haute")


def test_an_edit_writes_only_what_was_changed(client, responsable):
    limite = timezone.now() + timedelta(days=3)
    i = InterventionFactory(date_limite=limite, competences=[CompetenceFactory()])
    client.force_login(responsable)
    form = client.get(url("modifier", i)).context["form"]
    donnees = {}
    for champ in form:
        valeur = champ.field.widget.format_value(champ.value()) if champ.value() is not None else ""
        if champ.name == "urgence":
            continue
        donnees[champ.html_name] = valeur if valeur is not None else ""
        donnees[champ.html_initial_name] = donnees[champ.html_name]
    assert client.post(url("modifier", i), {**donnees, "titre": "Autre titre"}).status_code == 302
    i.refresh_from_db()
    assert i.titre == "Autre titre"
    assert i.date_limite == limite
    assert i.historique.get().donnees.keys() == {"titre"}


def test_assigning_shows_who_cannot_and_why(client, responsable):
    competence = CompetenceFactory(nom="Haute tension")
    i = InterventionFactory(competences=[competence])
    capable = TechnicienFactory(competences=[competence])
    incapable = TechnicienFactory()
    absent = TechnicienFactory(competences=[competence])
    occupe = CreneauFactory(intervention__affectee=True)
    occupe.technicien.competences_detenues.create(competence=competence)
    DisponibiliteFactory(technicien=absent, debut=occupe.debut, fin=occupe.fin)
    client.force_login(responsable)
    debut, fin = (f"{timezone.localtime(m):%Y-%m-%dT%H:%M}" for m in (occupe.debut, occupe.fin))
    with CaptureQueriesContext(connection) as requetes:
        page = client.get(url("affecter", i), {"debut": debut, "fin": fin})
    etats = {c.technicien.pk: c.empechements for c in page.context["candidats"]}
    assert etats[capable.pk] == []
    assert "Haute tension" in etats[incapable.pk][0]
    assert etats[absent.pk]
    assert occupe.intervention.reference in etats[occupe.technicien.pk][0]
    assert page.context["candidats"][0].technicien == capable
    assert len(requetes) <= 14


def test_a_refused_assignment_keeps_the_choice(client, responsable):
    i = InterventionFactory(competences=[CompetenceFactory(nom="Soudure")])
    incapable = TechnicienFactory()
    client.force_login(responsable)
    reponse = client.post(
        url("affecter", i),
        {"version": i.version, "technicien_id": incapable.pk, "remarque": "Il est à côté."},
        headers=HTMX,
    )
    assert reponse.status_code == 409
    assert "Soudure" in reponse.content.decode()
    assert "Il est à côté.</textarea>" in reponse.content.decode()


def test_a_slot_is_given_moved_and_freed(client, responsable):
    i = InterventionFactory(affectee=True)
    client.force_login(responsable)
    demain = timezone.localtime() + timedelta(days=1)
    for heure in (9, 14):
        i.refresh_from_db()
        creneau = {
            "debut": f"{demain:%Y-%m-%d}T{heure:02}:00",
            "fin": f"{demain:%Y-%m-%d}T{heure + 1:02}:00",
        }
        assert (
            client.post(url("planifier", i), {"version": i.version, **creneau}).status_code == 302
        )
    assert i.creneaux.ouverts().count() == 1
    assert timezone.localtime(i.creneaux.ouverts().get().debut).hour == 14
    assert client.post(url("deplanifier", i)).status_code == 302
    assert not i.creneaux.ouverts().exists()


def test_the_field_enters_time_parts_answers_and_words(client, technicien):
    i = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    point = PointControleFactory(intervention=i, unite="bar")
    piece = PieceFactory(stock=10)
    client.force_login(technicien)
    fin = timezone.localtime()
    debut = fin - timedelta(minutes=45)
    assert client.get(url("temps", i)).status_code == 200
    temps = {
        "type_temps": "travail",
        "debut": f"{debut:%Y-%m-%dT%H:%M}",
        "fin": f"{fin:%Y-%m-%dT%H:%M}",
    }
    assert client.post(url("temps", i), temps).status_code == 302
    sortie = {"piece_id": piece.pk, "quantite": "2", "type_mouvement": "sortie"}
    assert client.post(url("piece", i), sortie).status_code == 302
    reponse = client.post(
        url("controle", i, point.pk),
        {"resultat": "ok", "valeur_mesuree": "6.5", "note": "RAS"},
        headers=HTMX,
    )
    assert reponse.status_code == 200
    assert reponse.content.decode().strip().startswith('<div class="card" id="controles">')
    saisie = {
        "version": Intervention.objects.get().version,
        "diagnostic": "Joint usé.",
        "initial-diagnostic": "",
    }
    assert client.post(url("saisie", i), saisie).status_code == 302
    assert (
        client.post(
            url("remarque", i), {"remarque": "Pièce commandée.", "interne": "on"}
        ).status_code
        == 302
    )
    i.refresh_from_db()
    point.refresh_from_db()
    assert i.diagnostic == "Joint usé."
    assert (point.resultat, point.valeur_mesuree) == ("ok", Decimal("6.5"))
    assert (i.temps.get().minutes, i.pieces.get().quantite) == (45, 2)
    assert i.historique.filter(action="remarque", interne=True).exists()


def test_too_little_stock_is_said_and_nothing_is_taken(client, technicien):
    i = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    piece = PieceFactory(stock=1)
    client.force_login(technicien)
    sortie = {"piece_id": piece.pk, "quantite": "5", "type_mouvement": "sortie"}
    reponse = client.post(url("piece", i), sortie, headers=HTMX)
    assert reponse.status_code == 409
    assert 'value="5"' in reponse.content.decode()
    assert not i.pieces.exists()


def test_a_client_asks_for_a_cancellation_while_nobody_is_assigned(
    client, client_portail, la_sienne
):
    i = InterventionFactory(equipement=la_sienne.equipement)
    client.force_login(client_portail)
    assert (
        client.post(url("demander_annulation", i), {"motif": "Réparée par nos soins."}).status_code
        == 302
    )
    i.refresh_from_db()
    assert i.annulation_demandee_le is not None
    assert client.get(url("demander_annulation", la_sienne)).status_code == 403


def test_one_opened_by_mistake_goes_away(client, responsable):
    i = InterventionFactory()
    client.force_login(responsable)
    assert client.get(url("supprimer", i)).status_code == 405
    assert client.post(url("supprimer", i))["Location"] == LISTE
    assert not Intervention.objects.exists()


FORMULAIRES = (
    "modifier",
    "saisie",
    "affecter",
    "planifier",
    "remarque",
    "piece",
    "temps",
    "controle_ajouter",
    "satisfaction",
    "demander_annulation",
)


@pytest.mark.parametrize("nom", FORMULAIRES)
@pytest.mark.parametrize("personne", ["autre_technicien", "autre_client"])
def test_no_form_of_a_foreign_intervention_exists(client, request, la_sienne, nom, personne):
    client.force_login(request.getfixturevalue(personne))
    assert client.get(url(nom, la_sienne)).status_code == 404
    assert client.post(url(nom, la_sienne), {}).status_code == 404


@pytest.mark.parametrize(
    ("personne", "permis"),
    [
        (
            "responsable",
            {
                "modifier",
                "saisie",
                "affecter",
                "planifier",
                "remarque",
                "piece",
                "temps",
                "controle_ajouter",
            },
        ),
        ("technicien", {"saisie", "remarque", "piece", "temps"}),
        ("client_portail", {"remarque"}),
    ],
)
def test_each_opens_the_forms_that_are_his(client, request, la_sienne, personne, permis):
    client.force_login(request.getfixturevalue(personne))
    ouverts = {nom for nom in FORMULAIRES if client.get(url(nom, la_sienne)).status_code == 200}
    assert ouverts == permis


def test_a_stranger_signs_in_first(client, la_sienne):
    for adresse in (LISTE, CREER, la_sienne.get_absolute_url(), url("affecter", la_sienne)):
        assert client.get(adresse)["Location"].startswith(reverse("accounts:connexion"))


def test_ce_qu_on_ecrit_dans_un_titre_reste_du_texte(client, responsable):
    malin = "<script>alert('x')</script>"
    InterventionFactory(
        titre=malin, equipement__nom=malin, equipement__client__nom_entreprise=malin
    )
    client.force_login(responsable)
    page = client.get(LISTE, {"search": malin}).content.decode()
    assert "<script>alert" not in page
    # the title, the machine, its client, and what is searched for: in the box and above the list
    assert page.count("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;") >= 4


def test_a_contract_that_does_not_apply_is_told_beside_its_field(client, responsable):
    une = InterventionFactory()
    contrat = ContratFactory(client=une.client, statut="brouillon", numero="CTR-DRAFT")
    client.force_login(responsable)
    form = client.get(reverse("interventions:modifier", args=[une.pk])).context["form"]
    donnees = {nom: form[nom].value() or "" for nom in form.fields} | {
        form.add_initial_prefix(nom): form[nom].initial or "" for nom in form.fields
    }
    donnees |= {"contrat_id": contrat.pk, "competences": [], "version": une.version}
    refus = client.post(reverse("interventions:modifier", args=[une.pk]), donnees)
    assert refus.status_code == 409
    assert "CTR-DRAFT" in str(refus.context["form"].errors["contrat_id"])
    une.refresh_from_db()
    assert une.contrat is None
