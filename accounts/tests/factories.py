from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from accounts.choices import Role
from accounts.models import User

MOT_DE_PASSE = "Essai-de-passe-1"


@cache
def empreinte(mot_de_passe: str) -> str:
    """Hashing is slow on purpose: once per password is enough."""
    return make_password(mot_de_passe)


class UserFactory(DjangoModelFactory):
    """An active responsable by default; a trait per role. Everybody's password is `MOT_DE_PASSE`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@example.com")
    full_name = factory.Sequence(lambda n: f"Personne {n}")
    role = Role.RESPONSABLE
    password = factory.LazyFunction(lambda: empreinte(MOT_DE_PASSE))

    class Params:
        admin = factory.Trait(role=Role.ADMIN)
        responsable = factory.Trait(role=Role.RESPONSABLE)
        technicien = factory.Trait(role=Role.TECHNICIEN)
        client = factory.Trait(role=Role.CLIENT)
        inactif = factory.Trait(is_active=False)
