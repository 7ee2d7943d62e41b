import django.db.models.deletion
from django.db import migrations, models


# A report that comes waits for its duplicates to be looked for, whoever stored it. What has waited so far waits on.
COMES = """
CREATE FUNCTION reports_note_unsought() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_unsought (report_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER reports_report_unsought AFTER INSERT ON reports_report
FOR EACH ROW EXECUTE FUNCTION reports_note_unsought();
INSERT INTO reports_unsought (report_id) SELECT id FROM reports_report WHERE duplicates_sought_at IS NULL;
"""
COMES_NO_MORE = """
DROP TRIGGER reports_report_unsought ON reports_report;
DROP FUNCTION reports_note_unsought();
UPDATE reports_report SET duplicates_sought_at = now() WHERE id NOT IN (SELECT report_id FROM reports_unsought);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0020_kinds_of_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='Unsought',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='reports.report')),
            ],
        ),
        migrations.RunSQL(COMES, COMES_NO_MORE),
        migrations.RemoveIndex(
            model_name='report',
            name='reports_report_unsought',
        ),
        migrations.RemoveField(
            model_name='report',
            name='duplicates_sought_at',
        ),
    ]
