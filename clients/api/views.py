"""`/clients` and what belongs to a client. The parts of an invisible client are a 404."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.api.authentication import RequeteApi
from clients import services
from clients.api.columns import (
    CLIENT,
    CONTACT,
    CONTRAT,
    ENGAGEMENTS,
    SITE,
    client_pour,
    contrat_pour,
)
from clients.api.serializers import (
    ClientEntree,
    ClientSortie,
    ContactEntree,
    ContactSortie,
    ContratDetailSortie,
    ContratEntree,
    ContratSortie,
    SiteEntree,
    SiteSortie,
    StatutContratEntree,
)
from clients.filters import (
    CLIENTS_TRIS,
    CONTACTS_TRIS,
    CONTRATS_TRIS,
    SITES_TRIS,
    ClientFiltres,
    ContactFiltres,
    ContratFiltres,
    SiteFiltres,
)
from clients.models import Client, Contact, Contrat, Site
from erp.api.listing import ListeApi
from erp.api.schema import page_de
from erp.api.views import VueApi
from erp.exceptions import IntrouvableError
from erp.models import CleTri

CHEMIN = "/api/v1/clients"


class VueClient(VueApi):
    """What the views of one client share."""

    def visibles(self) -> QuerySet[Client]:
        return Client.objects.visible_to(self.request.user)

    def exiger_visible(self, pk: int) -> None:
        if not self.visibles().filter(pk=pk).exists():
            raise IntrouvableError


class Clients(VueClient):
    liste = ListeApi(CLIENT, ClientFiltres, CLIENTS_TRIS, (CleTri("nom_entreprise").asc(),))

    @extend_schema(responses=page_de("Client", CLIENT, ClientSortie))
    def get(self, request: RequeteApi) -> Response:
        """The clients that one sees: all, those of one's interventions, one's own company."""
        return self.lister(self.visibles(), client_pour(request.user))

    @extend_schema(request=ClientEntree, responses={201: ClientSortie})
    def post(self, request: RequeteApi) -> Response:
        """Create a client."""
        client = services.creer_client(par=request.user, **self.entree(ClientEntree))
        ligne = client_pour(request.user).fiche(self.visibles(), client.pk)
        return self.creee(ligne, f"{CHEMIN}/{client.pk}")


class UnClient(VueClient):
    @extend_schema(responses=ClientSortie)
    def get(self, request: RequeteApi, pk: int) -> Response:
        """One client."""
        return self.fiche(client_pour(request.user).fiche(self.visibles(), pk))

    @extend_schema(request=ClientEntree, responses=ClientSortie)
    def patch(self, request: RequeteApi, pk: int) -> Response:
        """Change the named fields; a client user may name how to reach its company, nothing else."""
        return self._modifier(request, pk, self.entree(ClientEntree, partielle=True))

    @extend_schema(request=ClientEntree, responses=ClientSortie)
    def put(self, request: RequeteApi, pk: int) -> Response:
        """Change the client; what is required to create one is required here too."""
        return self._modifier(request, pk, self.entree(ClientEntree))

    def _modifier(self, request: RequeteApi, pk: int, champs: dict[str, Any]) -> Response:
        with self.si_inchangee(self.visibles(), pk):
            services.modifier_client(par=request.user, client_id=pk, **champs)
        return self.fiche(client_pour(request.user).fiche(self.visibles(), pk))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int) -> Response:
        """Delete a client that has nothing yet; make any other inactive."""
        with self.si_inchangee(self.visibles(), pk):
            services.supprimer_client(par=request.user, client_id=pk)
        return self.vide()


# --- Contacts -------------------------------------------------------------------------------------


class VueContact(VueClient):
    def contacts(self, pk: int) -> QuerySet[Contact]:
        self.exiger_visible(pk)
        return Contact.objects.visible_to(self.request.user).filter(client_id=pk)


class Contacts(VueContact):
    liste = ListeApi(CONTACT, ContactFiltres, CONTACTS_TRIS, (CleTri("nom").asc(),))

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The people to reach at the client's."""
        return self.lister(self.contacts(pk))

    @extend_schema(request=ContactEntree, responses={201: ContactSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Add a person."""
        contact = services.creer_contact(
            par=request.user,
            client_id=pk,
            **self.entree(ContactEntree),
        )
        ligne = CONTACT.fiche(self.contacts(pk), contact.pk)
        return self.creee(ligne, f"{CHEMIN}/{pk}/contacts/{contact.pk}")


class UnContact(VueContact):
    @extend_schema(responses=ContactSortie)
    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """One person at the client's."""
        return self.fiche(CONTACT.fiche(self.contacts(pk), enfant))

    @extend_schema(request=ContactEntree, responses=ContactSortie)
    def patch(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Change the named fields; a client user may change his own entry."""
        champs = self.entree(ContactEntree, partielle=True)
        with self.si_inchangee(self.contacts(pk), enfant):
            CONTACT.fiche(self.contacts(pk), enfant)
            services.modifier_contact(par=request.user, contact_id=enfant, **champs)
        return self.fiche(CONTACT.fiche(self.contacts(pk), enfant))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Forget a person who has no account on the portal."""
        with self.si_inchangee(self.contacts(pk), enfant):
            CONTACT.fiche(self.contacts(pk), enfant)
            services.supprimer_contact(par=request.user, contact_id=enfant)
        return self.vide()


# --- Sites ----------------------------------------------------------------------------------------


class VueSite(VueClient):
    def sites(self, pk: int) -> QuerySet[Site]:
        self.exiger_visible(pk)
        return Site.objects.visible_to(self.request.user).filter(client_id=pk)


class Sites(VueSite):
    liste = ListeApi(SITE, SiteFiltres, SITES_TRIS, (CleTri("nom").asc(),))

    def get(self, request: RequeteApi, pk: int) -> Response:
        """The client's places."""
        return self.lister(self.sites(pk))

    @extend_schema(request=SiteEntree, responses={201: SiteSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Add a place; latitude and longitude come together."""
        site = services.creer_site(par=request.user, client_id=pk, **self.entree(SiteEntree))
        return self.creee(SITE.fiche(self.sites(pk), site.pk), f"{CHEMIN}/{pk}/sites/{site.pk}")


class UnSite(VueSite):
    @extend_schema(responses=SiteSortie)
    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """One place of the client's."""
        return self.fiche(SITE.fiche(self.sites(pk), enfant))

    @extend_schema(request=SiteEntree, responses=SiteSortie)
    def patch(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Change the named fields."""
        champs = self.entree(SiteEntree, partielle=True)
        with self.si_inchangee(self.sites(pk), enfant):
            SITE.fiche(self.sites(pk), enfant)
            services.modifier_site(par=request.user, site_id=enfant, **champs)
        return self.fiche(SITE.fiche(self.sites(pk), enfant))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Delete a place where nothing stands or was done."""
        with self.si_inchangee(self.sites(pk), enfant):
            SITE.fiche(self.sites(pk), enfant)
            services.supprimer_site(par=request.user, site_id=enfant)
        return self.vide()


# --- Contracts ------------------------------------------------------------------------------------


class VueContrat(VueClient):
    def contrats(self, pk: int) -> QuerySet[Contrat]:
        self.exiger_visible(pk)
        return Contrat.objects.visible_to(self.request.user).filter(client_id=pk)

    def detail(self, pk: int, enfant: int) -> dict[str, Any]:
        ligne = contrat_pour(self.request.user).fiche(self.contrats(pk), enfant)
        fait: Any = Contrat.objects.filter(pk=enfant).avec_consommation().get()
        minutes = fait.minutes_utilisees or 0
        return {
            **ligne,
            "engagements": ENGAGEMENTS.du_parent(enfant),
            "interventions_utilisees": fait.interventions_utilisees,
            "minutes_utilisees": minutes,
        }


class Contrats(VueContrat):
    liste = ListeApi(CONTRAT, ContratFiltres, CONTRATS_TRIS, ("-date_debut",))

    @extend_schema(responses=page_de("Contrat", CONTRAT, ContratSortie))
    def get(self, request: RequeteApi, pk: int) -> Response:
        """The client's contracts; a client sees no draft, a technicien those he works under, without amounts."""
        return self.lister(self.contrats(pk), contrat_pour(request.user))

    @extend_schema(request=ContratEntree, responses={201: ContratDetailSortie})
    def post(self, request: RequeteApi, pk: int) -> Response:
        """Draft a contract; its statut makes it valid."""
        contrat = services.creer_contrat(
            par=request.user, client_id=pk, **self.entree(ContratEntree)
        )
        return self.creee(self.detail(pk, contrat.pk), f"{CHEMIN}/{pk}/contrats/{contrat.pk}")


class UnContrat(VueContrat):
    @extend_schema(responses=ContratDetailSortie)
    def get(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """One contract with what it promises per priorité, and what is used of what it includes."""
        return self.fiche(self.detail(pk, enfant))

    @extend_schema(request=ContratEntree, responses=ContratDetailSortie)
    def patch(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Change the named fields, unless the contract was ended."""
        champs = self.entree(ContratEntree, partielle=True)
        with self.si_inchangee(self.contrats(pk), enfant):
            self.detail(pk, enfant)
            services.modifier_contrat(par=request.user, contrat_id=enfant, **champs)
        return self.fiche(self.detail(pk, enfant))

    @extend_schema(responses={204: None})
    def delete(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Delete a contract under which nothing was done."""
        with self.si_inchangee(self.contrats(pk), enfant):
            self.detail(pk, enfant)
            services.supprimer_contrat(par=request.user, contrat_id=enfant)
        return self.vide()


class StatutContrat(VueContrat):
    @extend_schema(request=StatutContratEntree, responses=ContratDetailSortie)
    def patch(self, request: RequeteApi, pk: int, enfant: int) -> Response:
        """Activate, suspend, end … along the table of moves; any other is a 409 TRANSITION_INTERDITE."""
        vers = self.entree(StatutContratEntree)["statut"]
        with self.si_inchangee(self.contrats(pk), enfant):
            self.detail(pk, enfant)
            services.changer_statut_contrat(par=request.user, contrat_id=enfant, vers=vers)
        return self.fiche(self.detail(pk, enfant))
