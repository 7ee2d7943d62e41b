"""Addresses of people's pages; none ends with a slash."""

from django.urls import path

from web.views import city_map, icon, track

app_name = "web"
urlpatterns = [
    path("", city_map, name="map"),
    path("favicon.ico", icon, name="icon"),
    path("track/<str:reference>/<str:token>", track, name="track"),
]
