"""The companies that the demo works for. Their names are invented; sectors and cities are real ones."""

from typing import NamedTuple


class LieuClient(NamedTuple):
    """A site: name, address, city, then what stands there (code of the kind of machine → how many)."""

    nom: str
    adresse: str
    ville: str
    parc: tuple[tuple[str, int], ...]
    acces: str = ""
    ouverture: str = "lun-ven 08:00-18:00, sam 08:00-13:00"


class FicheClient(NamedTuple):
    nom: str
    commercial: str
    secteur: str
    type_client: str
    niveau: str
    sites: tuple[LieuClient, ...]
    instructions: str = ""
    notes: str = ""
    #: the demo account of its portal user, if it has one
    compte: str = ""


CONTINU = "7 j/7, 24 h/24"

CLIENTS: tuple[FicheClient, ...] = (
    FicheClient(
        "Laiterie Oued Mellah", "Lait du Mellah", "Industrie laitière", "entreprise", "premium",
        (
            LieuClient(
                "Usine de Mohammedia", "Zone industrielle Sud-Ouest, lot 118", "Mohammedia",
                (("COMP", 2), ("FROI", 2), ("CHAU", 1), ("PAST", 2), ("COND", 2), ("POMP", 2),
                 ("TGBT", 1), ("CHFR", 2), ("GELE", 1)),
                "Charlotte et surchaussures obligatoires au-delà du sas.", CONTINU,
            ),
            LieuClient(
                "Plateforme de Berrechid", "Parc industriel, rue 7", "Berrechid",
                (("CHFR", 2), ("CHAR", 2), ("ONDU", 1)),
                "Se présenter au poste de garde, badge remis contre pièce d’identité.",
            ),
        ),
        "Prévenir le laboratoire avant tout arrêt de la pasteurisation.",
        "Renouvellement du contrat à négocier sur les heures incluses.",
        "client",
    ),
    FicheClient(
        "Câblages du Détroit", "Cadet", "Automobile", "entreprise", "premium",
        (
            LieuClient(
                "Usine de Gzenaya", "Zone franche d’exportation, îlot 24", "Gzenaya",
                (("COMP", 2), ("CONV", 3), ("AUTO", 2), ("VARI", 2), ("ONDU", 1), ("TGBT", 1),
                 ("CTA", 1)),
                "Accès par la porte B, gilet et chaussures de sécurité.", CONTINU,
            ),
            LieuClient(
                "Magasin de Ksar Sghir", "Zone logistique du port, hangar 9", "Ksar Sghir",
                (("CHAR", 2), ("GELE", 1)),
                "Autorisation d’accès au port à demander 24 h à l’avance.",
            ),
        ),
        "Zone propre : outillage contrôlé à l’entrée et à la sortie.",
        "", "client2",
    ),
    FicheClient(
        "Emboutissage du Gharb", "EGA", "Automobile", "entreprise", "premium",
        (
            LieuClient(
                "Atelier de Kénitra", "Zone franche atlantique, lot 61", "Kénitra",
                (("PRES", 3), ("PONT", 2), ("COMP", 1), ("AUTO", 2), ("TRAN", 1), ("CONV", 1)),
                "Consignation obligatoire avec le chef d’équipe des presses.", CONTINU,
            ),
        ),
        "Interventions sur presses entre deux séries seulement.",
    ),
    FicheClient(
        "Phosphates et Engrais des Doukkala", "PED", "Chimie, phosphates", "entreprise", "premium",
        (
            LieuClient(
                "Complexe de Jorf Lasfar", "Plateforme chimique, unité 3", "Jorf Lasfar",
                (("POMP", 3), ("CONV", 2), ("BROY", 1), ("TOUR", 2), ("TRAN", 1), ("VARI", 1),
                 ("GELE", 1)),
                "Formation sécurité du site valable un an ; masque H₂S en zone acide.", CONTINU,
            ),
        ),
        "Permis de feu et permis de travail délivrés le matin avant 9 h.",
        "Pénalités prévues au contrat au-delà de 4 h d’arrêt.",
    ),
    FicheClient(
        "Conserveries Tifaouine", "Tifaouine", "Agroalimentaire", "entreprise", "standard",
        (
            LieuClient(
                "Conserverie d’Agadir", "Quartier industriel Anza, rue 12", "Agadir",
                (("CHAU", 1), ("CONV", 2), ("COND", 1), ("CHFR", 1), ("COMP", 1), ("TGBT", 1)),
                "Lavage des mains et blouse blanche.",
            ),
        ),
    ),
    FicheClient(
        "Froid Atlantique Ksima", "FAK", "Logistique frigorifique", "entreprise", "standard",
        (
            LieuClient(
                "Entrepôt d’Aït Melloul", "Parc Haliopôle, bâtiment F", "Aït Melloul",
                (("FROI", 2), ("CHFR", 3), ("CHAR", 2), ("GELE", 1), ("ONDU", 1)),
                "Tenue grand froid fournie à l’accueil.", CONTINU,
            ),
        ),
        "Jamais plus de 30 minutes d’arrêt sur les chambres négatives.",
    ),
    FicheClient(
        "Filatures Bab Jdid", "", "Textile", "entreprise", "standard",
        (
            LieuClient(
                "Filature de Fès", "Quartier industriel Sidi Brahim, lot 44", "Fès",
                (("COMP", 1), ("CTA", 2), ("VARI", 2), ("CHAU", 1), ("CONV", 1), ("TGBT", 1)),
                "Entrée du personnel, côté rue de la Laine.",
            ),
        ),
        "", "Client historique, règle à 90 jours.",
    ),
    FicheClient(
        "Ciments de l’Oued Cherrat", "Cherrat", "Matériaux, cimenterie", "entreprise", "premium",
        (
            LieuClient(
                "Usine de Benslimane", "Route de Bouznika, km 9", "Benslimane",
                (("BROY", 2), ("CONV", 2), ("TRAN", 1), ("COMP", 1), ("PONT", 1), ("VARI", 1)),
                "EPI complets, accès en véhicule avec gyrophare.", CONTINU,
            ),
        ),
        "Arrêt annuel du four en février : grouper les travaux lourds.",
    ),
    FicheClient(
        "Hôtels Jnane Tensift", "Jnane Tensift", "Hôtellerie", "entreprise", "standard",
        (
            LieuClient(
                "Resort de Marrakech", "Route de l’Ourika, km 6", "Marrakech",
                (("FROI", 1), ("ASCE", 2), ("CTA", 2), ("POMP", 1), ("GELE", 1), ("TGBT", 1)),
                "Passer par l’entrée de service, tenue correcte exigée.", CONTINU,
            ),
        ),
        "Pas d’intervention bruyante avant 9 h ni après 20 h.",
    ),
    FicheClient(
        "Polyclinique Oued Yquem", "", "Santé", "entreprise", "premium",
        (
            LieuClient(
                "Clinique de Rabat", "Avenue Attine, Hay Riad", "Rabat",
                (("GELE", 1), ("ONDU", 2), ("CTA", 2), ("ASCE", 2), ("TGBT", 1), ("FROI", 1)),
                "Prévenir le PC sécurité, désinfection des mains avant le bloc.", CONTINU,
            ),
        ),
        "Secours électrique : aucun essai sans l’accord du cadre de bloc.",
    ),
    FicheClient(
        "Terminal Vrac Chaouia", "TVC", "Activité portuaire", "entreprise", "standard",
        (
            LieuClient(
                "Port de Casablanca", "Môle Tarik, poste 12", "Casablanca",
                (("PONT", 2), ("CONV", 3), ("TRAN", 1), ("CHAR", 1)),
                "Carte d’accès portuaire, gilet de sauvetage sur le quai.", CONTINU,
            ),
        ),
    ),
    FicheClient(
        "Minoteries Bab Lakhmis", "", "Agroalimentaire", "entreprise", "standard",
        (
            LieuClient(
                "Moulin de Meknès", "Route d’El Hajeb, km 3", "Meknès",
                (("BROY", 2), ("CONV", 1), ("COMP", 1), ("COND", 1), ("TGBT", 1)),
                "Zone ATEX : téléphone interdit dans la meunerie.",
            ),
        ),
    ),
    FicheClient(
        "Plastiques Aïn Harrouda", "PAH", "Plasturgie", "entreprise", "standard",
        (
            LieuClient(
                "Atelier d’injection", "Zone industrielle Aïn Sebaâ, allée 5", "Casablanca",
                (("PRES", 2), ("FROI", 1), ("COMP", 1), ("TOUR", 1), ("PONT", 1), ("VARI", 1)),
                "Stationnement côté quai de livraison.",
            ),
        ),
    ),
    FicheClient(
        "Logistique Mdakra", "", "Logistique", "entreprise", "basique",
        (
            LieuClient(
                "Plateforme de Nouaceur", "Parc logistique, bâtiment C4", "Nouaceur",
                (("CHAR", 3), ("CONV", 1), ("ONDU", 1)),
                "Quai 7, klaxonner.",
            ),
        ),
    ),
    FicheClient(
        "Syndicat des eaux du Haut Tadla", "", "Eau potable", "collectivite", "standard",
        (
            LieuClient(
                "Station de Béni Mellal", "Route d’Afourer", "Béni Mellal",
                (("POMP", 3), ("VARI", 1), ("TRAN", 1), ("GELE", 1)),
                "Gardien sur place, appeler dix minutes avant.", CONTINU,
            ),
        ),
        "Marché public : bon de commande avant toute prestation hors contrat.",
    ),
    FicheClient(
        "Fondation Dar Essanaâ", "", "Formation professionnelle", "association", "basique",
        (
            LieuClient(
                "Centre de Salé", "Technopolis, îlot 2", "Salé",
                (("ASCE", 1), ("CTA", 1), ("ONDU", 1)),
                "",
            ),
        ),
    ),
)  # fmt: skip

