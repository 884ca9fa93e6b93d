"""Somebody with a browser who lands on one application host, and then on another."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from lxml import html

from tests.rig import Answer, Rig
from tests.rig.asking import ask

BOUNDARY = "x0123456789x"


@dataclass
class Form:
    """A form of a page: where it goes, and what it sends besides what people fill in."""

    action: str
    fields: dict[str, str]


@dataclass
class Visitor:
    """Asks the host that is named, past the proxies, as nginx passes requests on."""

    rig: Rig
    network: str = "198.51.100.7"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, host: str, path: str, *, name: str = "") -> Answer:
        return self._ask(host, "GET", path, name=name)

    def post(
        self, host: str, path: str, fields: dict[str, str], image: bytes | None = None
    ) -> Answer:
        if image is None:
            kind, body = "application/x-www-form-urlencoded", urlencode(fields).encode()
        else:
            kind, body = f"multipart/form-data; boundary={BOUNDARY}", multipart(fields, image)
        headers = {"Content-Type": kind, "Origin": self.rig.url, "Referer": self.rig.url + path}
        return self._ask(host, "POST", path, body, headers)

    def form(self, host: str, path: str, *, having: str) -> Form:
        """Fetch a page and return its first form with a field, or an action, of that name."""
        answer = self.get(host, path)
        assert answer.status == 200, (path, answer.status, answer.headers.get("Location"))
        for found in html.fromstring(answer.body).forms:
            if having in found.fields or having in (found.action or ""):
                hidden = found.xpath(".//input[@type='hidden'][@name]")
                fields = {one.get("name"): one.get("value", "") for one in hidden}
                return Form(urlsplit(found.action or path).path or path, fields)
        raise AssertionError(f"{path} has no form with {having}")

    def log_in(self, host: str) -> None:
        """Enter as the rig's administrator, with password and code."""
        who = self.rig.administrator
        form = self.form(host, "/admin/login/", having="username")
        words = {"username": who.username, "password": who.password}
        asked = self.post(host, "/admin/login/", {**form.fields, **words})
        assert asked.status == 302, asked.text[-2000:]
        form = self.form(host, urlsplit(asked.headers["Location"]).path, having="code")
        inside = self.post(host, form.action, {**form.fields, "code": who.code()})
        assert inside.status == 302, inside.text[-2000:]

    def _ask(self, host, method, path, body=None, headers=None, name="") -> Answer:
        inside = path.startswith("/admin/")
        ports = self.rig.admin_ports if inside else self.rig.web_ports
        port = next(port for address, port in ports if address == host)
        sent = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": self.network,
            **({"Cookie": self._cookie()} if self.cookies else {}),
            **(headers or {}),
        }
        answer = ask(
            *(port, method, path, body, sent), host=name or self.rig.host, address=host, timeout=30
        )
        for line in answer.headers.get_all("Set-Cookie", ()):
            for key, morsel in SimpleCookie(line).items():
                self.cookies[key] = morsel.value
        return answer

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


def multipart(fields: dict[str, str], image: bytes) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
        if name != "image"
    ]
    head = 'Content-Disposition: form-data; name="image"; filename="a.jpg"'
    start = f"--{BOUNDARY}\r\n{head}\r\nContent-Type: image/jpeg\r\n\r\n".encode()
    return b"".join([*parts, start, image, f"\r\n--{BOUNDARY}--\r\n".encode()])
