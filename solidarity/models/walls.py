"""How many photos hang on a wall, counted by the database as they come and go."""

from typing import ClassVar

from django.db import models

from solidarity.models.calls import Partner, PhotoCall


class WallCount(models.Model):
    """Photos of one call on the wall, by the language of the message and the partner.

    A trigger on the table of photos keeps ``number`` exact in the transaction that changes a
    photo, so that no page of the wall counts rows.
    """

    call = models.ForeignKey(PhotoCall, on_delete=models.CASCADE, related_name="wall_counts")
    language = models.CharField(max_length=3)
    partner = models.ForeignKey(Partner, null=True, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["call", "language", "partner"],
                nulls_distinct=False,
                name="one_wall_count_each",
            )
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.language} {self.partner_id}: {self.number}"
