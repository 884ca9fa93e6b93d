"""Delete a file once the transaction that gave it up is through."""

import logging
from collections.abc import Callable

from django.db import transaction

logger = logging.getLogger(__name__)


def delete_after_commit(delete: Callable[[str], object], name: str) -> None:
    """Call ``delete(name)`` after the commit; a store that is gone makes nobody's request fail.

    Nothing names the file then any more, nothing hands it out, and the hourly purge deletes it.
    """

    def attempt() -> None:
        try:
            delete(name)
        except OSError as error:
            logger.warning("a file is deleted later: %s", type(error).__name__)

    transaction.on_commit(attempt)
