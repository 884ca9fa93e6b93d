"""The plain text of a dated update on a page, for a mail: paragraphs, lists, links written out."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

_SPACES = re.compile(r"[ \t\r\n]+")
_PARAGRAPHS = {"p", "ul", "ol", "h2", "h3", "h4", "blockquote"}


class _Reader(HTMLParser):
    def __init__(self, page_urls: Mapping[int, str]) -> None:
        super().__init__(convert_charrefs=True)
        self._page_urls = page_urls
        self._address = ""
        self._linked = ""
        self._numbers: list[int] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _PARAGRAPHS:
            self._break("\n\n")
        if tag in ("ul", "ol"):
            self._numbers.append(1 if tag == "ol" else 0)
        elif tag == "li":
            self._break("\n")
            self._begin_point()
        elif tag == "br":
            self._break("\n")
        elif tag == "a":
            self._address, self._linked = self._where(dict(attrs)), ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self._break("\n\n")
        if tag in ("ul", "ol") and self._numbers:
            self._numbers.pop()
        elif tag == "a" and self._address:
            # What reads like its own address is not written twice.
            if self._linked.strip() != self._address:
                self.text += f" ({self._address})"
            self._address = ""

    def handle_data(self, data: str) -> None:
        words = _SPACES.sub(" ", data)
        self._linked += words
        begins_line = not self.text or self.text.endswith(("\n", " "))
        self.text += words.lstrip(" ") if begins_line else words

    def _where(self, attrs: Mapping[str, str | None]) -> str:
        if attrs.get("linktype") == "page":
            number = attrs.get("id") or ""
            return self._page_urls.get(int(number), "") if number.isdecimal() else ""
        address = attrs.get("href") or ""
        return address if address.startswith(("https://", "http://")) else ""

    def _begin_point(self) -> None:
        number = self._numbers[-1] if self._numbers else 0
        self.text += f"{number}. " if number else "- "
        if number:
            self._numbers[-1] += 1

    def _break(self, lines: str) -> None:
        text = self.text.rstrip(" ")
        missing = len(lines) - (len(text) - len(text.rstrip("\n")))
        self.text = text + "\n" * max(missing, 0) if text else ""


def plain_text(html: str, page_urls: Mapping[int, str]) -> str:
    """Return rich text as an editor keeps it in plain words.

    Links stand in brackets behind their words. ``page_urls`` says where pages of the site are, by
    number; links to anything else of the site, and to a page that is not there, leave their words.
    """
    reader = _Reader(page_urls)
    reader.feed(html)
    reader.close()
    return reader.text.strip()
