"""The index for less: plans kept, words looked at once, and a load that may leave the index for its end.

A session that sets `gmao.recherche` to `differee` feeds no index: it must call `search.services.reconstruire_index`
when it is done, in the same transaction.
"""

from importlib import import_module

from django.db import migrations

triggers = import_module("search.migrations.0002_triggers")

# Planning the four joins again for each row took as long as making them: the plan is kept, whatever the number of ids.
# The vocabulary holds words of three letters too: a stem without a word would be looked for again on every line.
INDEXER = f"""
CREATE OR REPLACE FUNCTION indexer_recherche(le_genre text, ids bigint[]) RETURNS void
    LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $corps$
DECLARE
    lignes bigint[];
BEGIN
    IF ids IS NULL THEN RETURN; END IF;
    -- what only a wider circle could read may be gone; the lines themselves are replaced below
    DELETE FROM index_recherche WHERE genre = le_genre AND objet_id = ANY(ids) AND cercle > 0;
    CASE le_genre
    {triggers.INTERVENTION}{triggers.EQUIPEMENT}{triggers.CLIENT}{triggers.SITE}{triggers.CONTRAT}
    {triggers.TECHNICIEN}{triggers.PIECE}{triggers.DOCUMENT}
    END CASE;
    -- a line for each stem not met before
    SELECT array_agg(DISTINCT l.id) INTO lignes
      FROM (SELECT lexeme, min(t.id) AS id
              FROM index_recherche t, unnest(tsvector_to_array(t.tsv)) AS lexeme
             WHERE t.genre = le_genre AND t.objet_id = ANY(ids)
             GROUP BY lexeme) AS l
     WHERE l.lexeme ~ '^[[:alpha:]]{{3,40}}$'
       AND NOT EXISTS (SELECT FROM vocabulaire_recherche v WHERE v.racine = l.lexeme);
    IF lignes IS NULL THEN RETURN; END IF;
    -- its words; two writers of one new word leave it twice
    INSERT INTO vocabulaire_recherche (mot, racine)
    SELECT m.mot, coalesce((tsvector_to_array(to_tsvector('public.francais', m.mot)))[1], '')
      FROM (SELECT DISTINCT regexp_split_to_table(
                       cle_tri(r.titre || ' ' || r.contexte || ' ' || r.texte || ' ' || r.interne), '[^[:alpha:]]+')
              FROM index_recherche r WHERE r.id = ANY(lignes)) AS m(mot)
     WHERE length(m.mot) BETWEEN 3 AND 40
       AND NOT EXISTS (SELECT FROM vocabulaire_recherche v WHERE v.mot = m.mot);
END $corps$;
"""

INSERER = """
CREATE OR REPLACE FUNCTION recherche_inserer() RETURNS trigger LANGUAGE plpgsql AS $corps$
BEGIN
    IF current_setting('gmao.recherche', true) = 'differee' THEN RETURN NULL; END IF;
    PERFORM indexer_recherche(TG_ARGV[0], (SELECT array_agg(id) FROM nouvelles));
    RETURN NULL;
END $corps$;

CREATE OR REPLACE FUNCTION recherche_modifier() RETURNS trigger LANGUAGE plpgsql AS $corps$
BEGIN
    IF current_setting('gmao.recherche', true) = 'differee' THEN RETURN NULL; END IF;
    PERFORM indexer_recherche(TG_ARGV[0], ARRAY[NEW.id]);
    RETURN NULL;
END $corps$;

CREATE OR REPLACE FUNCTION recherche_rattacher() RETURNS trigger LANGUAGE plpgsql AS $corps$
BEGIN
    IF current_setting('gmao.recherche', true) = 'differee' THEN RETURN NULL; END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM indexer_recherche(TG_ARGV[0], ARRAY[(to_jsonb(OLD) ->> TG_ARGV[1])::bigint]);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM indexer_recherche(TG_ARGV[0], ARRAY[(to_jsonb(NEW) ->> TG_ARGV[1])::bigint]);
    END IF;
    RETURN NULL;
END $corps$;
"""

# The functions of before: a statement each, found in the text of the migration that made them.
AVANT = "".join(
    f"CREATE OR REPLACE FUNCTION {nom}{triggers.FONCTIONS.split(f'CREATE FUNCTION {nom}')[1].split('$corps$;')[0]}$corps$;"
    for nom in (
        "indexer_recherche(",
        "recherche_inserer(",
        "recherche_modifier(",
        "recherche_rattacher(",
    )
)


class Migration(migrations.Migration):
    dependencies = [("search", "0003_reprise")]
    operations = [migrations.RunSQL(INDEXER + INSERER, AVANT)]
