"""ASGI entry point, kept for the event streams: ordinary requests are served by WSGI workers."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "erp.settings")

application = get_asgi_application()
