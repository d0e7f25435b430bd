"""What leaves is what the list shows: the same rows, in the same order, for each role, and nothing that runs."""

import csv
import io
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
from django.http import QueryDict
from django.test import Client as Navigateur
from django.urls import reverse

from clients.models import Client
from clients.tests.factories import ClientFactory, ContratFactory, SiteFactory
from equipment.tests.factories import EquipementFactory
from erp import exports as moteur
from interventions.models import Intervention
from interventions.tests.factories import InterventionFactory
from jobs import services as travaux
from jobs.choices import StatutTravail
from jobs.models import Travail
from notifications.models import Notification
from stock.tests.factories import PieceFactory
from transfers import exports, tasks
from transfers.catalogue import EXPORTS

pytestmark = pytest.mark.django_db

CLES = {
    "interventions": "reference",
    "equipements": "code_interne",
    "clients": "nom_entreprise",
    "sites": "nom",
    "contrats": "numero",
    "techniciens": "nom",
    "pieces": "reference",
}
PAGES = {
    "interventions": ("interventions:liste", "reference"),
    "equipements": ("equipment:liste", "code_interne"),
    "clients": ("clients:liste", "nom_entreprise"),
    "contrats": ("clients:contrats", "numero"),
    "techniciens": ("technicians:liste", "user"),
    "pieces": ("stock:liste", "reference"),
}


@pytest.fixture
def monde(technicien, autre_technicien, client_portail, autre_client, admin, responsable):
    for qui, contact in ((technicien, client_portail), (autre_technicien, autre_client)):
        client = contact.contact.client
        site = SiteFactory(client=client)
        contrat = ContratFactory(client=client)
        ContratFactory(client=client, brouillon=True)
        for _rang in range(2):
            machine = EquipementFactory(client=client, site=site)
            InterventionFactory(
                affectee=True, equipement=machine, technicien=qui.technicien, contrat=contrat
            )
        InterventionFactory(equipement=EquipementFactory(client=client, site=site))
    PieceFactory.create_batch(3)
    return {
        "admin": admin,
        "responsable": responsable,
        "technicien": technicien,
        "client": client_portail,
    }


def navigateur(user):
    client = Navigateur()
    client.force_login(user, backend="accounts.backends.EmailBackend")
    return client


def lire_csv(reponse):
    texte = b"".join(reponse.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(texte), delimiter=";"))


def lire_xlsx(octets):
    return list(openpyxl.load_workbook(io.BytesIO(octets)).active.iter_rows(values_only=True))


def colonne(user, entite, requete=""):
    reponse = navigateur(user).get(
        reverse("transfers:fichier", args=[entite, "csv"]) + f"?colonnes={CLES[entite]}&{requete}"
    )
    assert reponse.status_code == 200, reponse
    return [ligne[0] for ligne in lire_csv(reponse)[1:]]


@pytest.mark.parametrize("role", ["admin", "responsable", "technicien", "client"])
@pytest.mark.parametrize("entite", list(PAGES))
def test_the_rows_of_the_page_in_its_order(monde, role, entite):
    user = monde[role]
    page, attribut = PAGES[entite]
    for requete in ("", "search=a"):
        reponse = navigateur(user).get(reverse(page) + f"?taille=100&{requete}")
        if reponse.status_code == 403:
            refus = navigateur(user).get(reverse("transfers:fichier", args=[entite, "csv"]))
            assert refus.status_code == 403
            return
        if reponse.status_code == 302:  # a client has one company: its own page
            assert colonne(user, entite) == [user.contact.client.nom_entreprise]
            return
        montres = [
            str(getattr(objet, attribut)) if attribut != "user" else objet.user.full_name
            for objet in reponse.context["liste"].objets
        ]
        assert colonne(user, entite, requete) == montres


def test_filters_and_sort_are_those_of_the_list(monde):
    user = monde["responsable"]
    for requete in (
        "statut=affectee&sort=reference",
        "statut=ouverte&sort=-reference",
        "sort=faux",
    ):
        page = navigateur(user).get(reverse("interventions:liste") + f"?{requete}")
        montrees = [i.reference for i in page.context["liste"].objets]
        assert montrees
        assert colonne(user, "interventions", requete) == montrees


