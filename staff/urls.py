"""The doors of the staff: they stand before Wagtail's own addresses below /admin/.

Nothing here is wrapped by Wagtail's check; ``staff.sessions`` lets a session that has given only
its password be somebody below login/ alone. Names that begin with account_ and mfa_ are those that
django-allauth looks for.
"""

from django.urls import include, path, re_path

from staff.login import clock, enrolment, forgotten, security, views
from staff.members.own_account import own_account

urlpatterns = [
    path("invitation/", include("staff.members.public_urls")),
    path("", include("staff.members.closed_urls")),
    path("login/", views.DoorLoginView.as_view(), name="account_login"),
    path("login/code/", views.DoorCodeView.as_view(), name="mfa_authenticate"),
    path("login/passkey/", views.DoorPasskeyView.as_view(), name="mfa_login_webauthn"),
    path("login/again/", views.again, name="mfa_reauthenticate"),
    path("login/enrol/", enrolment.choose, name="staff_enrol"),
    path("login/enrol/app/", enrolment.add_app, name="staff_enrol_app"),
    path("login/enrol/passkey/", enrolment.add_passkey, name="staff_enrol_passkey"),
    path("login/codes/", enrolment.codes, name="staff_codes"),
    path("login/codes/recovery-codes.txt", enrolment.download_codes, name="staff_codes_file"),
    path("login/security/", security.overview, name="staff_security"),
    path("login/security/<int:pk>/remove/", security.remove, name="staff_remove_factor"),
    path("login/security/<int:pk>/rename/", security.rename, name="staff_rename_passkey"),
    path("login/security/codes/", security.new_codes, name="staff_new_codes"),
    path("login/security/password/", security.change_password, name="account_change_password"),
    path("login/security/sessions/", security.end_others, name="staff_end_sessions"),
    path("login/forgotten/", forgotten.ask_for_link, name="account_reset_password"),
    path("login/forgotten/sent/", forgotten.link_sent, name="account_reset_password_done"),
    path("login/new-password/done/", forgotten.new_password_done, name="staff_new_password_done"),
    path(
        "login/new-password/<str:number>/<str:token>/",
        forgotten.new_password,
        name="staff_new_password",
    ),
    path("login/session/", clock.left, name="staff_session"),
    path("login/session/here/", clock.still_here, name="staff_still_here"),
    path("account/", own_account, name="staff_account"),
    # The side doors.
    path("logout/", views.log_out, name="account_logout"),
    path("login/inactive/", views.to_the_door, name="account_inactive"),
    re_path(r"^password_reset/", views.to_forgotten),
]
