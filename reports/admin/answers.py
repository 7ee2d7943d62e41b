"""What the staff choose from when they take a step: reasons, ready answers, checklists."""

from django.contrib import admin

from jurisdictions.admin.reference import NamedAdmin
from reports.models import ChecklistItem, ClosingReason, StandardAnswer


@admin.register(ClosingReason)
class ClosingReasonAdmin(NamedAdmin):
    """Why reports are closed. One that has been given is not deleted: it goes out of use."""

    list_display = ["name_fa", "name_en", "code", "status", "rank", "is_active"]
    list_filter = ["status", "is_active"]
    ordering = ["status", "rank", "code"]
    fields = ["code", "name_fa", "name_en", "status", "rank", "is_active"]


@admin.register(StandardAnswer)
class StandardAnswerAdmin(NamedAdmin):
    """Notes ready to be sent with a step."""

    list_display = ["name_fa", "name_en", "code", "status", "category", "rank", "is_active"]
    list_select_related = ["category"]
    list_filter = ["status", "is_active"]
    ordering = ["status", "category_id", "rank", "code"]
    fields = ["code", "name_fa", "name_en", "status", "category", "text_fa", "text_en", "rank", "is_active"]
    autocomplete_fields = ["category"]


@admin.register(ChecklistItem)
class ChecklistItemAdmin(NamedAdmin):
    """What is looked at before a report of a category counts as resolved."""

    list_display = ["name_fa", "name_en", "code", "category", "rank", "is_required", "is_active"]
    list_select_related = ["category"]
    list_filter = ["is_required", "is_active"]
    ordering = ["category_id", "rank", "code"]
    fields = ["category", "code", "name_fa", "name_en", "rank", "is_required", "is_active"]
    autocomplete_fields = ["category"]
