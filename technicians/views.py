"""Pages of the techniciens: directory, fiche, skills, absences."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.acces import Requete, connexion_requise
from accounts.models import User
from erp.filters import Tris
from erp.models import CleTri
from erp.pages import (
    LISTE,
    Colonne,
    Critere,
    Onglet,
    aller,
    preparer_liste,
    rendre,
)
from erp.validation import exiger, trouver
from technicians import permissions, services
from technicians.absences import a_decider, creneaux_touches
from technicians.choices import EtatTechnicien
from technicians.fiche import contexte_de_fiche
from technicians.filters import CompetenceFiltres, filtres_pour
from technicians.forms import (
    AbsenceForm,
    CompetenceDetenueForm,
    CompetenceForm,
    NouveauTechnicienForm,
    RefusForm,
    TechnicienForm,
)
from technicians.models import Competence, Disponibilite, Technicien

DEMANDES_AU_PLUS = 100
ONGLETS = (
    Onglet(gettext_lazy("Tous"), {}),
    Onglet(gettext_lazy("Disponibles maintenant"), {"etat": EtatTechnicien.DISPONIBLE}),
    Onglet(gettext_lazy("En intervention"), {"etat": EtatTechnicien.OCCUPE}),
    Onglet(gettext_lazy("Absents"), {"etat": EtatTechnicien.ABSENT}),
)
TRIS_COMPETENCES: Tris = {"nom": (CleTri("nom"),), "detenteurs": ("detenteurs_nombre",)}


@connexion_requise
@require_GET
def liste(request: Requete) -> HttpResponseBase:
    """Staff: who is free now, and how loaded; techniciens: their colleagues; clients: names of those who came."""
    user = request.user
    visibles = Technicien.objects.visible_to(user)
    complete, gestion = permissions.peut_voir_fiche(user), permissions.peut_gerer(user)
    filtres, tris = filtres_pour(user)
    queryset = visibles.for_list() if complete else visibles.select_related("user")
    if gestion:
        queryset = queryset.avec_etat().avec_charge()
    page = preparer_liste(
        request,
        queryset,
        filtres=filtres,
        tris=tris,
        tri="nom",
        criteres=_criteres(user) if complete else (),
        onglets=ONGLETS if gestion else (),
        nom="techniciens",
        colonnes=_colonnes(complete=complete, gestion=gestion),
    )
    return rendre(
        request,
        "technicians/liste.html",
        {
            "liste": page,
            "complete": complete,
            "gestion": gestion,
            "demandes": a_decider(user).count() if gestion else 0,
        },
        fragment="liste",
    )


def _colonnes(*, complete: bool, gestion: bool) -> list[Colonne]:
    """A client reads names, colleagues how to reach one another, those who run the operations the load as well."""
    colonnes = [Colonne("nom", _("Nom"), "nom", fixe=True)]
    if complete:
        colonnes += [
            Colonne("equipe", _("Équipe"), "equipe"),
            Colonne("competences", _("Compétences")),
            Colonne("telephone", _("Téléphone")),
        ]
    if gestion:
        colonnes += [
            Colonne("etat", _("En ce moment")),
            Colonne("charge", _("En charge"), "", "nombre"),
        ]
    return colonnes


def _criteres(user: User) -> list[Critere]:
    visibles = Technicien.objects.visible_to(user)
    criteres = [
        Critere("competence_id", _("Compétences"), LISTE, Competence.objects.visible_to(user)),
        Critere("equipe", _("Équipe"), LISTE, _valeurs(visibles, "equipe")),
        Critere("zone_geographique", _("Zone"), LISTE, _valeurs(visibles, "zone_geographique")),
    ]
    if permissions.peut_gerer(user):
        criteres.insert(0, Critere("etat", _("En ce moment"), choix=EtatTechnicien.choices))
    return criteres


def _valeurs(visibles: Any, champ: str) -> list[tuple[str, str]]:
    """What is entered in a column, once each."""
    valeurs = visibles.exclude(**{champ: ""}).order_by(champ).values_list(champ, flat=True)
    return [(valeur, valeur) for valeur in valeurs.distinct()]


@connexion_requise
@require_GET
def detail(request: Requete, pk: int) -> HttpResponseBase:
    """Everything that the reader may know of him; `?semaine=2026-11-23` shows the week of that day."""
    user = request.user
    technicien = trouver(Technicien.objects.visible_to(user).select_related("user").avec_etat(), pk)
    if not permissions.peut_voir_fiche(user):
        siennes = technicien.interventions.visible_to(user).for_list()
        contexte = {"technicien": technicien, "interventions": siennes[:20]}
        return rendre(request, "technicians/nom.html", contexte)
    contexte = contexte_de_fiche(user, technicien, request.GET.get("semaine", ""))
    return rendre(request, "technicians/fiche.html", contexte, fragment="semaine")


@connexion_requise
@require_http_methods(["GET", "POST"])
def creer(request: Requete) -> HttpResponseBase:
    exiger(permissions.peut_gerer(request.user))
    form = NouveauTechnicienForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.soumettre(services.creer_technicien, par=request.user):
        message = _("%(nom)s est ajouté à l’équipe.") % {"nom": form.resultat.user.full_name}
        return aller(request, form.resultat.get_absolute_url(), message)
    return rendre(
        request, "technicians/creer.html", {"form": form}, fragment="formulaire", status=form.status
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def modifier(request: Requete, pk: int) -> HttpResponseBase:
    technicien = _technicien(request.user, pk)
    exiger(permissions.peut_gerer(request.user))
    form = TechnicienForm(request.POST or None, initial=TechnicienForm.de(technicien))
    if request.method == "POST" and form.soumettre(
        services.modifier_technicien, par=request.user, technicien_id=pk
    ):
        return aller(request, technicien.get_absolute_url(), _("La fiche est à jour."))
    contexte = {"form": form, "technicien": technicien}
    return rendre(
        request, "technicians/modifier.html", contexte, fragment="formulaire", status=form.status
    )


@connexion_requise
@require_POST
def supprimer(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_technicien(par=request.user, technicien_id=pk)
    return aller(request, reverse("technicians:liste"), _("La fiche du technicien est supprimée."))


# --- Absences --------------------------------------------------------------------------------------------------------


@connexion_requise
@require_GET
def absences(request: Requete) -> HttpResponseBase:
    """What the techniciens ask for, with the planned work that each absence would meet."""
    exiger(permissions.peut_gerer(request.user))
    demandees = list(a_decider(request.user)[:DEMANDES_AU_PLUS])
    touches = creneaux_touches(request.user, demandees)
    contexte = {"demandes": [(absence, touches[absence.pk]) for absence in demandees]}
    return rendre(request, "technicians/absences.html", contexte)


@connexion_requise
@require_http_methods(["GET", "POST"])
def absence(request: Requete, pk: int) -> HttpResponseBase:
    """Staff declare one; the technicien asks for his own."""
    user, technicien = request.user, _technicien(request.user, pk)
    declare = permissions.peut_gerer(user)
    exiger(declare or permissions.peut_demander_absence(user, technicien))
    form = AbsenceForm(request.POST or None, initial=AbsenceForm.journee())
    if request.method == "POST":
        url = technicien.get_absolute_url()
        if declare and form.soumettre(services.declarer_absence, par=user, technicien_id=pk):
            _signaler_conflits(request, form.resultat.creneaux_en_conflit)
            return aller(request, url, _("L’absence est enregistrée."))
        if not declare and form.soumettre(services.demander_absence, par=user):
            return aller(request, url, _("Votre demande est transmise aux responsables."))
    contexte = {"form": form, "technicien": technicien, "declare": declare}
    return rendre(
        request, "technicians/absence.html", contexte, fragment="formulaire", status=form.status
    )


@connexion_requise
@require_POST
def accepter_absence(request: Requete, pk: int) -> HttpResponseBase:
    decidee = services.decider_absence(par=request.user, absence_id=pk, accepter=True)
    _signaler_conflits(request, decidee.creneaux_en_conflit)
    return aller(
        request,
        decidee.absence.technicien.get_absolute_url(),
        _("L’absence est acceptée ; le technicien en est prévenu."),
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def refuser_absence(request: Requete, pk: int) -> HttpResponseBase:
    demandee = trouver(
        Disponibilite.objects.visible_to(request.user).select_related("technicien__user"), pk
    )
    exiger(permissions.peut_gerer(request.user))
    form = RefusForm(request.POST or None)
    if request.method == "POST" and form.soumettre(
        services.decider_absence, par=request.user, absence_id=pk, accepter=False
    ):
        return aller(
            request,
            demandee.technicien.get_absolute_url(),
            _("L’absence est refusée ; le technicien en est prévenu."),
        )
    return rendre(
        request,
        "technicians/refus.html",
        {"form": form, "absence": demandee},
        fragment="formulaire",
        status=form.status,
    )


@connexion_requise
@require_POST
def supprimer_absence(request: Requete, pk: int) -> HttpResponseBase:
    visible = trouver(
        Disponibilite.objects.visible_to(request.user).select_related("technicien__user"), pk
    )
    services.supprimer_absence(par=request.user, absence_id=pk)
    return aller(request, visible.technicien.get_absolute_url(), _("L’absence est retirée."))


def _signaler_conflits(request: Requete, creneaux: list[Any]) -> None:
    """An absence does not undo what was planned: say what is to be moved."""
    if creneaux:
        phrase = ngettext(
            "%(nombre)d intervention est planifiée pendant cette absence : %(references)s. Déplacez-la ou confiez-la "
            "à un collègue.",
            "%(nombre)d interventions sont planifiées pendant cette absence : %(references)s. Déplacez-les ou "
            "confiez-les à un collègue.",
            len(creneaux),
        )
        references = ", ".join(creneau.intervention.reference for creneau in creneaux)
        messages.warning(request, phrase % {"nombre": len(creneaux), "references": references})


# --- Skills ----------------------------------------------------------------------------------------------------------


@connexion_requise
@require_http_methods(["GET", "POST"])
def competence(request: Requete, pk: int) -> HttpResponseBase:
    """Give a skill, or change how one is held (`?competence=3`)."""
    technicien = _technicien(request.user, pk)
    exiger(permissions.peut_gerer(request.user))
    choisie = request.GET.get("competence", "")
    detenue = (
        technicien.competences_detenues.filter(competence_id=int(choisie)).first()
        if choisie.isascii() and choisie.isdigit() and len(choisie) < 19
        else None
    )
    initial = {} if detenue is None else {**vars(detenue)}
    form = CompetenceDetenueForm(request.POST or None, initial=initial, user=request.user)
    if request.method == "POST" and form.soumettre(
        services.attribuer_competence, par=request.user, technicien_id=pk
    ):
        return aller(request, technicien.get_absolute_url(), _("Les compétences sont à jour."))
    contexte = {"form": form, "technicien": technicien, "detenue": detenue}
    return rendre(
        request, "technicians/competence.html", contexte, fragment="formulaire", status=form.status
    )


@connexion_requise
@require_POST
def retirer_competence(request: Requete, pk: int, competence_id: int) -> HttpResponseBase:
    services.retirer_competence(par=request.user, technicien_id=pk, competence_id=competence_id)
    return aller(request, reverse("technicians:detail", args=[pk]), _("La compétence est retirée."))


@connexion_requise
@require_GET
def competences(request: Requete) -> HttpResponseBase:
    """The catalogue of skills, and how many hold each."""
    exiger(permissions.peut_voir_fiche(request.user))
    visibles = Competence.objects.visible_to(request.user).annotate(
        detenteurs_nombre=Count("detenteurs")
    )
    page = preparer_liste(
        request, visibles, filtres=CompetenceFiltres, tris=TRIS_COMPETENCES, tri="nom"
    )
    contexte = {"liste": page, "gestion": permissions.peut_gerer(request.user)}
    return rendre(request, "technicians/competences.html", contexte, fragment="liste")


@connexion_requise
@require_http_methods(["GET", "POST"])
def creer_competence(request: Requete) -> HttpResponseBase:
    exiger(permissions.peut_gerer(request.user))
    form = CompetenceForm(request.POST or None)
    if request.method == "POST" and form.soumettre(services.creer_competence, par=request.user):
        return aller(request, reverse("technicians:competences"), _("La compétence est ajoutée."))
    return rendre(
        request,
        "technicians/competence_catalogue.html",
        {"form": form},
        fragment="formulaire",
        status=form.status,
    )


@connexion_requise
@require_http_methods(["GET", "POST"])
def modifier_competence(request: Requete, pk: int) -> HttpResponseBase:
    actuelle = trouver(Competence.objects.visible_to(request.user), pk)
    exiger(permissions.peut_gerer(request.user))
    initial = {"nom": actuelle.nom, "description": actuelle.description}
    form = CompetenceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.soumettre(
        services.modifier_competence, par=request.user, competence_id=pk
    ):
        return aller(request, reverse("technicians:competences"), _("La compétence est à jour."))
    return rendre(
        request,
        "technicians/competence_catalogue.html",
        {"form": form, "competence": actuelle},
        fragment="formulaire",
        status=form.status,
    )


@connexion_requise
@require_POST
def supprimer_competence(request: Requete, pk: int) -> HttpResponseBase:
    services.supprimer_competence(par=request.user, competence_id=pk)
    return aller(request, reverse("technicians:competences"), _("La compétence est supprimée."))


def _technicien(user: User, pk: int) -> Technicien:
    return trouver(Technicien.objects.visible_to(user).select_related("user"), pk)
