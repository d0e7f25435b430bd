"""One small world for the tests that walk every route: what is one's own, and what is another's."""

from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from accounts.tests.factories import UserFactory
from clients.tests.factories import ContactFactory, ContratFactory, SiteFactory
from documents.tests.factories import DocumentFactory
from equipment.tests.factories import (
    CompteurFactory,
    CouvertureFactory,
    EquipementFactory,
    ReleveFactory,
)
from interventions.tests.factories import (
    CreneauFactory,
    HistoriqueFactory,
    InterventionFactory,
    PieceUtiliseeFactory,
    PointControleFactory,
    TempsFactory,
)
from jobs.tests.factories import TravailFactory
from notifications.tests.factories import NotificationFactory
from planning.tests.factories import (
    AbonnementFactory,
    ControleFactory,
    GammeFactory,
    PlanFactory,
    PropositionFactory,
    ReserveFactory,
)
from search.tests.factories import FiltreFactory
from stock.tests.factories import LigneInventaireFactory, MouvementFactory, PieceFactory
from sync.tests.factories import OperationFactory
from technicians.tests.factories import (
    CompetenceFactory,
    DisponibiliteFactory,
    OutilFactory,
    TechnicienCompetenceFactory,
    TechnicienFactory,
)


@dataclass
class Monde:
    """`propre` and `etranger` map the name of a kind to an object of it."""

    personnes: dict[str, User]
    propre: dict[str, Any] = field(default_factory=dict)
    etranger: dict[str, Any] = field(default_factory=dict)


def creer_monde() -> Monde:
    """The five people, and each kind of object twice: of their own, and of others."""
    personnes = {
        "admin": UserFactory(admin=True),
        "responsable": UserFactory(responsable=True),
        "technicien": TechnicienFactory().user,
        "client": ContactFactory(portail=True).user,
    }
    autres = {"technicien": TechnicienFactory().user, "client": ContactFactory(portail=True).user}
    piece, competence, gamme = PieceFactory(), CompetenceFactory(), GammeFactory()
    gamme.outils.add(OutilFactory())
    monde = Monde(personnes)
    monde.propre = _biens(personnes, piece, competence, gamme)
    monde.etranger = _biens(autres, piece, competence, gamme)
    monde.propre["filtre"] = FiltreFactory(user=personnes["responsable"], partage=True)
    monde.etranger["filtre"] = FiltreFactory(user=autres["client"])
    proposition = PropositionFactory(demandee_par=personnes["responsable"])
    monde.propre["proposition"] = monde.etranger["proposition"] = proposition
    ligne = LigneInventaireFactory(piece=piece)
    for biens in (monde.propre, monde.etranger):
        biens |= {"ligne_inventaire": ligne, "inventaire": ligne.inventaire}
    monde.propre["import"] = TravailFactory(user=personnes["responsable"])
    monde.etranger["import"] = TravailFactory(user=autres["client"])
    monde.propre["user"] = personnes["responsable"]
    monde.etranger["user"] = autres["client"]
    return monde


def _biens(personnes: dict[str, User], piece: Any, competence: Any, gamme: Any) -> dict[str, Any]:
    technicien, contact = personnes["technicien"].technicien, personnes["client"].contact
    contrat = ContratFactory(client=contact.client)
    site = SiteFactory(client=contact.client)
    equipement = EquipementFactory(client=contact.client, site=site)
    CouvertureFactory(contrat=contrat, equipement=equipement)
    compteur = CompteurFactory(equipement=equipement)
    intervention = InterventionFactory(
        en_cours=True,
        technicien=technicien,
        equipement=equipement,
        contrat=contrat,
        created_by=None,
    )
    TechnicienCompetenceFactory(technicien=technicien, competence=competence)
    technicien.outils.set(gamme.outils.all())
    controle_legal = ControleFactory(equipement=equipement, gamme=gamme)
    reserve = ReserveFactory(inspection__plan=controle_legal)
    return {
        "controle_legal": controle_legal,
        "reserve": reserve,
        "inspection": reserve.inspection,
        "client": contact.client,
        "contact": contact,
        "site": site,
        "contrat": contrat,
        "equipement": equipement,
        "compteur": compteur,
        "releve": ReleveFactory(compteur=compteur),
        "technicien": technicien,
        "porteur": technicien.user,
        "competence": competence,
        "outil": gamme.outils.get(),
        "absence": DisponibiliteFactory(technicien=technicien, demandee=True),
        "piece": piece,
        "mouvement": MouvementFactory(piece=piece),
        "operation": OperationFactory(intervention=intervention),
        "intervention": intervention,
        "creneau": CreneauFactory(intervention=intervention, technicien=technicien),
        "journal": HistoriqueFactory(intervention=intervention),
        "controle": PointControleFactory(intervention=intervention),
        "temps": TempsFactory(intervention=intervention, technicien=technicien),
        "piece_utilisee": PieceUtiliseeFactory(intervention=intervention, mouvement__piece=piece),
        "document": DocumentFactory(intervention=intervention, uploaded_by=None),
        "notification": NotificationFactory(user=personnes["technicien"]),
        "travail": TravailFactory(user=personnes["client"], export=True),
        "export": TravailFactory(user=personnes["client"], export=True),
        "gamme": gamme,
        "abonnement": AbonnementFactory(user=personnes["technicien"]),
        "plan": PlanFactory(equipement=equipement, gamme=gamme),
    }
