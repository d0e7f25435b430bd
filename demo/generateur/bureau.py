"""What the office has put by: nameplates and certificates as documents, saved views, a count of the stock under way.

Written by the services, after the story: they number their rows themselves.
"""

from datetime import date
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from accounts.choices import Role
from accounts.models import User
from clients.choices import StatutContrat
from clients.models import Contrat
from documents.choices import TypeDocument
from documents.services import deposer_document
from equipment.models import Equipement
from search.services import creer_filtre
from stock.models import PieceDetachee
from stock.services import compter_piece, ouvrir_inventaire

PLAQUES = 24
CONTRATS = 6
VUES = (
    (
        "interventions",
        "Urgences à affecter",
        {"statut": ["ouverte"], "priorite": ["urgente", "haute"], "sort": ["priorite,date_limite"]},
        True,
    ),
    (
        "interventions",
        "En attente de pièces",
        {"statut": ["en_attente"], "sort": ["date_limite"]},
        False,
    ),
    ("equipements", "Machines critiques arrêtées", {"statut": ["panne", "maintenance"]}, True),
)


def installer() -> None:
    """For the responsable of the demo accounts."""
    responsable = User.objects.filter(role=Role.RESPONSABLE).order_by("pk").first()
    if responsable is None:
        return
    _plaques(responsable)
    _contrats(responsable)
    for entite, nom, parametres, partage in VUES:
        creer_filtre(
            par=responsable, entite=entite, nom=nom, parametres=parametres, partage=partage
        )
    _inventaire(responsable)


def _plaques(par: User) -> None:
    # one machine in six: they are those of several clients
    machines = Equipement.objects.exclude(numero_serie="").order_by("pk")[::6]
    for machine in machines[:PLAQUES]:
        lignes = [
            f"TYPE  {machine.modele or machine.type_equipement}",
            f"N° SÉRIE  {machine.numero_serie}",
            *(f"{nom.upper()}  {valeur}" for nom, valeur in [*machine.specifications.items()][:3]),
        ]
        if machine.date_mise_en_service:
            lignes.append(f"ANNÉE  {machine.date_mise_en_service.year}")
        deposer_document(
            par=par,
            fichier=SimpleUploadedFile(
                f"Plaque {machine.code_interne}.jpg",
                _plaque(machine.marque or machine.type_equipement, lignes),
                "image/jpeg",
            ),
            type_document=TypeDocument.PHOTO,
            equipement_id=machine.pk,
        )


def _plaque(marque: str, lignes: list[str]) -> bytes:
    """A nameplate on a machine, as a photo shows it."""
    image = Image.new("RGB", (1200, 800), "#5d6b78")
    dessin = ImageDraw.Draw(image)
    for rang in range(0, 800, 4):  # brushed steel
        dessin.line([(0, rang), (1200, rang)], fill="#63717f" if rang % 8 else "#5a6874")
    dessin.rounded_rectangle((110, 90, 1090, 710), 28, fill="#d9dee3", outline="#8b959e", width=6)
    for x, y in ((160, 140), (1040, 140), (160, 660), (1040, 660)):
        dessin.ellipse((x - 16, y - 16, x + 16, y + 16), fill="#9aa4ad", outline="#6c757d", width=3)
    dessin.text((220, 120), marque.upper(), fill="#16324f", font=ImageFont.load_default(size=74))
    dessin.line([(220, 225), (980, 225)], fill="#16324f", width=5)
    for rang, ligne in enumerate(lignes):
        dessin.text(
            (220, 260 + 70 * rang), ligne, fill="#20262c", font=ImageFont.load_default(size=44)
        )
    return _octets(image, "JPEG")


def _contrats(par: User) -> None:
    actifs = Contrat.objects.filter(statut=StatutContrat.ACTIF).select_related("client")
    for contrat in actifs.order_by("pk")[:CONTRATS]:
        lignes = [
            f"Client : {contrat.client.nom_entreprise}",
            f"Nature : {contrat.get_type_contrat_display()}",
            f"Du {_jour(contrat.date_debut)} au {_jour(contrat.date_fin)}",
            f"Montant annuel : {contrat.montant_annuel:,.2f} {contrat.devise}".replace(
                ",", " "
            ).replace(".", ","),
            "",
            "Exemplaire signé, remis au client.",
        ]
        deposer_document(
            par=par,
            fichier=SimpleUploadedFile(
                f"Contrat {contrat.numero} signé.pdf",
                _page(f"Contrat de maintenance {contrat.numero}", lignes),
                "application/pdf",
            ),
            contrat_id=contrat.pk,
        )


def _page(titre: str, lignes: list[str]) -> bytes:
    """A scanned page of A4 at 100 dots per inch."""
    image = Image.new("RGB", (827, 1169), "white")
    dessin = ImageDraw.Draw(image)
    dessin.text((80, 90), titre, fill="#111", font=ImageFont.load_default(size=34))
    dessin.line([(80, 145), (747, 145)], fill="#111", width=2)
    for rang, ligne in enumerate(lignes):
        dessin.text((80, 190 + 42 * rang), ligne, fill="#222", font=ImageFont.load_default(size=22))
    return _octets(image, "PDF")


def _jour(jour: date) -> str:
    return f"{jour:%d/%m/%Y}"


def _octets(image: Image.Image, forme: str) -> bytes:
    tampon = BytesIO()
    image.save(tampon, forme)
    return tampon.getvalue()


def _inventaire(par: User) -> None:
    """Some parts as the ledger says, one short, one too many."""
    inventaire = ouvrir_inventaire(par=par, libelle="Allée A")
    pieces = PieceDetachee.objects.filter(emplacement__startswith="A", stock_actuel__gt=1)
    for rang, piece in enumerate(pieces.order_by("emplacement", "pk")[:8]):
        ecart = {2: -1, 5: 1}.get(rang, 0)
        compter_piece(
            par=par,
            inventaire_id=inventaire.pk,
            reference=piece.reference,
            quantite=piece.stock_actuel + ecart,
        )
