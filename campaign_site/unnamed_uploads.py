"""Take uploads without giving them a name on the disk, and no more of them than is allowed.

Django's own handlers keep large files under a name in the folder for temporary files, where a
process that is killed would leave them, with all that they tell about people.
"""

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from campaign_site.child_processes import open_unnamed


class UnnamedUploadHandler(FileUploadHandler):
    """Keep each file in an unnamed one that vanishes with the request, or with the process.

    Of a file larger than ``most_bytes`` only the beginning is kept; its size is the true one.
    """

    most_bytes: int

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.file = open_unnamed()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = self.most_bytes + 1 - start
        if room > 0:
            self.file.write(raw_data[:room])

    def file_complete(self, file_size: int) -> UploadedFile:
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
