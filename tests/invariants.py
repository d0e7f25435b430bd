"""What must hold in the database whatever was done and by whom: one query each, which finds the rows that break it.

They are written from the domain, not from the code: plain SQL on the tables.
"""

from django.db import connection

# The table of an intervention's life, as the domain draws it.
_VIE = """
    ('ouverte','affectee'), ('affectee','ouverte'), ('affectee','affectee'), ('affectee','en_cours'),
    ('en_cours','en_attente'), ('en_attente','en_cours'), ('en_cours','cloturee'), ('ouverte','annulee'),
    ('affectee','annulee'), ('en_cours','annulee'), ('en_attente','annulee'), ('cloturee','archivee'),
    ('annulee','archivee')
"""

INVARIANTS: dict[str, str] = {
    # --- stock
    "le stock est la somme du registre": """
        SELECT p.id FROM pieces_detachees p LEFT JOIN mouvements_stock m ON m.piece_id = p.id
         GROUP BY p.id, p.stock_actuel
        HAVING p.stock_actuel <> coalesce(sum(m.stock_apres - m.stock_avant), 0)""",
    "le stock n’est jamais négatif": """
        SELECT id FROM pieces_detachees WHERE stock_actuel < 0
        UNION ALL SELECT piece_id FROM mouvements_stock WHERE stock_avant < 0 OR stock_apres < 0""",
    "les véhicules ne portent pas plus que le stock": """
        SELECT v.piece_id FROM pieces_vehicules v JOIN pieces_detachees p ON p.id = v.piece_id
         GROUP BY v.piece_id, p.stock_actuel HAVING sum(v.quantite) > p.stock_actuel""",
    "chaque mouvement part d’où finit le précédent": """
        SELECT id FROM (SELECT id, stock_avant,
                               lag(stock_apres, 1, 0) OVER (PARTITION BY piece_id ORDER BY id) AS avant
                          FROM mouvements_stock) m
         WHERE stock_avant <> avant""",
    "un mouvement bouge de sa quantité, dans son sens": """
        SELECT id FROM mouvements_stock
         WHERE quantite <= 0 OR abs(stock_apres - stock_avant) <> quantite
            OR (type_mouvement = 'sortie') <> (stock_apres < stock_avant) AND type_mouvement <> 'ajustement'""",
    "une pièce utilisée est son mouvement": """
        SELECT u.id FROM interventions_pieces u JOIN mouvements_stock m ON m.id = u.mouvement_id
         WHERE u.piece_id <> m.piece_id OR u.quantite <> m.stock_avant - m.stock_apres
            OR m.type_mouvement NOT IN ('sortie', 'retour') OR u.prix_unitaire <> m.prix_unitaire""",
    "on ne rend pas plus qu’on n’a pris": """
        SELECT intervention_id FROM interventions_pieces GROUP BY intervention_id, piece_id
        HAVING sum(quantite) < 0""",
    "une intervention annulée ne garde aucune pièce": """
        SELECT i.id FROM interventions i JOIN interventions_pieces u ON u.intervention_id = i.id
         WHERE i.motif_annulation <> '' AND i.statut IN ('annulee', 'archivee')
         GROUP BY i.id, u.piece_id HAVING sum(u.quantite) <> 0""",
    # --- who works where
    "un technicien travaille sur une intervention à la fois": """
        SELECT technicien_id FROM interventions WHERE statut = 'en_cours'
         GROUP BY technicien_id HAVING count(*) > 1""",
    "un créneau ouvert au plus par intervention": """
        SELECT intervention_id FROM planning WHERE ouvert GROUP BY intervention_id HAVING count(*) > 1""",
    "un technicien n’est pas à deux endroits": """
        SELECT a.id FROM planning a JOIN planning b ON a.technicien_id = b.technicien_id AND a.id < b.id
         WHERE a.ouvert AND b.ouvert AND a.debut < b.fin AND b.debut < a.fin""",
    "un créneau ouvert est celui du technicien d’une intervention en vie": """
        SELECT p.id FROM planning p JOIN interventions i ON i.id = p.intervention_id
         WHERE p.ouvert AND (p.technicien_id IS DISTINCT FROM i.technicien_id
                             OR i.statut NOT IN ('affectee', 'en_cours', 'en_attente') OR p.fin <= p.debut)""",
    "les absences d’un technicien ne se chevauchent pas": """
        SELECT a.id FROM disponibilites a JOIN disponibilites b
            ON a.technicien_id = b.technicien_id AND a.id < b.id
         WHERE a.statut <> 'refusee' AND b.statut <> 'refusee' AND a.debut < b.fin AND b.debut < a.fin""",
    # --- the intervention
    "le client est celui de l’équipement": """
        SELECT i.id FROM interventions i JOIN equipements e ON e.id = i.equipement_id
          LEFT JOIN sites s ON s.id = i.site_id LEFT JOIN contrats c ON c.id = i.contrat_id
         WHERE i.client_id <> e.client_id OR s.client_id <> i.client_id OR c.client_id <> i.client_id""",
    "le technicien et sa date d’affectation vont ensemble": """
        SELECT id FROM interventions
         WHERE (technicien_id IS NULL) <> (date_affectation IS NULL)
            OR (statut = 'ouverte' AND technicien_id IS NOT NULL)
            OR (statut IN ('affectee', 'en_cours', 'en_attente', 'cloturee') AND technicien_id IS NULL)""",
    "les dates se suivent": """
        SELECT id FROM interventions
         WHERE date_affectation < date_creation OR date_debut < date_creation OR date_fin < date_debut
            OR date_cloture < date_fin OR (date_cloture IS NULL) <> (date_fin IS NULL)
            OR (date_debut IS NULL AND (date_fin IS NOT NULL OR statut IN ('en_cours', 'en_attente')))
            OR (date_fin IS NOT NULL AND statut NOT IN ('cloturee', 'archivee'))""",
    "une clôture est complète": """
        SELECT id FROM interventions
         WHERE date_cloture IS NOT NULL
           AND (btrim(solution) = '' OR date_debut IS NULL OR date_fin IS NULL OR duree_reelle IS NULL
                OR (type_intervention = 'corrective' AND btrim(diagnostic) = ''))""",
    "une clôture a répondu à tous les points obligatoires": """
        SELECT i.id FROM interventions i JOIN points_controle p ON p.intervention_id = i.id
         WHERE i.date_cloture IS NOT NULL AND p.obligatoire AND p.resultat = ''""",
    "les coûts d’une clôture sont ceux de ses pièces": """
        SELECT i.id FROM interventions i LEFT JOIN interventions_pieces u ON u.intervention_id = i.id
         WHERE i.date_cloture IS NOT NULL
         GROUP BY i.id HAVING i.cout_pieces <> greatest(round(coalesce(sum(u.quantite * u.prix_unitaire), 0), 2), 0)""",
    "une attente et une annulation ont leur motif": """
        SELECT id FROM interventions
         WHERE (statut = 'en_attente') <> (en_attente_depuis IS NOT NULL)
            OR (statut = 'en_attente' AND motif_attente = '')
            OR (statut = 'annulee' AND btrim(motif_annulation) = '')
            OR (motif_annulation <> '' AND statut NOT IN ('annulee', 'archivee'))""",
    "un avis suit une clôture": """
        SELECT id FROM interventions
         WHERE satisfaction_client IS NOT NULL AND (date_cloture IS NULL OR satisfaction_client NOT BETWEEN 1 AND 5)""",
    "une urgence est urgente": "SELECT id FROM interventions WHERE urgence AND priorite <> 'urgente'",
    # --- the journal
    "le journal suit la table": f"""
        SELECT id FROM historiques_interventions
         WHERE ancien_statut <> '' AND (ancien_statut, nouveau_statut) NOT IN (VALUES {_VIE})""",
    "chaque ligne du journal part d’où finit la précédente": """
        SELECT id FROM (SELECT id, ancien_statut,
                               lag(nouveau_statut) OVER (PARTITION BY intervention_id ORDER BY id) AS avant
                          FROM historiques_interventions WHERE nouveau_statut <> '') h
         WHERE coalesce(avant, '') <> ancien_statut""",
    "la dernière ligne du journal dit le statut": """
        SELECT i.id FROM interventions i
         WHERE i.statut IS DISTINCT FROM (SELECT h.nouveau_statut FROM historiques_interventions h
                WHERE h.intervention_id = i.id AND h.nouveau_statut <> '' ORDER BY h.id DESC LIMIT 1)""",
    "rien n’est saisi après la clôture": """
        SELECT i.id FROM interventions i JOIN historiques_interventions h ON h.intervention_id = i.id
         WHERE h.action NOT IN ('satisfaction', 'archivage', 'document')
           AND h.id > (SELECT min(id) FROM historiques_interventions c
                        WHERE c.intervention_id = i.id AND c.action IN ('cloture', 'annulation'))""",
    "une ligne du journal par temps et par pièce": """
        SELECT i.id FROM interventions i
         WHERE (SELECT count(*) FROM temps_passes t WHERE t.intervention_id = i.id)
            <> (SELECT count(*) FROM historiques_interventions h
                 WHERE h.intervention_id = i.id AND h.action = 'temps')""",
    # --- counters, contracts, messages
    "les comptes par statut sont justes": """
        SELECT coalesce(v.statut, c.statut)
          FROM (SELECT statut, count(*) AS n FROM interventions GROUP BY statut) v
          FULL JOIN (SELECT statut, sum(nombre) AS n FROM comptes_interventions GROUP BY statut) c USING (statut)
         WHERE coalesce(v.n, 0) <> coalesce(c.n, 0)""",
    "un équipement a un contrat actif au plus à une date": """
        SELECT a.equipement_id FROM couvertures_contrats a
          JOIN contrats ca ON ca.id = a.contrat_id
          JOIN couvertures_contrats b ON b.equipement_id = a.equipement_id AND a.id < b.id
          JOIN contrats cb ON cb.id = b.contrat_id
         WHERE ca.statut = 'actif' AND cb.statut = 'actif'
           AND ca.date_debut <= cb.date_fin AND cb.date_debut <= ca.date_fin""",
    "un client n’entend parler que des siennes": """
        SELECT n.id FROM notifications n JOIN users u ON u.id = n.user_id
          JOIN interventions i ON n.sujet = 'intervention:' || i.id
         WHERE u.role = 'client' AND NOT EXISTS (
               SELECT 1 FROM contacts c WHERE c.user_id = u.id AND c.client_id = i.client_id)""",
    "un message de l’intervention ne parle jamais de ce qui n’existe pas": """
        SELECT n.id FROM notifications n
         WHERE n.sujet ~ '^intervention:[0-9]+$'
           AND NOT EXISTS (SELECT 1 FROM interventions i WHERE n.sujet = 'intervention:' || i.id)""",
    "un courriel attend ou dit quand il est parti": """
        SELECT id FROM notifications
         WHERE statut_envoi = 'envoyee' AND date_envoi IS NULL OR lu AND date_lu IS NULL""",
}

