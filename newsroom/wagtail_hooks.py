"""Puts the newsroom's screens into Wagtail's admin: each subject has hooks of its own."""

from newsroom.auditing import hooks as auditing  # noqa: F401
from newsroom.checking import hooks as checking  # noqa: F401
from newsroom.reporting import hooks as reporting  # noqa: F401
from newsroom.reuse import hooks as reuse  # noqa: F401
from newsroom.today import hooks as today  # noqa: F401
from newsroom.translating import hooks as translating  # noqa: F401
from newsroom.updating import hooks as updating  # noqa: F401
