"""Fill the plain project with one page of sixteen blocks in three languages, and count its queries.

Run by ``manage.py shell``. Prints the queries that the warm Dutch page takes.
"""

from io import BytesIO

from content.models import ContentPage
from django.core.files.images import ImageFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image as Pillow
from wagtail.images.models import Image
from wagtail.models import Locale, Page, Site

locales = {code: Locale.objects.get_or_create(language_code=code)[0] for code in ("en", "fr", "nl")}
site = Site.objects.get()
home = ContentPage(title="Home", slug="start", locale=locales["en"], body=[])
Page.get_first_root_node().add_child(instance=home)
site.root_page = home
site.save()
homes = {"en": home}
for code in ("fr", "nl"):
    homes[code] = home.copy_for_translation(locales[code])
    homes[code].save_revision().publish()

images = []
for number in range(3):
    file = BytesIO()
    Pillow.effect_noise((1600, 1067), 60 + number).convert("RGB").save(file, "JPEG")
    file.seek(0)
    images.append(Image.objects.create(title=f"Picture {number}", file=ImageFile(file, "a.jpg")))

others = []
for number in range(4):
    other = ContentPage(title=f"Other {number}", show_in_menus=True, body=[])
    home.add_child(instance=other)
    for code in ("fr", "nl"):
        other.copy_for_translation(locales[code]).save_revision().publish()
    others.append(other)

WORDS = "Health is a right, and whoever stands up for it deserves to be safe. " * 6
body = []
for number in range(4):
    # Two of the four lead to another page: each link costs a plain page four queries.
    link = f'<a linktype="page" id="{others[number].pk}">another page</a>' if number < 2 else ""
    body += [
        ("heading", f"Part {number}"),
        ("text", f"<p>{WORDS}</p><p>{WORDS} {link}</p>"),
        ("picture", {"image": images[number], "caption": "A picture"})
        if number < len(images)
        else ("text", f"<p>{WORDS}</p>"),
        ("button", {"text": "Read more", "address": "https://example.org/"}),
    ]
page = ContentPage(title="A page of sixteen blocks", slug="page", show_in_menus=True, body=body)
home.add_child(instance=page)
for code in ("fr", "nl"):
    page.copy_for_translation(locales[code]).save_revision().publish()

client = Client(headers={"host": "127.0.0.1"})
for _ in range(2):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/nl/page/")
    assert answer.status_code == 200, answer.status_code
print(f"queries {len(queries)} bytes {len(answer.content)}")
