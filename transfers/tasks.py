"""Exports and imports in the background: the job's row says what is asked for."""

from celery import shared_task

from jobs.services import executer
from transfers.exports import executer_export
from transfers.imports import executer_import


@shared_task(ignore_result=True)
def exporter(travail_id: int) -> None:
    """Make the file of an export. Twice is safe: the second finds the job claimed or done."""
    executer(travail_id, executer_export)


@shared_task(ignore_result=True)
def importer(travail_id: int) -> None:
    """Try or import a file. Twice is safe: the second finds the job claimed; a new run finds its rows unchanged."""
    executer(travail_id, executer_import)
