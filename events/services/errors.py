"""What services refuse."""


class SignUpError(Exception):
    """A sentence for the person, in their language; ``field`` is the form field it is about."""

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
