"""What lists and the frame are written with: nothing of the data is HTML, nothing of a person is kept."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.http import QueryDict
from django.template import Context, Template
from django.utils import translation

from erp.affichage import Absent, Lecture, adresse, html, sans_danger
from erp.pages import Colonne, Liste, Selection

MALIN = """<script>alert("l'été")</script>"""
ECHAPPE = "&lt;script&gt;alert(&quot;l&#x27;été&quot;)&lt;/script&gt;"


def _liste(objets, *colonnes, **autres):
    return Liste(
        objets=objets,
        total=len(objets),
        page=1,
        par_page=25,
        a_suivante=False,
        params=QueryDict("statut=ouverte,affectee&search=é&page=2"),
        chemin="/choses/",
        tri="",
        colonnes=colonnes,
        montre={c.nom: True for c in colonnes},
        **autres,
    )


def _rendre(source, **contexte):
    return Template("{% load pages %}" + source).render(Context(contexte))


def test_html_echappe_ce_qui_n_en_est_pas():
    assert html("<b>{}</b>", MALIN) == f"<b>{ECHAPPE}</b>"
    assert html("<b>{}</b>", html("<i>{}</i>", MALIN)) == f"<b><i>{ECHAPPE}</i></b>"
    assert html("{} {}", None, 3) == "None 3"
    assert sans_danger(Absent("<i></i>")) == "<i></i>"


def test_une_case_est_echappee_quoi_qu_elle_rende():
    choses = [SimpleNamespace(pk=7, nom=MALIN)]
    rangs = _rendre(
        '{% lignes liste "nom" %}',
        liste=_liste(
            choses,
            Colonne("nom", "Nom", case="court", mot='À "lire"', cellule=lambda o, _c: o.nom),
            Colonne("rien", "Rien", cellule=lambda _o, _c: Absent("—")),
            Colonne("html", "Lien", cellule=lambda o, _c: html("<a>{}</a>", o.nom)),
            selection=Selection("/lot/", ()),
        ),
    )
    assert "<script>" not in rangs
    assert rangs.count(ECHAPPE) == 3  # the box's name, the cell, inside the link
    assert f'<td class="court" data-l="À &quot;lire&quot;">{ECHAPPE}</td>' in rangs
    assert '<td class="carte-absent">—</td>' in rangs
    assert f"<td><a>{ECHAPPE}</a></td>" in rangs
    assert 'value="7"' in rangs


def test_une_colonne_cachee_n_est_pas_ecrite():
    liste = _liste([SimpleNamespace(pk=7)], Colonne("a", "A", cellule=lambda _o, _c: "visible"))
    liste.montre = {"a": False}
    assert "visible" not in _rendre("{% lignes liste %}", liste=liste)


def test_l_adresse_d_une_ligne_est_celle_de_son_objet():
    assert adresse("interventions:detail", 12) == "/interventions/12/"


def test_les_adresses_d_une_liste_gardent_ses_parametres():
    liste = _liste([])
    assert liste.url(page=None) == "/choses/?statut=ouverte,affectee&search=%C3%A9"
    assert liste.url(page=3, statut="") == "/choses/?search=%C3%A9&page=3"
    assert liste.url(sort="-nom&x").endswith("&page=2&sort=-nom%26x")


def test_un_fragment_fige_ne_voit_que_ce_qu_il_nomme():
    gabarit = Template(
        "{% load pages %}{% fige role=qui.role %}[{{ role }}{{ qui.nom }}{{ request }}]{% endfige %}"
    )
    for nom in ("Amina", "Youssef"):
        contexte = Context({"qui": SimpleNamespace(role="admin", nom=nom), "request": "secret"})
        assert gabarit.render(contexte) == "[admin]"
    autre = Context({"qui": SimpleNamespace(role="client", nom="Sara")})
    assert gabarit.render(autre) == "[client]"


def test_un_fragment_fige_suit_la_langue():
    gabarit = Template("{% load i18n pages %}{% fige %}{% translate 'Équipements' %}{% endfige %}")
    textes = set()
    for langue in ("fr", "en", "ar"):
        with translation.override(langue):
            textes.add(gabarit.render(Context()))
    assert len(textes) == 3


def test_un_fragment_fige_n_en_garde_pas_sans_fin():
    gabarit = Template("{% load pages %}{% fige n=n %}{{ n }}{% endfige %}")
    noeud = gabarit.nodelist[1]
    for n in range(noeud.PLACES + 5):
        assert gabarit.render(Context({"n": n})) == str(n)
    assert len(noeud.rendus) <= noeud.PLACES


@pytest.mark.parametrize(
    ("ecart", "mots"),
    [
        (timedelta(seconds=30), "à l’instant"),
        (timedelta(hours=3), "dans 3\u202fh"),
        (timedelta(minutes=-5), "il y a 5\u202fmin"),
        (timedelta(days=1), "demain à 10:00"),
        (timedelta(days=-1), "hier à 10:00"),
        (timedelta(days=4), "dans 4 jours"),
        (timedelta(days=-31), "20/10/2026"),
    ],
)
def test_un_moment_en_mots(ecart, mots):
    lecture = Lecture()
    lecture.maintenant = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert lecture.en_mots(lecture.maintenant + ecart) == mots
