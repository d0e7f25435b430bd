"""A file that comes in: tried without a trace, imported through the services, and harmless the second time."""

import csv
import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Navigateur
from django.urls import reverse

from clients.models import Client, Site
from clients.tests.factories import ClientFactory, SiteFactory
from equipment.models import Equipement
from equipment.tests.factories import EquipementFactory
from erp import imports as moteur
from erp.exceptions import ValidationError
from jobs import services as travaux
from jobs.choices import StatutTravail
from jobs.models import Travail
from stock.models import MouvementStock, PieceDetachee
from transfers import imports, tasks
from transfers.catalogue import EXPORTS, IMPORTS
from transfers.models import LigneImport

pytestmark = pytest.mark.django_db


def navigateur(user):
    client = Navigateur()
    client.force_login(user, backend="accounts.backends.EmailBackend")
    return client


def envoyer(user, entite, octets, nom="fichier.csv"):
    if isinstance(octets, str):
        octets = octets.encode()
    return navigateur(user).post(
        f"/imports/{entite}/", {"fichier": SimpleUploadedFile(nom, octets)}
    )


def essayer(user, entite, octets):
    reponse = envoyer(user, entite, octets)
    assert reponse.status_code == 302, reponse.content.decode()[:3000]
    return Travail.objects.latest("pk")


def importer(user, entite, octets, mode="lignes"):
    travail = essayer(user, entite, octets)
    reponse = navigateur(user).post(
        reverse("transfers:appliquer", args=[travail.pk]), {"mode": mode}
    )
    assert reponse.status_code == 302
    travail.refresh_from_db()
    return travail


def sorts(travail):
    return [ligne.sort for ligne in travail.lignes_import.order_by("numero")]


def fautes(travail):
    return {ligne.numero: ligne.details for ligne in travail.lignes_import.filter(sort="refuse")}


def classeur(*lignes):
    livre = openpyxl.Workbook()
    for ligne in lignes:
        livre.active.append(ligne)
    tampon = io.BytesIO()
    livre.save(tampon)
    return tampon.getvalue()


CLIENTS = (
    "Raison sociale;ICE;Ville;Niveau de service;Téléphone;Actif\n"
    "Ciments du Nord;001234567000089;Tanger;Premium;0522 43 21 00;oui\n"
    "Laiterie du Sud;;Agadir;standard;;oui\n"
)


# --- The try --------------------------------------------------------------------------------------


def test_a_try_writes_nothing(responsable):
    travail = essayer(responsable, "clients", CLIENTS)
    assert travail.statut == StatutTravail.TERMINE
    assert sorts(travail) == ["cree", "cree"]
    assert not Client.objects.exists()
    page = navigateur(responsable).get(travail.page)
    assert page.status_code == 200
    assert "Essai de l’import" in page.content.decode()


def test_each_row_s_fate_in_words(responsable):
    existant = ClientFactory(nom_entreprise="Ciments du Nord", ville="Tanger", ice="0" * 15)
    ClientFactory(
        nom_entreprise="Laiterie du Sud", ville="Agadir", niveau_service="standard", is_active=True
    )
    travail = essayer(
        responsable,
        "clients",
        "nom;ICE;ville;niveau;e-mail;actif\n"
        f"Ciments du Nord;{existant.ice};Tanger;premium;;oui\n"
        "Laiterie du Sud;;Agadir;standard;;oui\n"
        "Nouveau;;Fès;standard;;oui\n"
        "Faux;123;Fès;or;pas-une-adresse;peut-être\n"
        ";;Fès;standard;;oui\n"
        "nouveau;;fès;standard;;oui\n",
    )
    assert sorts(travail) == ["modifie", "inchange", "cree", "refuse", "refuse", "refuse"]
    refus = fautes(travail)
    assert {titre for titre, _mots in refus[5]} == {"Niveau de service", "Actif"}
    assert refus[6] == [["Raison sociale", "Ce champ est obligatoire."]]
    assert "ligne 4" in refus[7][0][1]