def test_a_value_that_does_not_fit_is_refused_and_an_unknown_entity_is_not_there(monde):
    naviguer = navigateur(monde["responsable"]).get
    assert naviguer("/exports/interventions.csv?statut=faux").status_code == 400
    assert naviguer("/exports/interventions.csv?colonnes=faux").status_code == 400
    assert naviguer("/exports/interventions.pdf").status_code == 400
    assert naviguer("/exports/factures.csv").status_code == 404


@pytest.mark.parametrize(
    ("entite", "role", "absentes"),
    [
        ("interventions", "technicien", {"cout_pieces", "cout_main_oeuvre", "cout_estime"}),
        ("interventions", "client", {"cout_pieces", "notes_techniques"}),
        ("clients", "client", {"notes_commerciales"}),
        ("clients", "technicien", {"notes_commerciales"}),
        ("contrats", "technicien", {"montant_annuel", "notes"}),
        ("contrats", "client", {"notes"}),
        ("equipements", "client", {"cout_acquisition"}),
        ("pieces", "technicien", {"prix_unitaire"}),
        ("techniciens", "technicien", {"cout_horaire"}),
        ("techniciens", "client", {"email", "telephone", "matricule"}),
    ],
)
def test_columns_that_a_role_does_not_read(monde, entite, role, absentes):
    """Neither offered nor given to whoever asks for them by name."""
    user = monde[role]
    offertes = {nom for nom, _titre in EXPORTS[entite].choisissables(user)}
    assert not offertes & absentes
    assert absentes <= {nom for nom, _titre in EXPORTS[entite].choisissables(monde["admin"])}
    chemin = reverse("transfers:fichier", args=[entite, "csv"])
    for nom in absentes:
        assert navigateur(user).get(f"{chemin}?colonnes={nom}").status_code == 400


