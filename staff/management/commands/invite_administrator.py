"""Invite an administrator and print the link: for the first one, or when nobody can log in."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from staff.groups import ADMINISTRATORS
from staff.members import invitations
from staff.members.people import MemberError
from staff.members.tasks import invitation_url
from staff.models import Invitation


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="their own address; they log in by it")
        parser.add_argument("name", help="what they are called")
        parser.add_argument(
            "--language", default=settings.LANGUAGE_CODE, choices=dict(settings.LANGUAGES)
        )

    def handle(self, *args, **options) -> None:
        """Send the invitation anew when the address has one that was not taken up."""
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError("This is no email address.") from error
        invitation = (
            Invitation.objects.filter(
                email__iexact=email,
                accepted_at=None,
                withdrawn_at=None,
                groups__name=ADMINISTRATORS,
            )
            .order_by("-pk")
            .first()
        )
        try:
            if invitation:
                invitation = invitations.send_again(invitation=invitation, by=None)
            else:
                invitation = invitations.invite(
                    email=email,
                    name=options["name"].strip(),
                    language=options["language"],
                    roles=[Group.objects.get(name=ADMINISTRATORS)],
                    by=None,
                )
        except MemberError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(invitation_url(invitation))
        self.stderr.write("The link works once, within 72 hours. It is mailed as well.")
