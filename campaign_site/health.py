"""``GET /healthz``: can this site take what people send it? ``/healthz/live``: is it there at all?

Both answer without delay whatever the database does, and tell nothing that is secret.
"""

import shutil

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from campaign_site.database_probe import NoAnswer, ask

HEARTBEAT_LIMIT_SECONDS = 60
QUEUE_LIMIT_SECONDS = 300
DISK_LIMIT_BYTES = 2 * 1024**3
DISK_LIMIT_SHARE = 0.1

_WORKER_AND_QUEUE = """
SELECT (SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers),
       (SELECT extract(epoch FROM now() - min(coalesce(scheduled_at, at, now())))
          FROM procrastinate_jobs job
          LEFT JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events
                              WHERE job_id = job.id) event ON true
         WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()))
"""


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 with ``status`` ok or degraded, or 503 when the database does not answer.

    Degraded means: pages are served and forms are recorded, but no worker has been heard of for
    a minute or the oldest waiting job is older than five minutes, so mails are late. Ages are
    whole seconds; null means none. ``disk`` is ok or low. Takes a second at most.
    """
    disk = "low" if disk_is_low() else "ok"
    try:
        heartbeat, oldest = ask(_WORKER_AND_QUEUE)
    except NoAnswer:
        gone = {"status": "unavailable", "database": "gone", "disk": disk}
        return JsonResponse(gone, status=503)
    late = (
        heartbeat is None
        or heartbeat > HEARTBEAT_LIMIT_SECONDS
        or (oldest is not None and oldest > QUEUE_LIMIT_SECONDS)
    )
    return JsonResponse(
        {
            "status": "degraded" if late else "ok",
            "database": "ok",
            "worker_heartbeat_age": None if heartbeat is None else int(heartbeat),
            "queue_age": None if oldest is None else int(oldest),
            "disk": disk,
        }
    )


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Say that this process answers, for a load balancer; asks neither database nor disk."""
    return HttpResponse("live\n", content_type="text/plain; charset=utf-8")


def disk_is_low() -> bool:
    """Whether less than a tenth, or less than 2 GiB, is free where the site keeps its files."""
    try:
        space = shutil.disk_usage(settings.LOCAL_DIR)
    except OSError:
        return True
    return space.free < DISK_LIMIT_BYTES or space.free < DISK_LIMIT_SHARE * space.total
