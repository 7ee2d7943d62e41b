import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# Whether a report is a duplicate, and of which, is what the public sees of it: lists and counts must notice.
COLUMNS = """is_public, public_location, public_text, public_jurisdictions, category_id, status, department_id, root_id"""
CHANGES = """
DROP TRIGGER reports_report_changes ON reports_report;
CREATE TRIGGER reports_report_changes AFTER UPDATE ON reports_report
FOR EACH ROW WHEN ((OLD.is_public OR NEW.is_public) AND ({old}) IS DISTINCT FROM ({new}))
EXECUTE FUNCTION reports_note_change();
"""


def watching(columns):
    names = columns.split(", ")
    return CHANGES.format(**{side: ", ".join(f"{side.upper()}.{name}" for name in names) for side in ("old", "new")})


# Another root is another parent of every member.
ROOTS = """
CREATE FUNCTION reports_note_root() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reports_change (
        report_id, reference, root_id, at, was_root_id,
        was_x, was_y, was_category_id, was_status, was_grounds, x, y, category_id, status, grounds
    ) SELECT
        id, reference, root_id, clock_timestamp(), root_id,
        public_x, public_y, category_id, status, public_jurisdictions,
        public_x, public_y, category_id, status, public_jurisdictions
    FROM reports_report WHERE duplicate_cluster_id = NEW.id AND is_public;
    IF pg_try_advisory_xact_lock(1919250546, 1) THEN PERFORM pg_notify('reports_changes', ''); END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER reports_duplicatecluster_root AFTER UPDATE ON reports_duplicatecluster
FOR EACH ROW WHEN (OLD.root_report_id <> NEW.root_report_id) EXECUTE FUNCTION reports_note_root();
"""
NO_ROOTS = """
DROP TRIGGER reports_duplicatecluster_root ON reports_duplicatecluster;
DROP FUNCTION reports_note_root();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('jurisdictions', '0004_conditions_of_rules'),
        ('reports', '0007_fold_once'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DuplicateAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('merge', 'merged'), ('split', 'taken apart'), ('move', 'moved to another problem'), ('accept', 'suggestion accepted'), ('reject', 'suggestion rejected'), ('claim', 'said by the reporter'), ('undo', 'undone')], max_length=10, verbose_name='kind')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('changes', models.JSONField(default=dict, verbose_name='changes')),
            ],
            options={
                'verbose_name': 'act about a problem with several reports',
                'verbose_name_plural': 'acts about problems with several reports',
            },
        ),
        migrations.CreateModel(
            name='DuplicateCluster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
            ],
            options={
                'verbose_name': 'problem with several reports',
                'verbose_name_plural': 'problems with several reports',
            },
        ),
        migrations.CreateModel(
            name='DuplicateLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.FloatField(verbose_name='likeness')),
                ('features', models.JSONField(default=dict, verbose_name='features')),
                ('kind', models.CharField(choices=[('duplicate', 'the same problem'), ('recurrence', 'it has come back')], default='duplicate', max_length=12, verbose_name='kind')),
                ('state', models.CharField(choices=[('suggested', 'suggested'), ('automatic', 'linked by likeness'), ('claimed', 'said by the reporter'), ('confirmed', 'confirmed by the staff'), ('rejected', 'not the same')], max_length=12, verbose_name='state')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('made_at', models.DateTimeField(verbose_name='made at')),
            ],
            options={
                'verbose_name': 'link between reports',
                'verbose_name_plural': 'links between reports',
            },
        ),
        migrations.CreateModel(
            name='Supporter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('person_hash', models.CharField(editable=False, max_length=64, verbose_name='person')),
                ('language', models.CharField(default='fa', max_length=8, verbose_name='language')),
                ('at', models.DateTimeField(verbose_name='at')),
            ],
            options={
                'verbose_name': 'supporter',
                'verbose_name_plural': 'supporters',
            },
        ),
        migrations.AddField(
            model_name='report',
            name='duplicates_sought_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='duplicates sought at'),
        ),
        migrations.AddField(
            model_name='statusupdate',
            name='follows',
            field=models.ForeignKey(blank=True, db_index=False, help_text='The step of the main report that this one was taken with.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='followed_by', to='reports.statusupdate', verbose_name='follows'),
        ),
        migrations.AddField(
            model_name='duplicateact',
            name='by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='duplicateact',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jurisdictions.jurisdiction', verbose_name='city'),
        ),
        migrations.AddField(
            model_name='duplicateact',
            name='reports',
            field=models.ManyToManyField(related_name='duplicate_acts', to='reports.report', verbose_name='reports'),
        ),
        migrations.AddField(
            model_name='duplicateact',
            name='undoes',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='reports.duplicateact', verbose_name='undoes'),
        ),
        migrations.AddField(
            model_name='duplicatecluster',
            name='city',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='jurisdictions.jurisdiction', verbose_name='city'),
        ),
        migrations.AddField(
            model_name='duplicatecluster',
            name='root_report',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rooted_cluster', to='reports.report', verbose_name='main report'),
        ),
        migrations.AddField(
            model_name='report',
            name='duplicate_cluster',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='reports.duplicatecluster', verbose_name='problem with several reports'),
        ),
        migrations.AddField(
            model_name='duplicatelink',
            name='act',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='links', to='reports.duplicateact', verbose_name='act'),
        ),
        migrations.AddField(
            model_name='duplicatelink',
            name='decided_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='duplicatelink',
            name='first',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='reports.report', verbose_name='report'),
        ),
        migrations.AddField(
            model_name='duplicatelink',
            name='second',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='reports.report', verbose_name='other report'),
        ),
        migrations.CreateModel(
            name='SupporterContact',
            fields=[
                ('supporter', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='contact', serialize=False, to='reports.supporter', verbose_name='supporter')),
                ('phone', models.CharField(blank=True, max_length=16, verbose_name='phone')),
                ('phone_hash', models.CharField(blank=True, db_index=True, editable=False, max_length=64, verbose_name='phone hash')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('email_hash', models.CharField(blank=True, db_index=True, editable=False, max_length=64, verbose_name='e-mail hash')),
            ],
            options={
                'verbose_name': 'contact of a supporter',
                'verbose_name_plural': 'contacts of supporters',
            },
        ),
        migrations.AddField(
            model_name='supporter',
            name='report',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='supporters', to='reports.report', verbose_name='report'),
        ),
        migrations.AddField(
            model_name='supporter',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account'),
        ),
        migrations.AddConstraint(
            model_name='duplicateact',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['merge', 'split', 'move', 'accept', 'reject', 'claim', 'undo'])), name='reports_duplicateact_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='duplicateact',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'undo'), ('undoes__isnull', True), _connector='XOR'), name='reports_duplicateact_undoes_iff_undo'),
        ),
        migrations.AddConstraint(
            model_name='duplicatelink',
            constraint=models.UniqueConstraint(fields=('first', 'second'), name='reports_duplicatelink_pair_unique'),
        ),
        migrations.AddConstraint(
            model_name='duplicatelink',
            constraint=models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='reports_duplicatelink_lower_key_first'),
        ),
        migrations.AddConstraint(
            model_name='duplicatelink',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['duplicate', 'recurrence'])), name='reports_duplicatelink_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='duplicatelink',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['suggested', 'automatic', 'claimed', 'confirmed', 'rejected'])), name='reports_duplicatelink_state_known'),
        ),
        migrations.AddConstraint(
            model_name='duplicatelink',
            constraint=models.CheckConstraint(condition=models.Q(('score__gte', 0), ('score__lte', 1)), name='reports_duplicatelink_score_from_0_to_1'),
        ),
        migrations.AddConstraint(
            model_name='duplicatelink',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['automatic', 'suggested']), ('decided_at__isnull', False), _connector='XOR'), name='reports_duplicatelink_decided_iff_by_people'),
        ),
        migrations.AddConstraint(
            model_name='supportercontact',
            constraint=models.CheckConstraint(condition=models.Q(('phone', ''), ('phone__regex', '^\\+[1-9][0-9]{6,14}$'), _connector='OR'), name='reports_supportercontact_phone_is_e164'),
        ),
        migrations.AddConstraint(
            model_name='supporter',
            constraint=models.UniqueConstraint(fields=('report', 'person_hash'), name='reports_supporter_once_a_person'),
        ),
        migrations.AddConstraint(
            model_name='supporter',
            constraint=models.CheckConstraint(condition=models.Q(('person_hash', ''), _negated=True), name='reports_supporter_is_somebody'),
        ),
        migrations.RunSQL(watching(COLUMNS + ", duplicate_cluster_id"), watching(COLUMNS)),
        migrations.RunSQL(ROOTS, NO_ROOTS),
    ]