def test_nothing_runs_in_a_spreadsheet(responsable):
    mauvais = ['=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "Société"]
    for nom in mauvais:
        ClientFactory(nom_entreprise=nom, telephone="+212522000001")
    reponse = navigateur(responsable).get("/exports/clients.csv?colonnes=nom_entreprise,telephone")
    lignes = lire_csv(reponse)[1:]
    assert {nom for nom, _tel in lignes} == {f"'{nom}" for nom in mauvais[:4]} | {"Société"}
    assert not any(cellule.startswith(moteur.FORMULES) for ligne in lignes for cellule in ligne)
    octets = b"".join(navigateur(responsable).get("/exports/clients.xlsx").streaming_content)
    feuille = openpyxl.load_workbook(io.BytesIO(octets)).active
    assert {cellule.data_type for ligne in feuille for cellule in ligne} <= {"s", "n", "inlineStr"}
    assert {ligne[0].value for ligne in list(feuille)[1:]} == set(mauvais)


def test_numbers_are_numbers_and_dates_are_local(responsable):
    i = InterventionFactory(
        cout_estime=Decimal("1234.50"), titre="Pompe; « à l’eau »\nfuit", duree_estimee=90
    )
    Intervention.objects.filter(pk=i.pk).update(
        date_limite=datetime.fromisoformat("2026-01-15T09:30:00+00:00")  # 10:30 in Casablanca
    )
    noms = "titre,cout_estime,duree_estimee,date_limite,statut,urgence"
    page = navigateur(responsable).get
    lignes = lire_csv(page(f"/exports/interventions.csv?colonnes={noms}"))
    par_titre = dict(zip(lignes[0], lignes[1], strict=True))
    assert par_titre["Coût estimé (MAD)"] == "1234,50"
    assert "15/01/2026 10:30" in lignes[1]
    assert {"Ouverte", "non"} <= set(lignes[1])
    octets = b"".join(page(f"/exports/interventions.xlsx?colonnes={noms}").streaming_content)
    valeurs = lire_xlsx(octets)[1]
    assert {1234.5, 90} <= set(valeurs)
    assert datetime(2026, 1, 15, 10, 30) in [
        v.replace(microsecond=0) for v in valeurs if isinstance(v, datetime)
    ]
    assert "Pompe; « à l’eau »\nfuit" in valeurs


def test_english_has_commas_and_points(responsable):
    InterventionFactory(cout_estime=Decimal("1234.50"))
    responsable.langue = "en"
    responsable.save(update_fields=["langue"])
    reponse = navigateur(responsable).get(
        "/exports/interventions.csv?colonnes=reference,cout_estime"
    )
    texte = b"".join(reponse.streaming_content).decode("utf-8-sig")
    assert texte.splitlines()[1].endswith(",1234.50")


def test_a_control_character_of_an_old_row_does_not_spoil_the_workbook(responsable):
    client = ClientFactory()
    Client.objects.filter(pk=client.pk).update(nom_entreprise="Ciment\x0bs & <Fils>")
    octets = b"".join(navigateur(responsable).get("/exports/clients.xlsx").streaming_content)
    assert lire_xlsx(octets)[1][0] == "Ciments & <Fils>"


def test_the_same_number_of_queries_whatever_the_rows(responsable, django_assert_num_queries):
    def mesurer():
        tableau = EXPORTS["interventions"].tableau(responsable, QueryDict())
        return sum(1 for _ligne in tableau.lignes())

    InterventionFactory.create_batch(3)
    with django_assert_num_queries(1):
        assert mesurer() == 3
    InterventionFactory.create_batch(7)
    with django_assert_num_queries(1):
        assert mesurer() == 10


# --- As a job --------------------------------------------------------------------------------------


@pytest.fixture
def envoyes(monkeypatch):
    messages = []
    monkeypatch.setattr(travaux, "_publier", lambda pk, tache, perime=None: messages.append(pk))
    return messages


@pytest.fixture
def long(monkeypatch):
    monkeypatch.setattr(exports, "EN_DIRECT_MAX", 2)
    from transfers import views

    monkeypatch.setattr(views, "EN_DIRECT_MAX", 2)


def demander(user, requete="", **donnees):
    donnees = {"format": "csv", **donnees}
    return navigateur(user).post(f"/exports/interventions/{requete}", donnees)


def test_a_long_one_is_a_job(monde, long, envoyes, django_capture_on_commit_callbacks):
    user = monde["responsable"]
    refus = navigateur(user).get("/exports/interventions.csv")
    assert refus.status_code == 409
    page = navigateur(user).get("/exports/interventions/?statut=affectee&sort=reference")
    assert page.context["en_tache"]
    assert ("statut", "affectee") in page.context["params"]
    with django_capture_on_commit_callbacks(execute=True):
        reponse = demander(user, statut="affectee", sort="reference", colonnes="reference")
    travail = Travail.objects.get()
    assert reponse["Location"] == travail.get_absolute_url()
    assert envoyes == [travail.pk]
    assert "file d’attente" in navigateur(user).get(travail.get_absolute_url()).content.decode()

    tasks.exporter(travail.pk)
    tasks.exporter(travail.pk)  # twice is safe
    travail.refresh_from_db()
    assert travail.statut == StatutTravail.TERMINE
    assert travail.resultat["lignes"] == 4
    lignes = lire_csv(navigateur(user).get(reverse("jobs:fichier", args=[travail.pk])))
    assert [ligne[0] for ligne in lignes[1:]] == colonne_triee("affectee")
    avis = Notification.objects.get(user=user, canal="in_app", sujet=f"travail:{travail.pk}")
    assert avis.lien == travail.get_absolute_url()


def colonne_triee(statut):
    requete = Intervention.objects.filter(statut=statut).order_by("reference")
    return list(requete.values_list("reference", flat=True))


def test_the_file_is_one_s_own(monde, envoyes):
    demander(monde["responsable"])
    travail = Travail.objects.get()
    tasks.exporter(travail.pk)
    for chemin in (travail.get_absolute_url(), reverse("jobs:fichier", args=[travail.pk])):
        for role in ("admin", "technicien", "client"):
            assert navigateur(monde[role]).get(chemin).status_code == 404


def test_rights_are_asked_again_at_the_run_and_at_the_download(monde, envoyes):
    user = monde["responsable"]
    demander(user)
    travail = Travail.objects.get()
    tasks.exporter(travail.pk)
    user.role = "technicien"
    user.save(update_fields=["role"])
    assert navigateur(user).get(reverse("jobs:fichier", args=[travail.pk])).status_code == 404
    user.role = "responsable"
    user.save(update_fields=["role"])
    demander(user)
    user.role = "technicien"
    user.save(update_fields=["role"])
    second = Travail.objects.latest("pk")
    tasks.exporter(second.pk)
    second.refresh_from_db()
    assert second.statut == StatutTravail.ECHEC
    assert not second.fichier
