"""What of an intervention leaves as a table."""

from django.utils.translation import gettext_lazy as _

from erp.exports import Export
from interventions.api.columns import intervention_pour
from interventions.filters import TRIS, InterventionFiltres
from interventions.models import Intervention

INTERVENTIONS = Export(
    nom="interventions",
    titre=_("Interventions"),
    visibles=lambda user: Intervention.objects.visible_to(user),
    colonnes=intervention_pour,
    filtres=lambda user: (InterventionFiltres, TRIS),
    tri="-date_creation",
    champs={
        "reference": "",
        "titre": "",
        "type_intervention": "",
        "statut": "",
        "priorite": "",
        "urgence": "",
        "client_nom": _("Client"),
        "site_nom": _("Site"),
        "site_ville": _("Ville"),
        "equipement_nom": _("Équipement"),
        "equipement_code": _("Code interne"),
        "type_equipement": _("Type d’équipement"),
        "technicien_nom": _("Technicien"),
        "contrat_numero": _("Contrat"),
        "created_by_nom": _("Créée par"),
        "description": "",
        "date_creation": "",
        "date_limite": "",
        "en_retard": _("En retard"),
        "date_affectation": "",
        "planifiee_debut": _("Planifiée du"),
        "planifiee_fin": _("Planifiée au"),
        "date_debut": "",
        "date_fin": "",
        "date_cloture": "",
        "duree_estimee": _("Durée estimée (min)"),
        "duree_reelle": _("Durée réelle (min)"),
        "motif_attente": "",
        "diagnostic": "",
        "solution": "",
        "notes_techniques": "",
        "cout_estime": _("Coût estimé (MAD)"),
        "cout_main_oeuvre": _("Main-d’œuvre (MAD)"),
        "cout_pieces": _("Pièces (MAD)"),
        "motif_annulation": "",
        "satisfaction_client": "",
        "commentaire_client": "",
    },
)
