"""Wagtail's own checks of what a page shows, kept to what an editor can change.

They run in the preview beside the editor. Menus, footer and the large numerals are drawn by our
templates: what is said of them there, nobody who writes a page could mend.
"""

from typing import ClassVar

from wagtail.admin.userbar import ContentCheckerItem

# Words that only look like headings.
_SET_LARGE = ".numeral, .kicker, .partners__name"


class PageChecker(ContentCheckerItem):
    """Looks at the main part of the page, but for what our templates set large."""

    axe_include: ClassVar = ["main"]

    def get_axe_exclude(self, request) -> list:
        # The editor takes this list as the way to one element in its preview: it has room for one.
        return [_SET_LARGE] if self.in_editor else [_SET_LARGE, *self._axe_default_exclude]


def check_what_editors_write(_request, items: list, _page) -> None:
    """Put our checker in the place of Wagtail's in the list of what the preview offers."""
    items[:] = [
        PageChecker(in_editor=item.in_editor) if isinstance(item, ContentCheckerItem) else item
        for item in items
    ]
