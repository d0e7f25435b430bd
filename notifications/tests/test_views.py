"""The bell, the list and the preferences: everybody's own."""

import pytest
from django.urls import reverse

from notifications.choices import Canal, Evenement
from notifications.models import PreferenceNotification
from notifications.tests.factories import NotificationFactory

pytestmark = pytest.mark.django_db
LISTE = reverse("notifications:liste")
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    "personne", ["admin", "responsable", "technicien", "client_portail", "autre_client"]
)
def test_everybody_sees_his_own_only(client, request, personne, django_assert_max_num_queries):
    user = request.getfixturevalue(personne)
    sienne = NotificationFactory(user=user, titre="La mienne")
    NotificationFactory(titre="Celle d’un autre")
    NotificationFactory(user=user, email=True, titre="Un courriel")
    client.force_login(user)
    with django_assert_max_num_queries(6):
        page = client.get(LISTE)
    assert [n.pk for n in page.context["liste"].objets] == [sienne.pk]
    assert 'class="cloche-nombre">1<' in page.content.decode()


def test_reading_one_marks_it_and_leads_there(client, responsable):
    notification = NotificationFactory(user=responsable, lien="/interventions/")
    client.force_login(responsable)
    assert (
        client.post(reverse("notifications:lire", args=[notification.pk]))["Location"]
        == "/interventions/"
    )
    notification.refresh_from_db()
    assert notification.lu
    assert client.get(f"{LISTE}?non_lues=true").context["liste"].objets == []


def test_that_of_another_does_not_exist(client, responsable):
    autre = NotificationFactory()
    client.force_login(responsable)
    assert client.post(reverse("notifications:lire", args=[autre.pk])).status_code == 404
    fragment = client.post(reverse("notifications:lire", args=[autre.pk]), headers=HTMX)
    assert fragment.status_code == 404
    autre.refresh_from_db()
    assert not autre.lu


def test_all_at_once(client, responsable):
    NotificationFactory.create_batch(3, user=responsable)
    autre = NotificationFactory()
    client.force_login(responsable)
    assert client.post(reverse("notifications:tout_lire")).status_code == 302
    assert client.get(f"{LISTE}?non_lues=true").context["liste"].objets == []
    autre.refresh_from_db()
    assert not autre.lu


def test_nothing_changes_by_a_get(client, responsable):
    client.force_login(responsable)
    notification = NotificationFactory(user=responsable)
    assert client.get(reverse("notifications:lire", args=[notification.pk])).status_code == 405
    assert client.get(reverse("notifications:tout_lire")).status_code == 405


def test_the_second_page_and_the_fragment(client, responsable):
    NotificationFactory.create_batch(30, user=responsable)
    client.force_login(responsable)
    page = client.get(f"{LISTE}?page=2")
    assert len(page.context["liste"].objets) == 5
    fragment = client.get(f"{LISTE}?page=2", headers=HTMX).content.decode().strip()
    assert fragment.startswith('<div id="liste">')
    assert "HX-Request" in page["Vary"]


def test_a_box_left_empty_is_a_refusal(client, responsable):
    client.force_login(responsable)
    url = reverse("notifications:preferences")
    assert client.get(url).status_code == 200
    tous = [
        f"{evenement}:{canal}"
        for evenement in Evenement
        for canal in (Canal.IN_APP, Canal.EMAIL)
        if (evenement, canal) != (Evenement.STOCK_BAS, Canal.EMAIL)
    ]
    assert client.post(url, {"choix": tous})["Location"] == url
    refus = PreferenceNotification.objects.filter(user=responsable, active=False)
    assert [(p.evenement, p.canal) for p in refus] == [("stock_bas", "email")]


def test_one_is_asked_of_what_may_reach_one(client, client_portail, technicien):
    for user, absents in (
        (client_portail, ("stock_bas", "absence_demandee", "demande_portail", "rappel_planning")),
        (technicien, ("stock_bas", "contrat_expire", "annulation_demandee")),
    ):
        client.force_login(user)
        page = client.get(reverse("notifications:preferences")).content.decode()
        assert 'value="intervention_affectee:email"' in page
        for evenement in absents:
            assert f'value="{evenement}:' not in page, (user.role, evenement)


def test_a_stranger_signs_in_first(client, db):
    assert client.get(LISTE).status_code == 302
