"""Files: what is let in, what is refused, who may open them."""

import io
import zipfile

import factory
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from accounts.tests.api import client_api
from clients.tests.factories import ContratFactory
from documents import menage, services
from documents.fichiers import EXIF_POSITION, assainir
from documents.models import Document
from documents.tests.factories import CONTENU, DocumentFactory
from documents.vignettes import nom_de_vignette
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


# --- What a file must not be, whatever it is called ---


def pdf_et_html() -> bytes:
    return b"%PDF-1.4\n<html><script>alert(1)</script></html>\n%%EOF"


def jpeg_et_zip() -> bytes:
    sortie = io.BytesIO(photo())
    sortie.seek(0, io.SEEK_END)
    with zipfile.ZipFile(sortie, "a") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return sortie.getvalue()


@pytest.mark.parametrize(
    "contenu",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"\xef\xbb\xbf<html></html>",
        b"GIF89a/*<script>alert(1)</script>*/",
        b"#!/bin/sh\nrm -rf /",
        b"\x00\x00\x00 ftypmp42" + b"0" * 60,
        b"PK\x03\x04" + b"\x00" * 60,
    ],
)
def test_ce_qui_s_execute_est_refuse(contenu):
    with pytest.raises(ValidationError) as info:
        assainir(contenu, taille_max=MO)
    assert info.value.errors[0].code in {"TYPE_REFUSE", "ILLISIBLE"}


def test_une_archive_nommee_docx_qui_n_en_est_pas_une():
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    with pytest.raises(ValidationError):
        assainir(sortie.getvalue(), taille_max=MO)


def test_un_document_avec_des_macros_est_refuse():
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
        archive.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    with pytest.raises(ValidationError):
        assainir(sortie.getvalue(), taille_max=MO)


