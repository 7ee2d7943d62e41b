from importlib import import_module

from django.db import migrations, transaction

BATCH = 10_000

# `persian.normalize.fold` once more, step by step: compatibility forms, letters and digits that mean the same, small letters,
# no tatweel, vowel marks or marks of direction, the parts of a letter that come together thereby as one, half-spaces as
# spaces, single spaces. What is folded stays as it is when it is folded again. The body is in the standard's form, so that a
# restored dump finds its functions whatever the search path is.
FOLD = r"""
CREATE OR REPLACE FUNCTION persian_fold(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(normalize(replace(replace(regexp_replace(lower(translate(
    normalize(words, NFKC),
    U&'\0649\064A\06D0\0643\06C1\06D5\06C0\0629\0623\0625\0671\0624'
    '\06F0\06F1\06F2\06F3\06F4\06F5\06F6\06F7\06F8\06F9\0660\0661\0662\0663\0664\0665\0666\0667\0668\0669',
    U&'\06CC\06CC\06CC\06A9\0647\0647\0647\0647\0627\0627\0627\0648'
    '01234567890123456789'
) COLLATE "und-x-icu"),
    U&'[\0640\064B-\065F\0670\200B\200D-\200F\202A-\202E\2066-\2069\FEFF]', '', 'g'),
    'ß', 'ss'), 'ς', 'σ'), NFKC),
    U&'[ \200C\0009-\000D\001C-\001F\0085\1680\2028\2029]+', ' ', 'g'
));
"""


def replace(schema_editor, function):
    """Put another function in force. Who writes reports just now is waited for, and the next wait for milliseconds: whatever
    is written from here on is folded by the new function. Where a long write keeps us waiting we give up, others go on, and
    to migrate again is all there is to do.
    """
    with transaction.atomic(schema_editor.connection.alias), schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute("LOCK TABLE reports_report IN SHARE MODE")
        cursor.execute(function)


def fold_again(schema_editor):
    """Compute the stored words anew where the function in force has others: those rows alone are written and locked, ten
    thousand numbers in a transaction. About 10 s a million reports; neither readers nor other writers wait.
    """
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM reports_report")
        for first in range(0, cursor.fetchone()[0] + 1, BATCH):
            cursor.execute(
                "UPDATE reports_report SET public_text = public_text "
                "WHERE id >= %s AND id < %s AND public_words <> persian_fold(public_text)",
                [first, first + BATCH],
            )


def forwards(apps, schema_editor):
    replace(schema_editor, FOLD)
    fold_again(schema_editor)


def backwards(apps, schema_editor):
    earlier = import_module("reports.migrations.0005_public_search").FOLD
    replace(schema_editor, earlier.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    fold_again(schema_editor)


class Migration(migrations.Migration):

    # The rows are written in batches, each in a transaction of its own.
    atomic = False

    dependencies = [
        ('reports', '0006_public_cell'),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
