"""Words looked at in the other order: is it unknown, and only then is it a word.

The expression that tells a word from a number took as long as finding all of a line's stems in the vocabulary, where
all but a few of them are.
"""

from importlib import import_module

from django.db import migrations

avant = import_module("search.migrations.0004_au_plus_juste").INDEXER

DEBUT, FIN = (
    "    -- a line for each stem not met before\n",
    "    IF lignes IS NULL THEN RETURN; END IF;\n",
)
INCONNUS = """
    -- a line for each stem not met before; OFFSET keeps the costly comparison for what the vocabulary does not have
    SELECT array_agg(DISTINCT l.id) INTO lignes
      FROM (SELECT min(inconnus.id) AS id
              FROM (SELECT t.id, lexeme
                      FROM index_recherche t, unnest(tsvector_to_array(t.tsv)) AS lexeme
                     WHERE t.genre = le_genre AND t.objet_id = ANY(ids)
                       AND NOT EXISTS (SELECT FROM vocabulaire_recherche v WHERE v.racine = lexeme)
                    OFFSET 0) AS inconnus
             WHERE inconnus.lexeme ~ '^[[:alpha:]]{3,40}$'
             GROUP BY inconnus.lexeme) AS l;
"""
APRES = avant.split(DEBUT)[0] + INCONNUS.lstrip("\n") + FIN + avant.split(FIN)[1]


class Migration(migrations.Migration):
    dependencies = [("search", "0004_au_plus_juste")]
    operations = [migrations.RunSQL(APRES, avant)]
