"""What of an équipement leaves as a table."""

from django.utils.translation import gettext_lazy as _

from equipment.api.columns import equipement_pour
from equipment.filters import TRIS, EquipementFiltres
from equipment.models import Equipement
from erp.exports import Export

EQUIPEMENTS = Export(
    nom="equipements",
    titre=_("Équipements"),
    visibles=lambda user: Equipement.objects.visible_to(user),
    colonnes=equipement_pour,
    filtres=lambda user: (EquipementFiltres, TRIS),
    tri="nom",
    champs={
        "code_interne": "",
        "nom": "",
        "type_equipement": "",
        "marque": "",
        "modele": "",
        "numero_serie": "",
        "statut": "",
        "criticite": "",
        "client_nom": _("Client"),
        "site_nom": _("Site"),
        "site_ville": _("Ville"),
        "localisation": "",
        "batiment": "",
        "etage": "",
        "zone": "",
        "parent_nom": _("Ensemble"),
        "date_installation": "",
        "date_mise_en_service": "",
        "date_fin_garantie": "",
        "frequence_entretien_jours": "",
        "cout_acquisition": _("Coût d’acquisition (MAD)"),
        "specifications": "",
    },
)
