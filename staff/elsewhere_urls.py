"""Where other Django sites have their administration: here it leads to the one door."""

from django.urls import re_path

from staff.login import views

urlpatterns = [re_path(r"", views.to_the_door)]
