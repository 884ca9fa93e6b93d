"""Read entries that are written like one before with a single pattern.

A bank writes most entries of a statement with the same elements in the same order. Walking through
each of them takes several times as long as parsing them; one pattern takes less. A pattern is made
of an entry that has been walked through: its tags letter by letter, and a gap for each text.

It is only ever tried right behind the end of an entry, on bytes that the parser has found to be
well-formed. In its gaps there can be neither an element nor a reference nor anything else that
begins with < or &, so that what matches means what the first of its kind meant.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from donations.statements.camt_elements import DONE, KEPT, MONEY, NOTHING

# Entries of more kinds than this are walked through.
_MAX_SHAPES = 24
_MAX_BYTES = 8 * 1024  # of an entry; none with one payment comes near
_MARKUP = re.compile(rb"(<[^<>]*>)")
_TAG = re.compile(
    rb"<(?P<ends>/?)(?:(?P<prefix>[\w.-]+):)?(?P<name>[\w.-]+)"
    rb"(?P<attributes>(?:\s+[\w.-]+=\"[^\"<>&]*\")*)\s*(?P<is_empty>/?)>"
)
_CURRENCY = re.compile(rb"\sCcy=\"([A-Z]*)\"")
# Comments, instructions, declarations and references; single quotes; namespaces.
_UNUSUAL = re.compile(rb"<[!?]|&|'|xmlns|\0")
# A text on one line without blanks around it.
_GAP = rb"([^<&\s](?:[^<&\r\n\t\0]*[^<&\s\0])?)"

# Texts that are codes: one pattern has one of each, like its tags.
_CODES = {"sign", "status", "reversal", "domain", "family", "subfamily", "bank_code"}

type Values = dict[str, str]


class Shape:
    """The pattern of one kind of entry with at most one payment."""

    def __init__(
        self,
        pattern: bytes,
        keys: Sequence[tuple[bool, str]],
        known: Sequence[Values],
        *,
        has_payment: bool,
    ) -> None:
        self.match = re.compile(pattern).match
        self.has_payment = has_payment
        self.count = 0
        names = [key for _, key in keys]
        within = [place for place, (is_payment, _) in enumerate(keys) if is_payment]
        begin, end = (within[0], within[-1] + 1) if within else (len(keys), len(keys))
        of_entry, of_payment = known
        # The texts of the payment stand together; what is known takes their place in the entry.
        self._payment = slice(begin, end)
        self._entry_keys = [*names[:begin], *of_entry, *names[end:]]
        self._entry_known = [*of_entry.values()]
        self._payment_keys = [*names[begin:end], *of_payment]
        self._payment_known = [*of_payment.values()]

    def values(self, found: re.Match[bytes]) -> tuple[Values, Values]:
        """Return the texts of an entry, and those of its payment."""
        texts = b"\0".join(found.groups()).decode().split("\0")
        of_payment = texts[self._payment] + self._payment_known
        texts[self._payment] = self._entry_known
        entry = dict(zip(self._entry_keys, texts, strict=True))
        return entry, dict(zip(self._payment_keys, of_payment, strict=True))


class Shapes:
    """The kinds of entries that one statement has had so far, about the most frequent first."""

    def __init__(self) -> None:
        self._shapes: list[Shape] = []

    def match(self, data: bytes, at: int) -> tuple[Shape, re.Match[bytes]] | None:
        """Return the pattern that the entry at this place has, and what it has found."""
        for place, shape in enumerate(self._shapes):
            found = shape.match(data, at)
            if found:
                shape.count += 1
                if place and self._shapes[place - 1].count < shape.count:
                    self._shapes.insert(place - 1, self._shapes.pop(place))
                return shape, found
        return None

    def learn(
        self, written: bytes, node: dict, namespace: str, payment_values: Values, walked: tuple
    ) -> None:
        """Learn the pattern of an entry, unless it is too unusual or there are too many.

        ``node`` is that of the element, ``payment_values`` where its nodes put what belongs to the
        payment; ``walked`` is what walking through this entry has found, entry and payment.
        """
        if len(self._shapes) >= _MAX_SHAPES or len(written) > _MAX_BYTES:
            return
        shape = _shape(written, node, namespace, payment_values)
        found = shape and shape.match(written)
        if shape and found and found.end() == len(written) and shape.values(found) == walked:
            self._shapes.append(shape)


def _shape(written: bytes, top: dict, namespace: str, payment_values: Values) -> Shape | None:
    """Return the pattern of an entry, or None where it is written in an unusual way."""
    if _UNUSUAL.search(written):
        return None
    pattern, keys, known = [], [], ({}, {})
    node, stack, prefix, has_payment = {}, [], None, False
    first, *parts = _MARKUP.split(written)
    pattern.append(_blank(first))
    if first.strip():
        return None
    for markup, text in zip(parts[::2], parts[1::2], strict=True):
        tag = _TAG.fullmatch(markup)
        if tag is None:
            return None
        pattern.append(re.escape(markup))
        if tag["ends"]:
            if not stack:
                return None
            node = stack.pop()
        else:
            if not stack:
                prefix, child = tag["prefix"], top
            else:
                child = node.get(f"{namespace} {tag['name'].decode()}", NOTHING)
            # Another prefix may stand for another namespace.
            if tag["prefix"] != prefix:
                return None
            has_payment = has_payment or (DONE in child and child is not top)
            currency = _CURRENCY.search(tag["attributes"])
            if MONEY in child and currency:
                values, key = child[MONEY]
                known[values is payment_values][key] = currency[1].decode()
            if not tag["is_empty"]:
                stack.append(node)
                node = child
        if not text.strip():
            pattern.append(_blank(text))
        elif tag["ends"] or tag["is_empty"] or not stack:
            return None
        elif KEPT in node:
            values, key = node[KEPT]
            if key in _CODES:
                known[values is payment_values][key] = text.decode()
                pattern.append(re.escape(text))
            else:
                keys.append((values is payment_values, key))
                pattern.append(_GAP)
        else:
            pattern.append(_GAP.replace(b"(", b"(?:", 1))
    changes = sum(one[0] is not other[0] for one, other in pairwise(keys))
    if stack or not keys or len(set(keys)) < len(keys) or changes > 2:
        return None
    return Shape(b"".join(pattern), keys, known, has_payment=has_payment)


def _blank(text: bytes) -> bytes:
    return rb"[ \t\r\n]+" if text else b""
