"""The jobs that the worker runs again and again; `manage.py schedule_jobs` puts them into its schedule."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Job:
    """A function without arguments, by its dotted name, and the minutes from one run to the next."""

    name: str
    func: str
    minutes: int


JOBS = (
    Job(name="sweep the outbox", func="notifications.tasks.sweep_outbox", minutes=1),
    Job(name="go on with reroutings", func="reports.tasks.sweep_reroutings", minutes=1),
    Job(name="go on with deadlines", func="reports.tasks.sweep_recomputations", minutes=1),
    Job(name="fold changes into the map's counts", func="reports.tasks.fold_changes", minutes=1),
    Job(name="see to photos", func="reports.tasks.sweep_photos", minutes=1),
    Job(name="look for duplicates", func="reports.tasks.sweep_duplicates", minutes=1),
    Job(name="remind who has not accepted", func="reports.tasks.remind_departments", minutes=10),
    Job(name="forget old answers", func="api.tasks.forget_old_answers", minutes=60),
)
