"""The whole site as it is shipped, on this machine's loopback. See tests/rig/__init__.py."""

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from campaign_site.secret_keys import local_secrets
from tests.rig import configuration, programs, template
from tests.rig.administrator import Administrator
from tests.rig.asking import Answer, ask
from tests.rig.certificates import make_certificates
from tests.rig.database import OWNER, SITE, DatabaseServer, copy_cluster
from tests.rig.processes import ROOT, Group, RigError, Service, answers, free_port

BUCKET, S3_KEY, S3_SECRET = "campaign", "rig", "a-key-of-the-rig-alone"
METRICS_TOKEN = "the-rig-reads-its-figures-with-this"


class Rig:
    """See tests/rig/__init__.py."""

    def __init__(
        self,
        folder: Path,
        *,
        varnish: bool = True,
        redis: bool = True,
        s3: bool = False,
        postgres: str = "embedded",
        app_hosts: tuple[str, ...] = ("127.0.0.1",),
        worker_hosts: tuple[str, ...] = ("127.0.0.1",),
        demonstration: bool = True,
        extra_environment: Mapping[str, str] | None = None,
        source: Path = ROOT,
    ) -> None:
        self.folder = Path(folder).resolve()
        self.kind, self.demonstration = postgres, demonstration
        self.app_hosts, self.worker_hosts = app_hosts, worker_hosts
        self.extra_environment = dict(extra_environment or {})
        self.source = source
        self.has_redis, self.has_s3 = redis, s3
        self.has_varnish = varnish and (ROOT / "deploy/varnish/campaign.vcl").exists()
        self.services: dict[str, Service | Group] = {}
        self._closing = contextlib.ExitStack()
        self.administrator = Administrator()

    # Coming and going

    def __enter__(self) -> "Rig":
        atexit.register(self.close)
        try:
            self._set_up()
            self._start_all()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process, the ones in front first. Safe to repeat."""
        atexit.unregister(self.close)
        for service in reversed(list(self.services.values())):
            with contextlib.suppress(RigError, ProcessLookupError):
                service.stop(5)
        self.services.clear()

    def _set_up(self) -> None:
        programs.require_brotli()
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        self.https_port, self.http_port = free_port(), free_port()
        self.ca_file = make_certificates(
            self.folder / "tls", ["localhost", "photos.localhost", "bare.localhost", "127.0.0.1"]
        )
        self.host = f"localhost:{self.https_port}"
        self.photo_host = f"photos.localhost:{self.https_port}"
        self.url, self.photo_url = f"https://{self.host}", f"https://{self.photo_host}"
        # Where every host's files lie: together, unless they are kept in object storage.
        self.local_folders = {
            host: self.folder / ("local" if not self.has_s3 else f"local-{host}")
            for host in dict.fromkeys((*self.app_hosts, *self.worker_hosts))
        }
        self.local = self.local_folders[self.app_hosts[0]]
        self.redis_port = free_port() if self.has_redis else None
        self.varnish_port = free_port() if self.has_varnish else None
        self.mail_port = free_port()
        self.s3_port = free_port() if self.has_s3 else None
        self._copy_template()
        self.database = DatabaseServer(
            self.folder / "postgres", self.kind, self.folder / "logs/postgres.log"
        )
        self.database_url = self.database.url()
        self.environment = self.environment_of(self.app_hosts[0])

    def environment_of(self, host: str) -> dict[str, str]:
        """The production settings of the processes of one host."""
        return {
            **_production(
                database_url=self.database.url(SITE),
                local=self.local_folders[host],
                url=self.url,
                photo_url=self.photo_url,
                mail_port=self.mail_port,
                redis_port=self.redis_port,
                s3_port=self.s3_port,
            ),
            "METRICS_FOLDER": str(self.folder / f"run-{host}/metrics"),
            **self._varnish_address(),
            **self.extra_environment,
        }

    def _varnish_address(self) -> dict[str, str]:
        if not self.has_varnish:
            return {}
        return {"VARNISH_ADDRESSES": f"127.0.0.1:{self.varnish_port}"}

    # What is in it

    def _copy_template(self) -> None:
        mark = template.fingerprint(
            template.DATABASE_SOURCES,
            *self._template_kind(),
        )
        made = template.prepared(
            "site", mark, self._make_template, base=self._can_be_brought_up_to_date
        )
        copy_cluster(made / "postgres", self.folder / "postgres")
        for folder in self.local_folders.values():
            shutil.copytree(made / "local", folder, dirs_exist_ok=True)
        if self.has_s3:
            shutil.copytree(made / "s3", self.folder / "s3", dirs_exist_ok=True)
        static = template.prepared(
            "static", template.fingerprint(template.STATIC_SOURCES), self._make_static
        )
        for folder in dict.fromkeys(self.local_folders.values()):
            shutil.copytree(static / "static", folder / "static", dirs_exist_ok=True)

    def _template_kind(self) -> list[str]:
        return [template.today(), self.kind, str(self.demonstration), str(self.has_s3)]

    def _can_be_brought_up_to_date(self, earlier: Path) -> bool:
        """Whether it was made as this one is, of migrations that have not been changed since."""
        try:
            told = json.loads((earlier / "made-of.json").read_text())
        except OSError:
            return False
        return told["kind"] == self._template_kind() and (
            told["migrations"].items() <= template.migrations().items()
        )

    def _make_template(self, draft: Path) -> None:
        database = DatabaseServer(draft / "postgres", self.kind, draft / "postgres.log")
        s3_port = free_port() if self.has_s3 else None
        environment = _production(
            database_url=database.url(OWNER),
            local=draft / "local",
            url="https://localhost",
            photo_url="https://photos.localhost",
            mail_port=1,
            redis_port=None,
            s3_port=s3_port,
        )
        store = s3_service(draft / "s3", s3_port, draft / "s3.log") if s3_port else None
        try:
            if store:
                store.start()
            database.service.start()
            database.make_database()
            _manage(environment, "migrate", "--verbosity", "0")
            _manage(environment, "seed_site")
            if self.demonstration:
                environment["RIG_DEMONSTRATION"] = "1"
            _manage(environment, "shell", "--no-imports", "--command", _FILL)
        finally:
            database.service.stop()
            if store:
                store.stop()
        (draft / "local").mkdir(exist_ok=True)
        told = {"kind": self._template_kind(), "migrations": template.migrations()}
        (draft / "made-of.json").write_text(json.dumps(told))

    def _make_static(self, draft: Path) -> None:
        environment = _production(
            database_url="postgresql://nobody@localhost/none",
            local=draft,
            url="https://localhost",
            photo_url="https://photos.localhost",
            mail_port=1,
            redis_port=None,
            s3_port=None,
        )
        _manage(environment, "collectstatic", "--noinput", "--verbosity", "0")

    # Services

    def _start_all(self) -> None:
        self._add(self._mail())
        self._add(self.database.service)
        if self.redis_port:
            self._add(self._redis())
        if self.s3_port:
            self._add(s3_service(self.folder / "s3", self.s3_port, self._log("s3")))
        for service in self.services.values():
            service.launch()
        for service in self.services.values():
            service.wait_until_ready()
        self._write_fallback_pages()
        self._add_hosts()
        if self.has_varnish:
            self._add(self._varnish())
        self._add(self._nginx())
        everything = [
            single
            for service in self.services.values()
            for single in (service.members if isinstance(service, Group) else [service])
        ]
        for service in everything:
            service.launch()
        for service in everything:
            service.wait_until_ready()

    def _add(self, service: Service | Group) -> None:
        self.services[service.name] = service

    def _log(self, name: str) -> Path:
        return self.folder / f"logs/{name}.log"

    def _mail(self) -> Service:
        script = Path(__file__).with_name("mail_server.py")
        (self.folder / "mails").mkdir(exist_ok=True)
        return Service(
            "mail",
            [sys.executable, script, str(self.mail_port), self.folder / "mails"],
            log=self._log("mail"),
            port=self.mail_port,
            folder=self.source,
        )

    def _redis(self) -> Service:
        path = configuration.write_redis(self.folder, self.redis_port)
        command = [programs.program("redis-server"), path]
        return Service("redis", command, log=self._log("redis"), port=self.redis_port)

    def _add_hosts(self) -> None:
        """The site's own processes, host by host, in the shape of the shipped units."""
        self.web_ports = [(host, free_port()) for host in self.app_hosts for _ in range(2)]
        self.admin_ports = [(host, free_port()) for host in self.app_hosts]
        for host in self.app_hosts:
            web = [
                self._gunicorn("web", f"web{number}@{host}", address)
                for number, address in enumerate(
                    [found for found in self.web_ports if found[0] == host], start=1
                )
            ]
            self._add(Group(f"web@{host}", web))
            [address] = [found for found in self.admin_ports if found[0] == host]
            self._add(self._gunicorn("admin", f"admin@{host}", address))
        for host in self.worker_hosts:
            grace = ["--shutdown-graceful-timeout", "10"]
            self._add(self._managed(f"worker@{host}", host, "procrastinate", "worker", *grace))
        if list(ROOT.glob("*/management/commands/purge_caches.py")):
            self._add(self._managed("purger", self.worker_hosts[0], "purge_caches"))

    def _gunicorn(self, kind: str, name: str, address: tuple[str, int]) -> Service:
        host, port = address
        config = self.source / f"deploy/gunicorn/{kind}.py"
        return Service(
            name,
            [sys.executable, "-m", "gunicorn", "--config", config, "campaign_site.wsgi"],
            log=self._log(name),
            environment=self.environment_of(host),
            port=port,
            address=address,
            is_ready=lambda: self._answers_health(address),
            folder=self.source,
        )

    def _answers_health(self, address: tuple[str, int]) -> bool:
        try:
            headers = {"X-Forwarded-Proto": "https"}
            ask(address[1], "GET", "/healthz", headers=headers, host=self.host, address=address[0])
        except OSError:
            return False
        return True

    def _managed(self, name: str, host: str, *arguments: str) -> Service:
        return Service(
            name,
            [sys.executable, "manage.py", *arguments],
            log=self._log(name),
            environment=self.environment_of(host),
            folder=self.source,
        )

    def _varnish(self) -> Service:
        vcl = configuration.write_vcl(self.folder, self.host, self.web_ports, self.admin_ports)
        # As whoever runs the rig: its folder may be closed to Varnish's own users.
        command = [programs.program("varnishd"), "-j", "none", "-F"]
        command += ["-n", self.folder / "varnish/work"]
        command += ["-f", vcl, "-a", f"127.0.0.1:{self.varnish_port}", "-s", "malloc,64m"]
        command += ["-T", "none", "-p", "http_gzip_support=off"]
        command += ["-p", "ban_lurker_age=1", "-p", "ban_lurker_sleep=0.05"]
        return Service("varnish", command, log=self._log("varnish"), port=self.varnish_port)

    def _nginx(self) -> Service:
        main = configuration.write_nginx(
            self.folder,
            https_port=self.https_port,
            http_port=self.http_port,
            varnish_port=self.varnish_port,
            web=self.web_ports,
            admin=self.admin_ports,
            local=self.local,
        )
        return Service(
            "nginx",
            [programs.program("nginx"), "-c", main, "-g", "daemon off;"],
            log=self._log("nginx"),
            port=self.https_port,
            is_ready=lambda: answers(self.https_port),
        )

    def _write_fallback_pages(self) -> None:
        if list(ROOT.glob("*/management/commands/write_fallback_pages.py")):
            self.manage("write_fallback_pages", str(self.folder / "fallback"))

    # What tests ask for

    def manage(
        self, *arguments: str, as_owner: bool = False, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run ``manage.py`` as the site, or as the owner of the tables. Raises RigError."""
        given = {**self.environment, **(environment or {})}
        if as_owner:
            given["DATABASE_URL"] = self.database.url(OWNER)
        return _manage(given, *arguments, folder=self.source)

    def get(
        self,
        path: str,
        headers: Mapping[str, str] | None = None,
        timeout: float = 10,
        through: str = "nginx",
    ) -> Answer:
        return self.ask("GET", path, headers=headers, timeout=timeout, through=through)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 10,
        through: str = "nginx",
        host: str | None = None,
        source: str | None = None,
    ) -> Answer:
        """One request through nginx (TLS), or past it to varnish, app or admin. Raises OSError."""
        host = host or self.host
        if through == "nginx":
            return ask(
                *(self.https_port, method, path, body, headers),
                host=host,
                authority=self.ca_file,
                timeout=timeout,
                source=source,
            )
        address, port = {
            "varnish": lambda: ("127.0.0.1", self.varnish_port),
            "app": lambda: self.web_ports[0],
            "admin": lambda: self.admin_ports[0],
        }[through]()
        inside = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.1", **(headers or {})}
        return ask(port, method, path, body, inside, host=host, address=address, timeout=timeout)

    def mails(self) -> list[EmailMessage]:
        """The messages received, in order; X-Rig-Recipient names to whom they went."""
        return [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in sorted((self.folder / "mails").glob("*.eml"))
        ]


_FILL = "from tests.rig.contents import fill; fill()"


def s3_service(folder: Path, port: int, log: Path) -> Service:
    """A real S3 server on a folder, with one bucket."""
    (folder / BUCKET).mkdir(parents=True, exist_ok=True)
    command = [Path(sys.executable).with_name("rclone"), "serve", "s3", folder]
    command += ["--addr", f"127.0.0.1:{port}", "--auth-key", f"{S3_KEY},{S3_SECRET}"]
    command += ["--config", "/dev/null", "--vfs-cache-mode", "off"]
    return Service("s3", command, log=log, port=port)


def _production(
    *,
    database_url: str,
    local: Path,
    url: str,
    photo_url: str,
    mail_port: int,
    redis_port: int | None,
    s3_port: int | None,
) -> dict[str, str]:
    """Everything that the settings of the public site read from the environment."""
    made = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ},
        "LANG": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "campaign_site.settings.production",
        **local_secrets(template.FOLDER / "secrets.json"),
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": url,
        "PHOTO_BASE_URL": photo_url,
        "DATABASE_URL": database_url,
        "MAIL_HOST": "127.0.0.1",
        "MAIL_PORT": str(mail_port),
        "MAIL_USE_TLS": "0",
        "MAIL_FROM": "Viva Salud <noreply@example.org>",
        "ALERT_MAIL_TO": "operator@example.org",
        "METRICS_TOKEN": METRICS_TOKEN,
        "TRUSTED_PROXY_COUNT": "1",
        "LOCAL_DIR": str(local),
        "RELEASE": "rig",
    }
    if redis_port:
        made["REDIS_URL"] = f"redis://127.0.0.1:{redis_port}/0"
    if s3_port:
        made |= {
            "FILES_S3_BUCKET": BUCKET,
            "FILES_S3_ENDPOINT": f"http://127.0.0.1:{s3_port}",
            "FILES_S3_ACCESS_KEY": S3_KEY,
            "FILES_S3_SECRET_KEY": S3_SECRET,
            "FILES_S3_REGION": "us-east-1",
        }
    return made


def _manage(
    environment: Mapping[str, str], *arguments: str, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RigError(f"manage.py {arguments[0]} failed:\n{done.stdout}{done.stderr}")
    return done
