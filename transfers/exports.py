"""An export as somebody asks for it: at once as long as one can wait for it, else as a job."""

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO, cast

from django.http import QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from erp.exceptions import BusinessRuleError, ValidationError
from erp.exports import FORMATS, MIMES, Export, Tableau, a_enregistrer, csv, xlsx
from erp.filters import ordre
from jobs.choices import StatutTravail
from jobs.models import Travail
from jobs.services import Resultat, demander_travail
from jobs.suivi import Suivi
from transfers.catalogue import export_pour

EN_DIRECT_MAX = 5000  # rows: beyond, it is a job
PROPRES = ("colonnes", "format", "csrfmiddlewaretoken")  # parameters that are not the list's
TACHE = "transfers.tasks.exporter"


def colonnes_demandees(params: QueryDict) -> list[str]:
    """`colonnes=a,b` and `colonnes=a&colonnes=b` alike."""
    return [nom for brut in params.getlist("colonnes") for nom in brut.split(",") if nom]


def de_la_liste(params: QueryDict) -> QueryDict:
    """The parameters that are the list's."""
    siens = QueryDict(mutable=True)
    for cle, valeurs in params.lists():
        if cle not in PROPRES:
            siens.setlist(cle, valeurs)
    return siens


def exiger_format(nom: str) -> str:
    if nom not in FORMATS:
        raise ValidationError.champ("format", _("Choisissez CSV ou XLSX."), "CHOIX_INVALIDE")
    return nom


def exiger_parametres(user: User, nom: str, params: QueryDict) -> None:
    """For programs, which misspell what a page never does.

    Raises ValidationError naming every parameter that the list does not know, or that does not fit.
    """
    export = export_pour(user, nom)
    filtres, tris = export.filtres(user)
    _cles, erreurs = ordre(tris, params.get("sort", "") or export.tri, ("pk",))
    try:
        filtres.appliquer(export.visibles(user).none(), params, ignores=("colonnes", "sort"))
    except ValidationError as refus:
        erreurs += refus.errors
    if erreurs:
        raise ValidationError(errors=erreurs)


def nom_de_fichier(export: Export, format_: str) -> str:
    return f"{export.nom}-{timezone.localdate():%Y-%m-%d}.{format_}"


def ecrire(tableau: Tableau, format_: str) -> Iterator[bytes]:
    return csv(tableau) if format_ == "csv" else xlsx(tableau)


def repondre(user: User, nom: str, format_: str, params: QueryDict) -> StreamingHttpResponse:
    """The table of what the list with these parameters shows, streamed.

    Raises BusinessRuleError EXPORT_TROP_LONG beyond `EN_DIRECT_MAX` rows: that is a job; ValidationError.
    """
    export = export_pour(user, nom)
    exiger_format(format_)
    tableau = export.tableau(user, params, colonnes_demandees(params))
    if export.compter(user, params, EN_DIRECT_MAX) > EN_DIRECT_MAX:
        raise BusinessRuleError(
            _("Plus de %d lignes : demandez cet export en tâche de fond.") % EN_DIRECT_MAX,
            code="EXPORT_TROP_LONG",
        )
    reponse = StreamingHttpResponse(ecrire(tableau, format_), content_type=MIMES[format_])
    return a_enregistrer(reponse, nom_de_fichier(export, format_))


def demander_export(
    *, par: User, nom: str, format_: str, params: QueryDict, publier: bool = True
) -> Travail:
    """Ask for the same as a job. What is wrong with the parameters is said now, what he sees is asked again then.

    With `publier` false no worker is told: the caller runs it himself.
    """
    export = export_pour(par, nom)
    exiger_format(format_)
    colonnes = colonnes_demandees(params)
    export.tableau(par, params, colonnes)
    return demander_travail(
        par=par,
        tache=TACHE,
        titre=_("Export : %(quoi)s (%(format)s)")
        % {"quoi": str(export.titre).lower(), "format": format_.upper()},
        parametres={
            "export": nom,
            "format": format_,
            "colonnes": colonnes,
            "requete": de_la_liste(params).urlencode(),
        },
        publier=publier,
    )


def exiger_fichier(travail: Travail) -> Travail:
    """An export whose file can be had now.

    Raises BusinessRuleError EXPORT_EN_COURS, EXPORT_INTERROMPU, FICHIER_EXPIRE.
    """
    if travail.en_vie:
        raise BusinessRuleError(
            _("Cet export n’est pas encore prêt : redemandez son état dans quelques secondes."),
            code="EXPORT_EN_COURS",
        )
    if travail.statut == StatutTravail.ECHEC:
        raise BusinessRuleError(
            _("Cet export s’est interrompu : demandez-le de nouveau."), code="EXPORT_INTERROMPU"
        )
    if not travail.telechargeable:
        raise BusinessRuleError(
            _("Le fichier de cet export a été effacé : demandez-le de nouveau."),
            code="FICHIER_EXPIRE",
        )
    return travail


def executer_export(travail: Travail, suivi: Suivi) -> Resultat:
    """Write the file of a job, a batch at a time, with what its user sees at this moment."""
    demande = travail.parametres
    export = export_pour(travail.user, demande["export"])
    params = QueryDict(demande["requete"])
    tableau = export.tableau(travail.user, params, demande["colonnes"])
    total = export.selection(travail.user, params).order_by().count()
    lues = 0

    def comptees() -> Iterator[list[object]]:
        nonlocal lues
        for ligne in tableau.lignes():
            lues += 1
            suivi.avancer(lues, total)
            yield cast(list[object], ligne)

    compte = Tableau(tableau.titre, tableau.colonnes, comptees, tableau.langue)
    with ExitStack() as pile:
        fichier: IO[bytes] = pile.enter_context(TemporaryFile())
        for morceau in ecrire(compte, demande["format"]):
            fichier.write(morceau)
        fichier.seek(0)
        pile.pop_all()  # whoever stores it closes it
    return Resultat(
        message=ngettext("%(n)d ligne exportée.", "%(n)d lignes exportées.", lues) % {"n": lues},
        donnees={"lignes": lues},
        fichier=fichier,
        nom_fichier=nom_de_fichier(export, demande["format"]),
    )
