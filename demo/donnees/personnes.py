"""The people of the demo: techniciens with what they know, and names to draw others from."""

from typing import NamedTuple

#: name, what it covers
COMPETENCES: tuple[tuple[str, str], ...] = (
    ("Électricité industrielle", "Habilitation B2V/BC : armoires, TGBT, départs moteurs."),
    ("Haute tension", "Habilitation H2V/HC : cellules et transformateurs HTA."),
    ("Automatisme et variation", "Automates, variateurs, supervision, réseaux de terrain."),
    ("Froid industriel", "Groupes froids, chambres froides, manipulation des fluides."),
    ("Air comprimé", "Compresseurs à vis, sécheurs, réseaux d’air."),
    ("Hydraulique", "Presses, centrales et vérins hydrauliques."),
    ("Mécanique générale", "Transmissions, roulements, alignement, convoyage."),
    ("Chaudières et vapeur", "Conduite et maintenance des générateurs de vapeur."),
    ("Levage", "Ponts roulants, palans, ascenseurs : contrôle et dépannage."),
    ("Moteurs thermiques", "Groupes électrogènes et chariots à moteur thermique."),
    ("Ventilation et climatisation", "Centrales de traitement d’air, extraction, désenfumage."),
)


class ProfilTechnicien(NamedTuple):
    nom: str
    matricule: str
    specialite: str
    equipe: str
    ville: str
    cout_horaire: int
    anciennete: int  # years
    #: skill → level, days until it expires (None: never; negative: expired)
    competences: tuple[tuple[str, str, int | None], ...]


TECHNICIENS: tuple[ProfilTechnicien, ...] = (
    ProfilTechnicien(
        "Youssef El Amrani", "TEC-001", "Froid et air comprimé", "Centre", "Casablanca", 165, 9,
        (
            ("Électricité industrielle", "avance", 640),
            ("Froid industriel", "expert", 410),
            ("Air comprimé", "expert", None),
            ("Mécanique générale", "avance", None),
            ("Ventilation et climatisation", "avance", None),
            ("Automatisme et variation", "intermediaire", None),
        ),
    ),
    ProfilTechnicien(
        "Mehdi Zeroual", "TEC-002", "Automatisme", "Nord", "Tanger", 175, 7,
        (
            ("Électricité industrielle", "expert", 300),
            ("Automatisme et variation", "expert", None),
            ("Haute tension", "avance", 24),
            ("Hydraulique", "intermediaire", None),
            ("Mécanique générale", "avance", None),
        ),
    ),
    ProfilTechnicien(
        "Abdellah Ouhaddou", "TEC-003", "Froid industriel", "Sud", "Agadir", 155, 12,
        (
            ("Froid industriel", "expert", 18),
            ("Électricité industrielle", "intermediaire", 220),
            ("Air comprimé", "avance", None),
            ("Mécanique générale", "avance", None),
            ("Moteurs thermiques", "intermediaire", None),
        ),
    ),
    ProfilTechnicien(
        "Khalid Berrada", "TEC-004", "Chaudières et vapeur", "Centre", "El Jadida", 170, 15,
        (
            ("Chaudières et vapeur", "expert", 500),
            ("Mécanique générale", "expert", None),
            ("Électricité industrielle", "intermediaire", -12),
            ("Hydraulique", "avance", None),
        ),
    ),
    ProfilTechnicien(
        "Rachid Taoufik", "TEC-005", "Levage et ascenseurs", "Centre", "Mohammedia", 160, 8,
        (
            ("Levage", "expert", 95),
            ("Électricité industrielle", "avance", 380),
            ("Mécanique générale", "avance", None),
            ("Hydraulique", "intermediaire", None),
        ),
    ),
    ProfilTechnicien(
        "Imane Chafik", "TEC-006", "Électricité HT/BT", "Nord", "Kénitra", 170, 5,
        (
            ("Électricité industrielle", "expert", 700),
            ("Haute tension", "expert", 430),
            ("Automatisme et variation", "avance", None),
            ("Moteurs thermiques", "intermediaire", None),
            ("Levage", "intermediaire", 250),
        ),
    ),
    ProfilTechnicien(
        "Said Aït Lahcen", "TEC-007", "Climatisation", "Sud", "Marrakech", 150, 6,
        (
            ("Ventilation et climatisation", "expert", None),
            ("Froid industriel", "avance", 160),
            ("Électricité industrielle", "intermediaire", 45),
            ("Levage", "intermediaire", -40),
            ("Moteurs thermiques", "avance", None),
            ("Chaudières et vapeur", "intermediaire", 120),
        ),
    ),
    ProfilTechnicien(
        "Driss Filali", "TEC-008", "Mécanique textile", "Nord", "Fès", 145, 18,
        (
            ("Mécanique générale", "expert", None),
            ("Hydraulique", "expert", None),
            ("Chaudières et vapeur", "avance", 210),
            ("Air comprimé", "avance", None),
            ("Levage", "avance", 330),
        ),
    ),
    ProfilTechnicien(
        "Hamza Bouzidi", "TEC-009", "Moteurs thermiques", "Centre", "Casablanca", 140, 3,
        (
            ("Moteurs thermiques", "expert", None),
            ("Mécanique générale", "intermediaire", None),
            ("Air comprimé", "intermediaire", None),
            ("Levage", "debutant", 60),
            ("Électricité industrielle", "debutant", 150),
        ),
    ),
    ProfilTechnicien(
        "Zineb Mansouri", "TEC-010", "Automatisme et variation", "Centre", "Rabat", 165, 4,
        (
            ("Automatisme et variation", "expert", None),
            ("Électricité industrielle", "avance", 520),
            ("Ventilation et climatisation", "intermediaire", None),
            ("Froid industriel", "debutant", 280),
            ("Haute tension", "intermediaire", -3),
            ("Hydraulique", "debutant", None),
        ),
    ),
)  # fmt: skip

PRENOMS = (
    "Adil", "Amine", "Anas", "Asmae", "Ayoub", "Badr", "Bouchra", "Fatima Zahra", "Ghita", "Hajar",
    "Hanane", "Hind", "Ilyas", "Jamal", "Kenza", "Laila", "Lamia", "Meryem", "Mohamed", "Mounir",
    "Nabil", "Naoual", "Noureddine", "Omar", "Rim", "Sanae", "Siham", "Soufiane", "Tarik", "Yassine",
)  # fmt: skip
NOMS = (
    "Alaoui", "Amrani", "Bakkali", "Belhaj", "Benjelloun", "Bennani", "Berrada", "Bouayad", "Chraïbi",
    "Daoudi", "El Fassi", "El Khattabi", "Ennaji", "Fikri", "Guessous", "Hajji", "Jebbour", "Kabbaj",
    "Lahlou", "Lamrani", "Mernissi", "Naciri", "Ouazzani", "Rahmouni", "Sabri", "Sefrioui", "Skalli",
    "Tazi", "Touzani", "Zniber",
)  # fmt: skip
FONCTIONS = (
    "Responsable maintenance",
    "Directeur technique",
    "Chef d’atelier",
    "Responsable travaux neufs",
    "Responsable production",
    "Acheteur",
    "Responsable QHSE",
)
