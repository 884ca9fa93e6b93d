"""What changed, how far it has been dealt with, and which addresses show what.

No row says anything about a person.
"""

from django.db import models
from django.db.models import Func
from django.db.models.functions import Now


class TransactionField(models.Field):
    """PostgreSQL's 64-bit number of a transaction, which never comes round again (``xid8``)."""

    def db_type(self, connection) -> str:
        return "xid8"


class CurrentTransaction(Func):
    """The number of the transaction that writes."""

    function = "pg_current_xact_id"
    arity = 0
    output_field = TransactionField()


class ShownChange(models.Model):
    """A transaction that wrote into a table which public pages show; written by triggers."""

    table_name = models.TextField()
    changed_by = TransactionField(db_default=CurrentTransaction())
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["changed_by"], name="serving_changed_by")]

    def __str__(self) -> str:
        return self.table_name


class HandledPoint(models.Model):
    """How far somebody who reads the changes has come: everything ``snapshot`` sees is done."""

    name = models.TextField(primary_key=True)
    snapshot = models.TextField()
    handled_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class ShownAddress(models.Model):
    """A public address and the tables its answer was made from; for caches far away."""

    path = models.TextField(primary_key=True)
    tables = models.TextField()
    seen_on = models.DateField()

    def __str__(self) -> str:
        return self.path
