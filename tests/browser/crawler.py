"""Go through a site in a real browser, link by link, and write down all that a page must not do."""

from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from playwright.sync_api import BrowserContext, Error, Page

# Reported by the browser for every rule of a content security policy that something broke.
LISTEN = """
window.brokenRules = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.brokenRules.push(`${event.effectiveDirective}: ${event.blockedURI || "inline"}`);
});
"""
# Everything that a browser can keep for a site, by name.
KEPT = """async () => [
  ...document.cookie.split("; ").filter(Boolean).map(name => `cookie ${name}`),
  ...Object.keys(localStorage).map(name => `local storage ${name}`),
  ...Object.keys(sessionStorage).map(name => `session storage ${name}`),
  ...(await indexedDB.databases()).map(found => `database ${found.name}`),
  ...(globalThis.caches ? await caches.keys() : []).map(name => `cache ${name}`),
  ...(await navigator.serviceWorker?.getRegistrations() ?? []).map(x => `worker ${x.scope}`),
]"""
FOUND = """() => ({
  links: [...document.querySelectorAll("a[href], area[href], iframe[src], link[rel~=alternate]")]
    .map(link => link.href || link.src),
  anchors: [...document.querySelectorAll("[id]")].map(place => place.id),
  rules: window.brokenRules,
})"""
# Forms that scripts fetch into a page are there, and pictures at the end of it have been asked for.
SETTLED = """async () => {
  for (let y = 0; y < document.body.scrollHeight; y += innerHeight) {
    scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  return !document.querySelector("[data-waiting]")
    && [...document.images].every(image => image.complete);
}"""
PATIENCE_MS = 15_000


@dataclass
class Report:
    """What a crawl saw: the pages, the files, and each finding as (address, sentence)."""

    pages: dict[str, set[str]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    requests: int = 0
    findings: list[tuple[str, str]] = field(default_factory=list)

    def sentences(self) -> list[str]:
        return [f"{address}: {what}" for address, what in self.findings]


class Crawler:
    """Follows every link within ``origin``; addresses that begin with ``leave_out`` are not opened.

    ``hosts`` are the origins that belong to the site: pictures may have a host of their own.
    """

    def __init__(
        self,
        context: BrowserContext,
        origin: str,
        *,
        hosts: tuple[str, ...] = (),
        leave_out: tuple[str, ...] = (),
    ) -> None:
        context.add_init_script(LISTEN)
        self.context, self.origin = context, origin
        self.allowed = (f"{origin}/", *(f"{host}/" for host in hosts), "data:", "blob:")
        self.leave_out = tuple(origin + path for path in leave_out)
        self.report = Report()
        self.fragments: list[tuple[str, str, str]] = []
        self.page: Page = context.new_page()
        self.page.on("request", self._on_request)
        self.page.on("response", self._on_response)
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self._note(f"script failed: {error}"))
        self.page.on("requestfailed", self._on_failure)

    def crawl(self, paths: list[str], *, most: int = 10_000) -> Report:
        """Open ``paths`` and all they lead to, each address once; return what was found."""
        waiting = deque(self.origin + path for path in paths)
        known = set(waiting)
        while waiting and len(self.report.pages) + len(self.report.files) < most:
            self.now = waiting.popleft()
            for link in self._look_at(self.now):
                address, fragment = urldefrag(link)
                if not address.startswith(f"{self.origin}/") or address.startswith(self.leave_out):
                    continue
                if fragment:
                    self.fragments.append((self.now, address, fragment))
                if address not in known:
                    known.add(address)
                    waiting.append(address)
        for source, address, fragment in self.fragments:
            anchors = self.report.pages.get(address)
            if anchors is not None and fragment not in anchors:
                self._note(f"link to a place that is not there: {address}#{fragment}", source)
        return self.report

    def _look_at(self, address: str) -> list[str]:
        if not urlsplit(address).path.endswith("/"):
            self.report.files.append(address)
            status = self.context.request.get(address, timeout=PATIENCE_MS).status
            if status >= 400:
                self._note(f"broken link: {status}")
            return []
        try:
            response = self.page.goto(address, wait_until="load", timeout=PATIENCE_MS)
            self.page.wait_for_function(SETTLED, timeout=PATIENCE_MS)
        except Error as error:
            self._note(f"did not open: {error.message.splitlines()[0]}")
            return []
        if response.status >= 400:
            self._note(f"broken link: {response.status}")
        found = self.page.evaluate(FOUND)
        self.report.pages[address] = set(found["anchors"])
        for rule in found["rules"]:
            self._note(f"content security policy: {rule}")
        kept = self.page.evaluate(KEPT)
        kept += [f"cookie {cookie['name']}" for cookie in self.context.cookies()]
        for name in dict.fromkeys(kept):
            self._note(f"kept in the browser: {name}")
        return [urljoin(address, link) for link in found["links"]]

    def _note(self, what: str, address: str = "") -> None:
        finding = (address or self.now, what)
        if finding not in self.report.findings:
            self.report.findings.append(finding)

    def _on_request(self, request) -> None:
        self.report.requests += 1
        if not request.url.startswith(self.allowed):
            self._note(f"request to another host: {request.url}")

    def _on_response(self, response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            self._note(f"failed with {response.status}: {response.url}")

    def _on_failure(self, request) -> None:
        # A page that is left takes what it was still fetching with it.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"failed: {request.url} ({request.failure})")

    def _on_console(self, message) -> None:
        # Answers that are no success are noted with their address where they come in.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self._note(f"console: {message.text}")
