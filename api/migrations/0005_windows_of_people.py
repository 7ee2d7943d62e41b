# The windows of addresses are kept by people: pages count as well as the API.

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('api', '0004_support_window'),
        ('people', '0003_windows'),
    ]

    operations = [
        migrations.DeleteModel(name='FilingWindow'),
        migrations.DeleteModel(name='RoutingWindow'),
        migrations.DeleteModel(name='PhotoWindow'),
        migrations.DeleteModel(name='SupportWindow'),
    ]
