"""Distances are in spreads of a problem and of what phones are sure to, and more is told apart: older weights mean nothing."""

from django.db import migrations


def forget_older_weights(apps, schema_editor):
    """The shipped ones hold until `load_duplicates` is run again, or weights are fitted anew."""
    apps.get_model("reports", "DuplicateProfile").objects.filter(category=None).delete()


class Migration(migrations.Migration):

    dependencies = [
        ("reports", "0021_unsought"),
    ]

    operations = [
        migrations.RunPython(forget_older_weights, migrations.RunPython.noop),
    ]
