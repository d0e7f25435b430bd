"""The company and its world as they stand: people, clients, machines, contracts, stock, preventive plans."""

import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr
from django.contrib.auth.hashers import make_password

from accounts.choices import Role
from accounts.models import User
from clients import models as clients
from clients.choices import Couverture, StatutContrat, TypeContrat
from demo.donnees import clients as fiches_clients
from demo.donnees import personnes, textes
from demo.donnees.clients import FicheClient, LieuClient
from demo.donnees.lieux import VILLES, Ville
from demo.donnees.machines import GENRES, Genre
from demo.donnees.pieces import PIECES
from demo.generateur import fiches, horloge
from demo.generateur.fiches import Monde
from equipment import models as equipment
from equipment.choices import Criticite
from erp.demo_comptes import COMPTES
from erp.models import ParametresSociete
from planning import models as planning
from planning.choices import JourFerme, ModeEcheance
from stock.models import PieceDetachee
from technicians import models as technicians
from technicians.choices import StatutAbsence, TypeAbsence

#: priorité → hours to answer and to resolve, by level of service; those of premium run day and night, the others in
#: working time
ENGAGEMENTS = {
    "premium": {"urgente": (2, 8), "haute": (4, 24), "normale": (12, 72), "basse": (24, 168)},
    "standard": {"urgente": (2, 7), "haute": (4, 14), "normale": (9, 30), "basse": (18, 60)},
    "basique": {"urgente": (4, 10), "normale": (18, 48)},
}
PLANS_MINIMUM = 60
CLIMATISATION = "Ventilation et climatisation"
TEXTES_LEGAUX = {
    "pont roulant": "Arrêté du 9 septembre 1953 (appareils de levage) ; Code du travail, article 281",
    "chaudière vapeur": "Dahir du 22 juillet 1953 (appareils à vapeur à terre)",
    "ascenseur": "Code du travail (loi n° 65-99), articles 281 et suivants",
}
#: bodies that may inspect; invented
ORGANISMES = ("Atlas Contrôle Technique", "Maghreb Inspection")
#: how many plans stay due without an intervention, so that the next run has something to make
PLANS_A_GENERER = 8
_AUCUN_MOT_DE_PASSE = "!"


def installer(monde: Monde) -> None:
    """Queue everything but the interventions and what hangs on them."""
    monde.lots.ajouter(
        ParametresSociete,
        nom="MIF Maroc",
        adresse="87, boulevard Moulay Slimane, Aïn Sebaâ\n20250 Casablanca",
        telephone="+212 5 22 66 40 00",
        email="contact@mif.ma",
        ice=ice(147_258_369, 1),
    )
    _comptes(monde)
    _techniciens(monde)
    _clients(monde)
    _pieces(monde)
    _gammes(monde)
    _plans(monde)


def ice(entreprise: int, etablissement: int) -> str:
    """A well-formed ICE: nine digits of the company, four of the branch, two that make it a multiple of 97."""
    base = f"{entreprise:09d}{etablissement:04d}"
    return f"{base}{-int(base) * 100 % 97:02d}"


def sans_accent(texte: str) -> str:
    return unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()


def _adresse(nom: str, domaine: str) -> str:
    return f"{sans_accent(nom).lower().replace(' ', '.').replace(chr(39), '')}@{domaine}"


def _mobile(monde: Monde) -> str:
    return f"+2126{monde.rng.choice('1256')}{monde.rng.randrange(10_000_000):07d}"


def _fixe(monde: Monde, ville: Ville) -> str:
    return f"+212{ville.indicatif}3{monde.rng.randrange(100_000):05d}"


def _nom(monde: Monde) -> str:
    return f"{monde.rng.choice(personnes.PRENOMS)} {monde.rng.choice(personnes.NOMS)}"


def _autour(monde: Monde, ville: Ville, rayon: float = 0.02) -> tuple[float, float]:
    """A place in or near a city; `rayon` in degrees."""
    ecart = monde.rng.uniform
    return (
        round(ville.latitude + ecart(-rayon, rayon), 6),
        round(ville.longitude + ecart(-rayon, rayon), 6),
    )


