"""Publish at the planned moment what was agreed on in several languages."""

import logging

from django.db import OperationalError
from procrastinate.contrib.django import app

from newsroom.models import JointPublication
from newsroom.translating import joint

logger = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(name="publish_together", queueing_lock="publish_together", lock="publish_together")
def publish_together(timestamp: int) -> None:
    """Carry out every plan whose moment has come. Safe to run twice."""
    for plan_id in list(JointPublication.objects.due().values_list("pk", flat=True)):
        try:
            joint.carry_out(plan_id)
        except OperationalError:
            # Somebody held one of the pages, or the database went away: the next minute tries anew.
            logger.warning("joint publication %s waits for the next minute", plan_id)
        except Exception:
            # One page that cannot be published must not keep the others from it, each minute anew.
            logger.exception("joint publication %s failed", plan_id)
            joint.give_up(plan_id)
