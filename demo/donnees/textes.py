"""What people write around an intervention: how it came in, why it waits or is dropped, what the client says."""

PRECISIONS = (
    "",
    "",
    "Signalé par le chef d’équipe de l’après-midi.",
    "Deuxième fois ce mois-ci.",
    "Production ralentie, merci de passer dès que possible.",
    "L’opérateur a noté le défaut au cahier de poste.",
    "Constaté à la reprise du lundi matin.",
    "Le service maintenance du site a déjà fait un premier contrôle visuel.",
    "Appeler le contact avant de se présenter.",
    "Un passage avant la fin de la semaine suffit.",
)

REMARQUES = (
    "Client prévenu de l’heure d’arrivée.",
    "Photo du défaut prise avant démontage.",
    "Pièce réservée au magasin.",
    "Accès confirmé par le poste de garde.",
    "Contrôle à refaire dans un mois.",
    "Chef d’atelier informé de la remise en service.",
)
REMARQUES_INTERNES = (
    "Prévoir un second technicien si l’arrêt se prolonge.",
    "Client à rappeler pour le devis de remplacement.",
    "Machine en fin de vie, à signaler au commercial.",
    "Temps passé à revoir avec le contrat.",
    "Vérifier la facturation du déplacement.",
)

#: motif_attente → remarks
ATTENTES = {
    "pieces": (
        "Pièce commandée chez le fournisseur, livraison annoncée.",
        "Référence absente du magasin, transfert demandé.",
    ),
    "client": (
        "Attente de l’accord du client sur le devis.",
        "Le client demande de finir hors production.",
    ),
    "acces": (
        "Autorisation d’accès non délivrée par le site.",
        "Zone consignée par un autre intervenant.",
    ),
    "autre": (
        "Nacelle indisponible, remise à la prochaine date.",
        "Refroidissement de la machine nécessaire avant démontage.",
    ),
}

ANNULATIONS = (
    "Défaut disparu, le client ne souhaite plus de passage.",
    "Doublon d’une demande déjà traitée.",
    "Machine remplacée par le client.",
    "Intervention reportée à l’arrêt annuel.",
    "Demande traitée par le service interne du client.",
)

#: note of satisfaction → comments
SATISFACTIONS = {
    5: ("Intervention rapide et propre.", "Technicien très compétent, merci.", "Parfait.", ""),
    4: ("Bon travail, un peu d’attente.", "Satisfait.", ""),
    3: ("Correct, mais il a fallu relancer.", "Délai un peu long."),
    2: ("Le défaut est revenu le lendemain.", "Trop d’attente avant le passage."),
    1: ("Deux jours d’arrêt, ce n’est pas acceptable.",),
}

NOTES_TECHNIQUES = (
    "",
    "",
    "",
    "Prévoir le remplacement préventif des roulements à la prochaine visite.",
    "Documentation constructeur à mettre à jour sur site.",
    "Jeu de pièces d’usure à commander pour le client.",
    "Paramètres relevés et laissés dans l’armoire.",
)

CONCLUSIONS_PREVENTIVES = (
    "Entretien réalisé selon la gamme, machine rendue à la production.",
    "Visite effectuée, aucun écart à signaler.",
    "Entretien effectué, points relevés conformes ; pièces d’usure remplacées.",
    "Visite effectuée, une remarque portée au cahier de maintenance du site.",
)
NOTES_CONTROLE = (
    "À surveiller à la prochaine visite.",
    "Repris pendant l’intervention.",
    "Devis de remise en état à envoyer.",
)
MOTIFS_MALADIE = ("Arrêt de travail", "Grippe", "Consultation à l’hôpital")
MOTIFS_FORMATION = (
    "Recyclage habilitation électrique",
    "Manipulation des fluides frigorigènes",
    "Travail en hauteur",
    "Formation constructeur",
)