def test_a_fault_that_the_service_finds_is_beside_its_column(responsable):
    travail = essayer(responsable, "clients", "nom;ice;email\nFaux;123;pas-une-adresse\n")
    assert {titre for titre, _mots in fautes(travail)[2]} == {"ICE", "E-mail"}


# --- The import -----------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(responsable):
    travail = importer(responsable, "clients", CLIENTS)
    assert travail.resultat["comptes"] == {"cree": 2}
    assert travail.resultat["applique"]
    ciments = Client.objects.get(nom_entreprise="Ciments du Nord")
    assert (ciments.ice, ciments.telephone.as_e164) == ("001234567000089", "+212522432100")
    avant = list(Client.objects.order_by("pk").values())
    assert importer(responsable, "clients", CLIENTS).resultat["comptes"] == {"inchange": 2}
    assert list(Client.objects.order_by("pk").values()) == avant


def test_done_once(responsable):
    travail = importer(responsable, "clients", CLIENTS)
    refus = navigateur(responsable).post(
        reverse("transfers:appliquer", args=[travail.pk]), {"mode": "lignes"}
    )
    assert refus.status_code == 409


def test_all_or_nothing(responsable):
    donnees = CLIENTS + "Faux;12;Fès;standard;;oui\n"
    travail = importer(responsable, "clients", donnees, mode="tout")
    assert not travail.resultat["applique"]
    assert not Client.objects.exists()
    assert sorts(travail) == ["cree", "cree", "refuse"]
    assert importer(responsable, "clients", donnees).resultat["applique"]
    assert Client.objects.count() == 2


def test_refused_rows_go_out_are_mended_and_come_back(responsable):
    travail = importer(
        responsable,
        "clients",
        'Raison sociale;ICE;Adresse\nBon;;\nFaux;12;"Rue; du « port »"\n=Nul;13;\n',
    )
    assert Client.objects.count() == 1
    reponse = navigateur(responsable).get(reverse("transfers:erreurs", args=[travail.pk]))
    texte = b"".join(reponse.streaming_content).decode("utf-8-sig")
    lignes = list(csv.reader(io.StringIO(texte), delimiter=";"))
    assert lignes[0] == ["Raison sociale", "ICE", "Adresse", "erreur"]
    assert [ligne[:3] for ligne in lignes[1:]] == [
        ["Faux", "12", "Rue; du « port »"],
        ["'=Nul", "13", ""],
    ]
    assert "15 chiffres" in lignes[1][3]
    corrige = texte.replace(";12;", ";000000000000012;").replace(";13;", ";000000000000013;")
    suite = importer(responsable, "clients", corrige)
    assert suite.resultat["comptes"] == {"cree": 2}
    assert Client.objects.filter(nom_entreprise="=Nul", ice="000000000000013").exists()


def test_refused_rows_of_a_workbook_are_a_workbook(responsable):
    octets = classeur(
        ["Code interne", "Nom", "Type", "Client", "Installation", "Coût"],
        ["A-1", "Pompe", "Pompe", "Personne", datetime(2024, 1, 31), 12.5],
    )
    travail = importer(responsable, "equipements", octets)
    reponse = navigateur(responsable).get(reverse("transfers:erreurs", args=[travail.pk]))
    sortie = b"".join(reponse.streaming_content)
    entetes, ligne = openpyxl.load_workbook(io.BytesIO(sortie)).active.iter_rows(values_only=True)
    assert entetes[-1] == "erreur"
    assert ligne[:6] == ("A-1", "Pompe", "Pompe", "Personne", datetime(2024, 1, 31), 12.5)
    assert "Personne" in ligne[6]
    ClientFactory(nom_entreprise="Personne")
    assert importer(responsable, "equipements", sortie).resultat["comptes"] == {"cree": 1}
    machine = Equipement.objects.get()
    assert machine.date_installation == date(2024, 1, 31)
    assert machine.cout_acquisition == Decimal("12.50")


