"""What the scripts of the page at the door say, in the reader's language.

``{name}``, ``{number}`` and the like are filled in by the script. A pair of sentences is for one
and for several.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def door_words() -> dict[str, str | list[str]]:
    """Return every sentence by the name that the script knows it under."""
    return {
        # The code
        "checking": _("One moment…"),
        "all_digits": _("The code has 12 digits."),
        "wrong_code": _both(
            lambda n: ngettext(
                "This is not the code. You can try {number} more time.",
                "This is not the code. You can try {number} more times.",
                n,
            )
        ),
        "wrong_code_here": _("This is not the code that opened the list on this phone."),
        "pass_ended": _(
            "That was the tenth wrong code: this link has ended. Ask whoever gave it to you for a "
            "new one."
        ),
        "closed": _(
            "This link does not open anything now. It works from the day before the event until "
            "the day after, unless somebody ended it. Ask whoever gave it to you. Nothing is kept "
            "on this phone."
        ),
        "no_link": _("Open the link that you were sent: it leads to your list."),
        "first_needs_network": _(
            "There is no network. The first time, the list has to be fetched: go where there is "
            "network, and try again."
        ),
        "try_later": _("The site does not answer. Try again in a minute."),
        "too_old": _(
            "This browser cannot keep the list safely. Open the link in an up-to-date Firefox, "
            "Chrome, Edge or Safari."
        ),
        "keeps_nothing": _(
            "This browser keeps nothing, perhaps because it is a private window. Do not close "
            "this page while something is to be sent."
        ),
        # The list
        "people": _both(lambda n: ngettext("{number} person", "{number} people", n)),
        "of_group": _("{number} of {size} came in"),
        "all_in": _("Came in"),
        "all_of_group": _("All {size} came in"),
        "no_photo": _("No photo"),
        "change": _("Change how many came in: {name}"),
        "one_fewer": _("One fewer: {name}"),
        "one_more": _("One more: {name}"),
        "found": _both(lambda n: ngettext("{number} sign-up found", "{number} sign-ups found", n)),
        "nobody_found": _("Nobody is found. Try part of the name, or let them in as walk-ins."),
        "nobody_left": _("Everybody who signed up has come in."),
        "nobody": _("Nobody has signed up. You can count walk-ins."),
        # What was done
        "said_in": _("{name}: {number} of {size} came in."),
        "said_already": _("{name} has already come in."),
        "said_walk_ins": _both(
            lambda n: ngettext("{number} walk-in counted.", "{number} walk-ins counted.", n)
        ),
        "said_undone": _("Taken back: {name}."),
        "walk_ins_name": _("walk-ins"),
        # Sending
        "all_sent": _("All sent"),
        "to_send": _("Saved on this phone, {number} to send"),
        "in_memory": _("{number} to send"),
        "offline": _("No network: just go on."),
        "said_offline": _("No network. Just go on: everything is saved on this phone."),
        "said_online": _("The network is back. All is sent."),
        # Scanning
        "unknown_code": _("This code is not in the list."),
        "camera_refused": _(
            "The browser may not use the camera. Allow it in the browser’s settings for this "
            "site, or type the 6 characters below the code."
        ),
        "camera_no_camera": _(
            "This device has no camera that can be used. Type the 6 characters below the code."
        ),
        "camera_busy": _(
            "The camera gives no picture: perhaps another app uses it. Close that and try again."
        ),
        "camera_ended": _("The camera was switched off. Touch “Scan” to go on."),
        "camera_unsupported": _(
            "This browser lets no page use the camera. Type the 6 characters below the code."
        ),
        # The end
        "still_to_send": _both(
            lambda n: ngettext(
                "{number} is not sent yet, and there is no network. Keep this phone on and finish "
                "when there is.",
                "{number} are not sent yet, and there is no network. Keep this phone on and finish "
                "when there is.",
                n,
            )
        ),
        "finished": _("Finished. All is sent, and nothing is left on this phone. Thank you!"),
        "ended_by_others": _(
            "This list has ended. What you counted was sent, and nothing is left on this phone. "
            "Thank you!"
        ),
    }


def _both(sentence: Callable[[int], str]) -> list[str]:
    return [sentence(1), sentence(2)]
