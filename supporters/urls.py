from django.urls import path

from supporters import views

app_name = "supporters"
urlpatterns = [
    path("", views.ask, name="ask"),
    path("sent/", views.sent, name="sent"),
    path("open/<str:token>/", views.open_link, name="open"),
    path("<str:token>/", views.overview, name="overview"),
]
