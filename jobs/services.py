"""The only writer of jobs: asked for, claimed by one worker, done or failed, started again, forgotten."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import IO, Any
from uuid import uuid4

import structlog
from celery import current_app
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from kombu.exceptions import OperationalError

from accounts.models import User
from erp.exceptions import BusinessRuleError, ERPException
from erp.validation import trouver
from jobs.choices import EN_VIE, StatutTravail
from jobs.models import Travail
from jobs.suivi import BAIL, Suivi
from notifications.choices import Evenement
from notifications.services import notifier

logger = structlog.get_logger(__name__)

EN_VIE_MAX = 5  # jobs that one person may have waiting or running
GARDE_FICHIERS = timedelta(days=7)
GARDE_LIGNES = timedelta(days=30)
# A job's own message, sent after its commit, gets this long before the sweep sends another.
AVANCE = timedelta(seconds=60)
LOT = 200


@dataclass
class Resultat:
    """What a job came to: words for its page, figures for a program, and a file when it makes one."""

    message: str = ""
    donnees: dict[str, Any] = field(default_factory=dict)
    fichier: IO[bytes] | None = None
    nom_fichier: str = ""


Execution = Callable[[Travail, Suivi], Resultat]


@transaction.atomic
def demander_travail(
    *,
    par: User,
    tache: str,
    titre: str,
    parametres: dict[str, Any] | None = None,
    source: "File[bytes] | None" = None,
    nom_fichier: str = "",
    total: int | None = None,
    publier: bool = True,
) -> Travail:
    """Ask for a job, which the task named `tache` does once this is committed. The caller has authorised it.

    With `publier` false nothing is sent: the caller runs it himself. Raises BusinessRuleError TROP_DE_TRAVAUX.
    """
    if Travail.objects.filter(user=par).en_vie().count() >= EN_VIE_MAX:
        raise BusinessRuleError(
            _("Vous avez déjà %d travaux en cours : attendez la fin de l’un d’eux.") % EN_VIE_MAX,
            code="TROP_DE_TRAVAUX",
        )
    travail = Travail(
        user=par,
        role=par.role,
        tache=tache,
        titre=titre[:200],
        parametres=parametres or {},
        nom_fichier=nom_fichier[:200],
        total=total,
    )
    if source is not None:
        travail.source = source
        travail.expire_le = timezone.now() + GARDE_FICHIERS
    travail.save(force_insert=True)
    if publier:
        transaction.on_commit(partial(_publier, travail.pk, tache))
    return travail


@transaction.atomic
def montrer_sur(*, travail: Travail, page: str) -> None:
    """The page (a path of this site) that shows the result of a job that was just asked for."""
    travail.page = page
    travail.enregistrer("page")


@transaction.atomic
def reprendre_travail(
    *,
    par: User,
    travail_id: int,
    parametres: dict[str, Any],
    publier: bool = True,
) -> Travail:
    """Start a finished job again with parameters of a next step, on the same received file. The caller authorised it.

    Raises BusinessRuleError TRAVAIL_EN_COURS, FICHIER_EXPIRE.
    """
    travail = trouver(Travail.objects.visible_to(par), travail_id, verrou=True)
    return _remettre(travail, {**travail.parametres, **parametres}, publier=publier)


@transaction.atomic
def relancer_travail(*, par: User, travail_id: int) -> Travail:
    """Start a job again that was interrupted. Raises BusinessRuleError when it was not, or its file is gone."""
    travail = trouver(Travail.objects.visible_to(par), travail_id, verrou=True)
    if travail.statut == StatutTravail.TERMINE:
        raise BusinessRuleError(_("Ce travail est terminé."), code="TRAVAIL_TERMINE")
    return _remettre(travail, travail.parametres, publier=True)


def _remettre(travail: Travail, parametres: dict[str, Any], *, publier: bool) -> Travail:
    if travail.en_vie:
        raise BusinessRuleError(_("Ce travail est déjà en cours."), code="TRAVAIL_EN_COURS")
    if travail.expire_le and travail.expire_le < timezone.now():
        raise BusinessRuleError(
            _("Le fichier de ce travail a été effacé : recommencez."), code="FICHIER_EXPIRE"
        )
    travail.parametres = parametres
    travail.statut = StatutTravail.EN_ATTENTE
    travail.message, travail.resultat, travail.fait = "", {}, 0
    travail.jeton = travail.bail = travail.debut = travail.fin = None
    travail.enregistrer(
        "parametres", "statut", "message", "resultat", "fait", "jeton", "bail", "debut", "fin"
    )
    if publier:
        transaction.on_commit(partial(_publier, travail.pk, travail.tache))
    return travail


def executer(travail_id: int, execution: Execution, *, annoncer: bool = True) -> None:
    """Run a job that waits: claim it, do it in its user's language, keep what it came to and tell him.

    Twice is safe: who does not get the row leaves it. A refusal of the trade ends it with its words; anything else
    ends it too and is raised. A worker that dies leaves its claim, which the sweep finds lapsed.
    """
    travail = _reclamer(travail_id)
    if travail is None:
        return
    fini = False
    try:
        with override(travail.user.langue), Suivi(travail) as suivi:
            resultat = execution(travail, suivi)
            with resultat.fichier or nullcontext():
                _terminer(travail, resultat, annoncer=annoncer)
        fini = True
    except ERPException as refus:
        phrases = [str(erreur.message) for erreur in refus.errors] or [str(refus)]
        _echouer(travail, " ".join(phrases), annoncer=annoncer)
        fini = True
    finally:
        if not fini:
            with override(travail.user.langue):
                phrase = _("Une erreur inattendue a arrêté ce travail. Vous pouvez le relancer.")
            _echouer(travail, phrase, annoncer=annoncer)


def _reclamer(travail_id: int) -> Travail | None:
    maintenant = timezone.now()
    jeton = uuid4()
    prises = Travail.objects.filter(pk=travail_id, statut=StatutTravail.EN_ATTENTE).update(
        statut=StatutTravail.EN_COURS, jeton=jeton, bail=maintenant + BAIL, debut=maintenant
    )
    if not prises:
        return None
    travail = Travail.objects.select_related("user").get(pk=travail_id)
    if not travail.user.is_active or travail.user.role != travail.role:
        # what was asked for in a role is not done for another
        with override(travail.user.langue):
            phrase = _("Vos droits ont changé depuis la demande : elle est abandonnée.")
        _echouer(travail, phrase, annoncer=False)
        return None
    return travail


def _tenu(travail: Travail) -> bool:
    """Whether the row is still this run's; it stays so until the transaction ends."""
    siens = Travail.objects.filter(
        pk=travail.pk, jeton=travail.jeton, statut=StatutTravail.EN_COURS
    )
    return siens.select_for_update(of=("self",)).exists()


