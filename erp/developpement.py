"""Pages that exist only in DEBUG: the mail that was not really sent, the gallery of components, the error pages."""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from erp.exceptions import BusinessRuleError, ValidationError
from erp.forms import DateHeureInput, DateInput, Formulaire
from erp.pages import Critere, CritereLie, Liste, Onglet
from erp.templatetags.pages import TONS

SEPARATEUR = b"\n" + b"-" * 79 + b"\n"  # what Django's file backend writes after each message
DERNIERS = 100
CSP_COURRIEL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class Courriel:
    """One message of a file; `cle` is its URL."""

    cle: str
    date: datetime
    message: EmailMessage

    @property
    def sujet(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def destinataire(self) -> str:
        return str(self.message["To"] or "")

    @property
    def expediteur(self) -> str:
        return str(self.message["From"] or "")

    @property
    def texte(self) -> str:
        return self._partie("plain")

    @property
    def html(self) -> str:
        return self._partie("html")

    def _partie(self, genre: str) -> str:
        partie = self.message.get_body(preferencelist=(genre,))
        return str(partie.get_content()) if partie is not None else ""


def courriels() -> list[Courriel]:
    """What the file backend wrote, newest first."""
    dossier = Path(settings.COURRIELS_DIR)
    fichiers = sorted(dossier.glob("*.log"), key=lambda f: f.stat().st_mtime_ns, reverse=True)
    trouves = []
    for fichier in fichiers[:DERNIERS]:
        date = datetime.fromtimestamp(fichier.stat().st_mtime, tz=timezone.get_current_timezone())
        morceaux = [m for m in fichier.read_bytes().split(SEPARATEUR) if m.strip()]
        for rang, morceau in reversed(list(enumerate(morceaux))):
            message = message_from_bytes(morceau.lstrip(), policy=policy.default)
            trouves.append(Courriel(f"{fichier.stem}.{rang}", date, message))
    return trouves


def _courriel(cle: str) -> Courriel:
    for courriel in courriels():
        if courriel.cle == cle:
            return courriel
    raise Http404


@require_GET
def liste_courriels(request: HttpRequest) -> HttpResponse:
    return render(request, "dev/courriels.html", {"courriels": courriels()})


@require_GET
def voir_courriel(request: HttpRequest, cle: str) -> HttpResponse:
    return render(request, "dev/courriel.html", {"courriel": _courriel(cle)})


@require_GET
@xframe_options_sameorigin
def corps_courriel(request: HttpRequest, cle: str) -> HttpResponse:
    """The HTML part alone, for a sandboxed frame: with its own styles, and nothing that runs."""
    reponse = HttpResponse(_courriel(cle).html)
    reponse["Content-Security-Policy"] = CSP_COURRIEL
    return reponse


class _FormulaireExemple(Formulaire):
    nom = forms.CharField(label=_("Nom"), help_text=_("Tel qu’il paraît sur les courriers."))
    description = forms.CharField(label=_("Description"), widget=forms.Textarea(attrs={"rows": 3}))
    priorite = forms.ChoiceField(
        label=_("Priorité"),
        choices=[("haute", _("Haute")), ("normale", _("Normale")), ("basse", _("Basse"))],
        widget=forms.RadioSelect,
    )
    ville = forms.ChoiceField(label=_("Ville"), choices=[("", "—"), ("casa", "Casablanca")])
    jour = forms.DateField(label=_("Jour"), widget=DateInput, required=False)
    quand = forms.DateTimeField(label=_("Quand"), widget=DateHeureInput, required=False)
    urgence = forms.BooleanField(label=_("C’est urgent"), required=False)


ERREURS = {
    400: "400.html",
    403: "403.html",
    404: "404.html",
    409: "erreur.html",
    500: "500.html",
    503: "503.html",
}


@login_required
@require_GET
def erreur(request: HttpRequest, status: int) -> HttpResponse:
    """What a person is shown with this status."""
    if status == 502:
        page = HttpResponse((settings.BASE_DIR / "deploy" / "indisponible.html").read_bytes())
        page["Content-Security-Policy"] = CSP_COURRIEL  # it stands alone, with its styles in it
        return page
    if status not in ERREURS:
        raise Http404
    refus = BusinessRuleError(_("Une règle s’oppose à cette action."), code="REGLE")
    return render(request, ERREURS[status], {"erreur": refus})


@login_required
@require_GET
def galerie(request: HttpRequest) -> HttpResponse:
    """Every component, in the states that matter."""
    form = _FormulaireExemple({"nom": "", "description": "Trop court", "priorite": "haute"})
    form.is_valid()
    form.refuser(ValidationError.champ("description", _("Dix caractères au moins."), "LONGUEUR"))
    liste: Liste[Courriel] = Liste(  # type: ignore[type-var]  # any rows do for a show
        objets=[],
        total=1234,
        page=4,
        par_page=25,
        a_suivante=True,
        params=QueryDict("statut=ouverte,affectee&search=pompe"),
        chemin=request.path,
        tri="-date",
        criteres=[
            CritereLie(
                Critere(
                    "statut",
                    _("Statut"),
                    choix=[
                        ("ouverte", "Ouverte"),
                        ("affectee", "Affectée"),
                        ("cloturee", "Clôturée"),
                    ],
                ),
                ["ouverte", "affectee"],
            ),
            CritereLie(Critere("depuis", _("Depuis le"), "jour"), []),
            CritereLie(Critere("urgence", _("Urgentes"), "oui"), []),
        ],
        onglets=[
            Onglet(_("Toutes"), {}),
            Onglet(_("À affecter"), {"statut": "ouverte"}),
        ],
    )
    return render(
        request,
        "dev/composants.html",
        {
            "form": form,
            "vierge": _FormulaireExemple(prefix="vierge"),
            "liste": liste,
            "tons": sorted({(champ, valeur, *ton) for (champ, valeur), ton in TONS.items()}),
            "maintenant": timezone.now(),
            "erreurs": [*ERREURS, 502],
        },
    )


ROUTES = [
    path("dev/courriels/", liste_courriels, name="courriels"),
    path("dev/courriels/<str:cle>/", voir_courriel, name="courriel"),
    path("dev/courriels/<str:cle>/corps/", corps_courriel, name="courriel_corps"),
    path("dev/composants/", galerie, name="composants"),
    path("dev/erreurs/<int:status>/", erreur, name="erreur"),
]
