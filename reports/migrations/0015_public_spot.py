import django.contrib.postgres.operations
from django.db import migrations, models


class Migration(migrations.Migration):

    # Indexes come and go beside writers, which no transaction can do. The new one is there before the old one goes.
    atomic = False

    dependencies = [
        ('reports', '0014_roots_exchanged'),
    ]

    operations = [
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name='report',
            index=models.Index(models.F('public_x').bitrightshift(13), models.F('public_y').bitrightshift(13), condition=models.Q(('is_public', True)), include=('public_x', 'public_y', 'reference', 'category', 'status', 'received_at', 'id'), name='reports_report_public_spot'),
        ),
        django.contrib.postgres.operations.RemoveIndexConcurrently(
            model_name='report',
            name='reports_report_public_cell',
        ),
    ]
