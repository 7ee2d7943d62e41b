"""The printed work order: what whoever goes out needs on paper, as PDF."""

from reports.workorder.content import WorkOrder, work_order_of
from reports.workorder.pdf import as_pdf

__all__ = ["WorkOrder", "as_pdf", "work_order_of"]
