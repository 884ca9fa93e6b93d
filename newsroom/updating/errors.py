"""Why an update cannot be kept, tried out or sent."""


class UpdateError(Exception):
    """A sentence for staff; ``field`` is the field of the form that it belongs to, or empty."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field
