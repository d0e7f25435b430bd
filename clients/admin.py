from django.contrib import admin

from clients.models import Client, Contact, Contrat, EngagementSLA, Site
from erp.admin import AdminErp, LignesErp


class ContactLignes(LignesErp):
    model = Contact
    liees = ("user",)
    fields = ("nom", "fonction", "email", "telephone", "user")
    autocomplete_fields = ("user",)


class SiteLignes(LignesErp):
    model = Site
    fields = ("nom", "ville", "latitude", "longitude")
    show_change_link = True


class EngagementLignes(LignesErp):
    model = EngagementSLA
    fields = ("priorite", "reponse_heures", "resolution_heures")


@admin.register(Client)
class ClientAdmin(AdminErp):
    list_display = ("nom_entreprise", "type_client", "ville", "niveau_service", "ice", "is_active")
    list_filter = ("is_active", "type_client", "niveau_service", "region")
    search_fields = ("nom_entreprise", "nom_commercial", "ice", "ville")
    inlines = (ContactLignes, SiteLignes)


@admin.register(Contact)
class ContactAdmin(AdminErp):
    list_display = ("nom", "client", "fonction", "email", "user")
    list_select_related = ("client", "user")
    search_fields = ("nom", "email", "client__nom_entreprise")
    autocomplete_fields = ("client", "user")


@admin.register(Site)
class SiteAdmin(AdminErp):
    list_display = ("nom", "client", "ville")
    list_select_related = ("client",)
    list_filter = ("ville",)
    search_fields = ("nom", "ville", "client__nom_entreprise")
    autocomplete_fields = ("client",)


@admin.register(Contrat)
class ContratAdmin(AdminErp):
    list_display = (
        "numero",
        "client",
        "type_contrat",
        "statut",
        "date_debut",
        "date_fin",
        "montant_annuel",
    )
    list_select_related = ("client",)
    list_filter = ("statut", "type_contrat", "couverture", "reconduction_tacite")
    search_fields = ("numero", "client__nom_entreprise")
    autocomplete_fields = ("client",)
    readonly_fields = ("statut",)
    inlines = (EngagementLignes,)