def test_une_archive_qui_ment_sur_ses_tailles():
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * 30 * MO)
    octets = sortie.getvalue().replace((30 * MO).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(ValidationError):
        assainir(octets, taille_max=MO)


def test_ce_qui_suit_une_photo_ne_reste_pas():
    sain = assainir(jpeg_et_zip(), taille_max=MO)
    assert b"<script>" not in sain.contenu
    assert not zipfile.is_zipfile(io.BytesIO(sain.contenu))


@pytest.mark.django_db
def test_un_polyglotte_ne_s_execute_nulle_part(client, responsable):
    document = services.deposer_document(
        par=responsable,
        fichier=televerse(pdf_et_html(), "facture.html"),
        intervention_id=InterventionFactory().pk,
    )
    assert document.nom_fichier == "facture.pdf"
    client.force_login(responsable, backend="accounts.backends.EmailBackend")
    reponse = client.get(reverse("documents:fichier", args=[document.pk]))
    assert reponse["Content-Type"] == "application/pdf"
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["Content-Security-Policy"] == "default-src 'none'; sandbox"
    reponse.close()


# --- Thumbnails, the list, the parents' own addresses ---


@pytest.mark.django_db
def test_vignette_petite_gardee_et_privee(
    client, client_portail, autre_client, django_capture_on_commit_callbacks
):
    grande = io.BytesIO()
    Image.new("RGB", (2000, 1000), "blue").save(grande, "JPEG")
    intervention = InterventionFactory(equipement__client=client_portail.contact.client)
    document = services.deposer_document(
        par=client_portail,
        fichier=televerse(grande.getvalue(), "a.jpg"),
        intervention_id=intervention.pk,
    )
    url = reverse("documents:vignette", args=[document.pk])
    client.force_login(autre_client, backend="accounts.backends.EmailBackend")
    assert client.get(url).status_code == 404
    client.force_login(client_portail, backend="accounts.backends.EmailBackend")
    reponse = client.get(url)
    assert Image.open(io.BytesIO(reponse.content)).size == (320, 160)
    stockage, petite = document.fichier.storage, nom_de_vignette(document.fichier.name)
    assert stockage.exists(petite)
    assert client.get(url).content == reponse.content
    assert client.get(url, headers={"If-None-Match": reponse["ETag"]}).status_code == 304
    assert (
        url
        in client.get(
            reverse("documents:cadre", args=["intervention", intervention.pk])
        ).content.decode()
    )
    with django_capture_on_commit_callbacks(execute=True):
        services.supprimer_document(par=client_portail, document_id=document.pk)
    assert not stockage.exists(petite)
    assert not stockage.exists(document.fichier.name)


@pytest.mark.django_db
def test_un_fichier_absent_se_dit(client, responsable):
    document = DocumentFactory()
    document.fichier.storage.delete(document.fichier.name)
    reponse = client_api(responsable).get(f"/api/v1/documents/{document.pk}/fichier")
    assert (reponse.status_code, reponse.json()["code"]) == (404, "FICHIER_MANQUANT")


@pytest.mark.django_db
def test_liste_des_documents(client, deux_documents, responsable, client_portail):
    public, interne = deux_documents
    Document.objects.filter(pk=interne.pk).update(nom_fichier="secret.pdf")
    machine = DocumentFactory(
        intervention=None,
        equipement=EquipementFactory(),
        nom_fichier="manuel.pdf",
        type_document="manuel",
    )
    client.force_login(responsable, backend="accounts.backends.EmailBackend")
    url = reverse("documents:liste")

    def vus(**params):
        return {document.pk for document in client.get(url, params).context["liste"].objets}

    assert vus() == {public.pk, interne.pk, machine.pk}
    assert vus(search="MANUEL") == {machine.pk}
    assert vus(search=public.intervention.reference) == {public.pk, interne.pk}
    assert vus(type_document="manuel") == {machine.pk}
    assert vus(proprietaire="equipement") == {machine.pk}
    assert vus(proprietaire="equipement,intervention", interne="true") == {interne.pk}
    assert vus(uploaded_by_id=public.uploaded_by_id) == {public.pk}
    assert vus(date_upload_gte="2100-01-01") == set()
    client.force_login(client_portail, backend="accounts.backends.EmailBackend")
    assert vus() == {public.pk}
    assert vus(search="secret") == set()
    assert "Mes documents" in client.get(url).content.decode()


@pytest.mark.django_db
def test_autant_de_requetes_a_trois_qu_a_trente(client, responsable):
    client.force_login(responsable, backend="accounts.backends.EmailBackend")
    url = reverse("documents:liste")

    def compter() -> int:
        with CaptureQueriesContext(connection) as requetes:
            assert client.get(url, {"taille": "50"}).status_code == 200
        return len(requetes)

    DocumentFactory.create_batch(3)
    client.get(url)
    trois = compter()
    DocumentFactory.create_batch(24)
    DocumentFactory.create_batch(3, intervention=None, contrat=factory.SubFactory(ContratFactory))
    assert compter() == trois


@pytest.mark.django_db
def test_deposer_sous_le_parent(responsable, technicien, client_portail, autre_client):
    intervention = InterventionFactory(
        en_cours=True,
        technicien=technicien.technicien,
        equipement__client=client_portail.contact.client,
    )
    contrat = ContratFactory(client=intervention.client)
    ailleurs = ContratFactory()
    un = f"/api/v1/clients/{intervention.client_id}"
    attendus = {
        f"/api/v1/interventions/{intervention.pk}/documents": (201, 201, 201, 404),
        f"/api/v1/equipements/{intervention.equipement_id}/documents": (201, 201, 201, 404),
        f"{un}/documents": (201, 403, 403, 404),
        f"{un}/contrats/{contrat.pk}/documents": (201, 404, 403, 404),
        f"{un}/contrats/{ailleurs.pk}/documents": (404, 404, 404, 404),
    }
    for chemin, statuts in attendus.items():
        for par, statut in zip(
            (responsable, technicien, client_portail, autre_client), statuts, strict=True
        ):
            api = client_api(par)
            reponse = api.post(chemin, {"file": televerse()}, format="multipart")
            assert reponse.status_code == statut, (chemin, par, reponse.content)
            if statut == 201:
                assert reponse["Location"] == f"/api/v1/documents/{reponse.json()['id']}"
        if statuts[0] == 201:
            assert client_api(responsable).get(chemin).json()["pagination"][
                "total"
            ] == statuts.count(201)


# --- The storage and the table side by side ---


@pytest.mark.django_db
def test_la_ronde_de_nuit(monkeypatch):
    garde, absent = DocumentFactory(), DocumentFactory()
    stockage = garde.fichier.storage
    stockage.delete(absent.fichier.name)
    stockage.save("2026/01/orphelin.pdf", ContentFile(b"x"))
    stockage.save("vignettes/orpheline.jpg", ContentFile(b"x"))
    petite = stockage.save(nom_de_vignette(garde.fichier.name), ContentFile(b"x"))
    ailleurs = stockage.save("lisez-moi.txt", ContentFile(b"x"))
    assert menage.ranger() == {"orphelins": 0, "manquants": 1}  # too young
    with time_machine.travel(timezone.now() + menage.AGE_MINIMUM * 2):
        assert menage.ranger() == {"orphelins": 2, "manquants": 1}
        assert menage.ranger() == {"orphelins": 0, "manquants": 1}
    assert all(map(stockage.exists, (garde.fichier.name, petite, ailleurs)))
    assert Document.objects.count() == 2


@pytest.mark.django_db
def test_verifier_apres_une_restauration(capsys):
    DocumentFactory()
    call_command("verifier_documents")
    altere, absent = DocumentFactory(nom_fichier="altéré.pdf"), DocumentFactory()
    with altere.fichier.storage.open(altere.fichier.name, "wb") as fichier:
        fichier.write(CONTENU + b" ")
    absent.fichier.storage.delete(absent.fichier.name)
    with pytest.raises(CommandError, match="2 document"):
        call_command("verifier_documents")
    sortie = capsys.readouterr().out
    assert "altéré.pdf" in sortie
    assert f"document {absent.pk} " in sortie