# --- Each entity ----------------------------------------------------------------------------------


def test_sites(responsable):
    client = ClientFactory(nom_entreprise="Énergie SA", ice="1" * 15)
    ancien = SiteFactory(client=client, nom="Usine", ville="Fès", latitude=None, longitude=None)
    donnees = (
        "Client;Nom;Ville;Latitude;Longitude;Heures d’ouverture\n"
        "energie sa;Usine;Meknès;33,5731;-7,5898;lun-ven 08:00-17:00\n"
        f"{client.ice};Dépôt;Fès;;;\n"
        "Inconnu;Dépôt;Fès;;;\n"
        f"{client.ice};Annexe;Fès;33,5;;\n"
    )
    travail = importer(responsable, "sites", donnees)
    assert sorts(travail) == ["modifie", "cree", "refuse", "refuse"]
    ancien.refresh_from_db()
    assert (ancien.ville, ancien.latitude) == ("Meknès", Decimal("33.573100"))
    assert set(client.sites.values_list("nom", flat=True)) == {"Usine", "Dépôt"}
    assert importer(responsable, "sites", donnees).resultat["comptes"] == {
        "inchange": 2,
        "refuse": 2,
    }


def test_equipements_with_their_assembly_in_the_same_file(responsable):
    site = SiteFactory(nom="Usine")
    donnees = (
        "code;nom;type;client;site;criticité;parent;caractéristiques;coût d’acquisition (MAD)\n"
        f"LIG-1;Ligne;Ligne;{site.client.nom_entreprise};usine;haute;;Puissance : 5 kW;\n"
        f"POM-1;Pompe;Pompe;{site.client.nom_entreprise};;Critique;LIG-1;;1 234,50\n"
        f"POM-2;Pompe;Pompe;{site.client.nom_entreprise};ailleurs;;;;\n"
        "POM-3;Pompe;Pompe;;;;;;\n"
    )
    travail = importer(responsable, "equipements", donnees)
    assert sorts(travail) == ["cree", "cree", "refuse", "refuse"]
    pompe = Equipement.objects.get(code_interne="POM-1")
    assert pompe.parent.code_interne == "LIG-1"
    assert pompe.parent.site == site
    assert pompe.parent.specifications == {"Puissance": "5 kW"}
    assert (pompe.criticite, pompe.cout_acquisition) == ("critique", Decimal("1234.50"))
    assert importer(responsable, "equipements", donnees).resultat["comptes"] == {
        "inchange": 2,
        "refuse": 2,
    }


def test_the_stock_of_a_part_comes_in_once_through_the_ledger(responsable):
    donnees = (
        'référence,désignation,prix,stock,minimum,types\nJ-1,Joint,"12,50",8,2,"Pompe, Ligne"\n'
    )
    importer(responsable, "pieces", donnees)
    piece = PieceDetachee.objects.get()
    assert (piece.prix_unitaire, piece.stock_actuel) == (Decimal("12.50"), Decimal(8))
    assert piece.types_compatibles == ["Pompe", "Ligne"]
    assert MouvementStock.objects.count() == 1
    travail = importer(responsable, "pieces", donnees.replace(",8,2,", ",99,3,"))
    piece.refresh_from_db()
    assert (piece.stock_actuel, piece.stock_minimum) == (Decimal(8), Decimal(3))
    assert travail.lignes_import.get().details == [["Stock minimum", "2.00 → 3.00"]]


@pytest.mark.parametrize("entite", list(IMPORTS))
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_what_is_exported_comes_back_unchanged(responsable, entite, format_):
    site = SiteFactory(nom="Usine")
    EquipementFactory(
        client=site.client, site=site, specifications={"Puissance": "5 kW"}, modele="=X"
    )
    PieceDetachee.objects.create(reference="J-1", designation="Joint", types_compatibles=["Pompe"])
    export = EXPORTS[entite]
    chemin = reverse("transfers:fichier", args=[entite, format_])
    octets = b"".join(navigateur(responsable).get(chemin).streaming_content)
    travail = essayer(responsable, entite, octets)
    assert travail.resultat["comptes"] == {"inchange": export.visibles(responsable).count()}, [
        ligne.details for ligne in travail.lignes_import.all()
    ]


