"""The only writer of clients, their people, sites and contracts."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import Role
from accounts.models import User
from accounts.services import ouvrir_compte
from clients import permissions
from clients.choices import MOUVEMENTS_CONTRAT, StatutContrat
from clients.models import Client, Contact, Contrat, EngagementSLA, Site
from erp.exceptions import BusinessRuleError, ValidationError
from erp.validation import choisir, ecrire, effacer, exiger, trouver

REGLES_CONTRAT: dict[str, tuple[str, str | Promise]] = {
    # the coverage of équipements follows the contract's dates and statut (a trigger of the app above)
    "couverture_sans_chevauchement": (
        "COUVERTURE_CHEVAUCHANTE",
        gettext_lazy(
            "Un équipement de ce contrat est déjà couvert par un autre contrat actif à ces dates."
        ),
    ),
}


class ChampsClient(TypedDict, total=False):
    nom_entreprise: str
    nom_commercial: str
    type_client: str
    secteur_activite: str
    ice: str
    identifiant_fiscal: str
    registre_commerce: str
    patente: str
    cnss: str
    contact_nom: str
    contact_fonction: str
    email: str
    telephone: str
    telephone_mobile: str
    adresse: str
    code_postal: str
    ville: str
    region: str
    pays: str
    niveau_service: str
    instructions_particulieres: str
    notes_commerciales: str
    is_active: bool


class ChampsContact(TypedDict, total=False):
    nom: str
    fonction: str
    email: str
    telephone: str


class ChampsSite(TypedDict, total=False):
    nom: str
    adresse: str
    ville: str
    latitude: Decimal | None
    longitude: Decimal | None
    instructions_acces: str
    heures_ouverture: str


class ChampsContrat(TypedDict, total=False):
    numero: str
    type_contrat: str
    date_debut: date
    date_fin: date
    montant_annuel: Decimal
    devise: str
    interventions_incluses: int | None
    heures_incluses: int | None
    couverture: str
    reconduction_tacite: bool
    notes: str


class ChampsEngagement(TypedDict):
    """What a contract promises for one priorité, in hours."""

    priorite: str
    reponse_heures: int
    resolution_heures: int


@transaction.atomic
def creer_client(*, par: User, **champs: Unpack[ChampsClient]) -> Client:
    exiger(permissions.peut_creer(par))
    return ecrire(Client(), champs)


@transaction.atomic
def modifier_client(*, par: User, client_id: int, **champs: Unpack[ChampsClient]) -> Client:
    """Change the named fields; a client user may name those of `permissions.COORDONNEES` only."""
    client = trouver(Client.objects.visible_to(par), client_id, verrou=True)
    if champs.keys() <= permissions.COORDONNEES:
        exiger(permissions.peut_modifier_coordonnees(par, client))
    else:
        exiger(permissions.peut_modifier(par, client))
    return ecrire(client, champs)


@transaction.atomic
def supprimer_client(*, par: User, client_id: int) -> None:
    """Delete a client that has nothing yet; else BusinessRuleError UTILISE: make it inactive instead."""
    client = trouver(Client.objects.visible_to(par), client_id, verrou=True)
    exiger(permissions.peut_supprimer(par, client))
    effacer(
        client, _("Ce client a des sites, des équipements ou un historique : désactivez-le plutôt.")
    )


@transaction.atomic
def creer_contact(*, par: User, client_id: int, **champs: Unpack[ChampsContact]) -> Contact:
    client = trouver(Client.objects.visible_to(par), client_id)
    exiger(permissions.peut_modifier(par, client))
    return ecrire(Contact(client=client), champs)


@transaction.atomic
def modifier_contact(*, par: User, contact_id: int, **champs: Unpack[ChampsContact]) -> Contact:
    """Change how a person is reached. The address of his account, if he has one, is the administrator's to change."""
    contact = trouver(Contact.objects.visible_to(par), contact_id, verrou=True)
    exiger(permissions.peut_modifier_contact(par, contact))
    return ecrire(contact, champs)


@transaction.atomic
def supprimer_contact(*, par: User, contact_id: int) -> None:
    """Forget a person; raises BusinessRuleError UTILISE while he has an account on the portal."""
    contact = trouver(Contact.objects.visible_to(par), contact_id, verrou=True)
    exiger(permissions.peut_modifier(par, contact.client))
    if contact.user_id is not None:
        raise BusinessRuleError(
            _(
                "Cette personne a un compte sur le portail : supprimez ou désactivez d’abord le compte."
            ),
            code="UTILISE",
        )
    contact.delete()


@transaction.atomic
def ouvrir_portail(
    *, par: User, contact_id: int, user_id: int | None = None, invitation: bool = True
) -> Contact:
    """Let a contact enter the portal, with a new account at his e-mail address or an existing one of role client.

    Raises BusinessRuleError DEJA_SUR_PORTAIL; ValidationError when he has no address, or the account is another's.
    """
    contact = trouver(Contact.objects.visible_to(par), contact_id, verrou=True)
    exiger(permissions.peut_ouvrir_portail(par))
    if contact.user_id is not None:
        raise BusinessRuleError(
            _("Cette personne a déjà un compte sur le portail."), code="DEJA_SUR_PORTAIL"
        )
    if user_id is not None:
        contact.user = choisir(
            User.objects.visible_to(par).filter(role=Role.CLIENT, contact__isnull=True),
            "user_id",
            user_id,
        )
    elif not contact.email:
        raise ValidationError.champ("email", _("Donnez d’abord son adresse e-mail."), "OBLIGATOIRE")
    else:
        contact.user = ouvrir_compte(
            email=contact.email, full_name=contact.nom, role=Role.CLIENT, invitation=invitation
        )
    contact.enregistrer("user")
    return contact


