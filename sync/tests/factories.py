from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from interventions.tests.factories import InterventionFactory
from sync.models import OperationSync


class OperationFactory(DjangoModelFactory):
    """A remark that came too late for its intervention."""

    class Meta:
        model = OperationSync

    uuid = factory.LazyFunction(uuid4)
    type = "remarque"
    empreinte = b"x"
    etat = "refusee"
    intervention = factory.SubFactory(InterventionFactory, cloturee=True)
    user = factory.SelfAttribute("intervention.technicien.user")
    demande = factory.LazyAttribute(
        lambda o: {"cible": o.intervention.pk, "vu": {}, "voulu": {"remarque": "Joint à commander"}}
    )
    resultat = factory.LazyAttribute(
        lambda o: {
            "uuid": str(o.uuid),
            "etat": "refusee",
            "objet": None,
            "conflits": [],
            "erreur": {
                "status": 409,
                "code": "INTERVENTION_CLOSE",
                "detail": "Close",
                "errors": [],
            },
        }
    )
