"""The small wall that other sites show in a frame, outside the languages."""

from django.urls import path

from solidarity import wall_views

urlpatterns = [path("<slug:slug>/", wall_views.embed, name="wall-embed")]
