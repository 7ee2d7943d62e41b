import django.contrib.postgres.operations
from django.db import migrations, models


class Migration(migrations.Migration):

    # The index is made beside writers, which no transaction can do.
    atomic = False

    dependencies = [
        ('reports', '0005_public_search'),
    ]

    operations = [
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name='report',
            index=models.Index(models.F('public_x').bitrightshift(16), models.F('public_y').bitrightshift(16), condition=models.Q(('is_public', True)), include=('public_x', 'public_y', 'reference', 'category', 'status'), name='reports_report_public_cell'),
        ),
    ]
