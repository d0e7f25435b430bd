import hashlib

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from documents.models import Document
from interventions.tests.factories import InterventionFactory

CONTENU = b"%PDF-1.4\n%%EOF\n"


class DocumentFactory(DjangoModelFactory):
    """A small PDF attached to an intervention; for another owner give `intervention=None, equipement=…`."""

    class Meta:
        model = Document

    fichier = factory.LazyFunction(lambda: ContentFile(CONTENU, name="rapport.pdf"))
    nom_fichier = "rapport.pdf"
    taille = len(CONTENU)
    mime_type = "application/pdf"
    checksum = hashlib.sha256(CONTENU).hexdigest()
    uploaded_by = factory.SubFactory(UserFactory)
    intervention = factory.SubFactory(InterventionFactory)
