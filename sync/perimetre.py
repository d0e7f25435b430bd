"""What a device holds: each entity as a queryset within what the user sees, and the columns of the ordinary API.

A row's mark changes whenever what the device would read of it changes: it is a hash of `xmin` and `ctid`, which
PostgreSQL renews at every write of the row by whatever path, and of the labels that are read from other rows. Columns
derived from the clock are left out, the device derives them itself.

The statement that reads every mark is the same for every user of a role but for its ids, so it is compiled once.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, TextField, Value
from django.utils import timezone

from accounts.models import User
from clients.api.columns import CONTACT, SITE, client_pour, contrat_pour
from clients.models import Client, Contact, Contrat, Site
from documents.api.views import DOCUMENT
from documents.models import Document
from equipment.api.columns import COMPTEUR, equipement_pour, releve_pour
from equipment.models import Compteur, Equipement, ReleveCompteur
from erp.api.columns import Colonnes
from erp.enonces import preparee
from interventions.api.columns import (
    CONTROLES,
    TEMPS,
    intervention_pour,
    journal_pour,
    pieces_pour,
)
from interventions.choices import STATUTS_ACTIFS, Statut
from interventions.models import (
    HistoriqueIntervention,
    Intervention,
    InterventionPiece,
    Planning,
    PointControle,
    TempsPasse,
)
from notifications.api.serializers import NOTIFICATION
from notifications.models import Notification
from planning.api.serializers import creneau_pour
from stock.api.columns import piece_pour
from stock.models import PieceDetachee
from technicians.api.serializers import ABSENCE, DETENUES, technicien_pour
from technicians.models import Disponibilite, Technicien, TechnicienCompetence

# The bounds of what a phone carries.
JOURS = 30
INTERVENTIONS_MAX = 500
EQUIPEMENTS_MAX = 2000
PIECES_MAX = 5000
NOTIFICATIONS_MAX = 200

_REQUISES = Colonnes(
    Intervention.competences_requises.through,
    {
        "id": "id",
        "intervention_id": "intervention_id",
        "competence_id": "competence_id",
        "competence_nom": "competence__nom",
    },
)

# What stands in the compiled statement for the values of one user at one moment.
_USER = -8_675_309
_DEPUIS = datetime(1, 1, 2, tzinfo=UTC)


class _Ids:
    """Stands for a list of ids of the `Portee`."""

    def __init__(self, nom: str) -> None:
        self.nom = nom


class _Parmi(Func):
    """`column = ANY(ids)`."""

    template = "%(expressions)s::bigint[])"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def _parmi(colonne: str, ids: str) -> Q:
    return Q(_Parmi(F(colonne), Value(_Ids(ids))))


class _Ecriture(Func):
    """The write that made the row which the source column belongs to: its transaction, and where it put the row."""

    output_field = TextField()

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[str | int, ...]]:
        (colonne,) = self.get_source_expressions()
        table = compiler.quote_name_unless_alias(colonne.alias)
        return f"{table}.xmin, {table}.ctid", ()


class _Marque(Func):
    template = "hashtextextended(ROW(%(expressions)s)::text, %(graine)s)"
    output_field = BigIntegerField()


@dataclass(frozen=True)
class Portee:
    """The ids that the world of one user is built around, at one moment."""

    user_id: int
    depuis: datetime
    interventions: list[int]
    equipements: list[int]
    clients: list[int]
    sites: list[int]
    contrats: list[int]

    @classmethod
    def de(cls, user: User) -> "Portee":
        """Two statements: the interventions, and the machines, which for a client are all of its company's."""
        depuis = timezone.now() - timedelta(days=JOURS)
        lignes = list(
            Intervention.objects.visible_to(user)
            .filter(
                Q(statut__in=STATUTS_ACTIFS)
                | Q(statut__in=(Statut.CLOTUREE, Statut.ANNULEE), updated_at__gte=depuis)
            )
            .order_by("-date_creation", "-pk")
            .values_list("pk", "equipement_id", "client_id", "site_id", "contrat_id")[
                :INTERVENTIONS_MAX
            ]
        )
        machines = Equipement.objects.visible_to(user).order_by("pk")
        if not user.est_client:
            machines = machines.filter(pk__in={ligne[1] for ligne in lignes})
        parcs = list(machines.values_list("pk", "client_id", "site_id")[:EQUIPEMENTS_MAX])
        return cls(
            user_id=user.pk,
            depuis=depuis,
            interventions=[ligne[0] for ligne in lignes],
            equipements=[parc[0] for parc in parcs],
            clients=_uniques([*(ligne[2] for ligne in lignes), *(parc[1] for parc in parcs)]),
            sites=_uniques([*(ligne[3] for ligne in lignes), *(parc[2] for parc in parcs)]),
            contrats=_uniques(ligne[4] for ligne in lignes),
        )

    def valeur(self, param: Any) -> Any:
        """A parameter of the compiled statement, for this user."""
        if isinstance(param, _Ids):
            return getattr(self, param.nom)
        if param == _USER:
            return self.user_id
        return self.depuis if param == _DEPUIS else param


