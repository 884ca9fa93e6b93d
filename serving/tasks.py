"""Every few minutes: changes that everybody has seen, old addresses and old files go."""

from procrastinate.contrib.django import app

from serving import addresses, changes
from serving.stores import FileStore, make_store


@app.periodic(cron="*/5 * * * *")
@app.task(name="forget_shown_changes")
def forget_shown_changes(timestamp: int) -> None:
    """Remove what nobody needs any more; running it again changes nothing."""
    changes.forget_old()
    addresses.forget_old()
    store = make_store()
    if isinstance(store, FileStore):
        store.tidy()
