"""Devices in words."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# The first mark found names it: several pretend to be others as well.
NAVIGATEURS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMES = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def appareil(agent: str) -> str:
    """« Firefox, Windows » from what a browser says of itself; a short name of a program as it is."""
    if not agent.startswith("Mozilla/"):  # no browser: an application says its own name
        return agent[:60] or _("Appareil inconnu")
    trouves = [
        next((nom for marque, nom in liste if marque in agent), "")
        for liste in (NAVIGATEURS, SYSTEMES)
    ]
    connus = [nom for nom in trouves if nom]
    return ", ".join(connus) or agent[:60] or _("Appareil inconnu")
