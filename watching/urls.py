from django.urls import path

from watching import views

urlpatterns = [path("", views.metrics, name="metrics")]
