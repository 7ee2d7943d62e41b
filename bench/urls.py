"""The addresses of what City Eye is measured against."""

from django.urls import path

from bench import bare, peers

urlpatterns = [
    path("null", bare.null),
    path("bare/route", bare.route),
    path("bare/reports", bare.reports),
    path("drf-gis/reports", peers.ReportList.as_view()),
]