# What the names of further companies are made of, for the large company.
PREFIXES = (
    "Ateliers", "Établissements", "Industries", "Manufacture", "Comptoir", "Usines", "Compagnie",
    "Fabriques", "Société", "Coopérative",
)  # fmt: skip
LIEUX_DITS = (
    "Adrar", "Aïn Chkef", "Aït Attab", "Asrir", "Bab El Hed", "Beni Yakhlef", "Dar Ould Zidouh",
    "El Gara", "Imouzzer", "Jbel Ayachi", "Ksar Lamsa", "Lalla Rahma", "Moulay Yacoub", "Oued Amlil",
    "Oulad Frej", "Sidi Allal", "Tafrant", "Tamdoult", "Tizgui", "Zaïr",
)  # fmt: skip
SECTEURS = (
    ("Agroalimentaire", ("CHAU", "CONV", "COND", "CHFR", "COMP", "POMP", "TGBT")),
    ("Textile", ("COMP", "CTA", "VARI", "CHAU", "CONV", "TGBT")),
    ("Automobile", ("PRES", "PONT", "COMP", "AUTO", "CONV", "VARI", "TGBT")),
    ("Chimie", ("POMP", "TOUR", "CONV", "BROY", "TRAN", "VARI")),
    ("Hôtellerie", ("FROI", "ASCE", "CTA", "POMP", "GELE", "TGBT")),
    ("Santé", ("GELE", "ONDU", "CTA", "ASCE", "FROI", "TGBT")),
    ("Logistique", ("CHAR", "CONV", "ONDU", "CHFR", "GELE")),
    ("Plasturgie", ("PRES", "FROI", "COMP", "TOUR", "PONT", "AUTO")),
    ("Matériaux", ("BROY", "CONV", "TRAN", "COMP", "PONT", "POMP")),
    ("Industrie laitière", ("PAST", "COND", "FROI", "CHAU", "CHFR", "COMP")),
)