_TOUS = " UNION ALL ".join(
    f"SELECT {rang}, (SELECT count(*) FROM ({requete}) AS lignes)"
    for rang, requete in enumerate(INVARIANTS.values())
)

# Of the rows written since one was read: to somebody inactive, or to a technicien who does not see the job (but to the
# one from whom it was just taken).
_MESSAGES = """
    SELECT n.id, n.type_notification, u.full_name FROM notifications n JOIN users u ON u.id = n.user_id
      LEFT JOIN interventions i ON n.sujet = 'intervention:' || i.id
      LEFT JOIN techniciens t ON t.id = i.technicien_id
     WHERE n.id > %s
       AND (NOT u.is_active
            OR (u.role = 'technicien' AND i.id IS NOT NULL AND t.user_id IS DISTINCT FROM u.id
                AND n.type_notification <> 'intervention_desaffectee'))
"""


def violations() -> list[str]:
    """The names of the invariants that do not hold; deferred constraints are checked too, now."""
    with connection.cursor() as curseur:
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        curseur.execute("SET CONSTRAINTS ALL DEFERRED")
        curseur.execute(_TOUS)
        noms = list(INVARIANTS)
        return [noms[rang] for rang, combien in curseur.fetchall() if combien]


def messages_indus(depuis: int) -> list[tuple[int, str, str]]:
    """Messages of an id above `depuis` that went to somebody who may not read what they tell of."""
    with connection.cursor() as curseur:
        curseur.execute(_MESSAGES, [depuis])
        return curseur.fetchall()
