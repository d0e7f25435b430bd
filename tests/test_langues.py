"""Every page in English and in Arabic: its direction, and no sentence of the product left in French.

What is compared is each piece of text and each attribute that is read aloud, against the msgids themselves: what people
wrote may well be French.
"""

import re
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from accounts.models import User
from accounts.tests.api import client_api
from accounts.tests.factories import UserFactory
from erp.templatetags.pages import duree
from tests.monde import creer_monde
from tests.test_axe import pages_de
from tests.test_matrice import PERSONNES

LOCALE = Path(__file__).resolve().parent.parent / "locale"
ATTRIBUTS = {"aria-label", "title", "placeholder", "alt", "data-l", "data-vide", "data-rien"}
# The name of a language in its own words, a fund that everybody calls by its letters, and what the factories write.
TELS_QUELS = {"Français", "CNSS", "Inventaire", "pièce"}


@cache
def phrases(langue: str) -> frozenset[str]:
    """The msgids that are no word of this language, without those that hold a variable."""
    with (LOCALE / langue / "LC_MESSAGES" / "django.po").open("rb") as fichier:
        catalogue = read_po(fichier, locale=langue)
    return frozenset(
        message.id.strip()
        for message in catalogue
        if isinstance(message.id, str)
        and len(message.id) > 3
        and not re.search(r"%|\{", message.id)
    ) - {message.string for message in catalogue}


class Lecteur(HTMLParser):
    """The direction and language of a page, and what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.sens = self.langue = ""
        self.textes: set[str] = set()
        self.muet = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        attributs = dict(attrs)
        if tag == "html":
            self.sens, self.langue = attributs.get("dir", ""), attributs.get("lang", "")
        self.muet += tag in ("script", "style", "textarea")
        self.textes |= {(valeur or "").strip() for nom, valeur in attrs if nom in ATTRIBUTS}

    def handle_endtag(self, tag: str) -> None:
        self.muet -= tag in ("script", "style", "textarea")

    def handle_data(self, data: str) -> None:
        if not self.muet:
            self.textes.add(" ".join(data.split()))


def lire(contenu: bytes) -> Lecteur:
    lecteur = Lecteur()
    lecteur.feed(contenu.decode())
    return lecteur


def connecter(user: User, langue: str) -> Client:
    User.objects.filter(pk=user.pk).update(langue=langue)
    navigateur = Client()
    navigateur.force_login(user, backend="accounts.backends.EmailBackend")
    return navigateur


@pytest.mark.django_db
@pytest.mark.parametrize(("langue", "entete"), [("en", ("ltr", "en-GB")), ("ar", ("rtl", "ar-MA"))])
@pytest.mark.parametrize("personne", PERSONNES)
def test_chaque_page_est_dans_la_langue_de_son_lecteur(personne, langue, entete):
    monde = creer_monde()
    user = monde.personnes.get(personne)
    navigateur = connecter(user, langue) if user else Client(headers={"accept-language": langue})
    francaises: dict[str, set[str]] = {}
    vues = 0
    for route, chemin in pages_de(personne, monde):
        reponse = navigateur.get(chemin)
        genre = reponse.headers.get("Content-Type", "")
        contenu = reponse.getvalue()
        if reponse.status_code not in (200, 410) or not genre.startswith("text/html"):
            continue
        page = lire(contenu)
        if page.langue:
            vues += 1
            assert (page.sens, page.langue) == entete, chemin
        if reste := (page.textes & phrases(langue)) - TELS_QUELS:
            francaises[route] = reste
    assert vues
    assert not francaises, francaises


@pytest.mark.django_db
@pytest.mark.parametrize(("langue", "sens"), [("fr", "ltr"), ("en", "ltr"), ("ar", "rtl")])
def test_un_inconnu_choisit_la_langue_de_la_connexion(client, langue, sens):
    adresse = reverse("accounts:connexion")
    reponse = client.post(reverse("langue"), {"language": langue, "next": adresse})
    assert reponse.headers["Location"] == adresse
    assert client.cookies["langue"].value == langue
    page = lire(client.get(adresse).content)
    assert (page.langue[:2], page.sens) == (langue, sens)


@pytest.mark.django_db
def test_la_langue_du_profil_l_emporte_et_reste(client):
    user = UserFactory(responsable=True)
    client.force_login(user, backend="accounts.backends.EmailBackend")
    client.post(reverse("langue"), {"language": "en", "next": "/"})
    assert lire(client.get("/").content).langue == "fr"
    client.post(reverse("accounts:profil"), {"full_name": user.full_name, "langue": "ar"})
    user.refresh_from_db()
    assert user.langue == "ar"
    ailleurs = Client(headers={"accept-language": "fr"})
    ailleurs.force_login(user, backend="accounts.backends.EmailBackend")
    assert lire(ailleurs.get("/").content).langue == "ar-MA"


@pytest.mark.django_db
def test_l_api_refuse_dans_la_langue_demandee():
    api = client_api(UserFactory(responsable=True))
    messages = {
        langue: api.get("/api/v1/interventions/999999/", headers={"accept-language": langue}).json()
        for langue in ("fr", "en", "ar")
    }
    textes = {langue: str(corps) for langue, corps in messages.items()}
    assert len(set(textes.values())) == 3
    assert re.search("[\u0600-\u06ff]", textes["ar"])


@pytest.mark.parametrize(
    ("jour", "attendu"),
    [("2026-05-01", "1 ماي 2026"), ("2026-08-20", "20 غشت 2026"), ("2026-12-02", "2 دجنبر 2026")],
)
def test_les_mois_sont_ceux_du_maroc(jour, attendu):
    with translation.override("ar"):
        assert date_format(date.fromisoformat(jour), "DATE_FORMAT") == attendu


def test_les_nombres_s_accordent():
    with translation.override("ar"):
        dire = translation.ngettext
        formes = {n: dire("%(n)s jour", "%(n)s jours", n) % {"n": n} for n in (1, 2, 3, 11, 100)}
        assert duree(125) == "\u200f2\u202fس\u202f05"
    assert formes == {1: "يوم واحد", 2: "يومان", 3: "3 أيام", 11: "11 يوما", 100: "100 يوم"}
