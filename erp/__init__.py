"""The platform: settings, URLs, Celery, the bases of pages and API. It knows no business."""

from erp.celery import app as celery_app

__all__ = ["celery_app"]
