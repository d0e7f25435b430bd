"""What the clock starts for documents."""

from celery import shared_task

from documents import menage


@shared_task
def ranger_documents() -> dict[str, int]:
    """Delete files of no document, report documents without their file. Twice is safe: see `menage.ranger`."""
    return menage.ranger()
