"""What of a technicien leaves as a table: for a client his name, nothing of his home or his cost for a colleague."""

from django.utils.translation import gettext_lazy as _

from erp.exports import Export
from technicians.api.serializers import technicien_pour
from technicians.filters import filtres_pour
from technicians.models import Technicien

TECHNICIENS = Export(
    nom="techniciens",
    titre=_("Techniciens"),
    visibles=lambda user: Technicien.objects.visible_to(user),
    colonnes=technicien_pour,
    filtres=filtres_pour,
    tri="nom",
    champs={
        "matricule": "",
        "nom": _("Nom"),
        "email": _("E-mail"),
        "telephone": "",
        "specialite": "",
        "equipe": "",
        "zone_geographique": "",
        "date_embauche": "",
        "heures_hebdomadaires": "",
        "horaires": "",
        "cout_horaire": _("Coût horaire (MAD)"),
        "is_active": _("Actif"),
    },
)
