"""Files: what is let in, what is refused, who may open them."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from documents import services
from documents.fichiers import EXIF_POSITION, assainir
from documents.models import Document
from documents.tests.factories import CONTENU, DocumentFactory
from equipment.tests.factories import EquipementFactory
from erp.exceptions import AuthorizationError, IntrouvableError, ValidationError
from interventions.tests.factories import InterventionFactory
from notifications.models import Notification

MO = 1024 * 1024


@pytest.fixture(autouse=True)
def stockage(settings, tmp_path):
    """Each test keeps its files to itself."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }


def photo(position: bool = False, format_image: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Appareil"
    if position:
        exif.get_ifd(EXIF_POSITION).update(
            {1: "N", 2: (IFDRational(33), IFDRational(35), IFDRational(0)), 3: "W"}
        )
    sortie = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(sortie, format=format_image, exif=exif)
    return sortie.getvalue()


def televerse(contenu: bytes = CONTENU, nom: str = "rapport.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(nom, contenu)


# --- What is in a file ---


def test_la_position_est_retiree_et_le_reste_garde():
    sain = assainir(photo(position=True), taille_max=MO)
    exif = Image.open(io.BytesIO(sain.contenu)).getexif()
    assert not exif.get_ifd(EXIF_POSITION)
    assert exif[0x010F] == "Appareil"


def test_sans_position_rien_ne_change():
    contenu = photo()
    assert assainir(contenu, taille_max=MO).contenu == contenu


@pytest.mark.parametrize(
    ("contenu", "code"),
    [
        (b"", "VIDE"),
        (b"%PDF-1.4" + b"0" * MO, "TROP_GROS"),
        (b"<script>alert(1)</script>", "TYPE_REFUSE"),
        (b"MZ\x90\x00" + b"0" * 200, "TYPE_REFUSE"),
        (photo()[:60], "ILLISIBLE"),
    ],
)
def test_ce_qui_est_refuse(contenu, code):
    with pytest.raises(ValidationError) as info:
        assainir(contenu, taille_max=MO)
    assert info.value.errors[0].code == code


def test_une_image_demesuree():
    sortie = io.BytesIO()
    Image.new("1", (9000, 9000)).save(sortie, format="PNG")
    with pytest.raises(ValidationError) as info:
        assainir(sortie.getvalue(), taille_max=MO)
    assert info.value.errors[0].code == "BOMBE"


def test_une_archive_qui_gonfle():
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * 50 * MO)
    with pytest.raises(ValidationError) as info:
        assainir(sortie.getvalue(), taille_max=MO)
    assert info.value.errors[0].code in {"BOMBE", "TYPE_REFUSE"}


# --- Depositing, deleting ---


@pytest.mark.django_db
def test_deposer_sous_un_nom_au_hasard(technicien, responsable):
    intervention = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    document = services.deposer_document(
        par=technicien,
        fichier=televerse(photo(), "../../etc/photo de la panne.exe"),
        type_document="photo",
        intervention_id=intervention.pk,
    )
    document.refresh_from_db()
    assert document.nom_fichier == "photo de la panne.jpg"
    assert document.mime_type == "image/jpeg"
    assert "photo" not in document.fichier.name
    assert intervention.historique.get().action == "document"
    assert Notification.objects.dans_l_application().get().user == responsable


@pytest.mark.django_db
def test_un_proprietaire_et_un_seul(responsable):
    intervention = InterventionFactory()
    for ids in ({}, {"intervention_id": intervention.pk, "client_id": intervention.client_id}):
        with pytest.raises(ValidationError):
            services.deposer_document(par=responsable, fichier=televerse(), **ids)
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_chacun_chez_soi(technicien, client_portail):
    etrangere = InterventionFactory(affectee=True)
    machine = EquipementFactory()
    for par in (technicien, client_portail):
        with pytest.raises(ValidationError):
            services.deposer_document(par=par, fichier=televerse(), intervention_id=etrangere.pk)
    with pytest.raises(AuthorizationError):
        services.deposer_document(par=technicien, fichier=televerse(), equipement_id=machine.pk)
    with pytest.raises(AuthorizationError):
        services.deposer_document(
            par=client_portail,
            fichier=televerse(),
            equipement_id=EquipementFactory(client=client_portail.contact.client).pk,
            interne=True,
        )


@pytest.mark.django_db
def test_supprimer_le_sien_tant_que_c_est_actif(technicien, responsable, autre_technicien):
    ouverte = InterventionFactory(en_cours=True, technicien=technicien.technicien)
    close = InterventionFactory(cloturee=True, technicien=technicien.technicien)
    sien = DocumentFactory(intervention=ouverte, uploaded_by=technicien)
    fige = DocumentFactory(intervention=close, uploaded_by=technicien)
    with pytest.raises(IntrouvableError):
        services.supprimer_document(par=autre_technicien, document_id=sien.pk)
    with pytest.raises(AuthorizationError):
        services.supprimer_document(par=technicien, document_id=fige.pk)
    services.supprimer_document(par=technicien, document_id=sien.pk)
    services.supprimer_document(par=responsable, document_id=fige.pk)
    assert not Document.objects.exists()


# --- Who sees, who opens ---


@pytest.fixture
def deux_documents(technicien, client_portail):
    intervention = InterventionFactory(
        en_cours=True,
        technicien=technicien.technicien,
        equipement__client=client_portail.contact.client,
    )
    return DocumentFactory(intervention=intervention), DocumentFactory(
        intervention=intervention, interne=True
    )


@pytest.mark.django_db
def test_visibles(
    deux_documents, admin, responsable, technicien, client_portail, autre_client, autre_technicien
):
    public, interne = deux_documents
    attendu = {
        admin: {public, interne},
        responsable: {public, interne},
        technicien: {public, interne},
        client_portail: {public},
        autre_client: set(),
        autre_technicien: set(),
    }
    for personne, documents in attendu.items():
        assert set(Document.objects.visible_to(personne)) == documents, personne


@pytest.mark.django_db
def test_telechargement(client, deux_documents, client_portail, autre_client):
    public, interne = deux_documents
    url = reverse("documents:fichier", args=[public.pk])
    assert client.get(url).status_code == 302
    client.force_login(client_portail, backend="accounts.backends.EmailBackend")
    reponse = client.get(url)
    assert b"".join(reponse.streaming_content) == CONTENU
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in reponse["Content-Security-Policy"]
    assert client.get(reverse("documents:fichier", args=[interne.pk])).status_code == 404
    assert client.get(url, headers={"If-None-Match": reponse["ETag"]}).status_code == 304
    client.force_login(autre_client, backend="accounts.backends.EmailBackend")
    assert client.get(url).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("plage", "status", "attendu"),
    [
        ("bytes=0-3", 206, CONTENU[:4]),
        ("bytes=5-", 206, CONTENU[5:]),
        ("bytes=-4", 206, CONTENU[-4:]),
        ("bytes=0-9999", 206, CONTENU),
        ("bytes=999-", 416, b""),
        ("bytes=0-1,3-4", 200, CONTENU),
        ("octets=1", 200, CONTENU),
    ],
)
def test_plages(client, responsable, plage, status, attendu):
    document = DocumentFactory()
    client.force_login(responsable, backend="accounts.backends.EmailBackend")
    reponse = client.get(reverse("documents:fichier", args=[document.pk]), headers={"Range": plage})
    assert reponse.status_code == status
    corps = b"".join(reponse.streaming_content) if reponse.streaming else reponse.content
    assert corps == attendu


@pytest.mark.django_db
def test_le_cadre_depose_et_garde_les_erreurs_a_leur_place(client, responsable):
    intervention = InterventionFactory()
    client.force_login(responsable, backend="accounts.backends.EmailBackend")
    url = reverse("documents:cadre", args=["intervention", intervention.pk])
    refuse = client.post(url, {"file": televerse(b"pas un document"), "type_document": "photo"})
    assert refuse.status_code == 422
    assert "n’est pas accepté" in refuse.content.decode()
    accepte = client.post(url, {"file": televerse(), "type_document": "rapport"})
    assert accepte.status_code == 200
    assert "rapport.pdf" in accepte.content.decode()
    assert client.get(reverse("documents:cadre", args=["session", 1])).status_code == 404
