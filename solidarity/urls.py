from django.urls import path

from solidarity import views

app_name = "solidarity"
urlpatterns = [
    path("held/<str:token>/", views.held, name="held"),
    path("photo/<str:token>/", views.photo, name="photo"),
    path("withdraw-with-code/", views.withdraw_with_code, name="withdraw-with-code"),
    path("photo/<str:token>/withdraw/", views.withdraw, name="withdraw"),
    path("<slug:slug>/", views.send, name="send"),
    path("<slug:slug>/wall/", views.wall, name="wall"),
]
