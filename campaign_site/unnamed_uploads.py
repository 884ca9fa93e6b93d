"""Take uploads without giving them a name on the disk, and no more of them than is allowed.

Django's own handlers keep large files under a name in the folder for temporary files, where a
process that is killed would leave them, with all that they tell about people.
"""

import contextlib
from io import RawIOBase

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from campaign_site.child_processes import open_unnamed


class NotKept(RawIOBase):
    """What is left of a file for which the disk had no room: whoever reads it gets the error."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def readable(self) -> bool:
        return True

    def readinto(self, _buffer: object) -> int:
        raise self.error

    def seek(self, *_position: int) -> int:
        raise self.error


class UnnamedUploadHandler(FileUploadHandler):
    """Keep each file in an unnamed one that vanishes with the request, or with the process.

    Of a file larger than ``most_bytes`` only the beginning is kept; its size is the true one. When
    the disk is full, the rest of the request is read all the same, so that what was typed can be
    shown again; the file then raises ``OSError`` to whoever reads it.
    """

    most_bytes: int

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        try:
            self.file = open_unnamed()
        except OSError as error:
            self.file = NotKept(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = self.most_bytes + 1 - start
        if room <= 0 or isinstance(self.file, NotKept):
            return
        try:
            self.file.write(raw_data[:room])
            self.file.flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        """Give the room back at once. (Closing writes what is buffered, which fails once more.)"""
        with contextlib.suppress(OSError):
            self.file.close()
        self.file = NotKept(error)

    def file_complete(self, file_size: int) -> UploadedFile:
        if not isinstance(self.file, NotKept):
            self.file.seek(0)
        return UploadedFile(
            file=self.file,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