@transaction.atomic
def _terminer(travail: Travail, resultat: Resultat, *, annoncer: bool) -> None:
    if not _tenu(travail):
        return  # the sweep gave it up meanwhile, and somebody may have started it again
    maintenant = timezone.now()
    champs = ["statut", "message", "resultat", "fait", "fin", "expire_le"]
    if resultat.fichier is not None:
        travail.nom_fichier = resultat.nom_fichier
        travail.fichier.save(resultat.nom_fichier, File(resultat.fichier), save=False)
        champs += ["fichier", "nom_fichier"]
    travail.statut = StatutTravail.TERMINE
    travail.message, travail.resultat = resultat.message, resultat.donnees
    travail.fait = resultat.donnees.get("lignes", travail.total or 0)
    travail.fin, travail.expire_le = maintenant, maintenant + GARDE_FICHIERS
    travail.enregistrer(*champs)
    if annoncer:
        _annoncer(travail)


@transaction.atomic
def _echouer(travail: Travail, message: str, *, annoncer: bool) -> None:
    if not _tenu(travail):
        return
    travail.statut = StatutTravail.ECHEC
    travail.message, travail.fin = message, timezone.now()
    travail.enregistrer("statut", "message", "fin")
    if annoncer:
        _annoncer(travail)


def _annoncer(travail: Travail) -> None:
    reussi = travail.statut == StatutTravail.TERMINE
    notifier(
        destinataires=[travail.user],
        evenement=Evenement.TRAVAIL_TERMINE,
        titre=lambda: (
            (_("Terminé : %(titre)s") if reussi else _("Interrompu : %(titre)s"))
            % {"titre": travail.titre}
        ),
        message=lambda: travail.message,
        lien=travail.page or travail.get_absolute_url(),
        sujet=f"travail:{travail.pk}",
    )


def surveiller() -> dict[str, int]:
    """End the jobs whose worker is gone, and send again those that nobody took. Twice is safe: claims decide."""
    maintenant = timezone.now()
    interrompus = 0
    with transaction.atomic():
        perdus = Travail.objects.abandonnes(maintenant).select_related("user")
        for travail in perdus.select_for_update(skip_locked=True, of=("self",))[:LOT]:
            with override(travail.user.langue):
                phrase = _("Le serveur s’est arrêté pendant ce travail. Vous pouvez le relancer.")
            _echouer(travail, phrase, annoncer=True)
            interrompus += 1
    attendent = Travail.objects.filter(
        statut=StatutTravail.EN_ATTENTE, updated_at__lt=maintenant - AVANCE
    )
    oublies = list(attendent.order_by("pk").values_list("pk", "tache")[:LOT])
    for pk, tache in oublies:
        _publier(pk, tache, perime=AVANCE)
    return {"interrompus": interrompus, "relances": len(oublies)}


def purger() -> dict[str, int]:
    """Delete files after `GARDE_FICHIERS` and rows after `GARDE_LIGNES`. Twice is safe: the second finds nothing."""
    maintenant = timezone.now()
    fichiers = 0
    finis = Travail.objects.exclude(statut__in=EN_VIE)
    for travail in finis.perimes(maintenant).iterator(chunk_size=LOT):
        for champ in (travail.fichier, travail.source):
            if champ:
                champ.delete(save=False)
                fichiers += 1
        travail.enregistrer("fichier", "source")
    # what outlived its files (an interrupted export has none) goes with its row
    vieux = finis.filter(created_at__lt=maintenant - GARDE_LIGNES, fichier="", source="")
    lignes, _par_table = vieux.delete()
    return {"fichiers": fichiers, "lignes": lignes}


def _publier(travail_id: int, tache: str, perime: timedelta | None = None) -> None:
    """Ask for it to be done now; with the broker away nothing is lost: the sweep finds it."""
    try:
        current_app.send_task(
            tache, (travail_id,), expires=perime.total_seconds() if perime else None
        )
    except OperationalError as erreur:
        logger.warning("travail_non_publie", travail_id=travail_id, erreur=str(erreur))