def _uniques(ids: Iterable[int | None]) -> list[int]:
    return sorted({pk for pk in ids if pk is not None})


def _interventions_de(user: User) -> Colonnes:
    return intervention_pour(user).sans("en_retard")


def _avec_intervention(
    choisir: Callable[[User], Colonnes],
) -> Callable[[User], Colonnes]:
    return lambda user: choisir(user).avec(intervention_id="intervention_id")


def _toujours(colonnes: Colonnes) -> Callable[[User], Colonnes]:
    return lambda _user: colonnes


def _releves(user: User) -> QuerySet[Any]:
    """The recent ones, and the last of each meter however old: the next is checked against it."""
    siens = ReleveCompteur.objects.visible_to(user).filter(
        _parmi("compteur__equipement_id", "equipements")
    )
    derniers = siens.order_by("compteur_id", "-date_releve").distinct("compteur_id").values("pk")
    return siens.filter(Q(date_releve__gte=_DEPUIS) | Q(pk__in=derniers))


def _pieces(user: User) -> QuerySet[Any]:
    return PieceDetachee.objects.visible_to(user).filter(is_active=True).order_by("pk")[:PIECES_MAX]


def _notifications(user: User) -> QuerySet[Any]:
    siennes = Notification.objects.visible_to(user).dans_l_application()
    return siennes.filter(created_at__gte=_DEPUIS).order_by("-created_at", "-pk")[
        :NOTIFICATIONS_MAX
    ]


# In the order in which a device can store them: what is referred to comes first.
ENTITES: Mapping[
    str, tuple[type[Any], Callable[[User], QuerySet[Any]], Callable[[User], Colonnes]]
] = {
    "clients": (
        Client,
        lambda u: Client.objects.visible_to(u).filter(_parmi("pk", "clients")),
        client_pour,
    ),
    "contacts": (
        Contact,
        lambda u: Contact.objects.visible_to(u).filter(_parmi("client_id", "clients")),
        _toujours(CONTACT),
    ),
    "sites": (
        Site,
        lambda u: Site.objects.visible_to(u).filter(_parmi("pk", "sites")),
        _toujours(SITE),
    ),
    "contrats": (
        Contrat,
        lambda u: Contrat.objects.visible_to(u).filter(_parmi("pk", "contrats")),
        contrat_pour,
    ),
    "equipements": (
        Equipement,
        lambda u: Equipement.objects.visible_to(u).filter(_parmi("pk", "equipements")),
        equipement_pour,
    ),
    "compteurs": (
        Compteur,
        lambda u: Compteur.objects.visible_to(u).filter(_parmi("equipement_id", "equipements")),
        _toujours(COMPTEUR),
    ),
    "releves": (ReleveCompteur, _releves, releve_pour),
    "techniciens": (
        Technicien,
        lambda u: Technicien.objects.visible_to(u).actifs(),
        technicien_pour,
    ),
    "competences": (
        TechnicienCompetence,
        lambda u: TechnicienCompetence.objects.visible_to(u).filter(technicien__user=u),
        lambda _u: DETENUES.avec(technicien_id="technicien_id"),
    ),
    "absences": (
        Disponibilite,
        lambda u: Disponibilite.objects.visible_to(u).filter(technicien__user=u, fin__gte=_DEPUIS),
        _toujours(ABSENCE),
    ),
    "pieces": (PieceDetachee, _pieces, piece_pour),
    "interventions": (
        Intervention,
        lambda u: Intervention.objects.visible_to(u).filter(_parmi("pk", "interventions")),
        _interventions_de,
    ),
    "competences_requises": (
        Intervention.competences_requises.through,
        lambda u: Intervention.competences_requises.through._base_manager.filter(
            _parmi("intervention_id", "interventions"),
            intervention__in=Intervention.objects.visible_to(u),
        ),
        _toujours(_REQUISES),
    ),
    "creneaux": (
        Planning,
        lambda u: Planning.objects.visible_to(u).filter(_parmi("intervention_id", "interventions")),
        creneau_pour,
    ),
    "controles": (
        PointControle,
        lambda u: PointControle.objects.visible_to(u).filter(
            _parmi("intervention_id", "interventions")
        ),
        _avec_intervention(_toujours(CONTROLES)),
    ),
    "temps": (
        TempsPasse,
        lambda u: TempsPasse.objects.visible_to(u).filter(
            _parmi("intervention_id", "interventions")
        ),
        _avec_intervention(_toujours(TEMPS)),
    ),
    "pieces_utilisees": (
        InterventionPiece,
        lambda u: InterventionPiece.objects.visible_to(u).filter(
            _parmi("intervention_id", "interventions")
        ),
        _avec_intervention(pieces_pour),
    ),
    "historique": (
        HistoriqueIntervention,
        lambda u: HistoriqueIntervention.objects.visible_to(u).filter(
            _parmi("intervention_id", "interventions")
        ),
        _avec_intervention(journal_pour),
    ),
    "documents": (
        Document,
        lambda u: Document.objects.visible_to(u).filter(
            _parmi("intervention_id", "interventions")
            | _parmi("equipement_id", "equipements")
            | _parmi("contrat_id", "contrats")
            | _parmi("client_id", "clients")
        ),
        _toujours(DOCUMENT),
    ),
    "notifications": (Notification, _notifications, _toujours(NOTIFICATION)),
}


