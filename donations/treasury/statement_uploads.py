"""How statements are uploaded: without a name on the disk, since they tell who gave what."""

from campaign_site import unnamed_uploads
from donations.statements.recognition import MOST_BYTES

# Several files come at once; beyond this nothing of the request is read.
MAX_READ_BYTES = 2 * MOST_BYTES


class UnnamedUploadHandler(unnamed_uploads.UnnamedUploadHandler):
    most_bytes = MOST_BYTES