# --- People ----------------------------------------------------------------------------------------------------------


def _comptes(monde: Monde) -> None:
    depuis = horloge.moment(monde.debut, 9)
    mots = {mot: make_password(mot) for mot in dict.fromkeys(c.mot_de_passe for c in COMPTES)}
    for compte in COMPTES:
        monde.comptes[compte.username] = monde.lots.ajouter(
            User,
            username=compte.username,
            email=compte.email,
            full_name=compte.full_name,
            role=compte.role,
            password=mots[compte.mot_de_passe],
            created_at=depuis,
        )
    second = monde.lots.ajouter(
        User,
        username="f.belkadi",
        email="f.belkadi@mif.ma",
        full_name="Fouad Belkadi",
        role=Role.RESPONSABLE,
        password=_AUCUN_MOT_DE_PASSE,
        created_at=depuis,
    )
    monde.responsables = [monde.comptes["responsable"], second]


def _techniciens(monde: Monde) -> None:
    depuis = horloge.moment(monde.debut, 9)
    for nom, description in personnes.COMPETENCES:
        monde.competences[nom] = monde.lots.ajouter(
            technicians.Competence, nom=nom, description=description, created_at=depuis
        )
    vedettes = {
        c.full_name: monde.comptes[c.username] for c in COMPTES if c.role == Role.TECHNICIEN
    }
    for rang in range(monde.taille.techniciens):
        profil = personnes.TECHNICIENS[rang % len(personnes.TECHNICIENS)]
        copie = rang >= len(personnes.TECHNICIENS)
        nom = f"{personnes.PRENOMS[rang]} {personnes.NOMS[-rang]}" if copie else profil.nom
        embauche = monde.aujourdhui - timedelta(days=365 * profil.anciennete + 31 * rang)
        embauche = min(embauche, monde.debut) if not monde.taille.detail else embauche
        user = vedettes.get(nom) or monde.lots.ajouter(
            User,
            username=_adresse(nom, "")[:-1],
            email=_adresse(nom, "mif.ma"),
            full_name=nom,
            role=Role.TECHNICIEN,
            password=_AUCUN_MOT_DE_PASSE,
            created_at=horloge.moment(embauche, 9),
        )
        ville = VILLES[profil.ville]
        position = _autour(monde, ville, 0.05)
        technicien = fiches.Technicien(
            pk=monde.lots.ajouter(
                technicians.Technicien,
                user_id=user,
                matricule=f"TEC-{rang + 1:03d}",
                specialite=profil.specialite,
                equipe=profil.equipe,
                zone_geographique=ville.region,
                telephone=_mobile(monde),
                date_embauche=embauche,
                latitude=position[0],
                longitude=position[1],
                heures_hebdomadaires=44,
                cout_horaire=Decimal(profil.cout_horaire),
                created_at=horloge.moment(embauche, 9),
            ),
            user=user,
            nom=nom,
            region=ville.region,
            position=position,
            cout_horaire=Decimal(profil.cout_horaire),
            competences=frozenset(competence for competence, _, _ in profil.competences),
            valides=frozenset(
                competence
                for competence, _, validite in profil.competences
                if validite is None or validite > 14
            ),
            embauche=embauche,
            vedette=rang == 0,
        )
        for competence, niveau, validite in profil.competences:
            expiration = (
                None
                if validite is None
                else monde.aujourdhui + timedelta(days=validite + rang // 10)
            )
            monde.lots.ajouter(
                technicians.TechnicienCompetence,
                technicien_id=technicien.pk,
                competence_id=monde.competences[competence],
                niveau=niveau,
                certifie=validite is not None,
                date_acquisition=embauche
                if expiration is None
                else expiration - timedelta(days=3 * 365),
                date_expiration=expiration,
            )
        _absences(monde, technicien, rang)
        monde.techniciens.append(technicien)


def _absences(monde: Monde, technicien: fiches.Technicien, rang: int) -> None:
    """Leave behind, today's absences, leave to come; never two at once."""
    jour, rng = monde.aujourdhui, monde.rng
    voulues: list[tuple[date, int, str, str, str]] = []
    if rang == 6:
        voulues.append((jour - timedelta(days=3), 9, TypeAbsence.CONGE, "Congé annuel", ""))
    if rang == 8:
        voulues.append((jour, 2, TypeAbsence.MALADIE, "Arrêt de travail", ""))
    if rang == 3:
        voulues.append(
            (jour + timedelta(days=12), 5, TypeAbsence.CONGE, "Mariage d’un frère", "demandee")
        )
    if rang == 4:
        voulues.append(
            (jour + timedelta(days=6), 3, TypeAbsence.CONGE, "Convenance personnelle", "refusee")
        )
    if rang in (1, 2, 5):
        motif = rng.choice(textes.MOTIFS_FORMATION)
        voulues.append(
            (jour + timedelta(days=9 + 7 * rang), 1 + rang % 3, TypeAbsence.FORMATION, motif, "")
        )
    if rang in (0, 7, 9):
        voulues.append(
            (jour + timedelta(days=30 + 6 * rang), 10, TypeAbsence.CONGE, "Congé annuel", "")
        )
    for annee in range(monde.debut.year, monde.aujourdhui.year + 1):
        voulues.append(
            (date(annee, 8, 1 + rng.randrange(14)), 14, TypeAbsence.CONGE, "Congé d’été", "")
        )
        voulues.append((date(annee, 4, 1 + rng.randrange(20)), 5, TypeAbsence.CONGE, "Congé", ""))
        for _ in range(rng.randrange(3)):
            debut = date(annee, rng.randrange(1, 13), 1 + rng.randrange(27))
            motif = rng.choice(textes.MOTIFS_MALADIE)
            voulues.append((debut, rng.randrange(1, 4), TypeAbsence.MALADIE, motif, ""))
        debut = date(annee, rng.randrange(1, 13), 1 + rng.randrange(27))
        motif = rng.choice(textes.MOTIFS_FORMATION)
        voulues.append((debut, rng.randrange(1, 4), TypeAbsence.FORMATION, motif, ""))
    prises: list[tuple[date, date]] = []
    for debut, duree, type_absence, motif, statut in voulues:
        fin = debut + timedelta(days=duree)
        arrangee = (debut, duree, type_absence, motif, statut) in voulues[:2]
        trop_pres = not arrangee and fin > jour - timedelta(days=2)
        if debut < technicien.embauche or trop_pres:
            continue
        if any(debut < autre_fin and fin > autre for autre, autre_fin in prises):
            continue
        prises.append((debut, fin))
        periode = (horloge.moment(debut, 0), horloge.moment(fin, 0))
        if not statut:
            technicien.absences.append(periode)
        monde.lots.ajouter(
            technicians.Disponibilite,
            technicien_id=technicien.pk,
            type=type_absence,
            debut=periode[0],
            fin=periode[1],
            motif=motif,
            statut=statut or StatutAbsence.ACCEPTEE,
            created_at=min(monde.maintenant, horloge.moment(debut - timedelta(days=20), 10)),
        )
    technicien.absences.sort()


# --- Clients, contracts, machines ------------------------------------------------------------------------------------


def _clients(monde: Monde) -> None:
    fiches_a_faire = [*fiches_clients.CLIENTS]
    while len(fiches_a_faire) < monde.taille.clients:
        fiches_a_faire.append(_autre_client(monde, len(fiches_a_faire)))
    for rang, fiche in enumerate(fiches_a_faire):
        client = _client(monde, fiche, rang)
        monde.clients.append(client)
        siennes = [machine for lieu in fiche.sites for machine in _site(monde, fiche, client, lieu)]
        _contrats(monde, fiche, client, siennes, rang)
        monde.machines += siennes


def _autre_client(monde: Monde, rang: int) -> FicheClient:
    """A further company, its machines drawn after its trade."""
    rng = monde.rng
    secteur, genres = fiches_clients.SECTEURS[rang % len(fiches_clients.SECTEURS)]
    lieux_dits = fiches_clients.LIEUX_DITS
    nom = (
        f"{fiches_clients.PREFIXES[rang // len(lieux_dits) % len(fiches_clients.PREFIXES)]} "
        f"{lieux_dits[rang % len(lieux_dits)]}"
    )
    base = sum(n for fiche in fiches_clients.CLIENTS for lieu in fiche.sites for _, n in lieu.parc)
    reste = monde.taille.equipements - base * 4 // 3
    machines = max(6, reste * 4 // 5 // max(1, monde.taille.clients - len(fiches_clients.CLIENTS)))
    parc: dict[str, int] = {}
    for n in range(machines):
        genre = genres[n % len(genres)]
        parc[genre] = parc.get(genre, 0) + 1
    ville = rng.choice(list(VILLES.values()))
    lieu = LieuClient(
        f"Site de {ville.nom}", f"Zone industrielle, lot {rng.randrange(1, 240)}", ville.nom,
        tuple(parc.items()),
    )  # fmt: skip
    niveau = rng.choices(("premium", "standard", "basique"), (3, 5, 2))[0]
    return FicheClient(nom, "", secteur, "entreprise", niveau, (lieu,))


def _client(monde: Monde, fiche: FicheClient, rang: int) -> fiches.Client:
    rng = monde.rng
    ville = VILLES[fiche.sites[0].ville]
    domaine = f"{sans_accent(fiche.nom).lower().replace(' ', '-').replace('’', '-')}.example"
    domaine = domaine.replace("l-oued", "oued")
    depuis = horloge.moment(monde.debut - timedelta(days=rng.randrange(30, 900)), 10)
    compte = next((c for c in COMPTES if c.username == fiche.compte), None)
    principal = compte.full_name if compte else _nom(monde)
    fonction = rng.choice(personnes.FONCTIONS)
    pk = monde.lots.ajouter(
        clients.Client,
        nom_entreprise=fiche.nom,
        nom_commercial=fiche.commercial,
        type_client=fiche.type_client,
        secteur_activite=fiche.secteur,
        ice=ice(1_530_000 + 7_919 * (rang + 1), 0),
        identifiant_fiscal=f"{rng.randrange(1_000_000, 60_000_000)}",
        registre_commerce=f"{rng.randrange(1_000, 500_000)}",
        patente=f"{rng.randrange(10_000_000, 60_000_000)}",
        cnss=f"{rng.randrange(1_000_000, 9_999_999)}",
        contact_nom=principal,
        contact_fonction=fonction,
        email=f"contact@{domaine}",
        telephone=_fixe(monde, ville),
        telephone_mobile=_mobile(monde),
        adresse=fiche.sites[0].adresse,
        code_postal=ville.code_postal,
        ville=ville.nom,
        region=ville.region,
        niveau_service=fiche.niveau,
        instructions_particulieres=fiche.instructions,
        notes_commerciales=fiche.notes,
        created_at=depuis,
    )
    portail = monde.comptes[fiche.compte] if compte else None
    if portail is None and (fiche.niveau == "premium" or rng.random() < 0.3):
        portail = monde.lots.ajouter(
            User,
            username=f"portail{pk}",
            email=_adresse(principal, domaine),
            full_name=principal,
            role=Role.CLIENT,
            password=_AUCUN_MOT_DE_PASSE,
            created_at=depuis,
        )
    monde.lots.ajouter(
        clients.Contact,
        client_id=pk,
        nom=principal,
        fonction=fonction,
        email=compte.email if compte else _adresse(principal, domaine),
        telephone=_mobile(monde),
        user_id=portail,
        created_at=depuis,
    )
    for _ in range(rng.randrange(3)):
        nom = _nom(monde)
        monde.lots.ajouter(
            clients.Contact,
            client_id=pk,
            nom=nom,
            fonction=rng.choice(personnes.FONCTIONS),
            email=_adresse(nom, domaine),
            telephone=_mobile(monde),
            created_at=depuis,
        )
    return fiches.Client(pk, fiche.nom, fiche.niveau, portail)


def _site(
    monde: Monde, fiche: FicheClient, client: fiches.Client, lieu: LieuClient
) -> list[fiches.Machine]:
    ville = VILLES[lieu.ville]
    position = _autour(monde, ville)
    site = fiches.Site(
        monde.lots.ajouter(
            clients.Site,
            client_id=client.pk,
            nom=lieu.nom,
            adresse=lieu.adresse,
            ville=ville.nom,
            latitude=position[0],
            longitude=position[1],
            instructions_acces=lieu.acces,
            heures_ouverture=lieu.ouverture,
        ),
        ville.region,
        position,
    )
    client.sites.append(site)
    return [
        _machine(monde, client, site, GENRES[code], numero)
        for code, nombre in lieu.parc
        for numero in range(1, nombre + 1)
    ]


def _machine(
    monde: Monde, client: fiches.Client, site: fiches.Site, genre: Genre, numero: int
) -> fiches.Machine:
    rng = monde.rng
    age = rng.randrange(200, 13 * 365)
    arrivee = monde.aujourdhui - timedelta(days=age)
    marque, modele = rng.choice(genre.modeles)
    criticite = rng.choices(Criticite.values, (3, 4, 6, 2))[0]
    rang = monde.lots.nombre[equipment.Equipement] + 1
    batiment = rng.choice(("Bâtiment A", "Bâtiment B", "Bâtiment principal", "Annexe"))
    zone = rng.choice(genre.zones)
    nom = f"{genre.type_equipement} n° {numero}"
    communs = {
        "client_id": client.pk,
        "site_id": site.pk,
        "batiment": batiment,
        "localisation": zone,
        "created_at": horloge.moment(max(arrivee, monde.debut), 11),
    }
    code = f"{genre.code}-{rang:04d}"
    machine = fiches.Machine(
        pk=monde.lots.ajouter(
            equipment.Equipement,
            nom=nom,
            code_interne=code,
            numero_serie=f"{sans_accent(marque)[:2].upper()}{arrivee.year % 100}-{rang:05d}",
            type_equipement=genre.type_equipement,
            marque=marque,
            modele=modele,
            etage=rng.choice(("RDC", "RDC", "1er étage", "Toiture")),
            zone=zone,
            criticite=criticite,
            specifications={libelle: rng.choice(v) for libelle, v in genre.specifications.items()},
            date_installation=arrivee,
            date_mise_en_service=arrivee + timedelta(days=rng.randrange(3, 40)),
            date_fin_garantie=arrivee + timedelta(days=2 * 365),
            frequence_entretien_jours=30 * genre.gamme.mois if genre.gamme else None,
            cout_acquisition=Decimal(rng.randrange(*genre.prix) * 1000),
            **communs,
        ),
        nom=nom,
        code=code,
        genre=genre,
        client=client,
        site=site,
        poids=(1 + age / 3650) * {"critique": 1.3, "haute": 1.1}.get(criticite, 0.8),
        arrivee=arrivee,
    )
    for composant in genre.composants:
        marque, modele = rng.choice(composant.modeles)
        rang = monde.lots.nombre[equipment.Equipement] + 1
        monde.lots.ajouter(
            equipment.Equipement,
            nom=f"{composant.nom} – {nom}",
            code_interne=f"{genre.code}-{rang:04d}",
            numero_serie=f"{sans_accent(marque)[:2].upper()}{arrivee.year % 100}-{rang:05d}",
            type_equipement=composant.type_equipement,
            marque=marque,
            modele=modele,
            parent_id=machine.pk,
            zone=zone,
            criticite=Criticite.NORMALE,
            date_installation=arrivee,
            date_mise_en_service=arrivee + timedelta(days=12),
            **communs,
        )
    if genre.compteur:
        _releves(monde, machine, genre.compteur, age)
    return machine


def _releves(
    monde: Monde, machine: fiches.Machine, compteur: tuple[str, str, int, int], age: int
) -> None:
    """One reading a month, at the technicien's round."""
    nom, unite, moins, plus = compteur
    machine.compteur = monde.lots.ajouter(
        equipment.Compteur, equipement_id=machine.pk, nom=nom, unite=unite
    )
    par_jour = monde.rng.uniform(moins, max(moins + 0.2, plus))
    mois = min(18, age // 31) if monde.taille.detail else min(6, age // 31)
    for recul in range(mois, -1, -1):
        jour = monde.aujourdhui - timedelta(days=1 + 30 * recul)
        valeur = int(par_jour * (age - 1 - 30 * recul) * monde.rng.uniform(0.999, 1.0))
        if valeur < machine.releve:
            continue
        machine.releve = valeur
        quand = horloge.moment(jour, 9, monde.rng.randrange(60))
        monde.lots.ajouter(
            equipment.ReleveCompteur,
            compteur_id=machine.compteur,
            valeur=Decimal(valeur),
            date_releve=quand,
            user_id=monde.techniciens[machine.pk % len(monde.techniciens)].user,
            created_at=quand,
        )


def _contrats(
    monde: Monde,
    fiche: FicheClient,
    client: fiches.Client,
    machines: list[fiches.Machine],
    rang: int,
) -> None:
    """A contract in force, those that it followed, and here and there a draft, a suspended or a broken one."""
    rng, jour = monde.rng, monde.aujourdhui
    restants = {1: 20, 4: 52, 6: 6}.get(rang, rng.randrange(40, 340))  # days until it ends
    fin = jour + timedelta(days=restants)
    couverts = machines if fiche.niveau == "premium" else machines[: max(1, len(machines) * 4 // 5)]
    type_contrat = {
        "premium": TypeContrat.MAINTENANCE_COMPLETE,
        "standard": rng.choice((TypeContrat.MAINTENANCE_PREVENTIVE, TypeContrat.CONTRAT_CADRE)),
        "basique": TypeContrat.MAINTENANCE_CORRECTIVE,
    }[fiche.niveau]
    montant = Decimal(len(couverts) * rng.randrange(9, 16) * 1000)
    periodes: list[tuple[date, date]] = []
    while fin > monde.debut - timedelta(days=30) and len(periodes) < 3:
        debut = fin - relativedelta(years=1) + timedelta(days=1)
        periodes.append((debut, fin))
        fin = debut - timedelta(days=1)
    for n, (debut, fin) in enumerate(reversed(periodes)):
        statut = StatutContrat.ACTIF if n == len(periodes) - 1 else StatutContrat.EXPIRE
        contrat = _contrat(
            monde, fiche, client, debut, fin, type_contrat, statut,
            montant * (100 + 3 * n) / 100,
        )  # fmt: skip
        for machine in couverts:
            machine.contrats.append(contrat)
            monde.lots.ajouter(
                equipment.CouvertureContrat, equipement_id=machine.pk, contrat_id=contrat.pk
            )
    suite = {
        1: (StatutContrat.BROUILLON, TypeContrat.MAINTENANCE_COMPLETE),
        7: (StatutContrat.SUSPENDU, TypeContrat.SUPPORT_TECHNIQUE),
        11: (StatutContrat.RESILIE, TypeContrat.MAINTENANCE_CORRECTIVE),
        13: (StatutContrat.BROUILLON, TypeContrat.MAINTENANCE_PREVENTIVE),
    }
    if rang in suite:
        statut, type_contrat = suite[rang]
        debut = (
            jour + timedelta(days=restants + 1)
            if statut == StatutContrat.BROUILLON
            else jour - timedelta(days=200)
        )
        autre = _contrat(
            monde, fiche, client, debut, debut + timedelta(days=364), type_contrat, statut, montant
        )
        monde.lots.ajouter(
            equipment.CouvertureContrat, equipement_id=machines[0].pk, contrat_id=autre.pk
        )


def _contrat(
    monde: Monde,
    fiche: FicheClient,
    client: fiches.Client,
    debut: date,
    fin: date,
    type_contrat: str,
    statut: str,
    montant: Decimal,
) -> fiches.Contrat:
    continu = fiche.niveau == "premium"
    engagements = ENGAGEMENTS[fiche.niveau]
    numero = monde.lots.nombre[clients.Contrat] + 1
    incluses = {"premium": None, "standard": 24, "basique": 6}[fiche.niveau]
    contrat = fiches.Contrat(
        pk=monde.lots.ajouter(
            clients.Contrat,
            client_id=client.pk,
            numero=f"CTR-{debut.year}-{numero:03d}",
            type_contrat=type_contrat,
            statut=statut,
            date_debut=debut,
            date_fin=fin,
            montant_annuel=montant.quantize(Decimal(1)),
            interventions_incluses=incluses,
            heures_incluses=incluses and incluses * 4,
            couverture=Couverture.CONTINUE if continu else Couverture.OUVREE,
            reconduction_tacite=fiche.niveau != "basique",
            created_at=min(monde.maintenant, horloge.moment(debut - timedelta(days=25), 15)),
        ),
        debut=debut,
        fin=fin,
        continu=continu,
        resolution={priorite: heures for priorite, (_, heures) in engagements.items()},
    )
    for priorite, (reponse, resolution) in engagements.items():
        monde.lots.ajouter(
            clients.EngagementSLA,
            contrat_id=contrat.pk,
            priorite=priorite,
            reponse_heures=reponse,
            resolution_heures=resolution,
        )
    return contrat


# --- Stock, preventive plans -----------------------------------------------------------------------------------------


def _pieces(monde: Monde) -> None:
    depuis = horloge.moment(monde.debut, 8)
    for fiche in PIECES:
        pk = monde.lots.ajouter(
            PieceDetachee,
            reference=fiche.reference,
            designation=fiche.designation,
            unite=fiche.unite,
            prix_unitaire=Decimal(fiche.prix),
            stock_minimum=Decimal(fiche.minimum),
            stock_maximum=Decimal(fiche.maximum),
            emplacement=fiche.emplacement,
            fournisseur=fiche.fournisseur,
            types_compatibles=list(fiche.types),
            created_at=depuis,
        )
        monde.pieces[fiche.reference] = (pk, fiche)


def _gammes(monde: Monde) -> None:
    depuis = horloge.moment(monde.debut, 10)
    for genre in GENRES.values():
        fiche = genre.gamme
        if fiche is None:
            continue
        pk = monde.lots.ajouter(
            planning.Gamme,
            titre=fiche.titre,
            description=fiche.description,
            duree_estimee=fiche.duree,
            created_at=depuis,
        )
        monde.lots.ajouter(
            planning.Gamme.competences.through,
            gamme_id=pk,
            competence_id=monde.competences[genre.competence],
        )
        for ordre, point in enumerate(fiche.points, 1):
            monde.lots.ajouter(
                planning.PointGamme,
                gamme_id=pk,
                ordre=ordre,
                libelle=point.libelle,
                obligatoire=point.obligatoire,
                unite=point.unite,
            )
        for reference, quantite in fiche.pieces:
            monde.lots.ajouter(
                planning.PieceGamme,
                gamme_id=pk,
                piece_id=monde.pieces[reference][0],
                quantite=Decimal(quantite),
            )
        monde.gammes[genre.code] = fiches.Gamme(pk, fiche, genre)


def _plans(monde: Monde) -> None:
    """Plans on the machines that matter most; the first ones fall due this week."""
    candidates = sorted(
        (machine for machine in monde.machines if machine.genre.code in monde.gammes),
        key=lambda machine: (-machine.poids, machine.pk),
    )
    nombre = min(len(candidates), max(PLANS_MINIMUM, len(candidates) // 8))
    for rang, machine in enumerate(candidates[:nombre]):
        _plan(monde, machine, monde.gammes[machine.genre.code], rang)


def _controle(titre: str) -> dict[str, Any]:
    """Lifting, pressure and lifts are inspected because the law says so."""
    texte = next((texte for mot, texte in TEXTES_LEGAUX.items() if mot in titre), "")
    if not texte:
        return {}
    return {
        "reglementaire": True,
        "texte_legal": texte,
        "organisme": " ; ".join(ORGANISMES),
        "jour_ferme": JourFerme.AVANT,
    }


def _plan(monde: Monde, machine: fiches.Machine, gamme: fiches.Gamme, rang: int) -> None:
    rng, jour = monde.rng, monde.aujourdhui
    mois, avance = gamme.fiche.mois, rng.choice((7, 10, 14))
    regle = "FREQ=YEARLY" if mois == 12 else f"FREQ=MONTHLY;INTERVAL={mois}"
    # a day that every month has
    prochaine = jour + timedelta(
        days=rng.randrange(0, 6 if rang < PLANS_A_GENERER else 12)
        if rang < 2 * PLANS_A_GENERER
        else rng.randrange(0, 30 * mois)
    )
    if rang >= 2 * PLANS_A_GENERER and gamme.genre.competence == CLIMATISATION:
        regle += ";BYMONTH=3,4,5,6,7,8,9,10"  # nobody cools in winter
    prochaine = prochaine.replace(day=min(prochaine.day, 28))
    if prochaine < jour:
        prochaine = (prochaine + timedelta(days=5)).replace(day=1)
    # plans were signed one after the other
    histoire = (jour - monde.debut).days
    signature = max(
        monde.debut + timedelta(days=rng.randrange(histoire * 6 // 10)), machine.arrivee
    )
    depart = prochaine
    while depart - relativedelta(months=mois) >= signature:
        depart -= relativedelta(months=mois)
    premiere = datetime.combine(depart, datetime.min.time())
    dates = [
        instant.date()
        for instant in rrulestr(regle, dtstart=premiere).between(
            premiere, premiere + (jour - depart) + timedelta(days=900), inc=True
        )
    ]
    passees = [d for d in dates if d < jour]
    avenir = [d for d in dates if d >= jour]
    creees = (
        avenir[:1] if avenir[0] - timedelta(days=avance) <= jour and rang >= PLANS_A_GENERER else []
    )
    compteur = None
    if machine.compteur and gamme.fiche.titre.startswith("Entretien 2 000 h"):
        compteur = machine.compteur
    # Friday takes what falls on some week-ends, Monday the rest; a round in six is done while the plant stands still
    usage = {"jour_ferme": (JourFerme.APRES, JourFerme.AVANT)[rang % 6 % 2]}
    if rang % 6 == 5:
        usage = {"jour_ferme": JourFerme.GARDER}
    controle = {**usage, **_controle(gamme.fiche.titre)}
    habituel = [t for t in monde.techniciens if machine.genre.competence in t.competences]
    plan = fiches.Plan(
        pk=monde.lots.ajouter(
            planning.PlanMaintenance,
            equipement_id=machine.pk,
            gamme_id=gamme.pk,
            regle=regle,
            compteur_id=compteur,
            intervalle_compteur=Decimal(2000) if compteur else None,
            # counted anew from the last visit: it has just been made for, or was up to three months ago
            prochaine_valeur=Decimal(
                machine.releve + (rng.randrange(1800, 1990) if creees else rng.randrange(500, 1500))
            )
            if compteur
            else None,
            date_depart=depart,
            prochaine_echeance=avenir[len(creees)],
            derniere_execution=next(
                (d for d in reversed(passees) if d < jour - timedelta(days=4)), None
            ),
            jours_avance=avance,
            **controle,
            mode=ModeEcheance.FLOTTANT if rang % 7 == 6 else ModeEcheance.FIXE,
            technicien_id=rng.choice(habituel).pk if rang % 3 == 0 else None,
            created_at=horloge.moment(max(depart - timedelta(days=20), monde.debut), 11),
        ),
        machine=machine,
        gamme=gamme,
        echues=passees,
        creees=creees,
        jours_avance=avance,
        jour_ferme=controle["jour_ferme"],
        organismes=ORGANISMES if "reglementaire" in controle else (),
    )
    monde.plans.append(plan)
