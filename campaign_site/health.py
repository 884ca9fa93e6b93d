"""``GET /healthz``: can this site take what people send it?"""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

HEARTBEAT_LIMIT_SECONDS = 60
QUEUE_LIMIT_SECONDS = 300

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
    a minute or the oldest waiting job is older than five minutes, so mails are late.
    Ages are whole seconds; null means none.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(_WORKER_AND_QUEUE)
            heartbeat, oldest = cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "gone"}, status=503)
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
        }
    )
