"""What is made in the background when editors have saved something."""

from PIL import Image
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from campaign_site.editorial_pictures import make_missing, tone_of
from pages.images import EditorialImage

_RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)


@app.task(name="make_editorial_pictures", retry=_RETRY)
def make_editorial_pictures(image_id: int) -> None:
    """Make all sizes and formats of a picture of the library, and note its colour.

    Safe to repeat; does nothing for a picture that is gone. Raises OSError when its file cannot be
    read.
    """
    image = EditorialImage.objects.filter(pk=image_id).first()
    if image is None:
        return
    with image.open_file() as file, Image.open(file) as picture:
        picture.draft("RGB", (64, 64))
        tone = tone_of(picture)
    EditorialImage.objects.filter(pk=image_id).update(tone=tone)
    make_missing(image)
