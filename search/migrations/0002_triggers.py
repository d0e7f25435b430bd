"""The index of the one box: its column of lexemes, its GIN indexes, and the triggers of the tables that feed it.

Texts are written as one sees them; `tsv` is generated from them: titre and codes weigh A, contexte B, texte C, and D
what is for the company's own people (`interne`): whoever is not asks for the weights ABC only.
The functions name tables in their bodies only, so that a later migration may alter those tables freely.
"""

from django.db import migrations

CONFIGURATION = """
CREATE TEXT SEARCH CONFIGURATION public.francais (COPY = pg_catalog.french);
ALTER TEXT SEARCH CONFIGURATION public.francais
    ALTER MAPPING FOR hword, hword_part, word WITH public.unaccent, pg_catalog.french_stem;

-- "-", "/", "_" … join words into one token of a kind of its own: they part words here
CREATE FUNCTION texte_plat(texte text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT translate(texte, '_-./\\@+:''’', '          ') $$;

-- a code as it is looked for: letters and digits, whatever was typed between them
CREATE FUNCTION code_plat(texte text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT regexp_replace(cle_tri(texte), '[^a-z0-9]+', '', 'g') $$;
"""

CONFIGURATION_RETOUR = """
DROP FUNCTION code_plat(text);
DROP FUNCTION texte_plat(text);
DROP TEXT SEARCH CONFIGURATION public.francais;
"""

# One partial index per size of population: what is asked of a thousand clients must not read what 200,000 jobs say.
POPULATIONS = {
    "interventions": "genre = 'intervention'",
    "documents": "genre = 'document'",
    "autres": "genre NOT IN ('intervention', 'document')",
}

COLONNE = """
ALTER TABLE index_recherche ADD COLUMN tsv tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('public.francais', texte_plat(titre)), 'A')
    || setweight(to_tsvector('pg_catalog.simple', codes), 'A')
    || setweight(to_tsvector('public.francais', texte_plat(contexte)), 'B')
    || setweight(to_tsvector('public.francais', texte), 'C')
    || setweight(to_tsvector('public.francais', interne), 'D')
) STORED;
ALTER TABLE index_recherche ALTER COLUMN tsv SET STATISTICS 500;
CREATE INDEX idx_vocabulaire_trigrammes ON vocabulaire_recherche USING gin (mot gin_trgm_ops);
""" + "\n".join(
    f"""
CREATE INDEX idx_recherche_mots_{nom} ON index_recherche USING gin (tsv)
    WITH (gin_pending_list_limit = 512) WHERE {condition};
CREATE INDEX idx_recherche_codes_{nom} ON index_recherche USING gin (codes gin_trgm_ops)
    WITH (gin_pending_list_limit = 256) WHERE {condition};
"""
    for nom, condition in POPULATIONS.items()
)

COLONNE_RETOUR = """
DROP INDEX idx_vocabulaire_trigrammes;
ALTER TABLE index_recherche DROP COLUMN tsv;
DROP INDEX IF EXISTS idx_recherche_codes_interventions, idx_recherche_codes_documents, idx_recherche_codes_autres;
"""


def lignes(
    genre: str,
    codes: str,
    titre: str,
    contexte: str,
    texte: str,
    source: str,
    interne: str = "''",
    gestion: str = "",
) -> str:
    """The INSERT of one kind; `gestion` is (codes, interne) that only those who run the operations read besides."""
    autre = f", (1, {gestion})" if gestion else ""
    return f"""
    WHEN '{genre}' THEN
        INSERT INTO index_recherche (genre, objet_id, cercle, codes, titre, contexte, texte, interne)
        SELECT '{genre}', o.id, v.cercle, concat_ws(' ', {codes}, v.codes), {titre},
               concat_ws(' · ', {contexte}), concat_ws(' ', {texte}), concat_ws(' ', {interne}, v.interne)
          FROM {source}
         CROSS JOIN LATERAL (VALUES (0, '', ''){autre}) AS v(cercle, codes, interne)
         WHERE o.id = ANY(ids) AND (v.cercle = 0 OR v.codes || v.interne <> '')
        ON CONFLICT (genre, objet_id, cercle) DO UPDATE
           SET codes = EXCLUDED.codes, titre = EXCLUDED.titre, contexte = EXCLUDED.contexte,
               texte = EXCLUDED.texte, interne = EXCLUDED.interne, updated_at = now();
    """


