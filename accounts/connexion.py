"""Signing in and out, and choosing a password by e-mail: the pages that a stranger may open."""

import math
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.blocage import secondes_restantes
from accounts.middleware import noter_appareil
from accounts.services import (
    compte_du_lien,
    demander_reinitialisation,
    reinitialiser_mot_de_passe,
)
from erp.demo_comptes import COMPTES
from erp.forms import Formulaire


class ConnexionForm(AuthenticationForm):
    """E-mail and password. A wrong one never tells which of the two was wrong."""

    username = UsernameField(
        label=gettext_lazy("Adresse e-mail"),
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "username", "inputmode": "email"}
        ),
    )
    error_messages = {
        "invalid_login": gettext_lazy("L’adresse e-mail ou le mot de passe ne correspond pas."),
        "inactive": gettext_lazy("L’adresse e-mail ou le mot de passe ne correspond pas."),
    }


class Connexion(LoginView):
    """After too many failures the address is shut for a while, and the page says for how long."""

    template_name = "comptes/connexion.html"
    authentication_form = ConnexionForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        bloque = self._est_bloque(form)
        reponse = self.render_to_response(self.get_context_data(form=form, bloque=bloque))
        reponse.status_code = 429 if bloque else 422
        if bloque:
            reponse["Retry-After"] = str(secondes_restantes(self.request, self._identifiant(form)))
        return reponse

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        reponse = super().form_valid(form)
        noter_appareil(self.request)
        return reponse

    def _est_bloque(self, form: AuthenticationForm) -> bool:
        return not AxesProxyHandler.is_allowed(self.request, {"username": self._identifiant(form)})

    def _identifiant(self, form: AuthenticationForm) -> str:
        return str(form.data.get("username", "")).strip()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        minutes = 0
        if kwargs.get("bloque"):
            secondes = secondes_restantes(self.request, self._identifiant(kwargs["form"]))
            minutes = math.ceil(secondes / 60)
        demo = COMPTES if settings.DEBUG else ()
        return super().get_context_data(**kwargs) | {"comptes_demo": demo, "minutes": minutes}


class Deconnexion(LogoutView):
    """POST only: a link could sign somebody out."""

    http_method_names = ["post", "options"]


class DemandeForm(Formulaire):
    email = forms.EmailField(
        label=gettext_lazy("Adresse e-mail"),
        max_length=255,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autofocus": True}),
    )


class NouveauMotDePasseForm(Formulaire):
    nouveau_mot_de_passe = forms.CharField(
        label=gettext_lazy("Nouveau mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "autofocus": True}),
    )
    confirmation = forms.CharField(
        label=gettext_lazy("Le même, encore une fois"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        propre = super().clean() or {}
        premier, second = propre.get("nouveau_mot_de_passe"), propre.pop("confirmation", None)
        if premier and second and premier != second:
            self.add_error("confirmation", _("Les deux mots de passe diffèrent."))
        return propre


@never_cache
@require_http_methods(["GET", "POST"])
def mot_de_passe_oublie(request: HttpRequest) -> HttpResponse:
    """Ask for the link. The answer is the same whether the address has an account or not."""
    form = DemandeForm(request.POST or None)
    if request.method == "POST" and form.soumettre(demander_reinitialisation):
        return render(request, "comptes/lien_envoye.html", {"email": form.cleaned_data["email"]})
    return render(request, "comptes/mot_de_passe_oublie.html", {"form": form}, status=form.status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def reinitialiser(request: HttpRequest, uid: str, jeton: str) -> HttpResponse:
    """Choose a password through the link of the e-mail; a spent or old link says how to get another."""
    if compte_du_lien(uid, jeton) is None:
        return render(request, "comptes/lien_invalide.html", status=410)
    form = NouveauMotDePasseForm(request.POST or None)
    if request.method == "POST" and form.soumettre(
        reinitialiser_mot_de_passe, uid=uid, jeton=jeton
    ):
        messages.success(request, _("Votre mot de passe est changé : connectez-vous."))
        return HttpResponseRedirect(reverse("accounts:connexion"))
    return render(
        request,
        "comptes/reinitialiser.html",
        {"form": form, "regles": password_validation.password_validators_help_texts()},
        status=form.status,
    )
