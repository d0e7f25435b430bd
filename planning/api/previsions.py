"""`/planning/annee` and `/planning/charge`: the year of the plans, and what it takes in hours and in parts."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from erp.api.columns import Colonnes
from erp.api.listing import LIMITE_DEFAUT, LIMITE_MAX, ListeApi, page
from erp.api.schema import compose, page_de, sortie
from erp.api.views import VueApi
from erp.exceptions import ValidationError
from erp.societe import calendrier_societe
from erp.validation import exiger, trouver
from planning import permissions
from planning.annee import fin_de, marques
from planning.charge import (
    Choix,
    Periode,
    besoins,
    charge,
    horizon,
    les_mois,
    les_semaines,
    pieces,
    visites_de,
)
from planning.choices import EtatVisite
from planning.filters import TRIS_PLAN, PlanFiltresGestion, filtres_de_plan
from planning.models import Gamme, PlanMaintenance
from stock.models import PieceDetachee
from technicians.models import Competence

DECALAGE_MAX = 100_000
MAILLES = ("mois", "semaine")
_JOUR = {"type": "string", "format": "date"}
_ID = {"type": "integer", "minimum": 1}
_MAILLE = OpenApiParameter(
    "maille", {"type": "string", "enum": list(MAILLES), "default": MAILLES[0]}
)

ANNEE = Colonnes(
    PlanMaintenance,
    {
        "id": "id",
        "equipement_id": "equipement_id",
        "equipement_nom": "equipement__nom",
        "equipement_code": "equipement__code_interne",
        "client_id": "equipement__client_id",
        "client_nom": "equipement__client__nom_entreprise",
        "gamme_id": "gamme_id",
        "gamme_titre": "gamme__titre",
        "regle": "regle",
        "reglementaire": "reglementaire",
        "actif": "actif",
    },
)
_PAR_MACHINE = (*TRIS_PLAN["client"], *TRIS_PLAN["equipement"])


class VisitePlanSortie(serializers.Serializer[Any]):
    date_echeance = serializers.DateField()
    date_visite = serializers.DateField()
    etat_visite = serializers.ChoiceField(choices=EtatVisite.choices)
    intervention_id = serializers.IntegerField(allow_null=True)


class PeriodeChargeSortie(serializers.Serializer[Any]):
    debut = serializers.DateField()
    fin = serializers.DateField()
    besoin = serializers.IntegerField()
    disponible = serializers.IntegerField()


class ChargeSortie(serializers.Serializer[Any]):
    competence_id = serializers.IntegerField(allow_null=True)
    competence_nom = serializers.CharField(allow_null=True)
    total = serializers.BooleanField()
    periodes = PeriodeChargeSortie(many=True)


ChargesSortie = compose("Charges", serializers.Serializer, data=ChargeSortie(many=True))


class PeriodePieceSortie(serializers.Serializer[Any]):
    debut = serializers.DateField()
    fin = serializers.DateField()
    besoin = serializers.DecimalField(max_digits=14, decimal_places=2)


class PiecePrevueSortie(serializers.Serializer[Any]):
    piece_id = serializers.IntegerField()
    piece_reference = serializers.CharField()
    piece_designation = serializers.CharField()
    stock_actuel = serializers.DecimalField(max_digits=14, decimal_places=2)
    stock_minimum = serializers.DecimalField(max_digits=14, decimal_places=2)
    date_sous_minimum = serializers.DateField(allow_null=True)
    date_rupture = serializers.DateField(allow_null=True)
    periodes = PeriodePieceSortie(many=True)


PiecesPrevuesSortie = compose(
    "PiecesPrevues", serializers.Serializer, data=PiecePrevueSortie(many=True)
)


VISITE = Colonnes(
    PlanMaintenance,
    {
        "id": "id",
        "equipement_id": "equipement_id",
        "equipement_nom": "equipement__nom",
        "client_id": "equipement__client_id",
        "client_nom": "equipement__client__nom_entreprise",
        "gamme_id": "gamme_id",
        "gamme_titre": "gamme__titre",
        "duree_estimee": "gamme__duree_estimee",
    },
)
VisitePrevueSortie = compose(
    "VisitePrevue",
    sortie("PlanDeVisite", VISITE),
    date_visite=serializers.DateField(),
    estimee=serializers.BooleanField(),
    intervention_id=serializers.IntegerField(allow_null=True),
    intervention_reference=serializers.CharField(allow_blank=True),
)
AnneeSortie = compose(
    "AnneePlan", sortie("PlanDeAnnee", ANNEE), visites=VisitePlanSortie(many=True)
)


class Annee(VueApi):
    liste = ListeApi(ANNEE, PlanFiltresGestion, TRIS_PLAN, _PAR_MACHINE)

    @extend_schema(
        parameters=[OpenApiParameter("debut", _JOUR)],
        responses=page_de("AnneePlan", ANNEE, AnneeSortie),
    )
    def get(self, request: RequeteApi) -> Response:
        """Plans with their visits of the twelve months from the month of `debut` (this one by default)."""
        user = request.user
        exiger(permissions.peut_voir_plans(user))
        params = request.query_params.copy()
        jour = timezone.localdate()
        debut = (_jour(params, "debut") or jour).replace(day=1)
        params.pop("debut", None)
        liste = ListeApi(ANNEE, filtres_de_plan(user), TRIS_PLAN, _PAR_MACHINE)
        visibles = PlanMaintenance.objects.visible_to(user)
        reponse = page(liste, visibles, params)
        plans = visibles.for_list().filter(pk__in=[ligne["id"] for ligne in reponse["data"]])
        trouvees = marques(plans, user, debut, fin_de(debut), calendrier_societe(), jour=jour)
        for ligne in reponse["data"]:
            ligne["visites"] = [
                {
                    "date_echeance": marque.date_echeance,
                    "date_visite": marque.date_visite,
                    "etat_visite": marque.etat.value,
                    "intervention_id": marque.intervention_id,
                }
                for marque in trouvees.get(ligne["id"], ())
            ]
        return Response(reponse)


class Charge(VueApi):
    @extend_schema(parameters=[_MAILLE], responses=ChargesSortie)
    def get(self, request: RequeteApi) -> Response:
        """Minutes of preventive work and minutes that there are, by skill, over twelve months or thirteen weeks."""
        user = request.user
        exiger(permissions.peut_gerer(user))
        jour, calendrier = timezone.localdate(), calendrier_societe()
        periodes = _periodes(request.query_params, jour)
        lignes = charge(user, jour, periodes, calendrier, besoins(user, jour, calendrier))
        return Response(
            {
                "data": [
                    {
                        "competence_id": ligne.competence.pk if ligne.competence else None,
                        "competence_nom": ligne.competence.nom if ligne.competence else None,
                        "total": ligne.total,
                        "periodes": [
                            {
                                "debut": mesure.periode.debut,
                                "fin": mesure.periode.fin,
                                "besoin": mesure.besoin,
                                "disponible": mesure.disponible,
                            }
                            for mesure in ligne.mesures
                        ],
                    }
                    for ligne in lignes
                ]
            }
        )


class PiecesPrevues(VueApi):
    @extend_schema(parameters=[_MAILLE], responses=PiecesPrevuesSortie)
    def get(self, request: RequeteApi) -> Response:
        """The parts that the visits to come take, and when the stock no longer suffices; the first to run out first."""
        user = request.user
        exiger(permissions.peut_gerer(user))
        jour = timezone.localdate()
        periodes = _periodes(request.query_params, jour)
        compte = besoins(user, jour, calendrier_societe())
        return Response(
            {
                "data": [
                    {
                        "piece_id": ligne.piece.pk,
                        "piece_reference": ligne.piece.reference,
                        "piece_designation": ligne.piece.designation,
                        "stock_actuel": ligne.piece.stock_actuel,
                        "stock_minimum": ligne.piece.stock_minimum,
                        "date_sous_minimum": ligne.sous_minimum,
                        "date_rupture": ligne.rupture,
                        "periodes": [
                            {"debut": periode.debut, "fin": periode.fin, "besoin": besoin}
                            for periode, besoin in zip(periodes, ligne.besoins, strict=True)
                        ],
                    }
                    for ligne in pieces(user, jour, periodes, compte)
                ]
            }
        )


class VisitesPrevues(VueApi):
    codes_de_plus: ClassVar = {"GET": [404]}  # a compétence, pièce or gamme that is not there

    @extend_schema(
        parameters=[
            OpenApiParameter("debut", _JOUR),
            OpenApiParameter("fin", _JOUR),
            *(OpenApiParameter(n, _ID) for n in ("competence_id", "piece_id", "gamme_id")),
            OpenApiParameter("limit", {**_ID, "maximum": LIMITE_MAX, "default": LIMITE_DEFAUT}),
            OpenApiParameter("offset", {"type": "integer", "minimum": 0, "default": 0}),
        ],
        responses=page_de("VisitePrevue", VISITE, VisitePrevueSortie),
    )
    def get(self, request: RequeteApi) -> Response:
        """The visits to come of a period, in order: behind a figure of the forecast, with the same choice."""
        user = request.user
        exiger(permissions.peut_gerer(user))
        params, jour = request.query_params, timezone.localdate()
        connus = ("debut", "fin", "competence_id", "piece_id", "gamme_id", "limit", "offset")
        _refuser_inconnus(params, connus)
        debut = max(_jour(params, "debut") or jour, jour)
        fin = min(_jour(params, "fin") or horizon(jour), horizon(jour))
        ids = {nom: _entier(params, nom) for nom in ("competence_id", "piece_id", "gamme_id")}
        for modele, nom in (
            (Competence, "competence_id"),
            (PieceDetachee, "piece_id"),
            (Gamme, "gamme_id"),
        ):
            pk = ids[nom]
            if pk is not None:
                trouver(modele.objects.visible_to(user), pk)
        limite = _entier(params, "limit", maximum=LIMITE_MAX) or LIMITE_DEFAUT
        decalage = _entier(params, "offset", minimum=0, maximum=DECALAGE_MAX) or 0
        choix = Choix(
            Periode(debut, fin),
            competence_id=ids["competence_id"],
            piece_id=ids["piece_id"],
            gamme_id=ids["gamme_id"],
        )
        trouvees = visites_de(choix, user, jour, calendrier_societe()) if debut <= fin else []
        montrees = trouvees[decalage : decalage + limite]
        ids_de_plans = list({visite.plan_id for visite in montrees})
        plans = {ligne["id"]: ligne for ligne in VISITE.lignes(ids_de_plans)}
        return Response(
            {
                "data": [
                    {
                        **plans[visite.plan_id],
                        "date_visite": visite.jour,
                        "estimee": visite.estimee,
                        "intervention_id": visite.intervention_id,
                        "intervention_reference": visite.reference,
                    }
                    for visite in montrees
                ],
                "pagination": {
                    "limit": limite,
                    "offset": decalage,
                    "total": len(trouvees),
                    "has_next": decalage + limite < len(trouvees),
                    "has_prev": decalage > 0 and bool(trouvees),
                },
            }
        )


def _refuser_inconnus(params: QueryDict, connus: Sequence[str]) -> None:
    inconnu = next((nom for nom in params if nom not in connus), None)
    if inconnu is not None:
        raise ValidationError.champ(inconnu, _("Ce filtre n’existe pas."), "FILTRE_INCONNU")


def _periodes(params: QueryDict, jour: date) -> list[Periode]:
    _refuser_inconnus(params, ("maille",))
    maille = params.get("maille", MAILLES[0])
    if maille not in MAILLES:
        raise ValidationError.champ("maille", _("Choisissez mois ou semaine."), "CHOIX_INVALIDE")
    return les_semaines(jour) if maille == "semaine" else les_mois(jour)


def _jour(params: QueryDict, nom: str) -> date | None:
    brut = params.get(nom)
    if brut is None:
        return None
    try:
        lu = date.fromisoformat(brut)
    except ValueError as erreur:
        raise ValidationError.champ(nom, _("Donnez une date AAAA-MM-JJ."), "INVALIDE") from erreur
    if not 2000 <= lu.year <= 2100:
        raise ValidationError.champ(nom, _("Donnez une date entre 2000 et 2100."), "HORS_LIMITES")
    return lu


def _entier(params: QueryDict, nom: str, *, minimum: int = 1, maximum: int = 2**62) -> int | None:
    brut = params.get(nom)
    if brut is None:
        return None
    court = brut.isascii() and brut.isdigit() and len(brut) < 19
    if court and minimum <= int(brut) <= maximum:
        return int(brut)
    phrase = _("Donnez un nombre entier de %(min)d à %(max)d.")
    raise ValidationError.champ(nom, phrase % {"min": minimum, "max": maximum}, "HORS_LIMITES")
