"""The months that Morocco calls by other names than the rest of the Arab world: ours stand before Django's.

The msgids are Django's own, English ones; nothing imports this module, the catalogues read it.
"""

from django.utils.translation import gettext_noop, pgettext_lazy

MOIS = (
    gettext_noop("May"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("November"),
    gettext_noop("December"),
)
COURTS = (
    gettext_noop("may"),
    gettext_noop("jul"),
    gettext_noop("aug"),
    gettext_noop("sep"),
    gettext_noop("nov"),
    gettext_noop("dec"),
)
ABREGES = (
    pgettext_lazy("abbrev. month", "May"),
    pgettext_lazy("abbrev. month", "July"),
    pgettext_lazy("abbrev. month", "Aug."),
    pgettext_lazy("abbrev. month", "Sept."),
    pgettext_lazy("abbrev. month", "Nov."),
    pgettext_lazy("abbrev. month", "Dec."),
)
# what `{{ jour|date:"F" }}` reads
AVEC_LE_JOUR = (
    pgettext_lazy("alt. month", "May"),
    pgettext_lazy("alt. month", "July"),
    pgettext_lazy("alt. month", "August"),
    pgettext_lazy("alt. month", "September"),
    pgettext_lazy("alt. month", "November"),
    pgettext_lazy("alt. month", "December"),
)
