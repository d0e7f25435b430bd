from erp.api.routes import route
from technicians.api import outils, views

_UN = "techniciens/<int:pk>"

urlpatterns = [
    route("techniciens", views.Techniciens.as_view(), name="api_techniciens"),
    route("techniciens/disponibles", views.Disponibles.as_view(), name="api_disponibles"),
    route("techniciens/competences", views.Competences.as_view(), name="api_competences"),
    route("techniciens/competences/<int:pk>", views.UneCompetence.as_view(), name="api_competence"),
    route("techniciens/outils", outils.Outils.as_view(), name="api_outils"),
    route("techniciens/outils/<int:pk>", outils.UnOutil.as_view(), name="api_outil"),
    route(_UN, views.UnTechnicien.as_view(), name="api_technicien"),
    route(
        f"{_UN}/competences",
        views.CompetencesDetenues.as_view(),
        name="api_competences_detenues",
    ),
    route(
        f"{_UN}/competences/<int:enfant>",
        views.CompetenceDetenue.as_view(),
        name="api_competence_detenue",
    ),
    route(f"{_UN}/outils", outils.OutilsPortes.as_view(), name="api_outils_portes"),
    route(f"{_UN}/disponibilites", views.Absences.as_view(), name="api_absences"),
    route(f"{_UN}/disponibilites/<int:enfant>", views.UneAbsence.as_view(), name="api_absence"),
    route(
        f"{_UN}/disponibilites/<int:enfant>/decision",
        views.Decision.as_view(),
        name="api_absence_decision",
    ),
]
