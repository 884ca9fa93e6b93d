"""Who sees which figures of a campaign."""

from newsroom.reporting.counting import Kind

SEE_REPORTS = "newsroom.view_reports"
# Whoever may see what it is about sees its figures.
NEEDED = {
    Kind.PHOTO: "solidarity.view_photocall",
    Kind.SIGN_UP: "events.view_event",
    Kind.PLEDGE: "donations.view_appeal",
    Kind.GIFT: "donations.view_appeal",
}
# Sums of money are for whoever keeps the books; others see those that everybody sees.
SEE_SUMS = "donations.view_allocation"


def kinds_for(user) -> list[str]:
    """The kinds of figures that ``user`` may see, in the order of the report."""
    return [str(kind) for kind, permission in NEEDED.items() if user.has_perm(permission)]
