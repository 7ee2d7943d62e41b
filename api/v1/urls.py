"""Version 1: no address ends in a slash."""

from django.urls import path

from api.v1 import ground, reports, routing

urlpatterns = [
    path("reports", reports.ReportsView.as_view(), name="reports"),
    path("reports/<str:reference>", reports.ReportView.as_view(), name="report"),
    path("reports/<str:reference>/route", routing.ReportRouteView.as_view(), name="report-route"),
    path("route", routing.RouteView.as_view(), name="route"),
    path("jurisdictions", ground.JurisdictionsView.as_view(), name="jurisdictions"),
    path("streets", ground.StreetsView.as_view(), name="streets"),
    path("categories", ground.CategoriesView.as_view(), name="categories"),
]