def codes(*colonnes: str) -> str:
    return ", ".join(f"code_plat({colonne})" for colonne in colonnes)


def non_vides(*colonnes: str) -> str:
    return ", ".join(f"NULLIF({colonne}, '')" for colonne in colonnes)


INTERVENTION = lignes(
    "intervention",
    codes("o.reference"),
    "o.reference || ' – ' || o.titre",
    non_vides("e.nom", "e.code_interne", "c.nom_entreprise", "s.nom"),
    non_vides("o.description", "o.diagnostic", "o.solution"),
    "interventions o JOIN equipements e ON e.id = o.equipement_id JOIN clients c ON c.id = o.client_id"
    " LEFT JOIN sites s ON s.id = o.site_id",
    interne="o.notes_techniques",
)
EQUIPEMENT = lignes(
    "equipement",
    codes("o.code_interne", "o.numero_serie"),
    "o.nom || ' (' || o.code_interne || ')'",
    non_vides(
        "o.type_equipement",
        "concat_ws(' ', o.marque, o.modele)",
        "c.nom_entreprise",
        "s.nom",
        "s.ville",
    ),
    non_vides("o.numero_serie", "o.localisation", "o.batiment", "o.etage", "o.zone")
    + ", (SELECT string_agg(x.value, ' ') FROM jsonb_each_text("
    "CASE jsonb_typeof(o.specifications) WHEN 'object' THEN o.specifications ELSE '{}' END) x)",
    "equipements o JOIN clients c ON c.id = o.client_id LEFT JOIN sites s ON s.id = o.site_id",
)
CLIENT = lignes(
    "client",
    codes(
        "o.ice",
        "o.identifiant_fiscal",
        "o.registre_commerce",
        "o.patente",
        "o.cnss",
        "o.telephone",
        "o.telephone_mobile",
        "o.email",
    )
    + ", (SELECT string_agg(code_plat(p.telephone) || ' ' || code_plat(p.email), ' ')"
    " FROM contacts p WHERE p.client_id = o.id)",
    "o.nom_entreprise",
    non_vides("o.nom_commercial", "o.ville", "o.secteur_activite", "o.ice"),
    non_vides(
        "o.contact_nom",
        "o.contact_fonction",
        "o.adresse",
        "o.code_postal",
        "o.region",
        "o.email",
        "o.telephone",
        "o.instructions_particulieres",
    )
    + ", (SELECT string_agg(concat_ws(' ', p.nom, p.fonction), ' ') FROM contacts p WHERE p.client_id = o.id)",
    "clients o",
    gestion="'', o.notes_commerciales",
)
SITE = lignes(
    "site",
    "''",
    "o.nom",
    non_vides("c.nom_entreprise", "o.ville"),
    non_vides("o.adresse", "o.instructions_acces", "o.heures_ouverture"),
    "sites o JOIN clients c ON c.id = o.client_id",
)
CONTRAT = lignes(
    "contrat",
    codes("o.numero"),
    "o.numero",
    non_vides("c.nom_entreprise"),
    "replace(o.type_contrat, '_', ' ')",
    "contrats o JOIN clients c ON c.id = o.client_id",
    gestion="'', o.notes",
)
# of a technicien a client reads the name, his colleagues all but what is private
TECHNICIEN = lignes(
    "technicien",
    "''",
    "u.full_name",
    "NULL",
    "NULL",
    "techniciens o JOIN users u ON u.id = o.user_id",
    interne=non_vides("o.specialite", "o.equipe", "o.zone_geographique")
    + ", o.matricule, code_plat(o.matricule), code_plat(o.telephone),"
    " (SELECT string_agg(k.nom, ' ') FROM techniciens_competences t"
    " JOIN competences k ON k.id = t.competence_id WHERE t.technicien_id = o.id)",
    gestion="concat_ws(' ', code_plat(o.matricule), code_plat(o.telephone), code_plat(u.email)),"
    " concat_ws(' ', u.email, o.notes_privees)",
)
PIECE = lignes(
    "piece",
    codes("o.reference"),
    "o.reference || ' – ' || o.designation",
    non_vides("o.fournisseur", "o.emplacement"),
    "array_to_string(o.types_compatibles, ' ')",
    "pieces_detachees o",
)
DOCUMENT = lignes(
    "document",
    "''",
    "o.nom_fichier",
    non_vides(
        "coalesce(i.reference || ' – ' || i.titre, e.nom || ' (' || e.code_interne || ')',"
        " c.nom_entreprise, k.numero)"
    ),
    "o.type_document",
    "documents o LEFT JOIN interventions i ON i.id = o.intervention_id"
    " LEFT JOIN equipements e ON e.id = o.equipement_id LEFT JOIN clients c ON c.id = o.client_id"
    " LEFT JOIN contrats k ON k.id = o.contrat_id",
)

