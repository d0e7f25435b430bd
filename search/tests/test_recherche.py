"""What each role finds: the found set is within the visible set, and all of it that answers."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.api import client_api
from clients.tests.factories import ClientFactory, ContratFactory, SiteFactory
from documents.tests.factories import DocumentFactory
from equipment.tests.factories import EquipementFactory
from interventions.models import Intervention
from interventions.tests.factories import InterventionFactory
from search import recherche
from search.choices import Genre
from search.models import EntreeRecherche
from search.recherche import SOURCES, chercher
from search.services import differer_index, reconstruire_index
from stock.tests.factories import PieceFactory

pytestmark = pytest.mark.django_db


def trouves(user, q, *types, limite=50):
    return {
        (resultat.type.value, resultat.id)
        for groupe in chercher(user, q, types=types, limite=limite)
        for resultat in groupe.resultats
    }


def texte_marque(segments):
    return [segment.texte for segment in segments if segment.marque]


@pytest.fixture
def monde(technicien, autre_technicien, client_portail, autre_client):
    """One thing of each kind for two clients and two techniciens, all about a « zébuline »."""
    for user, societe in ((technicien, client_portail), (autre_technicien, autre_client)):
        client = societe.contact.client
        site = SiteFactory(client=client, nom="Hall zébuline")
        contrat = ContratFactory(client=client, numero=f"ZEBULINE-{client.pk}")
        equipement = EquipementFactory(client=client, site=site, nom="Machine à zébuline")
        intervention = InterventionFactory(
            en_cours=True,
            technicien=user.technicien,
            equipement=equipement,
            site=site,
            contrat=contrat,
            titre="Zébuline bloquée",
        )
        DocumentFactory(intervention=intervention, nom_fichier="rapport_zebuline.pdf")
        DocumentFactory(intervention=intervention, nom_fichier="marge_zebuline.pdf", interne=True)
    PieceFactory(designation="Joint de zébuline")


PERSONNES = (
    "admin",
    "responsable",
    "technicien",
    "autre_technicien",
    "client_portail",
    "autre_client",
)


@pytest.mark.parametrize("rares", [500, 0], ids=["mot rare", "mot frequent"])
@pytest.mark.parametrize("personne", PERSONNES)
def test_on_trouve_exactement_ce_que_l_on_voit(request, monkeypatch, monde, personne, rares):
    monkeypatch.setattr(recherche, "RARES", rares)
    user = request.getfixturevalue(personne)
    attendus = {
        (genre.value, pk)
        for genre in (
            Genre.INTERVENTION,
            Genre.EQUIPEMENT,
            Genre.SITE,
            Genre.CONTRAT,
            Genre.PIECE,
            Genre.DOCUMENT,
        )
        for pk in SOURCES[genre].visibles(user).values_list("pk", flat=True)
    }
    assert attendus
    assert {
        trouve for trouve in trouves(user, "zebuline") if trouve[0] not in ("client", "technicien")
    } == attendus


def test_ce_qui_est_interne_ne_se_trouve_pas(admin, responsable, technicien, client_portail, monde):
    intervention = Intervention.objects.visible_to(technicien).get()
    Intervention.objects.filter(pk=intervention.pk).update(notes_techniques="garder le grobulon")
    client = client_portail.contact.client
    client.notes_commerciales = "remise au frobnicateur"
    client.save()
    contrat = client.contrats.get()
    contrat.notes = "clause du zigomar"
    contrat.save()
    technicien.technicien.notes_privees = "cherche un brimborion"
    technicien.technicien.specialite = "Hydraulique"
    technicien.technicien.save()

    grobulon = {("intervention", intervention.pk)}
    assert trouves(admin, "grobulon") == trouves(technicien, "grobulon") == grobulon
    assert trouves(client_portail, "grobulon") == set()
    assert trouves(client_portail, "grobulin") == set()
    for mot, genre, pk in (
        ("frobnicateur", "client", client.pk),
        ("zigomar", "contrat", contrat.pk),
        ("brimborion", "technicien", technicien.technicien.pk),
    ):
        assert trouves(responsable, mot) == {(genre, pk)}
        assert trouves(technicien, mot) == trouves(client_portail, mot) == set()
    soi = ("technicien", technicien.technicien.pk)
    assert soi in trouves(client_portail, "Tarik")
    assert soi in trouves(technicien, "hydraulique")
    assert soi not in trouves(client_portail, "hydraulique")
    assert soi not in trouves(client_portail, technicien.technicien.matricule)
    (groupe,) = chercher(client_portail, "Tarik", types=["technicien"])
    assert groupe.resultats[0].url == ""
    assert "interne" not in str(groupe)


@pytest.mark.parametrize(
    "q",
    [
        "électrique",
        "ELECTRIQUE",
        "electriques",
        "elctrique",
        "eletcrique",
        "electriq",
        "moteur électrique",
    ],
)
def test_accents_fautes_et_mots_inacheves(admin, q):
    moteur = EquipementFactory(nom="Moteur électrique")
    EquipementFactory(nom="Pompe centrifuge")
    assert trouves(admin, q, "equipement") == {("equipement", moteur.pk)}


@pytest.mark.parametrize(
    "q", ["CMP-0042", "cmp0042", "CMP 0042", "p-004", "SN/77.X9", "sn77x", "0042"]
)
def test_un_code_se_trouve_par_un_morceau(admin, q):
    machine = EquipementFactory(nom="Filtre", code_interne="CMP-0042", numero_serie="SN-77-X9")
    groupes = chercher(admin, q)
    assert groupes[0].resultats[0].id == machine.pk


@pytest.mark.parametrize("q", ["0522304050", "05 22 30 40 50", "+212 522-304050", "304050"])
def test_un_telephone_se_trouve_comme_on_l_ecrit(admin, q):
    client = ClientFactory(telephone="+212522304050")
    assert ("client", client.pk) in trouves(admin, q)


def test_le_titre_passe_avant_le_texte(admin):
    dans_le_texte = InterventionFactory(titre="Visite", description="Une fuite de vapeur au joint.")
    dans_le_titre = InterventionFactory(
        titre="Fuite de vapeur", description="Au joint du couvercle."
    )
    InterventionFactory(titre="Visite annuelle", description="Rien de particulier à dire.")
    (groupe,) = chercher(admin, "fuite vapeur", types=["intervention"])
    assert [r.id for r in groupe.resultats] == [dans_le_titre.pk, dans_le_texte.pk]
    exact, *_reste = chercher(admin, dans_le_texte.reference)
    assert exact.resultats[0].id == dans_le_texte.pk


def test_ce_qui_repond_est_marque_et_reste_du_texte(admin):
    InterventionFactory(
        titre="<b>Pompes</b> en panne",
        description="Avant. " * 60 + "La pompe <script> vibre. " + "Après. " * 60,
    )
    (groupe,) = chercher(admin, "pompe", types=["intervention"])
    resultat = groupe.resultats[0]
    assert texte_marque(resultat.titre) == ["Pompes"]
    assert "".join(s.texte for s in resultat.titre).endswith("<b>Pompes</b> en panne")
    assert texte_marque(resultat.extrait) == ["pompe"]
    extrait = "".join(s.texte for s in resultat.extrait)
    assert extrait.startswith("… ")
    assert extrait.endswith(" …")
    assert len(extrait) < 200
    (par_code,) = chercher(admin, "int2026", types=["intervention"])
    assert texte_marque(par_code.resultats[0].titre) == ["INT-2026"]


@pytest.mark.parametrize(
    "q",
    [
        "' | ''",
        "pompe & !vanne",
        "pompe:*A <-> x",
        "%_\\",
        "a\x00b",
        "((((",
        "🙂 🙂",
        "le la les",
        "مضخة",
        "x" * 200,
        "e " * 100,
        "\ud7ff",
        "'; DROP TABLE users; --",
        "İ ß Ⅷ ①",
    ],
)
def test_rien_de_ce_que_l_on_tape_n_est_une_instruction(admin, client_portail, monde, q):
    for user in (admin, client_portail):
        assert isinstance(chercher(user, q), list)


def test_l_index_suit_les_tables(admin):
    machine = EquipementFactory(nom="Ventilateur")
    intervention = InterventionFactory(equipement=machine, titre="Contrôle")
    trouvee = {("intervention", intervention.pk)}
    assert trouves(admin, "ventilateur", "intervention") == trouvee
    machine.nom = "Soufflante"
    machine.save()
    machine.client.nom_entreprise = "Quincaillerie Zaïr"
    machine.client.save()
    assert trouves(admin, "ventilateur") == set()
    assert trouves(admin, "soufflante", "intervention") == trouvee
    assert trouves(admin, "zair quincaillerie", "intervention") == trouvee
    Intervention.objects.filter(pk=intervention.pk).delete()
    assert trouves(admin, "soufflante") == {("equipement", machine.pk)}


def test_reconstruire_l_index(admin):
    machine = EquipementFactory(nom="Ventilateur")
    EntreeRecherche.objects.all().delete()
    assert trouves(admin, "ventilateur") == set()
    call_command("reindexer_recherche", stdout=StringIO())
    assert trouves(admin, "ventilatuer") == {("equipement", machine.pk)}


def test_un_chargement_laisse_l_index_pour_la_fin(admin):
    connue = EquipementFactory(nom="Ventilateur")
    differer_index()
    machine = EquipementFactory(nom="Soufflante")
    connue.nom = "Aspirateur"
    connue.save()
    assert trouves(admin, "soufflante") == trouves(admin, "aspirateur") == set()
    reconstruire_index()
    assert trouves(admin, "soufflante") == {("equipement", machine.pk)}
    assert trouves(admin, "aspirateur") == {("equipement", connue.pk)}
    with connection.cursor() as curseur:
        curseur.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'index_recherche'")
        assert curseur.fetchone() == (8,)


def test_autant_de_requetes_a_3_et_a_30_resultats(admin, client_portail):
    def requetes(user):
        with CaptureQueriesContext(connection) as contexte:
            chercher(user, "turbine", limite=50)
        return len(contexte)

    client = client_portail.contact.client
    EquipementFactory.create_batch(4, nom="Turbine", client=client)
    avant = requetes(admin), requetes(client_portail)
    EquipementFactory.create_batch(30, nom="Turbine", client=client)
    assert (requetes(admin), requetes(client_portail)) == avant == (1, 1)


# --- The API and the page -----------------------------------------------------------------------------


def test_l_api_repond_par_type(admin, monde):
    reponse = client_api(admin).get("/api/v1/filters/recherche?q=zebuline&types=piece,site&limit=1")
    donnees = reponse.json()
    assert reponse.status_code == 200
    assert {groupe["type"] for groupe in donnees["data"]} == {"piece", "site"}
    site = next(groupe for groupe in donnees["data"] if groupe["type"] == "site")
    assert site["suite"] is True
    assert site["resultats"][0]["titre"] == [
        {"texte": "Hall ", "marque": False},
        {"texte": "zébuline", "marque": True},
    ]


@pytest.mark.parametrize(
    ("params", "champ"),
    [
        ("", "q"),
        ("q=%20", "q"),
        ("q=" + "x" * 201, "q"),
        ("q=a&types=client,lune", "types"),
        ("q=a&limit=0", "limit"),
        ("q=a&limit=51", "limit"),
        ("q=a&lune=1", "lune"),
    ],
)
def test_ce_qui_ne_va_pas_est_nomme(admin, params, champ):
    reponse = client_api(admin).get(f"/api/v1/filters/recherche?{params}")
    assert reponse.status_code == 400
    assert [erreur["field"] for erreur in reponse.json()["errors"]] == [champ]


def test_un_caractere_nul_ne_trouve_rien(admin):
    reponse = client_api(admin).get("/api/v1/filters/recherche?q=a%00b")
    assert reponse.status_code == 200
    assert reponse.json()["data"] == []


def test_la_page_et_les_suggestions(client, responsable, client_portail, monde):
    client.force_login(responsable, backend="accounts.backends.EmailBackend")
    page = client.get("/recherche/", {"q": "zebuline"}).content.decode()
    assert "<mark>zébuline</mark>" in page
    assert "Pièces détachées" in page
    propositions = client.get("/recherche/suggestions/", {"q": "zebuline"}).content.decode()
    assert propositions.count('role="option"') == 9
    assert "Rien ne répond" in client.get("/recherche/", {"q": "xqzwv"}).content.decode()
    assert "&lt;script&gt;" in client.get("/recherche/", {"q": "<script>"}).content.decode()
    client.force_login(client_portail, backend="accounts.backends.EmailBackend")
    page = client.get("/recherche/", {"q": "zebuline", "types": "piece"}).content.decode()
    assert "Joint de" not in page