@pytest.mark.parametrize("entite", list(IMPORTS))
@pytest.mark.parametrize("format_", ["csv", "xlsx"])
@pytest.mark.parametrize("langue", ["fr", "en", "ar"])
def test_the_template_is_read(admin, entite, format_, langue):
    admin.langue = langue
    admin.save(update_fields=["langue"])
    client = ClientFactory(nom_entreprise="Ciments du Nord SA")
    if entite == "equipements":
        SiteFactory(client=client, nom="Usine de Tanger")
    chemin = reverse("transfers:modele", args=[entite, format_])
    octets = b"".join(navigateur(admin).get(chemin).streaming_content)
    travail = essayer(admin, entite, octets)
    assert sorts(travail) in (["cree", "cree"], ["modifie", "cree"]), fautes(travail)
    assert travail.parametres["ignorees"] == []


def test_no_two_columns_bear_one_name():
    for entite in IMPORTS.values():
        vus = {}
        for champ in entite.champs:
            for nom in champ.noms():
                assert vus.setdefault(nom, champ.nom) == champ.nom, (entite.nom, nom)


# --- Who ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entite", list(IMPORTS))
def test_only_those_who_run_the_operations(technicien, client_portail, entite):
    for user in (technicien, client_portail):
        assert envoyer(user, entite, CLIENTS).status_code == 403
        assert navigateur(user).get(f"/imports/{entite}/").status_code == 403
    assert not Travail.objects.exists()


def test_an_import_is_one_s_own(responsable, admin):
    travail = essayer(responsable, "clients", CLIENTS)
    for nom in ("resultat", "erreurs"):
        chemin = reverse(f"transfers:{nom}", args=[travail.pk])
        assert navigateur(admin).get(chemin).status_code == 404
    appliquer = reverse("transfers:appliquer", args=[travail.pk])
    assert navigateur(admin).post(appliquer, {"mode": "lignes"}).status_code == 404
    assert not LigneImport.objects.visible_to(admin).exists()


# --- Files as people make them --------------------------------------------------------------------


@pytest.mark.parametrize("codage", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separateur", [";", ",", "\t"])
def test_encodings_and_separators(codage, separateur):
    texte = 'Raison sociale;Ville;Référence\nÉlan;Fès;"l\'« été »"\n'.replace(";", separateur)
    table = moteur.lire(texte.encode(codage))
    assert table.entetes == ["Raison sociale", "Ville", "Référence"]
    assert table.lignes == [(2, ["Élan", "Fès", "l'« été »"])]


def test_workbooks():
    livre = openpyxl.Workbook()
    feuille = livre.active
    feuille.append([None, None])
    feuille.append(["Nom", "Ville", None])
    feuille.append(["A", "=1+1"])
    feuille.append([])
    feuille.append(["B", "Fès"])
    feuille.merge_cells("B5:B6")
    feuille["A6"] = "C"
    tampon = io.BytesIO()
    livre.save(tampon)
    table = moteur.lire(tampon.getvalue())
    assert table.entetes == ["Nom", "Ville"]
    assert table.lignes == [(3, ["A", None]), (5, ["B", "Fès"]), (6, ["C", None])]


def bombe():
    tampon = io.BytesIO()
    with (
        zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as partie,
    ):
        for _tour in range(160):
            partie.write(b"\x00" * 1024 * 1024)
    return tampon.getvalue()


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"", "VIDE"),
        (b"\n\n;;\n", "VIDE"),
        (b"%PDF-1.7", "TYPE_REFUSE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "TYPE_REFUSE"),
        (b"PK\x03\x04 rien", "ILLISIBLE"),
        (b"nom;\x00ville\n", "TYPE_REFUSE"),
        (b"nom\n" + b"x\n" * 20_001, "TROP_LONG"),
    ],
)
def test_unfit_files(octets, code):
    with pytest.raises(ValidationError) as refus:
        moteur.lire(octets)
    assert refus.value.errors[0].code == code