FONCTIONS = f"""
CREATE FUNCTION indexer_recherche(le_genre text, ids bigint[]) RETURNS void LANGUAGE plpgsql AS $corps$
BEGIN
    IF ids IS NULL THEN RETURN; END IF;
    -- what only a wider circle could read may be gone; the lines themselves are replaced below
    DELETE FROM index_recherche WHERE genre = le_genre AND objet_id = ANY(ids) AND cercle > 0;
    CASE le_genre
    {INTERVENTION}{EQUIPEMENT}{CLIENT}{SITE}{CONTRAT}{TECHNICIEN}{PIECE}{DOCUMENT}
    END CASE;
    -- the words of the lines that hold a stem not met before; two writers of one new word leave it twice
    INSERT INTO vocabulaire_recherche (mot, racine)
    SELECT DISTINCT m.mot, coalesce((tsvector_to_array(to_tsvector('public.francais', m.mot)))[1], '')
      FROM (SELECT r.titre || ' ' || r.contexte || ' ' || r.texte || ' ' || r.interne AS texte
              FROM (SELECT DISTINCT ON (lexeme) lexeme, t.id
                      FROM index_recherche t, unnest(t.tsv)
                     WHERE t.genre = le_genre AND t.objet_id = ANY(ids) AND lexeme ~ '^[[:alpha:]]{{3,40}}$') AS l
              JOIN index_recherche r ON r.id = l.id
             WHERE NOT EXISTS (SELECT FROM vocabulaire_recherche v WHERE v.racine = l.lexeme)) AS lignes,
           regexp_split_to_table(cle_tri(lignes.texte), '[^[:alpha:]]+') AS m(mot)
     WHERE length(m.mot) BETWEEN 4 AND 40
       AND NOT EXISTS (SELECT FROM vocabulaire_recherche v WHERE v.mot = m.mot);
END $corps$;

-- A skill renamed: those who hold it.
CREATE FUNCTION recherche_competence() RETURNS trigger LANGUAGE plpgsql AS $corps$
BEGIN
    PERFORM indexer_recherche('technicien', (
        SELECT array_agg(technicien_id) FROM techniciens_competences WHERE competence_id = NEW.id));
    RETURN NULL;
END $corps$;

CREATE FUNCTION recherche_inserer() RETURNS trigger LANGUAGE plpgsql AS $corps$
BEGIN
    PERFORM indexer_recherche(TG_ARGV[0], (SELECT array_agg(id) FROM nouvelles));
    RETURN NULL;
END $corps$;

-- Known words that look like these, and those that they begin; the caller counts the letters.
CREATE FUNCTION mots_proches(mots text[]) RETURNS TABLE (mot text, connu text)
    LANGUAGE sql STABLE SET pg_trgm.similarity_threshold = 0.15 AS $corps$
    SELECT cherche, p.mot
      FROM unnest(mots) AS cherche,
           LATERAL (SELECT DISTINCT v.mot::text AS mot, similarity(v.mot, cherche) AS proximite
                      FROM vocabulaire_recherche v WHERE v.mot % cherche OR v.mot LIKE cherche || '%'
                     ORDER BY 2 DESC, 1 LIMIT 60) AS p
     ORDER BY cherche, p.proximite DESC, p.mot
$corps$;

CREATE FUNCTION recherche_modifier() RETURNS trigger LANGUAGE plpgsql AS $corps$
BEGIN
    PERFORM indexer_recherche(TG_ARGV[0], ARRAY[NEW.id]);
    RETURN NULL;
END $corps$;

CREATE FUNCTION recherche_retirer() RETURNS trigger LANGUAGE plpgsql AS $corps$
BEGIN
    DELETE FROM index_recherche WHERE genre = TG_ARGV[0] AND objet_id = OLD.id;
    RETURN NULL;
END $corps$;

-- A name that other lines quote: those of the column TG_ARGV[2] of the table TG_ARGV[1], as TG_ARGV[0].
CREATE FUNCTION recherche_propager() RETURNS trigger LANGUAGE plpgsql AS $corps$
DECLARE
    ids bigint[];
BEGIN
    EXECUTE format('SELECT array_agg(id) FROM %I WHERE %I = $1', TG_ARGV[1], TG_ARGV[2]) INTO ids USING NEW.id;
    PERFORM indexer_recherche(TG_ARGV[0], ids);
    RETURN NULL;
END $corps$;

-- A row that belongs to the line of another object: its column TG_ARGV[1] is the id of a TG_ARGV[0].
CREATE FUNCTION recherche_rattacher() RETURNS trigger LANGUAGE plpgsql AS $corps$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM indexer_recherche(TG_ARGV[0], ARRAY[(to_jsonb(OLD) ->> TG_ARGV[1])::bigint]);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM indexer_recherche(TG_ARGV[0], ARRAY[(to_jsonb(NEW) ->> TG_ARGV[1])::bigint]);
    END IF;
    RETURN NULL;
END $corps$;
"""

