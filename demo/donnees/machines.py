"""The kinds of machine that the demo's clients run: makes, characteristics, how they fail, how they are maintained."""

from dataclasses import dataclass, field

Pieces = tuple[tuple[str, int], ...]  # reference of the part, quantity


@dataclass(frozen=True, slots=True)
class Panne:
    """A way to fail, as the client tells it, as the technicien finds it, and what cures it."""

    titre: str
    description: str
    diagnostic: str
    solution: str
    minutes: tuple[int, int]
    pieces: Pieces = ()
    #: the machine stands still
    arret: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A line of the checklist; with a unit something is measured, usually between the two bounds."""

    libelle: str
    unite: str = ""
    bornes: tuple[float, float] = (0, 0)
    obligatoire: bool = True


@dataclass(frozen=True, slots=True)
class FicheGamme:
    titre: str
    description: str
    duree: int  # minutes
    mois: int
    points: tuple[Point, ...]
    pieces: Pieces = ()


@dataclass(frozen=True, slots=True)
class Composant:
    """A part of an assembly that has its own card."""

    nom: str
    type_equipement: str
    modeles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Genre:
    code: str
    type_equipement: str
    competence: str
    modeles: tuple[tuple[str, str], ...]
    specifications: dict[str, tuple[str, ...]]
    zones: tuple[str, ...]
    prix: tuple[int, int]  # thousands of MAD
    pannes: tuple[Panne, ...]
    gamme: FicheGamme | None = None
    #: name, unit, least and most it advances in a day
    compteur: tuple[str, str, int, int] | None = None
    composants: tuple[Composant, ...] = field(default=())


GENRES: dict[str, Genre] = {
    genre.code: genre
    for genre in (
        Genre(
            "COMP",
            "Compresseur à vis",
            "Air comprimé",
            (
                ("Atlas Copco", "GA 37"),
                ("Kaeser", "BSD 75"),
                ("Ingersoll Rand", "R55i"),
                ("Boge", "S 61-3"),
            ),
            {
                "Puissance": ("37 kW", "45 kW", "55 kW"),
                "Débit": ("6,1 m³/min", "7,6 m³/min", "9,3 m³/min"),
                "Pression de service": ("7,5 bar", "8 bar", "10 bar"),
            },
            ("Local compresseurs", "Salle des utilités"),
            (210, 480),
            (
                Panne(
                    "Compresseur en défaut température",
                    "Le compresseur s’arrête sur défaut température haute après une vingtaine de minutes de marche. "
                    "Le réseau d’air descend sous 5 bar.",
                    "Refroidisseur d’huile encrassé, température de refoulement mesurée à 109 °C.",
                    "Refroidisseur nettoyé, complément d’huile, essai en charge pendant une heure : 86 °C stables.",
                    (90, 210),
                    (("HUI-VIS-20L", 1), ("FIL-AIR-C37", 1)),
                    arret=True,
                ),
                Panne(
                    "Perte de pression sur le réseau d’air",
                    "La pression du réseau chute en production, le compresseur tourne en charge sans arrêt.",
                    "Clapet d’aspiration bloqué à mi-course, fuites sur deux raccords du collecteur.",
                    "Remplacement du kit de clapet d’aspiration, reprise des raccords, pression revenue à 7,4 bar.",
                    (120, 240),
                    (("KIT-CLAP-ASP", 1),),
                ),
                Panne(
                    "Présence d’huile dans l’air comprimé",
                    "Traces d’huile constatées aux points d’utilisation, qualité d’air non conforme.",
                    "Séparateur air-huile colmaté, pression différentielle de 1,1 bar.",
                    "Remplacement du séparateur et du filtre à huile, purge du réseau, contrôle du niveau.",
                    (100, 180),
                    (("SEP-HUI-C37", 1), ("FIL-HUI-C37", 1)),
                ),
                Panne(
                    "Condensats dans le réseau d’air",
                    "De l’eau sort aux soufflettes de l’atelier depuis le début de la semaine.",
                    "Purgeur automatique de la cuve hors service, électrovanne grippée.",
                    "Remplacement du purgeur automatique et vidange de la cuve.",
                    (45, 90),
                    (("PUR-AUTO-12", 1),),
                ),
            ),
            FicheGamme(
                "Entretien 2 000 h compresseur à vis",
                "Entretien périodique du compresseur : filtres, niveaux, courroies, échangeurs et essai en charge.",
                150,
                3,
                (
                    Point("Consignation électrique et pneumatique faite"),
                    Point("Niveau d’huile"),
                    Point("Température de refoulement", "°C", (76, 94)),
                    Point("Pression différentielle du séparateur", "bar", (0.2, 0.8)),
                    Point("Tension des courroies"),
                    Point("Intensité en charge", "A", (58, 82)),
                    Point("Essai de la soupape", obligatoire=False),
                ),
                (("FIL-AIR-C37", 1), ("FIL-HUI-C37", 1)),
            ),
            ("Heures de marche", "h", 9, 19),
            (
                Composant(
                    "Sécheur d’air",
                    "Sécheur d’air",
                    (("Atlas Copco", "FX 7"), ("Kaeser", "TCH 45")),
                ),
            ),
        ),
        Genre(
            "FROI",
            "Groupe froid",
            "Froid industriel",
            (
                ("Carrier", "30RB 202"),
                ("Trane", "CGAM 120"),
                ("Daikin", "EWAD 210"),
                ("Ciat", "Aquaciat 300"),
            ),
            {
                "Puissance frigorifique": ("150 kW", "210 kW", "320 kW"),
                "Fluide": ("R134a", "R448A"),
                "Départ d’eau": ("6 °C", "7 °C", "-8 °C"),
            },
            ("Toiture terrasse", "Salle des machines", "Cour technique"),
            (380, 1100),
            (
                Panne(
                    "Groupe froid en sécurité haute pression",
                    "Le groupe se met en sécurité HP aux heures chaudes, la température d’eau remonte à 14 °C.",
                    "Condenseur encrassé et un ventilateur sur quatre à l’arrêt, roulement bloqué.",
                    "Nettoyage du condenseur, remplacement du ventilateur, HP revenue à 15 bar.",
                    (120, 240),
                    (("VEN-COND-500", 1),),
                    arret=True,
                ),
                Panne(
                    "Manque de fluide frigorigène",
                    "Puissance insuffisante, bulles visibles au voyant liquide, givre sur l’évaporateur.",
                    "Fuite sur le presse-étoupe de la vanne liquide, charge incomplète de 9 kg.",
                    "Fuite réparée, tirage au vide, remplacement du déshydrateur et complément de charge.",
                    (180, 330),
                    (("FLU-R134A-12", 1), ("DES-FIL-164", 1)),
                ),
                Panne(
                    "Défaut pressostat sur groupe froid",
                    "Le groupe ne redémarre plus après une coupure de courant, voyant défaut général allumé.",
                    "Pressostat HP/BP défectueux, contact qui ne se réarme plus.",
                    "Remplacement du pressostat combiné et réglage des seuils, trois cycles d’essai corrects.",
                    (60, 120),
                    (("PRE-HBP-KP", 1),),
                    arret=True,
                ),
                Panne(
                    "Régulation instable du départ d’eau",
                    "La température de départ oscille de plusieurs degrés, la production s’en plaint.",
                    "Sonde de départ dérivée de 2,6 K.",
                    "Remplacement de la sonde, reprise des paramètres de régulation, stabilité vérifiée une heure.",
                    (50, 100),
                    (("SON-NTC-10K", 1),),
                ),
            ),
            FicheGamme(
                "Visite trimestrielle groupe froid",
                "Contrôle d’étanchéité, relevé des pressions et des intensités, nettoyage des échangeurs, essais de "
                "sécurité.",
                180,
                3,
                (
                    Point("Contrôle d’étanchéité du circuit"),
                    Point("Haute pression", "bar", (12, 17)),
                    Point("Basse pression", "bar", (2.6, 4.4)),
                    Point("Surchauffe", "K", (4, 9)),
                    Point("Intensité des compresseurs", "A", (64, 118)),
                    Point("Nettoyage du condenseur"),
                    Point("Essai des sécurités HP et BP"),
                ),
            ),
            ("Heures de marche", "h", 8, 20),
            (
                Composant(
                    "Pompe d’eau glacée",
                    "Pompe centrifuge",
                    (("Grundfos", "NB 65-160"), ("KSB", "Etabloc 65")),
                ),
            ),
        ),
        Genre(
            "CHAU",
            "Chaudière vapeur",
            "Chaudières et vapeur",
            (
                ("Babcock Wanson", "BWD 30"),
                ("Bosch", "Universal U-HD"),
                ("Viessmann", "Vitomax HS"),
            ),
            {
                "Débit de vapeur": ("2 t/h", "3 t/h", "5 t/h"),
                "Timbre": ("10 bar", "12 bar"),
                "Combustible": ("Fioul lourd n° 2", "Propane", "Biomasse"),
            },
            ("Chaufferie",),
            (650, 1900),
            (
                Panne(
                    "Chaudière en défaut flamme",
                    "Le brûleur se met en sécurité au démarrage, plus de vapeur pour l’atelier.",
                    "Cellule de flamme encrassée et électrode d’allumage usée, écartement de 7 mm.",
                    "Remplacement de l’électrode et de la cellule, réglage de combustion : O₂ 4,1 %, CO 18 ppm.",
                    (90, 180),
                    (("ELE-ALL-BRU", 1), ("CEL-FLA-QRB", 1)),
                    arret=True,
                ),
                Panne(
                    "Fuite à la glace de niveau",
                    "Fuite de vapeur à la glace de niveau, purge nécessaire toutes les heures.",
                    "Joint de glace écrasé, rayures sur la glace côté vapeur.",
                    "Remplacement de la glace et de ses joints à froid, remontée en pression surveillée.",
                    (120, 200),
                    (("NIV-GLA-KLI", 1),),
                    arret=True,
                ),
                Panne(
                    "Consommation de combustible anormale",
                    "La consommation a augmenté de 12 % en un mois à production égale.",
                    "Gicleur usé, excès d’air de 38 %, deux purgeurs de ligne passants.",
                    "Remplacement du gicleur et des purgeurs, réglage du brûleur sur trois allures.",
                    (150, 270),
                    (("GIC-BRU-6.5", 1), ("PUR-VAP-DN25", 2)),
                ),
            ),
            FicheGamme(
                "Visite mensuelle chaudière vapeur",
                "Essais des sécurités, purges, analyse de combustion et contrôle de la qualité d’eau de la chaudière.",
                120,
                1,
                (
                    Point("Essai du niveau bas de sécurité"),
                    Point("Essai de la soupape de sûreté"),
                    Point("Pression de service", "bar", (7.2, 9.6)),
                    Point("Oxygène dans les fumées", "%", (3.2, 5.4)),
                    Point("Température des fumées", "°C", (185, 232)),
                    Point("TH de l’eau d’alimentation", "°f", (0, 0.5)),
                    Point("Purges et ligne de retour"),
                ),
                (("ELE-ALL-BRU", 1),),
            ),
            ("Heures de marche", "h", 10, 21),
            (
                Composant(
                    "Brûleur",
                    "Brûleur industriel",
                    (("Weishaupt", "WM-GL 30"), ("Riello", "RLS 190"), ("Cuenod", "N8")),
                ),
            ),
        ),
        Genre(
            "GELE",
            "Groupe électrogène",
            "Moteurs thermiques",
            (
                ("Caterpillar", "DE400"),
                ("SDMO", "V440C2"),
                ("FG Wilson", "P330-5"),
                ("Cummins", "C350 D5"),
            ),
            {
                "Puissance": ("250 kVA", "330 kVA", "400 kVA"),
                "Tension": ("400 V",),
                "Réservoir": ("470 L", "610 L"),
            },
            ("Local groupe", "Cour technique"),
            (420, 980),
            (
                Panne(
                    "Groupe électrogène ne démarre pas à l’essai",
                    "Le groupe n’a pas pris la charge pendant l’essai mensuel, démarreur sans force.",
                    "Batteries en fin de vie, 9,8 V sous démarreur.",
                    "Remplacement des batteries, contrôle du chargeur, deux démarrages automatiques réussis.",
                    (60, 120),
                    (("BAT-12V-180", 2),),
                    arret=True,
                ),
                Panne(
                    "Fumée noire et perte de puissance",
                    "Le groupe fume noir au-delà de 60 % de charge et la fréquence baisse.",
                    "Filtres à air et à gazole colmatés.",
                    "Remplacement des filtres, purge du circuit de gazole, essai à 80 % de charge pendant 30 minutes.",
                    (75, 150),
                    (("FIL-GAZ-GE", 2),),
                ),
                Panne(
                    "Défaut préchauffage du moteur",
                    "Alarme température d’eau basse au tableau du groupe.",
                    "Résistance de préchauffage coupée.",
                    "Remplacement de la résistance et appoint de liquide de refroidissement.",
                    (60, 110),
                    (("PRE-EAU-GE", 1),),
                ),
            ),
            FicheGamme(
                "Essai et entretien groupe électrogène",
                "Essai en charge, contrôle des niveaux et des batteries, vidange si l’échéance est atteinte.",
                120,
                3,
                (
                    Point("Niveaux d’huile et de liquide de refroidissement"),
                    Point("Tension des batteries", "V", (24.8, 27.2)),
                    Point("Fréquence en charge", "Hz", (49.6, 50.4)),
                    Point("Tension entre phases", "V", (396, 404)),
                    Point("Temps de reprise de la charge", "s", (7, 12)),
                    Point("Niveau de gazole"),
                ),
                (("FIL-HUI-GE", 1), ("HUI-15W40-20", 1)),
            ),
            ("Heures de marche", "h", 0, 2),
        ),
        Genre(
            "PONT",
            "Pont roulant",
            "Levage",
            (
                ("Konecranes", "CXT 10"),
                ("Demag", "DMR 10"),
                ("Verlinde", "Eurobloc VT5"),
                ("Abus", "ELV 12,5"),
            ),
            {
                "Charge maximale": ("5 t", "10 t", "12,5 t"),
                "Portée": ("14 m", "18 m", "22 m"),
                "Hauteur de levée": ("6 m", "9 m"),
            },
            ("Travée A", "Travée B", "Hall de montage"),
            (320, 900),
            (
                Panne(
                    "Le pont ne monte plus la charge",
                    "Le levage ne répond plus en montée, la descente fonctionne. Charge laissée au sol.",
                    "Fin de course haut resté enclenché, levier faussé.",
                    "Remplacement et réglage du fin de course, essai de levage à charge nominale.",
                    (60, 120),
                    (("FDC-XCK-J", 1),),
                    arret=True,
                ),
                Panne(
                    "Glissement de la charge à l’arrêt",
                    "La charge descend de quelques centimètres après l’arrêt du levage.",
                    "Garnitures de frein de palan usées, entrefer de 1,4 mm.",
                    "Remplacement des garnitures, réglage de l’entrefer à 0,4 mm, essai statique concluant.",
                    (120, 210),
                    (("GAR-FRE-PAL", 1),),
                    arret=True,
                ),
                Panne(
                    "Câble de levage abîmé",
                    "L’opérateur signale des fils cassés sur le câble à la prise de poste.",
                    "Plus de dix fils rompus sur un pas, câble à déposer.",
                    "Remplacement du câble sur 48 m, contrôle du guide-câble et essai dynamique.",
                    (180, 300),
                    (("CAB-LEV-12", 48),),
                    arret=True,
                ),
            ),
            FicheGamme(
                "Vérification semestrielle pont roulant",
                "Vérification des organes de levage, des freins, du câble et des fins de course, essais en charge.",
                210,
                6,
                (
                    Point("État du câble et du crochet"),
                    Point("Entrefer du frein", "mm", (0.3, 0.6)),
                    Point("Fins de course haut, bas et translation"),
                    Point("Essai à charge nominale"),
                    Point("Usure des galets de translation"),
                    Point("Arrêt d’urgence et boîte à boutons"),
                ),
                (("GRA-EP2-CAR", 2),),
            ),
            ("Cycles de levage", "cycles", 40, 160),
        ),
        Genre(
            "TOUR",
            "Tour de refroidissement",
            "Froid industriel",
            (("Baltimore Aircoil", "VXT 265"), ("Evapco", "AT 110"), ("Marley", "NC 8400")),
            {
                "Puissance évacuée": ("900 kW", "1 400 kW"),
                "Débit d’eau": ("120 m³/h", "180 m³/h"),
                "Moteur": ("11 kW", "15 kW"),
            },
            ("Aire des tours", "Toiture terrasse"),
            (260, 620),
            (
                Panne(
                    "Eau de retour trop chaude",
                    "La température d’eau froide dépasse 31 °C, la production réduit la cadence.",
                    "Un tiers des buses bouchées par le tartre, courroie du ventilateur détendue.",
                    "Détartrage de la rampe, remplacement de buses et de la courroie, 26 °C relevés après une heure.",
                    (120, 240),
                    (("BUSE-TOUR", 6), ("COU-COMP-SPA", 2)),
                ),
                Panne(
                    "Vibrations du ventilateur de la tour",
                    "Bruit et vibrations importantes au démarrage du ventilateur.",
                    "Roulement côté entraînement écaillé, 9,2 mm/s mesurés.",
                    "Remplacement des deux roulements et équilibrage, 2,1 mm/s en fin d’intervention.",
                    (150, 260),
                    (("ROU-6312-C3", 2),),
                    arret=True,
                ),
            ),
            FicheGamme(
                "Entretien trimestriel tour de refroidissement",
                "Nettoyage du bassin, contrôle de la pulvérisation, de la transmission et du traitement d’eau.",
                180,
                3,
                (
                    Point("Nettoyage du bassin et du filtre"),
                    Point("État des buses et du garnissage"),
                    Point("Vibrations du ventilateur", "mm/s", (1.2, 3.8)),
                    Point("Conductivité de l’eau", "µS/cm", (950, 1750)),
                    Point("pH de l’eau", "", (7.2, 8.4)),
                    Point("Prélèvement légionelles envoyé"),
                ),
                (("GRA-EP2-CAR", 1),),
            ),
            ("Heures de marche", "h", 9, 20),
        ),
        Genre(
            "AUTO",
            "Automate programmable",
            "Automatisme et variation",
            (
                ("Siemens", "S7-1500"),
                ("Schneider Electric", "Modicon M340"),
                ("Allen-Bradley", "CompactLogix 5380"),
            ),
            {
                "Réseau": ("Profinet", "EtherNet/IP", "Modbus TCP"),
                "Entrées-sorties": ("96", "160", "256"),
                "Pupitre": ("TP1200", "Magelis GTO"),
            },
            ("Armoire ligne 1", "Armoire ligne 2", "Salle de contrôle"),
            (90, 260),
            (
                Panne(
                    "Ligne arrêtée, automate en défaut",
                    "L’automate passe en stop au démarrage de la ligne, voyant SF rouge.",
                    "Module d’entrées-sorties en défaut, sortie 7 en court-circuit côté électrovanne.",
                    "Module et câble de l’électrovanne remplacés, programme vérifié, ligne rendue à la production.",
                    (90, 200),
                    (("MOD-ES-16", 1),),
                    arret=True,
                ),
                Panne(
                    "Perte de communication avec le pupitre",
                    "Le pupitre affiche des dièses, plus aucune commande possible depuis l’écran.",
                    "Alimentation 24 V instable, chutes à 19 V lors des appels de charge.",
                    "Remplacement de l’alimentation, resserrage des borniers, communication stable.",
                    (60, 140),
                    (("ALI-24V-10A", 1),),
                ),
                Panne(
                    "Détection de présence défaillante",
                    "La ligne s’arrête sans raison, défaut cellule aléatoire au poste 4.",
                    "Détecteur inductif fissuré, coupures sous vibration.",
                    "Remplacement du détecteur, protection du câble, vingt cycles sans défaut.",
                    (40, 80),
                    (("DET-IND-M18", 1),),
                ),
            ),
            FicheGamme(
                "Sauvegarde et contrôle automate",
                "Sauvegarde du programme, contrôle des alimentations, des borniers et de la pile, dépoussiérage.",
                75,
                6,
                (
                    Point("Sauvegarde du programme faite et datée"),
                    Point("Tension d’alimentation", "V", (23.8, 24.6)),
                    Point("Température de l’armoire", "°C", (28, 41)),
                    Point("Serrage des borniers"),
                    Point("Filtres de l’armoire", obligatoire=False),
                ),
            ),
        ),
        Genre(
            "POMP",
            "Pompe centrifuge",
            "Mécanique générale",
            (
                ("KSB", "Etanorm 80-200"),
                ("Grundfos", "NK 100-250"),
                ("Flowserve", "Mark 3"),
                ("Wilo", "CronoNorm-NL"),
            ),
            {
                "Débit": ("60 m³/h", "120 m³/h", "240 m³/h"),
                "Hauteur manométrique": ("32 m", "45 m", "60 m"),
                "Moteur": ("15 kW", "22 kW", "37 kW"),
            },
            ("Station de pompage", "Salle des utilités", "Fosse ouest"),
            (70, 240),
            (
                Panne(
                    "Fuite à la garniture de la pompe",
                    "Fuite importante côté arbre, bac de rétention plein ce matin.",
                    "Garniture mécanique marquée, faces de friction rayées.",
                    "Remplacement de la garniture mécanique, alignement laser, plus de fuite en charge.",
                    (110, 200),
                    (("GAR-MEC-45", 1),),
                    arret=True,
                ),
                Panne(
                    "Débit insuffisant de la pompe",
                    "Le débit a baissé d’un tiers, le bac tampon ne se remplit plus.",
                    "Roue érodée et jeu d’usure hors tolérance.",
                    "Remplacement de la roue et des bagues d’usure, débit nominal retrouvé.",
                    (180, 300),
                    (("ROUE-POM-200", 1),),
                ),
                Panne(
                    "Bruit et échauffement des paliers",
                    "Palier brûlant au toucher et bruit de roulement perceptible à distance.",
                    "Roulements sans graisse, 92 °C au palier côté accouplement.",
                    "Remplacement des roulements et de l’accouplement, graissage, 54 °C après deux heures.",
                    (120, 220),
                    (("ROU-6308-2RS", 2), ("ACC-ELA-28", 1)),
                ),
            ),
            FicheGamme(
                "Contrôle trimestriel pompe",
                "Contrôle vibratoire, graissage, étanchéité, alignement et relevé des pressions de la pompe.",
                90,
                3,
                (
                    Point("Vibrations côté accouplement", "mm/s", (1.0, 3.9)),
                    Point("Température des paliers", "°C", (42, 66)),
                    Point("Étanchéité de la garniture"),
                    Point("Pression de refoulement", "bar", (3.1, 6.2)),
                    Point("Graissage des paliers"),
                ),
                (("GRA-EP2-CAR", 1),),
            ),
            ("Heures de marche", "h", 10, 22),
            (
                Composant(
                    "Moteur électrique",
                    "Moteur électrique",
                    (("ABB", "M3BP 180"), ("Leroy-Somer", "FLSES 180")),
                ),
            ),
        ),
        Genre(
            "CONV",
            "Convoyeur à bande",
            "Mécanique générale",
            (
                ("Interroll", "BM 4410"),
                ("Transnorm", "TS 1500"),
                ("Sandvik", "HM 650"),
                ("Fives", "Liftube 650"),
            ),
            {
                "Largeur de bande": ("500 mm", "650 mm", "800 mm"),
                "Longueur": ("12 m", "28 m", "45 m"),
                "Vitesse": ("0,4 m/s", "1,2 m/s", "1,6 m/s"),
            },
            ("Ligne 1", "Ligne 2", "Expédition", "Réception matières"),
            (80, 420),
            (
                Panne(
                    "Bande de convoyeur déportée",
                    "La bande frotte sur le châssis et s’effiloche, arrêt par l’opérateur.",
                    "Tambour de pied désaligné, six rouleaux bloqués.",
                    "Remplacement des rouleaux, recentrage de la bande, marche à vide puis en charge correcte.",
                    (90, 180),
                    (("ROUL-BAN-89", 6),),
                    arret=True,
                ),
                Panne(
                    "Bande déchirée",
                    "Déchirure sur un mètre au niveau de la jetée, la matière tombe sous le convoyeur.",
                    "Racleur usé, corps étranger coincé sous la bande.",
                    "Remplacement d’un tronçon de bande par vulcanisation à froid et de la lame du racleur.",
                    (180, 360),
                    (("BAN-CAO-650", 4), ("RAC-BAN-PU", 1)),
                    arret=True,
                ),
                Panne(
                    "Convoyeur bruyant au tambour de tête",
                    "Bruit métallique au tambour de tête, s’accentue en charge.",
                    "Palier UCP 210 détruit côté motoréducteur.",
                    "Remplacement des deux paliers, réalignement et graissage.",
                    (100, 180),
                    (("PAL-UCP-210", 2),),
                ),
                Panne(
                    "Moteur du convoyeur disjoncte",
                    "Le départ moteur déclenche plusieurs fois par poste.",
                    "Relais thermique fatigué et bornes desserrées, intensités équilibrées.",
                    "Remplacement du relais thermique, serrage des bornes, aucune coupure en deux heures d’essai.",
                    (50, 100),
                    (("REL-THE-30", 1),),
                ),
            ),
            FicheGamme(
                "Visite bimestrielle convoyeur",
                "Contrôle de la bande, des rouleaux, des paliers, des racleurs et des arrêts d’urgence à câble.",
                100,
                2,
                (
                    Point("Centrage et état de la bande"),
                    Point("Rouleaux bloqués remplacés"),
                    Point("Tension de la bande"),
                    Point("Température du motoréducteur", "°C", (40, 68)),
                    Point("Arrêts d’urgence à câble"),
                    Point("Graissage des paliers"),
                ),
                (("GRA-EP2-CAR", 1),),
            ),
            None,
            (
                Composant(
                    "Motoréducteur",
                    "Motoréducteur",
                    (("SEW-Eurodrive", "KA67"), ("Nord", "SK 92372"), ("Bonfiglioli", "A 41")),
                ),
            ),
        ),
        Genre(
            "PRES",
            "Presse hydraulique",
            "Hydraulique",
            (
                ("Schuler", "HPX 400"),
                ("Loire Safe", "EFP 315"),
                ("Engel", "Duo 500"),
                ("Arburg", "Allrounder 720"),
            ),
            {
                "Force": ("200 t", "315 t", "500 t"),
                "Course": ("450 mm", "600 mm"),
                "Volume d’huile": ("480 L", "900 L"),
            },
            ("Hall des presses", "Atelier injection"),
            (1200, 4200),
            (
                Panne(
                    "Presse lente en descente",
                    "Le temps de cycle est passé de 14 à 22 secondes sans changement de série.",
                    "Électrodistributeur de descente encrassé, tiroir qui colle.",
                    "Remplacement de l’électrodistributeur et du filtre de retour, temps de cycle revenu à 14 s.",
                    (120, 240),
                    (("ELD-4/3-NG6", 1), ("FIL-HYD-10", 1)),
                ),
                Panne(
                    "Fuite d’huile au vérin principal",
                    "Flaque d’huile sous la presse, appoint de 20 litres depuis hier.",
                    "Joints de tige du vérin usés.",
                    "Remplacement du kit de joints, appoint d’huile, aucune fuite à 280 bar.",
                    (180, 330),
                    (("VER-JOI-63", 1),),
                    arret=True,
                ),
                Panne(
                    "Barrière immatérielle en défaut",
                    "La presse refuse le cycle automatique, défaut barrière permanent.",
                    "Récepteur désaligné après un choc de chariot.",
                    "Recalage de la barrière, contrôle des temps d’arrêt, procès-verbal laissé au chef d’atelier.",
                    (60, 120),
                    (),
                    arret=True,
                ),
            ),
            FicheGamme(
                "Entretien trimestriel presse hydraulique",
                "Analyse d’huile, filtres, contrôle des sécurités et des pressions, recherche de fuites.",
                240,
                3,
                (
                    Point("Temps d’arrêt de la presse", "ms", (95, 168)),
                    Point("Barrières et commandes bimanuelles"),
                    Point("Pression maximale", "bar", (270, 292)),
                    Point("Température d’huile", "°C", (41, 55)),
                    Point("Prélèvement d’huile envoyé"),
                    Point("Fuites et flexibles"),
                ),
                (("FIL-HYD-10", 2),),
            ),
            ("Cycles", "cycles", 1800, 4200),
        ),
        Genre(
            "VARI",
            "Variateur de vitesse",
            "Automatisme et variation",
            (
                ("ABB", "ACS880"),
                ("Schneider Electric", "Altivar 630"),
                ("Danfoss", "VLT FC-302"),
                ("Siemens", "G120"),
            ),
            {
                "Puissance": ("22 kW", "45 kW", "90 kW"),
                "Commande": ("Profinet", "4-20 mA"),
                "Moteur entraîné": ("Ventilateur", "Pompe", "Broyeur"),
            },
            ("Local électrique", "Armoire ligne 1"),
            (35, 160),
            (
                Panne(
                    "Variateur en défaut surchauffe",
                    "Le variateur s’arrête en milieu de poste, code défaut température radiateur.",
                    "Ventilateur de refroidissement bloqué, radiateur couvert de poussière.",
                    "Remplacement du ventilateur et dépoussiérage, 58 °C en régime établi.",
                    (50, 100),
                    (("VEN-VAR-92", 1),),
                    arret=True,
                ),
                Panne(
                    "Variateur muet, moteur à l’arrêt",
                    "Plus d’affichage sur le variateur, fusibles d’entrée vérifiés par l’électricien du site.",
                    "Carte de commande hors service, alimentation interne à 0 V.",
                    "Remplacement de la carte, recharge des paramètres sauvegardés, essai sur toute la plage.",
                    (90, 170),
                    (("CAR-COM-VAR", 1),),
                    arret=True,
                ),
            ),
            FicheGamme(
                "Contrôle semestriel variateur",
                "Dépoussiérage, contrôle thermographique, sauvegarde des paramètres et relevé des défauts.",
                60,
                6,
                (
                    Point("Historique des défauts relevé"),
                    Point("Température du radiateur", "°C", (44, 66)),
                    Point("Tension du bus continu", "V", (540, 578)),
                    Point("Dépoussiérage et ventilateurs"),
                    Point("Paramètres sauvegardés"),
                ),
                (("VEN-VAR-92", 1),),
            ),
        ),
        Genre(
            "ONDU",
            "Onduleur",
            "Électricité industrielle",
            (
                ("Eaton", "93PS 20"),
                ("APC", "Galaxy VS 40"),
                ("Socomec", "Delphys BC"),
                ("Riello UPS", "Multi Sentry"),
            ),
            {
                "Puissance": ("10 kVA", "20 kVA", "40 kVA"),
                "Autonomie": ("10 min", "15 min", "30 min"),
            },
            ("Local informatique", "Local courant secouru"),
            (60, 280),
            (
                Panne(
                    "Alarme batteries sur l’onduleur",
                    "L’onduleur sonne depuis la nuit, message remplacer les batteries.",
                    "Autonomie mesurée à 2 minutes, douze éléments au-dessus de 8 mΩ.",
                    "Remplacement des batteries, décharge d’essai de 12 minutes réussie.",
                    (90, 160),
                    (("BAT-OND-12-9", 12),),
                ),
                Panne(
                    "Onduleur resté sur by-pass",
                    "Après une microcoupure l’onduleur n’est pas revenu sur l’onde, charge non protégée.",
                    "Défaut fugitif de surcharge, paramètre de retour automatique désactivé.",
                    "Retour sur onduleur, paramètre corrigé, essai de coupure concluant avec le client.",
                    (45, 90),
                ),
            ),
            FicheGamme(
                "Visite semestrielle onduleur",
                "Essai d’autonomie, mesure des batteries, dépoussiérage et contrôle des alarmes de l’onduleur.",
                90,
                6,
                (
                    Point("Autonomie mesurée", "min", (9, 24)),
                    Point("Impédance moyenne des batteries", "mΩ", (4.1, 6.8)),
                    Point("Tension de sortie", "V", (228, 233)),
                    Point("Température du local", "°C", (20, 26)),
                    Point("Essai du by-pass"),
                ),
            ),
        ),
        Genre(
            "CHAR",
            "Chariot élévateur",
            "Moteurs thermiques",
            (
                ("Toyota", "Traigo 48"),
                ("Linde", "H25D"),
                ("Jungheinrich", "EFG 320"),
                ("Hyster", "H2.5FT"),
            ),
            {
                "Capacité": ("1 600 kg", "2 000 kg", "2 500 kg"),
                "Levée": ("3,3 m", "4,7 m", "6,5 m"),
                "Énergie": ("Électrique 48 V", "Diesel"),
            },
            ("Parc chariots", "Quai d’expédition"),
            (180, 360),
            (
                Panne(
                    "Chariot sans traction",
                    "Le chariot n’avance plus, la levée fonctionne encore.",
                    "Contacteur de traction charbonné.",
                    "Remplacement du contacteur, contrôle du variateur de traction, essai sur rampe.",
                    (70, 140),
                    (("CON-LC1D80", 1),),
                    arret=True,
                ),
                Panne(
                    "Roue porteuse usée",
                    "Le chariot vibre et marque le sol, bandage arraché sur la roue gauche.",
                    "Bandage polyuréthane décollé.",
                    "Remplacement des deux roues porteuses et graissage des axes.",
                    (60, 120),
                    (("ROU-CHAR-PU", 2),),
                ),
                Panne(
                    "Chariot ne tient plus la charge",
                    "Les fourches descendent seules avec une palette.",
                    "Fuite interne au vérin de levée.",
                    "Remplacement du kit de joints de vérin, essai de maintien à charge nominale.",
                    (120, 200),
                    (("VER-JOI-63", 1),),
                    arret=True,
                ),
            ),
            FicheGamme(
                "Entretien trimestriel chariot",
                "Entretien courant du chariot : freins, mât, chaînes, hydraulique, batterie ou moteur.",
                100,
                3,
                (
                    Point("Freins de service et de parc"),
                    Point("Allongement des chaînes", "%", (0.4, 1.8)),
                    Point("Niveaux et fuites"),
                    Point("Tension de la batterie", "V", (47.6, 50.8)),
                    Point("Klaxon, gyrophare, ceinture"),
                ),
                (("GRA-EP2-CAR", 1),),
            ),
            ("Heures de marche", "h", 4, 11),
        ),
        Genre(
            "ASCE",
            "Ascenseur",
            "Levage",
            (
                ("Otis", "Gen2"),
                ("Kone", "MonoSpace 500"),
                ("Schindler", "3300"),
                ("TK Elevator", "Synergy 200"),
            ),
            {
                "Charge": ("630 kg", "1 000 kg", "1 600 kg"),
                "Niveaux": ("4", "6", "8"),
                "Vitesse": ("1 m/s", "1,6 m/s"),
            },
            ("Cage principale", "Cage de service"),
            (420, 780),
            (
                Panne(
                    "Ascenseur bloqué, personne à l’intérieur",
                    "Une personne est bloquée entre deux niveaux, dégagement demandé d’urgence.",
                    "Contact de porte palière ouvert au deuxième niveau, galet cassé.",
                    "Personne dégagée, galet remplacé, porte réglée, essais sur tous les niveaux.",
                    (50, 110),
                    (("GAL-PORTE-ASC", 2),),
                    arret=True,
                ),
                Panne(
                    "Porte de cabine qui se rouvre",
                    "La porte se rouvre sans obstacle, l’ascenseur ne part qu’après plusieurs essais.",
                    "Barrière de cellules défaillante, faisceau bas coupé.",
                    "Remplacement de la barrière de cellules et réglage de l’opérateur de porte.",
                    (70, 130),
                    (("CEL-PORTE-ASC", 1),),
                ),
            ),
            FicheGamme(
                "Visite mensuelle ascenseur",
                "Visite réglementaire : portes, sécurités, éclairage, téléalarme, gaine et machinerie.",
                75,
                1,
                (
                    Point("Verrouillage des portes palières"),
                    Point("Précision d’arrêt", "mm", (1, 9)),
                    Point("Parachute et limiteur"),
                    Point("Téléalarme et éclairage de secours"),
                    Point("Propreté de la cuvette"),
                ),
            ),
            ("Courses", "courses", 120, 420),
        ),
        Genre(
            "TGBT",
            "Tableau général basse tension",
            "Électricité industrielle",
            (("Schneider Electric", "Prisma P"), ("Legrand", "XL³ 4000"), ("ABB", "MNS")),
            {
                "Intensité assignée": ("630 A", "1 250 A", "2 000 A"),
                "Régime de neutre": ("TN-S", "IT"),
                "Départs": ("18", "32", "44"),
            },
            ("Local TGBT", "Local électrique"),
            (280, 760),
            (
                Panne(
                    "Départ TGBT qui déclenche",
                    "Le disjoncteur du départ atelier déclenche dès la remise en charge.",
                    "Disjoncteur 100 A hors tolérance, bornes échauffées.",
                    "Remplacement du disjoncteur, reprise des bornes, thermographie conforme.",
                    (90, 170),
                    (("DIS-MOU-100", 1),),
                    arret=True,
                ),
                Panne(
                    "Échauffement constaté à la thermographie",
                    "Le rapport de thermographie signale 96 °C sur le jeu de barres, intervention demandée.",
                    "Serrage insuffisant de l’éclissage et fusible en bout de course.",
                    "Serrage au couple de l’éclissage, remplacement des fusibles, 48 °C en charge.",
                    (80, 150),
                    (("FUS-GG-100", 3),),
                ),
                Panne(
                    "Batterie de condensateurs hors service",
                    "Pénalité de cosinus phi sur la dernière facture, gradins à l’arrêt.",
                    "Contacteurs de deux gradins collés.",
                    "Remplacement des contacteurs, cosinus phi mesuré à 0,96.",
                    (80, 150),
                    (("CON-LC1D32", 2),),
                ),
            ),
            FicheGamme(
                "Visite semestrielle TGBT",
                "Thermographie, serrages, essais des différentiels et des déclencheurs, relevé des mesures du tableau.",
                150,
                6,
                (
                    Point("Thermographie des départs"),
                    Point("Température maximale relevée", "°C", (34, 61)),
                    Point("Essai des dispositifs différentiels"),
                    Point("Résistance d’isolement", "MΩ", (1.2, 48)),
                    Point("Serrage au couple"),
                ),
                (("FUS-GG-100", 3),),
            ),
        ),
        Genre(
            "TRAN",
            "Transformateur HTA/BT",
            "Haute tension",
            (
                ("Schneider Electric", "Minera 1000"),
                ("Siemens Energy", "Geafol 800"),
                ("ABB", "Resibloc 1250"),
            ),
            {
                "Puissance": ("630 kVA", "1 000 kVA", "1 250 kVA"),
                "Tension primaire": ("20 kV", "22 kV"),
                "Couplage": ("Dyn11",),
            },
            ("Poste de livraison", "Poste de transformation"),
            (240, 560),
            (
                Panne(
                    "Alarme température du transformateur",
                    "Le relais de protection signale 95 °C en fin d’après-midi.",
                    "Ventilation du poste obstruée, charge à 104 % entre 15 h et 17 h.",
                    "Dégagement des entrées d’air, report d’un départ sur le second transformateur.",
                    (80, 150),
                ),
                Panne(
                    "Silicagel saturé et trace d’humidité",
                    "La visite de l’exploitant signale un silicagel rose et un niveau d’huile bas.",
                    "Assécheur saturé, rigidité de l’huile à 38 kV.",
                    "Remplacement du silicagel, complément et traitement d’huile, 58 kV en fin de traitement.",
                    (150, 260),
                    (("SIL-GEL-TR", 2),),
                ),
            ),
            FicheGamme(
                "Visite annuelle poste HTA",
                "Consignation du poste, nettoyage, essais des protections, contrôle du transformateur et des cellules.",
                300,
                12,
                (
                    Point("Attestation de consignation reçue"),
                    Point("Résistance d’isolement HTA", "GΩ", (2, 24)),
                    Point("Essai du relais de protection"),
                    Point("Rigidité diélectrique de l’huile", "kV", (46, 66)),
                    Point("Résistance de terre", "Ω", (0.8, 3.6)),
                ),
                (("SIL-GEL-TR", 1),),
            ),
        ),
        Genre(
            "CTA",
            "Centrale de traitement d’air",
            "Ventilation et climatisation",
            (
                ("Trox", "X-Cube"),
                ("Carrier", "39HQ"),
                ("Ciat", "Climaciat"),
                ("Systemair", "Geniox 14"),
            ),
            {
                "Débit d’air": ("6 000 m³/h", "12 000 m³/h", "20 000 m³/h"),
                "Filtration": ("G4 + F7", "G4 + F7 + H14"),
                "Récupération": ("À plaques", "Roue thermique"),
            },
            ("Toiture terrasse", "Local CTA"),
            (160, 520),
            (
                Panne(
                    "Débit d’air insuffisant",
                    "Surpression perdue en salle, les portes ne tiennent plus fermées.",
                    "Filtres F7 colmatés à 320 Pa, courroie du ventilateur usée.",
                    "Remplacement des filtres et de la courroie, débit revenu à 98 % du nominal.",
                    (80, 150),
                    (("FIL-CTA-F7", 4), ("COU-CRAN-8M", 1)),
                ),
                Panne(
                    "Ventilateur de soufflage à l’arrêt",
                    "La centrale est à l’arrêt, défaut moteur au pupitre, salle à 29 °C.",
                    "Roulements du moteur grippés, disjoncteur moteur déclenché.",
                    "Remplacement des roulements et du disjoncteur moteur, intensité conforme.",
                    (130, 230),
                    (("ROU-6308-2RS", 2), ("DIS-MOT-25", 1)),
                    arret=True,
                ),
            ),
            FicheGamme(
                "Entretien bimestriel CTA",
                "Remplacement des filtres, nettoyage des batteries et du bac, contrôle des débits et des sécurités.",
                110,
                2,
                (
                    Point("Perte de charge des filtres", "Pa", (70, 185)),
                    Point("Nettoyage des batteries et du bac à condensats"),
                    Point("Débit de soufflage", "m³/h", (5600, 11900)),
                    Point("Température de soufflage", "°C", (15, 19)),
                    Point("Détection incendie et clapets"),
                ),
                (("FIL-CTA-G4", 4),),
            ),
            ("Heures de marche", "h", 12, 24),
        ),
        Genre(
            "CHFR",
            "Chambre froide",
            "Froid industriel",
            (("Bitzer", "EcoStar LHV7"), ("Frascold", "Q7-36"), ("Copeland", "Scroll ZX 76")),
            {
                "Volume": ("240 m³", "600 m³", "1 400 m³"),
                "Température": ("+2 °C", "-18 °C", "-25 °C"),
                "Fluide": ("R448A", "R134a"),
            },
            ("Chambre 1", "Chambre 2", "Chambre 3", "Quai froid"),
            (180, 640),
            (
                Panne(
                    "Température haute en chambre froide",
                    "La chambre est à +9 °C depuis trois heures, marchandise à transférer si cela dure.",
                    "Évaporateur pris en glace, résistance de dégivrage coupée.",
                    "Dégivrage complet, remplacement de la résistance, température revenue à la consigne.",
                    (110, 210),
                    (("RES-DEG-1500", 1),),
                    arret=True,
                ),
                Panne(
                    "Porte de chambre froide non étanche",
                    "Givre au sol devant la porte, joint décollé sur la moitié de la hauteur.",
                    "Joint de porte durci et arraché, cordon chauffant en service.",
                    "Remplacement du joint et réglage des charnières.",
                    (60, 110),
                    (("JOI-PORTE-CF", 1),),
                ),
                Panne(
                    "Charge de fluide insuffisante",
                    "La chambre peine à descendre, le compresseur tourne en permanence.",
                    "Fuite sur un raccord du détendeur, surchauffe de 21 K.",
                    "Remplacement du détendeur, recharge en fluide et contrôle d’étanchéité.",
                    (150, 260),
                    (("DET-THE-TX2", 1), ("FLU-R448A-10", 1)),
                ),
            ),
            FicheGamme(
                "Visite bimestrielle chambre froide",
                "Contrôle du dégivrage, des portes, des alarmes et de l’étanchéité, étalonnage des sondes.",
                90,
                2,
                (
                    Point("Écart des sondes à l’étalon", "K", (0.1, 0.6)),
                    Point("Cycle de dégivrage"),
                    Point("Alarme homme enfermé"),
                    Point("Étanchéité du circuit"),
                    Point("Joints et cordon chauffant de porte"),
                ),
            ),
            ("Heures de marche", "h", 11, 20),
        ),
        Genre(
            "BROY",
            "Broyeur",
            "Mécanique générale",
            (
                ("FLSmidth", "UMS 3,8"),
                ("Bühler", "Sirius"),
                ("Metso", "Nordberg NP15"),
                ("Gebr. Pfeiffer", "MPS 3350"),
            ),
            {
                "Puissance": ("160 kW", "315 kW", "630 kW"),
                "Débit": ("12 t/h", "45 t/h", "90 t/h"),
            },
            ("Atelier broyage", "Meunerie"),
            (1500, 5200),
            (
                Panne(
                    "Vibrations anormales du broyeur",
                    "La surveillance vibratoire passe en alarme depuis la prise de poste.",
                    "Roulement à rotule côté libre écaillé, 11,4 mm/s efficaces.",
                    "Remplacement du roulement, graissage, 3,0 mm/s après remise en charge.",
                    (240, 420),
                    (("ROU-22218", 1), ("GRA-EP2-CAR", 2)),
                    arret=True,
                ),
                Panne(
                    "Finesse de broyage hors tolérance",
                    "Le refus au tamis a doublé, la qualité bloque les lots.",
                    "Marteaux usés au-delà de la limite, grille déchirée.",
                    "Remplacement du jeu de marteaux, équilibrage du rotor, finesse conforme.",
                    (200, 360),
                    (("MAR-BROY-JEU", 1),),
                ),
            ),
            FicheGamme(
                "Visite mensuelle broyeur",
                "Contrôle de l’usure, des vibrations, du graissage et de la transmission du broyeur.",
                180,
                1,
                (
                    Point("Vibrations palier côté commande", "mm/s", (1.8, 4.6)),
                    Point("Température des paliers", "°C", (48, 74)),
                    Point("Usure des marteaux", "%", (8, 62)),
                    Point("Graissage centralisé"),
                    Point("Tension de la transmission"),
                ),
                (("GRA-EP2-CAR", 3),),
            ),
            ("Heures de marche", "h", 9, 20),
        ),
        Genre(
            "PAST",
            "Pasteurisateur",
            "Mécanique générale",
            (("Tetra Pak", "Therm Lacta 10"), ("GEA", "ECO-Flex"), ("Alfa Laval", "Clip 6-RM")),
            {
                "Débit": ("5 000 L/h", "10 000 L/h"),
                "Barème": ("72 °C, 20 s", "85 °C, 15 s"),
            },
            ("Salle process", "Salle de traitement thermique"),
            (900, 2100),
            (
                Panne(
                    "Pasteurisateur : dérive du barème",
                    "La vanne de recyclage s’ouvre sans cesse, température de chambrage à 70,8 °C.",
                    "Purgeur de vapeur bloqué fermé, échangeur mal alimenté.",
                    "Remplacement du purgeur, barème tenu pendant deux cycles complets.",
                    (100, 190),
                    (("PUR-VAP-DN25", 1),),
                    arret=True,
                ),
                Panne(
                    "Fuite à l’échangeur à plaques",
                    "Goutte à goutte entre deux plaques, nettoyage en place interrompu.",
                    "Joints de plaques fatigués sur la section de récupération.",
                    "Remplacement du jeu de joints, épreuve à 6 bar sans fuite.",
                    (200, 330),
                    (("JOI-PLA-KIT", 1),),
                    arret=True,
                ),
            ),
            FicheGamme(
                "Entretien trimestriel pasteurisateur",
                "Contrôle des sondes de barème, des vannes, des joints et de la pompe de mise en charge.",
                180,
                3,
                (
                    Point("Écart de la sonde de chambrage", "K", (0.05, 0.3)),
                    Point("Basculement de la vanne de recyclage"),
                    Point("Étanchéité de l’échangeur"),
                    Point("Pression différentielle", "bar", (0.5, 1.1)),
                    Point("Garniture de la pompe"),
                ),
                (("GAR-MEC-45", 1),),
            ),
            ("Heures de marche", "h", 8, 16),
        ),
        Genre(
            "COND",
            "Ensacheuse",
            "Automatisme et variation",
            (
                ("Bosch Packaging", "SVE 2520"),
                ("Ilapak", "Vegatronic 2000"),
                ("Serac", "FPL 12"),
                ("Haver & Boecker", "Integra"),
            ),
            {
                "Cadence": ("40 sachets/min", "90 sachets/min"),
                "Format": ("0,25 à 1 L", "1 à 5 kg", "25 kg"),
            },
            ("Conditionnement", "Ligne 1", "Ligne 2"),
            (480, 1400),
            (
                Panne(
                    "Soudure défectueuse des sachets",
                    "Un sachet sur cinq fuit à la soudure transversale.",
                    "Barre de soudure déformée, écart de 14 °C entre les deux bords.",
                    "Remplacement de la barre, réglage de la pression, deux cents sachets sans défaut.",
                    (70, 140),
                    (("RES-SOUD-ENS", 1),),
                ),
                Panne(
                    "Ensacheuse arrêtée sur défaut détection",
                    "La machine s’arrête en position haute, défaut capteur au pupitre.",
                    "Détecteur de référence hors d’usage.",
                    "Remplacement du détecteur et réglage de la came électronique.",
                    (45, 90),
                    (("DET-IND-M18", 1),),
                    arret=True,
                ),
                Panne(
                    "Jeu dans l’entraînement du film",
                    "Le repère d’impression se décale, réglage nécessaire tous les quarts d’heure.",
                    "Courroie crantée usée, deux dents manquantes.",
                    "Remplacement de la courroie crantée et reprise de la tension.",
                    (60, 110),
                    (("COU-CRAN-8M", 1),),
                ),
            ),
            FicheGamme(
                "Entretien bimestriel ensacheuse",
                "Contrôle des barres de soudure, des courroies, des détecteurs et des sécurités de la machine.",
                120,
                2,
                (
                    Point("Température des barres", "°C", (142, 161)),
                    Point("Pression d’air", "bar", (5.6, 6.4)),
                    Point("Courroies et guides"),
                    Point("Carters et arrêts d’urgence"),
                    Point("Cadence mesurée", "coups/min", (38, 91)),
                ),
                (("RES-SOUD-ENS", 1),),
            ),
            ("Cycles", "cycles", 9000, 26000),
        ),
    )
}

#: Asked for by the client outside of any breakdown: title, description, solution.
AMELIORATIONS: tuple[tuple[str, str, str], ...] = (
    (
        "Pose d’un point de mesure supplémentaire",
        "Le client souhaite suivre la consommation de la machine depuis sa supervision.",
        "Point de mesure posé, raccordé et visible dans la supervision du site.",
    ),
    (
        "Amélioration de l’accès de maintenance",
        "Ajouter une passerelle et une trappe pour atteindre les organes sans nacelle.",
        "Trappe et passerelle posées, plan de prévention mis à jour avec le client.",
    ),
    (
        "Déplacement de la machine",
        "Réorganisation de l’atelier : déplacer la machine de douze mètres et refaire ses raccordements.",
        "Machine déplacée, mise à niveau et raccordée, essais conformes devant le client.",
    ),
    (
        "Ajout d’une alarme de défaut à distance",
        "Reporter le défaut général sur le téléphone d’astreinte du site.",
        "Contact sec raccordé au transmetteur, trois appels d’essai reçus.",
    ),
)

#: Asked for to understand: title, description, diagnostic, solution.
DIAGNOSTICS: tuple[tuple[str, str, str, str], ...] = (
    (
        "Analyse vibratoire",
        "Campagne de mesures vibratoires demandée après deux pannes en six mois.",
        "Balourd résiduel faible, roulements corrects, léger défaut d’alignement.",
        "Rapport remis : réalignement conseillé au prochain arrêt programmé.",
    ),
    (
        "Thermographie infrarouge",
        "Contrôle thermographique demandé par l’assureur du client.",
        "Aucun point au-dessus de 60 °C, deux serrages à reprendre.",
        "Serrages repris en séance, rapport et images remis.",
    ),
    (
        "Recherche de défaut intermittent",
        "Arrêts sans message, une à deux fois par semaine, sans régularité apparente.",
        "Enregistrement sur trois heures : chute de tension sur la commande à chaque démarrage voisin.",
        "Alimentation de commande séparée proposée, devis transmis au client.",
    ),
    (
        "Audit énergétique de la machine",
        "Mesure des consommations sur un cycle complet pour le dossier énergie.",
        "Consommation à vide élevée, marche inutile de 19 h à 6 h.",
        "Programmation horaire proposée, gain estimé à 14 %.",
    ),
)
