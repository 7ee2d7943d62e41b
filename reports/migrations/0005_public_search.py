import django.contrib.postgres.indexes
import persian.search
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

# `persian.normalize.fold` once more: compatibility forms, then letters and digits that mean the same, half-spaces as spaces,
# no tatweel, vowel marks or marks of direction, single spaces, small letters. The body is in the standard's form, so that a
# restored dump finds its functions whatever the search path is.
FOLD = r"""
CREATE FUNCTION persian_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(regexp_replace(replace(replace(lower(translate(
    normalize(words, NFKC),
    U&'\0649\064A\06D0\0643\06C1\06D5\06C0\0629\0623\0625\0671\0624'
    '\06F0\06F1\06F2\06F3\06F4\06F5\06F6\06F7\06F8\06F9\0660\0661\0662\0663\0664\0665\0666\0667\0668\0669',
    U&'\06CC\06CC\06CC\06A9\0647\0647\0647\0647\0627\0627\0627\0648'
    '01234567890123456789'
) COLLATE "und-x-icu"), 'ß', 'ss'), 'ς', 'σ'),
    U&'[\0640\064B-\065F\0670\200B\200D-\200F\202A-\202E\2066-\2069\FEFF]', '', 'g'),
    U&'[ \200C\0009-\000D\001C-\001F\0085\1680\2028\2029]+', ' ', 'g'
));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0004_density'),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(FOLD, "DROP FUNCTION persian_fold(text);"),
        migrations.AddField(
            model_name='report',
            name='public_words',
            field=models.GeneratedField(db_persist=True, expression=persian.search.Folded('public_text'), output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name='report',
            index=django.contrib.postgres.indexes.GinIndex(fields=['public_words'], name='reports_report_public_words', opclasses=['gin_trgm_ops']),
        ),
    ]
