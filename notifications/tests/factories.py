import factory
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from notifications.choices import Canal, Evenement
from notifications.models import Notification, PreferenceNotification


class NotificationFactory(DjangoModelFactory):
    """Unread, in the application; `email=True` for one that waits to be sent."""

    class Meta:
        model = Notification

    user = factory.SubFactory(UserFactory)
    type_notification = Evenement.INTERVENTION_CREEE
    titre = factory.Sequence(lambda n: f"Nouvelle intervention {n}")
    message = "Une intervention a été créée."
    lien = "/interventions/1/"
    sujet = "intervention:1"

    class Params:
        email = factory.Trait(canal=Canal.EMAIL)


class PreferenceFactory(DjangoModelFactory):
    class Meta:
        model = PreferenceNotification

    user = factory.SubFactory(UserFactory)
    evenement = Evenement.INTERVENTION_CREEE
    canal = Canal.EMAIL
    active = False
