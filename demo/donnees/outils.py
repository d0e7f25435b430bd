"""The tools of each trade, by the name of its skill; whether each technicien of the trade has his own in the van."""

OUTILS: dict[str, dict[str, bool]] = {
    "Électricité industrielle": {"Multimètre CAT IV": True, "Caméra thermique": False},
    "Haute tension": {"Perche de vérification HTA": True, "Caméra thermique": False},
    "Automatisme et variation": {"Multimètre CAT IV": True, "Ordinateur de diagnostic": True},
    "Froid industriel": {"Manifold de froid": True, "Détecteur de fuites": True},
    "Air comprimé": {"Détecteur de fuites à ultrasons": False, "Clé dynamométrique": True},
    "Hydraulique": {"Mallette de mesure de pression": True, "Compteur de particules": False},
    "Mécanique générale": {"Clé dynamométrique": True, "Aligneur laser d’arbres": False},
    "Chaudières et vapeur": {"Analyseur de combustion": True},
    "Levage": {"Harnais antichute": True, "Dynamomètre de levage": False},
    "Moteurs thermiques": {"Banc d’essai de batterie": True, "Clé dynamométrique": True},
    "Ventilation et climatisation": {"Anémomètre": True, "Manifold de froid": True},
}
# Away for calibration: no gamme of the demo waits for it.
HORS_SERVICE = frozenset({"Compteur de particules"})
