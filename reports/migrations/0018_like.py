import django.contrib.postgres.indexes
import geo.functions
from django.contrib.postgres.operations import AddIndexConcurrently, BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):

    # The indexes are made beside writers, which no transaction can do.
    atomic = False

    dependencies = [
        ('reports', '0017_deadline_notes'),
    ]

    operations = [
        BtreeGistExtension(),
        AddIndexConcurrently(
            model_name='report',
            index=django.contrib.postgres.indexes.GistIndex(models.F('category'), geo.functions.Geography('location'), name='reports_report_like'),
        ),
        AddIndexConcurrently(
            model_name='report',
            index=django.contrib.postgres.indexes.GistIndex(models.F('category'), geo.functions.Geography('public_location'), condition=models.Q(('is_public', True)), name='reports_report_public_like'),
        ),
    ]