def test_a_bomb_is_not_unpacked():
    with pytest.raises(ValidationError) as refus:
        moteur.lire(bombe())
    assert refus.value.errors[0].code == "BOMBE"


def test_a_workbook_that_is_none(responsable):
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("bonjour.txt", "rien")
    assert envoyer(responsable, "clients", tampon.getvalue()).status_code == 422


def test_a_file_too_large(settings):
    settings.TAILLE_MAX_DOCUMENT = 10
    with pytest.raises(ValidationError) as refus:
        moteur.lire(b"nom;ville\nA;B\n")
    assert refus.value.errors[0].code == "TROP_GROS"


@pytest.mark.parametrize(
    "texte", ["Ville\nFès\n", "nom;Raison sociale\nA;B\n", "nom;ville\n", "rien du tout\nA\n"]
)
def test_a_file_without_its_columns_is_said_on_the_form(responsable, texte):
    reponse = envoyer(responsable, "clients", texte)
    assert reponse.status_code == 422
    assert "erreur-champ" in reponse.content.decode()
    assert not Travail.objects.exists()


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [
        ("31/01/2026", date(2026, 1, 31)),
        ("2026-01-31", date(2026, 1, 31)),
        ("31.01.2026", date(2026, 1, 31)),
        (datetime(2026, 1, 31, 8), date(2026, 1, 31)),
    ],
)
def test_days(cellule, attendu):
    assert moteur.jour(cellule) == attendu


@pytest.mark.parametrize(
    ("cellule", "attendu"),
    [("1 234,50", "1234.5"), ("1234.5", "1234.5"), (12.1, "12.1"), (-3, "-3"), ("0,1", "0.1")],
)
def test_numbers(cellule, attendu):
    assert moteur.decimal(cellule) == Decimal(attendu)


@pytest.mark.parametrize("cellule", ["douze", "NaN", "1e99", "", "1,2,3"])
def test_what_is_no_number(cellule):
    with pytest.raises(moteur.ValeurInvalide):
        moteur.decimal(cellule)


@pytest.mark.parametrize("cellule", ["31/02/2026", "hier", "01/01/3000", 45])
def test_what_is_no_day(cellule):
    with pytest.raises(moteur.ValeurInvalide):
        moteur.jour(cellule)


# --- As a job --------------------------------------------------------------------------------------


@pytest.fixture
def long(monkeypatch):
    monkeypatch.setattr(imports, "EN_DIRECT_MAX", 1)
    messages = []
    monkeypatch.setattr(travaux, "_publier", lambda pk, tache, perime=None: messages.append(pk))
    return messages


def test_a_long_file_is_tried_and_imported_in_the_background(
    responsable, long, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        reponse = envoyer(responsable, "clients", CLIENTS)
    travail = Travail.objects.get()
    assert reponse["Location"] == travail.get_absolute_url()
    assert long == [travail.pk]
    assert navigateur(responsable).get(travail.page)["Location"] == travail.get_absolute_url()
    tasks.importer(travail.pk)
    assert not Client.objects.exists()
    suivi = navigateur(responsable).get(travail.get_absolute_url(), headers={"HX-Request": "true"})
    assert suivi["HX-Redirect"] == travail.page
    with django_capture_on_commit_callbacks(execute=True):
        navigateur(responsable).post(
            reverse("transfers:appliquer", args=[travail.pk]), {"mode": "lignes"}
        )
    tasks.importer(travail.pk)
    tasks.importer(travail.pk)
    assert Client.objects.count() == 2
    assert Site.objects.count() == 0
