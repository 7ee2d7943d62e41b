"""Version 1: no address ends in a slash."""

from django.urls import path

from api.v1 import (
    clusters,
    ground,
    photos,
    reporters,
    reports,
    routing,
    satisfaction,
    similar,
    tiles,
    uploads,
)
from api.v1.desk import deadlines, load, reroutings, work
from api.v1.desk import reports as desk

urlpatterns = [
    path("reports", reports.ReportsView.as_view(), name="reports"),
    path("reports/similar", similar.SimilarView.as_view(), name="similar"),
    path("reports/<str:reference>", desk.ReportDeskView.as_view(), name="report"),
    path("reports/<str:reference>/decline", desk.DeclineView.as_view(), name="decline"),
    path("reports/<str:reference>/assign", desk.AssignView.as_view(), name="assign"),
    path("reports/<str:reference>/answer", reporters.AnswerView.as_view(), name="answer"),
    path("reports/<str:reference>/feedback", reporters.FeedbackView.as_view(), name="feedback"),
    path("reports/<str:reference>/status", work.StepView.as_view(), name="status"),
    path("reports/<str:reference>/accept", work.AcceptView.as_view(), name="accept"),
    path("reports/<str:reference>/delegation", work.DelegateView.as_view(), name="delegation"),
    path("reports/<str:reference>/notes", work.NotesView.as_view(), name="notes"),
    path("reports/<str:reference>/checklist", work.ChecklistView.as_view(), name="checklist"),
    path("reports/<str:reference>/assignments", desk.AssignmentsView.as_view(), name="assignments"),
    path("reports/<str:reference>/deadlines", deadlines.DeadlinesView.as_view(), name="deadlines"),
    path("reports/<str:reference>/route", routing.ReportRouteView.as_view(), name="report-route"),
    path("reports/<str:reference>/photos", photos.PhotosView.as_view(), name="report-photos"),
    path("reports/<str:reference>/photos/<int:number>", photos.PhotoView.as_view(), name="report-photo"),
    path(
        "reports/<str:reference>/photos/<int:number>/<str:file>",
        photos.PhotoFileView.as_view(),
        name="report-photo-file",
    ),
    path("reports/<str:reference>/uploads", uploads.UploadsView.as_view(), name="report-uploads"),
    path("uploads/<str:key>", uploads.UploadView.as_view(), name="upload"),
    path("photos/<str:name>.jpg", photos.PublicPhotoView.as_view(), name="photo"),
    path("desk/load", load.LoadView.as_view(), name="load"),
    path("reroutings", reroutings.ReroutingsView.as_view(), name="reroutings"),
    path("reroutings/<int:number>", reroutings.ReroutingView.as_view(), name="rerouting"),
    path("reroutings/<int:number>/moves", reroutings.MovesView.as_view(), name="rerouting-moves"),
    path("reroutings/<int:number>/apply", reroutings.ApplyView.as_view(), name="rerouting-apply"),
    path("reroutings/<int:number>/undo", reroutings.UndoView.as_view(), name="rerouting-undo"),
    path("route", routing.RouteView.as_view(), name="route"),
    path("clusters", clusters.ClustersView.as_view(), name="clusters"),
    path("jurisdictions/counts", clusters.JurisdictionCountsView.as_view(), name="jurisdiction-counts"),
    path("jurisdictions", ground.JurisdictionsView.as_view(), name="jurisdictions"),
    path("jurisdictions/<str:version>/<str:level>.geojson", ground.EditionView.as_view(), name="edition"),
    path("tiles/<str:layers>.json", tiles.TileJSONView.as_view(), name="tilejson"),
    path("tiles/<str:layers>/<str:z>/<str:x>/<str:y>.mvt", tiles.TileView.as_view(), name="tile"),
    path("statistics/satisfaction", satisfaction.SatisfactionView.as_view(), name="satisfaction"),
    path("streets", ground.StreetsView.as_view(), name="streets"),
    path("categories", ground.CategoriesView.as_view(), name="categories"),
]
