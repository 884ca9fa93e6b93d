"""What a verb about photos says when it cannot be done."""


class PhotoError(Exception):
    """A sentence for the person in front of the screen, in their language."""


class AlreadySent(PhotoError):
    """The same sender has sent this very photo to this call; nothing new was written."""
