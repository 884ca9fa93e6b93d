"""Paper for parcels: what goes into each, and labels to stick on them, as PDFs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from campaign_site.languages import site_language
from campaign_site.pdf import make_pdf
from campaign_site.templatetags.campaign import day
from donations.addresses import PostalAddress
from donations.models import RewardDelivery

_TEMPLATES = Path(__file__).parent / "typst"
PACKING_LIST = _TEMPLATES / "packing_list.typ"
LABELS = _TEMPLATES / "labels.typ"
# A sheet of labels: A4, 3 × 8 of 70 × 37 mm.
LABELS_A_SHEET = 24
# What one document holds at most; more is another document.
MOST = 1000


def packing_list(deliveries: Iterable[RewardDelivery], *, on) -> bytes:
    """Return the list of what to pack, by reward and size; ``on`` is the day it was made.

    In the active language. Holds names and addresses, so whoever asks for it is logged. Raises
    PdfError.
    """
    groups: dict[str, list[dict[str, object]]] = {}
    for delivery in deliveries:
        groups.setdefault(_what(delivery), []).append(_row(delivery))
    data = {
        "language": site_language(),
        "title": _("Packing list"),
        "made": _("Made on %(date)s") % {"date": day(on)},
        "warning": _("Names and addresses: destroy this list when the parcels have left."),
        "head": [_("Number"), _("Name"), _("Where to"), _("Packed")],
        "groups": [
            {"what": what, "count": len(rows), "rows": rows} for what, rows in groups.items()
        ],
    }
    return make_pdf(PACKING_LIST, data)


def labels(deliveries: Iterable[RewardDelivery], *, first: int = 1) -> bytes:
    """Return sheets of address labels for what goes by post, from label ``first`` (1 to 24) on.

    In the active language. Raises PdfError.
    """
    cells: list[dict[str, object] | None] = [None] * (first - 1)
    cells += [_label(delivery) for delivery in deliveries if PostalAddress.of(delivery)]
    data = {
        "language": site_language(),
        "title": _("Address labels"),
        "sheets": _sheets(cells),
    }
    return make_pdf(LABELS, data)


def _sheets(cells: Sequence[dict[str, object] | None]) -> list[list[dict[str, object] | None]]:
    size = LABELS_A_SHEET
    return [list(cells[start : start + size]) for start in range(0, len(cells), size)]


def _what(delivery: RewardDelivery) -> str:
    reward = delivery.pledge.reward.name
    return f"{reward}, {delivery.option.name}" if delivery.option else reward


def _row(delivery: RewardDelivery) -> dict[str, object]:
    address, number = PostalAddress.of(delivery), str(delivery.pk)
    if address:
        return {"number": number, "name": delivery.recipient, "lines": address.lines}
    return {"number": number, "name": delivery.pledge.name, "lines": [_("is picked up")]}


def _label(delivery: RewardDelivery) -> dict[str, object]:
    address = PostalAddress.of(delivery)
    return {
        "number": str(delivery.pk),
        "name": delivery.recipient,
        "lines": address.lines,
    }
