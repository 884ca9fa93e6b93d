"""Somebody with a browser, as the web server in front passes them on: cookies, forms, https."""

import http.client
import re
import time
from http.cookies import SimpleCookie
from urllib.parse import urlencode

HOST = "campaign.example"


class Visitor:
    """Asks one server for pages and posts forms; every request is a connection of its own."""

    def __init__(self, port: int, *, host: str = HOST, timeout: float = 20) -> None:
        self.port, self.host, self.timeout = port, host, timeout
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str):
        """Status, headers and text of an answer; raises OSError when the server dies meanwhile."""
        headers = {
            "Host": self.host,
            "X-Forwarded-Proto": "https",
            "Origin": f"https://{self.host}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **headers,
        }
        channel = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            channel.request(method, path, body, headers)
            answer = channel.getresponse()
            text = answer.read().decode(errors="replace")
        except http.client.HTTPException as error:
            raise OSError from error
        finally:
            channel.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer.status, answer.headers, text

    def get(self, path: str):
        return self.ask("GET", path)

    def post(self, path: str, fields: dict[str, str]):
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields).encode(), **kind)

    def log_in(self, name: str, password: str, code: str) -> None:
        """Through the one door: password, then the code of an app."""
        _, _, html = self.get("/admin/login/")
        fields = {"username": name, "password": password, **token(html)}
        status, headers, html = self.post("/admin/login/", fields)
        assert status == 302, html
        _, _, html = self.get(headers["Location"])
        status, headers, html = self.post("/admin/login/code/", {"code": code, **token(html)})
        assert status == 302, html


def token(html: str) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    return {"csrfmiddlewaretoken": found.group(1)} if found else {}


def wait_until_it_serves(port: int, path: str, *, seconds: float = 60) -> float:
    """Wait for a 200; return how many seconds that took."""
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        try:
            if Visitor(port, timeout=5).get(path)[0] == 200:
                return time.monotonic() - begun
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{path} was not served within {seconds} s")
