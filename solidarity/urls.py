from django.urls import path, re_path

from solidarity import sign_views, views, wall_views

app_name = "solidarity"
urlpatterns = [
    path("held/<str:token>/", views.held, name="held"),
    path("photo/<str:token>/", views.photo, name="photo"),
    path("withdraw-with-code/", views.withdraw_with_code, name="withdraw-with-code"),
    path("photo/<str:token>/withdraw/", views.withdraw, name="withdraw"),
    path("photo/<str:token>/confirm/", views.confirm, name="confirm"),
    path("<slug:slug>/", views.send, name="send"),
    path("<slug:slug>/sign/", sign_views.sign, name="sign"),
    re_path(
        r"^(?P<slug>[-\w]+)/sign/(?P<language>en|fr|nl)\.pdf$",
        sign_views.ready_sign,
        name="ready-sign",
    ),
    path("<slug:slug>/wall/", wall_views.wall, name="wall"),
    path("<slug:slug>/slideshow/", wall_views.slideshow, name="slideshow"),
    path("<slug:slug>/photos/<int:wall_key>/", wall_views.photo_page, name="wall-photo"),
    path("<slug:slug>/reported/<str:token>/", wall_views.reported, name="reported"),
    path("<slug:slug>/photos/<int:wall_key>/report/", wall_views.report, name="report"),
]