_EMPREINTES = "SELECT rang, count(*), bit_xor(marque)"
_Sql = tuple[str, tuple[Any, ...]]


class Perimetre:
    """What the people of one role hold, compiled."""

    def __init__(self, role: str) -> None:
        self._personne = User(pk=_USER, role=role, is_active=True)
        self.colonnes = {nom: choisir(self._personne) for nom, (_m, _q, choisir) in ENTITES.items()}

    @cached_property
    def _enonces(self) -> dict[str, _Sql]:
        """An entity that the role sees nothing of has none."""
        enonces = {}
        for rang, (nom, (modele, requete, _colonnes)) in enumerate(ENTITES.items()):
            with suppress(EmptyResultSet):
                enonces[nom] = _enonce(
                    rang, nom, modele, requete(self._personne), self.colonnes[nom]
                )
        return enonces

    @cached_property
    def _toutes(self) -> _Sql:
        return _union(self._enonces.values())

    def empreintes(self, portee: Portee) -> dict[str, list[int]]:
        """{entity: [number of rows, exclusive or of their marks]}, in one statement; an empty one is left out."""
        sql, params = self._toutes
        lignes = preparee(
            " ".join((_EMPREINTES, "FROM (", sql, ") AS tout(rang, id, marque) GROUP BY rang")),
            [portee.valeur(param) for param in params],
        )
        noms = list(ENTITES)
        return {noms[rang]: [nombre, ou] for rang, nombre, ou in lignes}

    def marques(self, portee: Portee, entites: Sequence[str]) -> dict[str, dict[int, int]]:
        """{entity: {id: mark}} of these entities, in one statement."""
        lues: dict[str, dict[int, int]] = {nom: {} for nom in entites}
        lisibles = [self._enonces[nom] for nom in entites if nom in self._enonces]
        if not lisibles:
            return lues
        sql, params = _union(lisibles)
        noms = list(ENTITES)
        for rang, pk, marque in preparee(sql, [portee.valeur(param) for param in params]):
            lues[noms[rang]][pk] = marque
        return lues


def _enonce(
    rang: int, nom: str, modele: type[Any], requete: QuerySet[Any], colonnes: Colonnes
) -> _Sql:
    """The ids and marks of one entity. A row that several paths lead to counts once."""
    lignes: QuerySet[Any] = modele._base_manager.filter(pk__in=requete.values("pk"))
    if colonnes.relations:
        lignes = lignes.annotate(**deepcopy(colonnes.relations))
    libelles = [
        F(chemin)
        for chemin in colonnes.colonnes.values()
        if isinstance(chemin, str) and "__" in chemin
    ]
    # the names of the columns are the seed: a release that answers with others tells every device again
    graine = zlib.crc32(f"{nom}:{','.join(colonnes.noms)}".encode())
    marque = _Marque(F("pk"), _Ecriture(F("pk")), *libelles, graine=graine)
    choisies = lignes.order_by().annotate(marque_sync=marque).values_list("pk", "marque_sync")
    sql, params = choisies.query.sql_with_params()
    return " ".join(("SELECT", str(rang), ", e.* FROM (", sql, ") AS e(id, marque)")), params


def _union(enonces: Iterable[_Sql]) -> _Sql:
    parties = list(enonces)
    return (
        " UNION ALL ".join(sql for sql, _params in parties),
        tuple(param for _sql, params in parties for param in params),
    )


@cache
def perimetre(role: str) -> Perimetre:
    return Perimetre(role)