FONCTIONS_RETOUR = """
DROP FUNCTION mots_proches(text[]);
DROP FUNCTION recherche_competence();
DROP FUNCTION recherche_rattacher();
DROP FUNCTION recherche_propager();
DROP FUNCTION recherche_retirer();
DROP FUNCTION recherche_modifier();
DROP FUNCTION recherche_inserer();
DROP FUNCTION indexer_recherche(text, bigint[]);
"""

# genre → its table and the columns that its line is made of
TABLES = {
    "intervention": (
        "interventions",
        "reference titre description diagnostic solution notes_techniques equipement_id client_id site_id",
    ),
    "equipement": (
        "equipements",
        "nom code_interne numero_serie type_equipement marque modele client_id site_id localisation batiment etage"
        " zone specifications",
    ),
    "client": (
        "clients",
        "nom_entreprise nom_commercial ice identifiant_fiscal registre_commerce patente cnss telephone"
        " telephone_mobile email ville secteur_activite contact_nom contact_fonction adresse code_postal region"
        " instructions_particulieres notes_commerciales",
    ),
    "site": ("sites", "nom adresse ville instructions_acces heures_ouverture client_id"),
    "contrat": ("contrats", "numero type_contrat client_id notes"),
    "technicien": (
        "techniciens",
        "user_id matricule telephone specialite equipe zone_geographique notes_privees",
    ),
    "piece": (
        "pieces_detachees",
        "reference designation fournisseur emplacement types_compatibles",
    ),
    "document": (
        "documents",
        "nom_fichier type_document intervention_id equipement_id client_id contrat_id",
    ),
}

