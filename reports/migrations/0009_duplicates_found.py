import django.contrib.postgres.operations
from django.db import migrations, models


class Migration(migrations.Migration):

    # The indexes are made beside writers, which no transaction can do.
    atomic = False

    dependencies = [
        ('reports', '0008_duplicates'),
    ]

    operations = [
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name='statusupdate',
            index=models.Index(condition=models.Q(('follows__isnull', False)), fields=['follows'], name='reports_statusupdate_followed'),
        ),
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name='report',
            index=models.Index(condition=models.Q(('duplicate_cluster__isnull', False)), fields=['duplicate_cluster'], name='reports_report_duplicates'),
        ),
        django.contrib.postgres.operations.AddIndexConcurrently(
            model_name='report',
            index=models.Index(models.OrderBy(models.F('received_at'), descending=True), condition=models.Q(('duplicates_sought_at__isnull', True)), name='reports_report_unsought'),
        ),
    ]
