"""How photos are uploaded: without a name on the disk, with the position in them as it is."""

from campaign_site import unnamed_uploads
from solidarity.images import MAX_UPLOAD_BYTES

# Bodies up to this size are read to their end, so that a photo that is too large is refused with
# everything typed still there; larger ones are refused unread.
MAX_READ_BYTES = 64 * 1024 * 1024


class UnnamedUploadHandler(unnamed_uploads.UnnamedUploadHandler):
    most_bytes = MAX_UPLOAD_BYTES
