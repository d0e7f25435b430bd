"""ASGI entry point of the event stream, in a process of its own: pages and API are served by the WSGI workers."""

import os

from django import setup
from django.conf import settings
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")
setup()

application = import_string(settings.FLUX_APPLICATION)
