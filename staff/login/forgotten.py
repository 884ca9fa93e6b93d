"""A forgotten password: a mail with a link, which never logs in by itself."""

from allauth.core import ratelimit
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters

from staff import sessions
from staff.login import journal, mails, passwords
from staff.login.accounts import find_account
from staff.login.door import door_page
from staff.login.forms import ForgottenForm, NewPasswordForm


@door_page
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Take an address. The answer is the same, and takes as long, whether anybody has it or not."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        email = form.cleaned_data["email"].lower()
        if not ratelimit.consume(request, action="reset_password", key=email):
            return ratelimit.respond_429(request)
        account = find_account(email)
        language = mails.language_of(account) if account else get_language()
        mails.send_password_link.defer(account_id=account.pk if account else 0, language=language)
        return redirect("account_reset_password_done")
    return render(request, "staff/login/forgotten.html", {"form": form})


@door_page
def link_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/login/forgotten_done.html")


@door_page
@sensitive_post_parameters()
def new_password(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Show the form of a link (GET), set the password (POST) and end every session of the account.

    Logging in with it still needs the second factor.
    """
    account = passwords.find_by_link(number, token)
    if account is None:
        return render(request, "staff/login/new_password_gone.html", status=404)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=account)
    if form.is_valid():
        with transaction.atomic():
            # Whoever comes second finds the link used.
            account = passwords.find_by_link(number, token, hold=True)
            if account is None:
                return render(request, "staff/login/new_password_gone.html", status=404)
            form.user = account
            form.save()
            sessions.end_sessions(account)
            entry = journal.note(journal.PASSWORD_RESET, account)
            mails.tell(entry)
        return redirect("staff_new_password_done")
    return render(request, "staff/login/new_password.html", {"form": form})


@door_page
def new_password_done(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/login/new_password_done.html")
