"""What every page may show."""

from django.conf import settings
from django.http import HttpRequest


def societe(request: HttpRequest) -> dict[str, object]:
    """Version and debug flag; the navigation asks the user's role itself."""
    return {"version": settings.VERSION, "debug": settings.DEBUG}