@transaction.atomic
def creer_site(*, par: User, client_id: int, **champs: Unpack[ChampsSite]) -> Site:
    """A place of the client's; its `nom` is unique there, latitude and longitude come together."""
    client = trouver(Client.objects.visible_to(par), client_id)
    exiger(permissions.peut_modifier(par, client))
    return ecrire(Site(client=client), champs)


@transaction.atomic
def modifier_site(*, par: User, site_id: int, **champs: Unpack[ChampsSite]) -> Site:
    site = trouver(Site.objects.visible_to(par), site_id, verrou=True)
    exiger(permissions.peut_modifier_site(par, site))
    return ecrire(site, champs)


@transaction.atomic
def supprimer_site(*, par: User, site_id: int) -> None:
    """Delete a place where nothing stands or was done; else BusinessRuleError UTILISE."""
    site = trouver(Site.objects.visible_to(par), site_id, verrou=True)
    exiger(permissions.peut_modifier_site(par, site))
    effacer(
        site,
        _("Des équipements ou des interventions sont sur ce site : il ne peut pas être supprimé."),
    )


@transaction.atomic
def creer_contrat(
    *,
    par: User,
    client_id: int,
    engagements: Iterable[ChampsEngagement] = (),
    **champs: Unpack[ChampsContrat],
) -> Contrat:
    """A draft for the client, with what it promises per priorité. `changer_statut_contrat` makes it valid."""
    client = trouver(Client.objects.visible_to(par), client_id)
    exiger(permissions.peut_modifier(par, client))
    contrat = ecrire(Contrat(client=client), champs)
    _engager(contrat, engagements)
    return contrat


@transaction.atomic
def modifier_contrat(
    *,
    par: User,
    contrat_id: int,
    engagements: Iterable[ChampsEngagement] | None = None,
    **champs: Unpack[ChampsContrat],
) -> Contrat:
    """Change the named fields; `engagements`, when given, replaces all of them.

    Raises BusinessRuleError CONTRAT_RESILIE, or COUVERTURE_CHEVAUCHANTE when new dates meet another active contract on
    one of its équipements.
    """
    contrat = trouver(Contrat.objects.visible_to(par), contrat_id, verrou=True)
    exiger(permissions.peut_modifier_contrat(par, contrat))
    if contrat.statut == StatutContrat.RESILIE:
        raise BusinessRuleError(
            _("Ce contrat est résilié : il ne change plus."), code="CONTRAT_RESILIE"
        )
    ecrire(contrat, champs, regles=REGLES_CONTRAT)
    if engagements is not None:
        contrat.engagements.all().delete()
        _engager(contrat, engagements)
    return contrat


@transaction.atomic
def changer_statut_contrat(*, par: User, contrat_id: int, vers: str) -> Contrat:
    """Move the statut along `MOUVEMENTS_CONTRAT`.

    Raises ValidationError for an unknown statut; BusinessRuleError TRANSITION_INTERDITE, CONTRAT_ECHU (its end has
    passed) or COUVERTURE_CHEVAUCHANTE (another active contract covers one of its équipements).
    """
    contrat = trouver(Contrat.objects.visible_to(par), contrat_id, verrou=True)
    exiger(permissions.peut_modifier_contrat(par, contrat))
    if vers not in StatutContrat.values:
        raise ValidationError.champ("statut", _("Ce statut n’existe pas."), "CHOIX_INVALIDE")
    cible = StatutContrat(vers)
    if cible not in MOUVEMENTS_CONTRAT[StatutContrat(contrat.statut)]:
        raise BusinessRuleError(
            _("Un contrat « %(de)s » ne peut pas devenir « %(vers)s ».")
            % {"de": contrat.get_statut_display(), "vers": cible.label},
            code="TRANSITION_INTERDITE",
        )
    if cible == StatutContrat.ACTIF and contrat.date_fin < timezone.localdate():
        raise BusinessRuleError(
            _("Ce contrat est échu : prolongez d’abord sa date de fin."), code="CONTRAT_ECHU"
        )
    return ecrire(contrat, {"statut": cible}, regles=REGLES_CONTRAT)


@transaction.atomic
def supprimer_contrat(*, par: User, contrat_id: int) -> None:
    """Delete a contract under which nothing was done; else BusinessRuleError UTILISE: end it instead."""
    contrat = trouver(Contrat.objects.visible_to(par), contrat_id, verrou=True)
    exiger(permissions.peut_modifier_contrat(par, contrat))
    effacer(contrat, _("Des interventions relèvent de ce contrat : résiliez-le plutôt."))


def _engager(contrat: Contrat, engagements: Iterable[ChampsEngagement]) -> None:
    vues: set[str] = set()
    for engagement in engagements:
        valeurs: dict[str, Any] = {**engagement}
        if engagement["priorite"] in vues:
            raise ValidationError.champ(
                "engagements", _("Une priorité ne peut avoir qu’un engagement."), "DEJA_UTILISE"
            )
        vues.add(engagement["priorite"])
        ecrire(EngagementSLA(contrat=contrat), valeurs)