# table, columns → lines of which genre, table and foreign key quote them
CITES = [
    ("clients", "nom_entreprise", [
        ("site", "sites", "client_id"), ("contrat", "contrats", "client_id"),
        ("equipement", "equipements", "client_id"), ("intervention", "interventions", "client_id"),
        ("document", "documents", "client_id"),
    ]),
    ("sites", "nom ville", [("equipement", "equipements", "site_id"), ("intervention", "interventions", "site_id")]),
    ("equipements", "nom code_interne", [
        ("intervention", "interventions", "equipement_id"), ("document", "documents", "equipement_id"),
    ]),
    ("interventions", "titre reference", [("document", "documents", "intervention_id")]),
    ("contrats", "numero", [("document", "documents", "contrat_id")]),
    ("users", "full_name email", [("technicien", "techniciens", "user_id")]),
]  # fmt: skip


def _changees(colonnes: list[str]) -> str:
    avant, apres = (", ".join(f"{cote}.{c}" for c in colonnes) for cote in ("OLD", "NEW"))
    return f"(({avant}) IS DISTINCT FROM ({apres}))"


def creer_triggers() -> str:
    sql = []
    for genre, (table, texte) in TABLES.items():
        colonnes = texte.split()
        sql.append(f"""
CREATE TRIGGER recherche_inseree AFTER INSERT ON {table} REFERENCING NEW TABLE AS nouvelles
    FOR EACH STATEMENT EXECUTE FUNCTION recherche_inserer('{genre}');
CREATE TRIGGER recherche_modifiee AFTER UPDATE OF {", ".join(colonnes)} ON {table}
    FOR EACH ROW WHEN {_changees(colonnes)} EXECUTE FUNCTION recherche_modifier('{genre}');
CREATE TRIGGER recherche_retiree AFTER DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION recherche_retirer('{genre}');
""")
    for table, texte, citants in CITES:
        colonnes = texte.split()
        for genre, cible, cle in citants:
            sql.append(f"""
CREATE TRIGGER recherche_citee_{genre} AFTER UPDATE OF {", ".join(colonnes)} ON {table}
    FOR EACH ROW WHEN {_changees(colonnes)}
    EXECUTE FUNCTION recherche_propager('{genre}', '{cible}', '{cle}');
""")
    for table, genre, cle in (
        ("contacts", "client", "client_id"),
        ("techniciens_competences", "technicien", "technicien_id"),
    ):
        sql.append(f"""
CREATE TRIGGER recherche_rattachee AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION recherche_rattacher('{genre}', '{cle}');
""")
    sql.append("""
CREATE TRIGGER recherche_citee_technicien AFTER UPDATE OF nom ON competences
    FOR EACH ROW WHEN (OLD.nom IS DISTINCT FROM NEW.nom) EXECUTE FUNCTION recherche_competence();
""")
    return "".join(sql)


def retirer_triggers() -> str:
    sql = []
    for _genre, (table, _colonnes) in TABLES.items():
        sql += [
            f"DROP TRIGGER recherche_{quoi} ON {table};"
            for quoi in ("inseree", "modifiee", "retiree")
        ]
    for table, _colonnes, citants in CITES:
        sql += [
            f"DROP TRIGGER recherche_citee_{genre} ON {table};" for genre, _cible, _cle in citants
        ]
    sql += [
        f"DROP TRIGGER recherche_rattachee ON {table};"
        for table in ("contacts", "techniciens_competences")
    ]
    sql.append("DROP TRIGGER recherche_citee_technicien ON competences;")
    return "\n".join(sql)


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
        ("erp", "0001_extensions"),
        ("accounts", "0001_initial"),
        ("clients", "0001_initial"),
        ("equipment", "0001_initial"),
        ("technicians", "0001_initial"),
        ("stock", "0001_initial"),
        ("interventions", "0001_initial"),
        ("documents", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(CONFIGURATION, CONFIGURATION_RETOUR),
        migrations.RunSQL(COLONNE, COLONNE_RETOUR),
        migrations.RunSQL(FONCTIONS, FONCTIONS_RETOUR),
        migrations.RunSQL(creer_triggers(), retirer_triggers()),
    ]
