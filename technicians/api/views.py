"""`/techniciens`: the people, their skills, their absences, who is free when."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from erp.api.listing import ListeApi, page
from erp.api.schema import donnees_de
from erp.api.views import VueApi
from erp.calendrier import minuit
from erp.exceptions import ErreurChamp, IntrouvableError, ValidationError
from erp.filters import ListeIdsField, MomentField, Tris
from erp.models import CleTri
from erp.validation import exiger, trouver
from technicians import permissions, services
from technicians.absences import creneaux_touches
from technicians.api.serializers import (
    ABSENCE,
    COLLEGUE,
    COMPETENCE,
    DETENUES,
    TECHNICIEN,
    AbsenceEntree,
    AbsencePoseeSortie,
    CompetenceEntree,
    CompetenceSortie,
    DecisionEntree,
    DetenueEntree,
    DetenueModification,
    DetenueSortie,
    TechnicienDetailSortie,
    TechnicienEntree,
    TechnicienModification,
    TechnicienSortie,
    technicien_pour,
)
from technicians.filters import (
    TRI_DEFAUT,
    TRIS,
    AbsenceFiltres,
    CompetenceFiltres,
    TechnicienFiltres,
    filtres_pour,
)
from technicians.models import Competence, Disponibilite, Technicien
from technicians.querysets import TechnicienQuerySet

CHEMIN = "/api/v1/techniciens"
TRIS_ABSENCE: Tris = {"debut": ("debut",), "fin": ("fin",)}
TRIS_COMPETENCE: Tris = {"nom": (CleTri("nom"),)}


class VueTechnicien(VueApi):
    """What the views of one technicien share."""

    def visibles(self) -> TechnicienQuerySet:
        return Technicien.objects.visible_to(self.request.user)

    def technicien(self, pk: int) -> Technicien:
        return trouver(self.visibles(), pk)


class Techniciens(VueTechnicien):
    liste = ListeApi(TECHNICIEN, TechnicienFiltres, TRIS, TRI_DEFAUT)

    def get(self, request: RequeteApi) -> Response:
        """Everybody for staff; without costs for techniciens; for a client the names of those on its interventions."""
        filtres, tris = filtres_pour(request.user)
        liste = ListeApi(technicien_pour(request.user), filtres, tris, TRI_DEFAUT)
        return Response(page(liste, self.visibles(), request.query_params))

    @extend_schema(request=TechnicienEntree, responses={201: TechnicienSortie})
    def post(self, request: RequeteApi) -> Response:
        """A technicien with his account, which is invited to choose a password when none is given."""
        donnees = self.entree(TechnicienEntree)
        cree = services.creer_technicien(par=request.user, **donnees)
        return self.creee(TECHNICIEN.fiche(self.visibles(), cree.pk), f"{CHEMIN}/{cree.pk}")


class UnTechnicien(VueTechnicien):
    @extend_schema(responses=TechnicienDetailSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One technicien with his skills, as far as one may read of him."""
        ligne = technicien_pour(request.user).fiche(self.visibles(), pk)
        if permissions.peut_voir_fiche(request.user):
            ligne = {**ligne, "competences": DETENUES.du_parent(pk)}
        return self.fiche(ligne)

    @extend_schema(request=TechnicienModification, responses=TechnicienSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields."""
        return self._modifier(pk, self.entree(TechnicienModification, partielle=True))

    @extend_schema(request=TechnicienModification, responses=TechnicienSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change the fields; what is required for a new one is required here too."""
        return self._modifier(pk, self.entree(TechnicienModification))

    def _modifier(self, pk: int, champs: dict[str, Any]) -> Response:
        user = self.request.user
        with self.si_inchangee(self.visibles(), pk):
            services.modifier_technicien(par=user, technicien_id=pk, **champs)
        return self.fiche(technicien_pour(user).fiche(self.visibles(), pk))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete one who never worked; deactivate the account of any other."""
        with self.si_inchangee(self.visibles(), pk):
            services.supprimer_technicien(par=request.user, technicien_id=pk)
        return self.vide()


# --- Who is free -----------------------------------------------------------------------------


class _Periode(forms.Form):
    debut = MomentField()
    fin = MomentField()
    competences = ListeIdsField(required=False)


class Disponibles(VueTechnicien):
    @extend_schema(
        parameters=[
            OpenApiParameter("debut", {"type": "string", "format": "date-time"}, required=True),
            OpenApiParameter("fin", {"type": "string", "format": "date-time"}, required=True),
            OpenApiParameter(
                "competences",
                {"type": "array", "items": {"type": "integer", "minimum": 1}},
                style="form",
                explode=False,
            ),
        ],
        responses=donnees_de("TechnicienDisponible", COLLEGUE),
    )
    def get(self, request: RequeteApi) -> Response:
        """Active techniciens with every one of these skills, neither away nor planned elsewhere in the period."""
        exiger(permissions.peut_gerer(request.user))
        debut, fin, competences = _periode(request.query_params)
        libres = (
            self.visibles()
            .actifs()
            .possedant(competences, timezone.localdate(debut))
            .presents(debut, fin)
            .sans_creneau(debut, fin)
        )
        return Response({"data": COLLEGUE.de(libres.order_by(CleTri("user__full_name"), "pk"))})


def _periode(params: QueryDict) -> tuple[datetime, datetime, list[int]]:
    """debut, fin and competences; a day given as `fin` counts to its end. Raises ValidationError."""
    form = _Periode(params)
    erreurs = [
        ErreurChamp(nom[:100], _("Ce filtre n’existe pas."), "FILTRE_INCONNU")
        for nom in params
        if nom not in form.fields
    ]
    if not form.is_valid():
        erreurs += [
            ErreurChamp(
                champ,
                " ".join(erreur.messages),
                "OBLIGATOIRE" if erreur.code == "required" else "INVALIDE",
            )
            for champ, fautes in form.errors.as_data().items()
            for erreur in fautes
        ]
    if erreurs:
        raise ValidationError(errors=erreurs)
    debut, fin = _moment(form.cleaned_data["debut"]), _moment(form.cleaned_data["fin"], fin=True)
    if fin <= debut:
        raise ValidationError.champ("fin", _("La fin doit suivre le début."), "PERIODE_INVALIDE")
    return debut, fin, form.cleaned_data["competences"]


def _moment(valeur: date | datetime, *, fin: bool = False) -> datetime:
    if isinstance(valeur, datetime):
        return valeur
    jour = valeur + timedelta(days=1) if fin else valeur
    return minuit(jour)


# --- Skills ----------------------------------------------------------------------------------


class Competences(VueApi):
    liste = ListeApi(COMPETENCE, CompetenceFiltres, TRIS_COMPETENCE, TRIS_COMPETENCE["nom"])

    def get(self, request: RequeteApi) -> Response:
        """The catalogue of skills."""
        exiger(permissions.peut_voir_fiche(request.user))
        return self.lister(Competence.objects.visible_to(request.user))

    @extend_schema(
        operation_id="competences_create",
        request=CompetenceEntree,
        responses={201: CompetenceSortie},
    )
    def post(self, request: RequeteApi) -> Response:
        """A new skill of the catalogue."""
        creee = services.creer_competence(par=request.user, **self.entree(CompetenceEntree))
        visibles = Competence.objects.visible_to(request.user)
        return self.creee(COMPETENCE.fiche(visibles, creee.pk), f"{CHEMIN}/competences/{creee.pk}")


class UneCompetence(VueApi):
    def visibles(self) -> QuerySet[Competence]:
        return Competence.objects.visible_to(self.request.user)

    @extend_schema(operation_id="competences_retrieve", responses=CompetenceSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One skill."""
        return self.fiche(COMPETENCE.fiche(self.visibles(), pk))

    @extend_schema(
        operation_id="competences_partial_update",
        request=CompetenceEntree,
        responses=CompetenceSortie,
    )
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields."""
        return self._modifier(pk, self.entree(CompetenceEntree, partielle=True))

    @extend_schema(
        operation_id="competences_update", request=CompetenceEntree, responses=CompetenceSortie
    )
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change name and description."""
        return self._modifier(pk, self.entree(CompetenceEntree))

    def _modifier(self, pk: int, champs: dict[str, Any]) -> Response:
        with self.si_inchangee(self.visibles(), pk):
            services.modifier_competence(par=self.request.user, competence_id=pk, **champs)
        return self.fiche(COMPETENCE.fiche(self.visibles(), pk))

    @extend_schema(operation_id="competences_destroy", responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete a skill that nobody holds and nothing requires."""
        with self.si_inchangee(self.visibles(), pk):
            services.supprimer_competence(par=request.user, competence_id=pk)
        return self.vide()


class CompetencesDetenues(VueTechnicien):
    @extend_schema(
        operation_id="techniciens_competences_detenues",
        responses=donnees_de("CompetenceDetenue", DETENUES),
    )
    def get(self, request: RequeteApi, pk: int) -> Response:
        """The skills that a technicien holds, expired ones too."""
        technicien = self.technicien(pk)
        exiger(permissions.peut_voir_fiche(request.user))
        return Response({"data": DETENUES.du_parent(technicien.pk)})

    @extend_schema(request=DetenueEntree, responses={201: DetenueSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Give a skill, or say anew how it is held."""
        donnees = self.entree(DetenueEntree)
        detenue = services.attribuer_competence(par=request.user, technicien_id=pk, **donnees)
        ligne = DETENUES.lignes([detenue.pk])[0]
        return self.creee(ligne, f"{CHEMIN}/{pk}/competences/{detenue.competence_id}")


class CompetenceDetenue(VueTechnicien):
    @extend_schema(responses=DetenueSortie)
    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """How a technicien holds a skill."""
        technicien = self.technicien(pk)
        exiger(permissions.peut_voir_fiche(request.user))
        detenues = technicien.competences_detenues.visible_to(request.user)
        lignes = DETENUES.de(detenues.filter(competence_id=enfant))
        if not lignes:
            raise IntrouvableError
        return self.fiche(lignes[0])

    @extend_schema(request=DetenueModification, responses=DetenueSortie)
    def put(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Say how he holds it from now on; what is left out goes back to its default."""
        detenue = services.attribuer_competence(
            par=request.user,
            technicien_id=pk,
            competence_id=enfant,
            **self.entree(DetenueModification),
        )
        return self.fiche(DETENUES.lignes([detenue.pk])[0])

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Take the skill away."""
        services.retirer_competence(par=request.user, technicien_id=pk, competence_id=enfant)
        return self.vide()


# --- Absences --------------------------------------------------------------------------------


class VueAbsence(VueTechnicien):
    def absences(self, pk: int) -> QuerySet[Disponibilite]:
        """Those of one technicien, as far as the user sees them."""
        technicien = self.technicien(pk)
        exiger(permissions.peut_voir_emploi_du_temps(self.request.user, technicien))
        return Disponibilite.objects.visible_to(self.request.user).filter(technicien=technicien)

    def posee(self, resultat: services.AbsenceEnregistree) -> dict[str, Any]:
        """The absence and what it collides with."""
        creneaux: list[Any] = list(resultat.creneaux_en_conflit)
        return {
            **ABSENCE.lignes([resultat.absence.pk])[0],
            "creneaux_en_conflit": [
                {
                    "id": creneau.pk,
                    "intervention_id": creneau.intervention_id,
                    "reference": creneau.intervention.reference,
                    "debut": creneau.debut,
                    "fin": creneau.fin,
                }
                for creneau in creneaux
            ],
        }


class Absences(VueAbsence):
    liste = ListeApi(ABSENCE, AbsenceFiltres, TRIS_ABSENCE, ("-debut",))

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The absences of a technicien: for staff, and for himself."""
        return self.lister(self.absences(pk))

    @extend_schema(request=AbsenceEntree, responses={201: AbsencePoseeSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Staff declare an absence, which counts at once; the technicien asks for his own, which is to be decided."""
        technicien, donnees = self.technicien(pk), self.entree(AbsenceEntree)
        if permissions.peut_gerer(request.user):
            resultat = services.declarer_absence(par=request.user, technicien_id=pk, **donnees)
        else:
            exiger(permissions.peut_demander_absence(request.user, technicien))
            demandee = services.demander_absence(par=request.user, **donnees)
            resultat = services.AbsenceEnregistree(demandee, [])
        lieu = f"{CHEMIN}/{pk}/disponibilites/{resultat.absence.pk}"
        return self.creee(self.posee(resultat), lieu)


class UneAbsence(VueAbsence):
    @extend_schema(responses=AbsencePoseeSortie)
    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """One absence, with the planned work that it meets."""
        absence = trouver(self.absences(pk), enfant)
        touches = creneaux_touches(request.user, [absence])[enfant]
        return self.fiche(self.posee(services.AbsenceEnregistree(absence, touches)))

    @extend_schema(request=AbsenceEntree, responses=AbsencePoseeSortie)
    def put(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Change an absence that was not refused."""
        absences = self.absences(pk)
        donnees = self.entree(AbsenceEntree)
        trouver(absences, enfant)
        with self.si_inchangee(absences, enfant):
            resultat = services.modifier_absence(par=request.user, absence_id=enfant, **donnees)
        return self.fiche(self.posee(resultat))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Take it back: staff any, the technicien his own while nobody has decided."""
        absences = self.absences(pk)
        trouver(absences, enfant)
        with self.si_inchangee(absences, enfant):
            services.supprimer_absence(par=request.user, absence_id=enfant)
        return self.vide()


class Decision(VueAbsence):
    @extend_schema(request=DecisionEntree, responses=AbsencePoseeSortie)
    def post(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Accept or refuse what was asked for; the technicien is told."""
        donnees = self.entree(DecisionEntree)
        trouver(self.absences(pk), enfant)
        resultat = services.decider_absence(par=request.user, absence_id=enfant, **donnees)
        return self.fiche(self.posee(resultat))
