"""What inspectors write in their reports."""

INSPECTEURS = ("Rachid Tazi", "Nadia Ouazzani", "Karim El Idrissi", "Samira Benkirane")
#: what is wrong, how it was put right, how that was verified
CONSTATS = {
    "pont roulant": (
        (
            "Crochet de levage : linguet de sécurité absent",
            "Linguet remplacé, essai de fermeture.",
            "Photo du linguet et essai en présence du chef d’atelier.",
        ),
        (
            "Câble de levage : quatre fils rompus sur un pas",
            "Câble remplacé, certificat joint.",
            "Certificat du câble vu, essai en charge.",
        ),
        (
            "Limiteur de charge non étalonné depuis plus d’un an",
            "Limiteur étalonné à 110 % de la charge nominale.",
            "Procès-verbal d’étalonnage vu.",
        ),
        (
            "Arrêt d’urgence de la boîte à boutons inopérant",
            "Boîte à boutons remplacée.",
            "Essai d’arrêt sur les trois mouvements.",
        ),
    ),
    "chaudière": (
        (
            "Soupape de sûreté : pression d’ouverture hors tolérance",
            "Soupape retarée et plombée.",
            "Procès-verbal de tarage vu.",
        ),
        (
            "Manomètre sans repère de la pression maximale",
            "Repère rouge posé à la pression de service.",
            "Vu lors de la contre-visite.",
        ),
        (
            "Purge de fond : fuite au presse-étoupe",
            "Presse-étoupe refait.",
            "Plus de suintement après 48 h de marche.",
        ),
    ),
    "ascenseur": (
        (
            "Éclairage de secours de la cabine hors service",
            "Bloc de secours remplacé.",
            "Essai de coupure du secteur.",
        ),
        (
            "Parachute : date d’essai dépassée",
            "Essai de parachute fait en charge.",
            "Procès-verbal d’essai vu.",
        ),
        (
            "Jeu de la porte palière du 2ᵉ étage supérieur à 10 mm",
            "Porte palière réglée.",
            "Mesure au calibre.",
        ),
    ),
}
