# The windows of addresses, which were the API's alone: pages count as well. What was counted within this hour is forgotten.

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_work'),
    ]

    operations = [
        migrations.CreateModel(
            name='FilingWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=64, verbose_name='address')),
                ('hour', models.DateTimeField(db_index=True, verbose_name='hour')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='count')),
            ],
            options={
                'verbose_name': 'filing window',
                'verbose_name_plural': 'filing windows',
                'constraints': [models.UniqueConstraint(fields=('address', 'hour'), name='people_filingwindow_address_hour_unique')],
            },
        ),
        migrations.CreateModel(
            name='RoutingWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=64, verbose_name='address')),
                ('hour', models.DateTimeField(db_index=True, verbose_name='hour')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='count')),
            ],
            options={
                'verbose_name': 'routing window',
                'verbose_name_plural': 'routing windows',
                'constraints': [models.UniqueConstraint(fields=('address', 'hour'), name='people_routingwindow_address_hour_unique')],
            },
        ),
        migrations.CreateModel(
            name='PhotoWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=64, verbose_name='address')),
                ('hour', models.DateTimeField(db_index=True, verbose_name='hour')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='count')),
            ],
            options={
                'verbose_name': 'photo window',
                'verbose_name_plural': 'photo windows',
                'constraints': [models.UniqueConstraint(fields=('address', 'hour'), name='people_photowindow_address_hour_unique')],
            },
        ),
        migrations.CreateModel(
            name='SupportWindow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=64, verbose_name='address')),
                ('hour', models.DateTimeField(db_index=True, verbose_name='hour')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='count')),
            ],
            options={
                'verbose_name': 'support window',
                'verbose_name_plural': 'support windows',
                'constraints': [models.UniqueConstraint(fields=('address', 'hour'), name='people_supportwindow_address_hour_unique')],
            },
        ),
    ]
