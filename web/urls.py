"""Addresses of people's pages; none ends with a slash."""

from django.urls import path

from web.heard import add_photos, answer_question, say_whether_solved
from web.photos import photo_file, public_photo
from web.track_page import track
from web.views import city_map, icon

app_name = "web"
urlpatterns = [
    path("", city_map, name="map"),
    path("favicon.ico", icon, name="icon"),
    path("photos/<str:reference>/<int:number>", public_photo, name="public-photo"),
    path("track/<str:reference>/<str:token>", track, name="track"),
    path("track/<str:reference>/<str:token>/answer", answer_question, name="answer"),
    path("track/<str:reference>/<str:token>/feedback", say_whether_solved, name="feedback"),
    path("track/<str:reference>/<str:token>/photos", add_photos, name="photos"),
    path("track/<str:reference>/<str:token>/photos/<int:number>/<str:file>", photo_file, name="photo"),
]
