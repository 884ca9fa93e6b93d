"""What a development site has on top: open DEMO actions, drawn DEMO photos, staff log-ins.

Nothing here is ever loaded on a production site.
"""

import io
import secrets
import uuid
from datetime import datetime, time, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.translation import override
from PIL import Image, ImageDraw, ImageFont

from donations.models import Appeal, BankAccount, Earmark, OutsideAmount, Reward, RewardOption
from events.models import Event
from pages import demo_events, seeding
from pages.models import CampaignPage
from solidarity import services
from solidarity.images import clean_photo
from solidarity.models import Partner, PhotoCall

DEMO_IBAN = "BE71096123456769"
DEMO_DAYS = 60
STAFF = {
    "editor": "Editors",
    "moderator": "Moderators",
    "treasurer": "Treasurers",
    "host": "Event hosts",
    "french": "Translators (French)",
    "dutch": "Translators (Dutch)",
    "administrator": "Administrators",
}
_FIELDS = ["#0d4a3a", "#d8352a", "#f4c430", "#2f5d8a", "#7fb69a", "#efe6d5", "#b84a62", "#3b3f58"]
_INK = "#14161f"
_PAPER = "#faf7f0"


def load_demonstration() -> None:
    seeding.once("demo-actions", load_actions)
    seeding.once("demo-delivery", load_delivery)
    seeding.once("demo-photos", load_photos)
    seeding.once("demo-gifts", load_gifts)
    seeding.once("demo-events", demo_events.load)


def load_actions() -> None:
    """One open photo call, event and appeal, dated from today, below #NotATarget."""
    content = seeding.read_content("demo")
    today = timezone.localdate()
    day = today + timedelta(days=DEMO_DAYS)
    call = PhotoCall.objects.create(
        slug="demo",
        opens_on=today,
        closes_on=day,
        is_demo=True,
        **seeding.names(content["photo_call"], "name"),
        **seeding.names(content["photo_call"], "recipient"),
    )
    event = Event.objects.create(
        slug="demo",
        day=day,
        starts_at=timezone.make_aware(datetime.combine(day, time(14, 0))),
        ends_at=timezone.make_aware(datetime.combine(day, time(17, 0))),
        capacity=80,
        is_demo=True,
        **seeding.names(content["event"], "name"),
        **seeding.names(content["event"], "place"),
    )
    account = BankAccount.objects.create(
        label="DEMO", iban=DEMO_IBAN, payee_name="Viva Salud DEMO", is_confirmed=True, is_demo=True
    )
    appeal = Appeal.objects.create(
        slug="demo",
        account=account,
        opens_on=today,
        closes_on=day,
        is_demo=True,
        **seeding.names(content["appeal"], "name"),
    )
    campaign = CampaignPage.objects.child_of(seeding.home_page()).order_by("path").first()
    seeding.load_action_pages(campaign, content, call=call, event=event, appeal=appeal)


def load_delivery() -> None:
    """To whom the demo photos could go, for whom they can speak, and the slogan of their frames."""
    content = seeding.read_content("demo")
    calls = PhotoCall.objects.filter(slug="demo")
    seeding.give_office(calls, content)
    calls.filter(slogan_en="").update(**seeding.names(content["slogan"], "slogan"))
    partners = [
        Partner.objects.get_or_create(
            slug=entry["slug"],
            defaults={"country": entry["country"], **seeding.names(entry, "name")},
        )[0]
        for entry in content["partners"]
    ]
    for call in calls:
        call.partners.add(*partners)


def load_gifts() -> None:
    """What the demo appeal asks for and gives: goal, earmarks, rewards, money from elsewhere."""
    content = seeding.read_content("demo")["gifts"]
    appeal = Appeal.objects.filter(slug="demo", is_demo=True).first()
    if appeal is None:
        return
    appeal.goal_eur = content["goal_eur"]
    appeal.communication = content["communication"]
    appeal.save(update_fields=["goal_eur", "communication"])
    OutsideAmount.objects.create(
        appeal=appeal,
        amount_eur=content["outside"]["amount_eur"],
        on=timezone.localdate(),
        **seeding.names(content["outside"], "note"),
    )
    for place, entry in enumerate(content["earmarks"]):
        Earmark.objects.create(appeal=appeal, sort_order=place, **seeding.names(entry, "name"))
    for place, entry in enumerate(content["rewards"]):
        _make_reward(appeal, entry, place)


def _make_reward(appeal: Appeal, entry: dict, place: int) -> None:
    reward = Reward.objects.create(
        appeal=appeal,
        kind=entry["kind"],
        amount_eur=entry["amount_eur"],
        is_over=entry["is_over"],
        stock=entry["stock"],
        sort_order=place,
        **seeding.names(entry, "name"),
        **seeding.names(entry, "description"),
    )
    for number, size in enumerate(entry.get("sizes", [])):
        RewardOption.objects.create(
            reward=reward,
            name_en=size,
            name_fr=size,
            name_nl=size,
            stock=entry["stock_of_each"],
            sort_order=number,
        )


def load_photos() -> None:
    """Eight drawn placards on the wall of the demo photo call, sent and approved like any other."""
    call = PhotoCall.objects.get(slug="demo")
    for number, entry in enumerate(seeding.read_content("demo")["photos"]):
        with override(entry["language"]):
            photo = services.submit_photo(
                call=call,
                image=clean_photo(io.BytesIO(draw_placard(entry["message"], number))),
                message=entry["message"],
                display_name=entry["display_name"],
                email="",
                consent_delivery=True,
                consent_wall=True,
                language=entry["language"],
                form_key=uuid.uuid4(),
                form_digest="",
            )
        services.approve_photo(
            photo=photo, moderator=None, alt_text=entry["alt"][entry["language"]]
        )


def draw_placard(message: str, number: int) -> bytes:
    """Return a PNG of a placard on a stick before broken rings: plainly a drawing."""
    size = (900, 1100 if number % 3 else 800)
    picture = Image.new("RGB", size, _FIELDS[number % len(_FIELDS)])
    pen = ImageDraw.Draw(picture)
    centre = (size[0] // 2, int(size[1] * 0.42))
    for ring, radius in enumerate(range(240, 820, 95)):
        box = [centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius]
        pen.arc(box, 200 + ring * 9, 520 - ring * 9, fill=_PAPER, width=max(34 - ring * 5, 6))
    board = [110, int(size[1] * 0.2), size[0] - 110, int(size[1] * 0.66)]
    pen.rectangle([centre[0] - 17, board[3], centre[0] + 17, size[1]], fill="#b98d5f", outline=_INK)
    pen.rectangle(board, fill=_PAPER, outline=_INK, width=12)
    _write(pen, message, board)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _write(pen: ImageDraw.ImageDraw, message: str, board: list[int]) -> None:
    """Write ``message`` into the board as large as it fits."""
    width, height = board[2] - board[0] - 80, board[3] - board[1] - 60
    for size in range(92, 20, -4):
        font = _headline_font(size)
        lines = _wrapped(pen, message, font, width)
        box = pen.multiline_textbbox((0, 0), "\n".join(lines), font=font, spacing=12)
        if box[3] - box[1] <= height and box[2] - box[0] <= width:
            break
    middle = ((board[0] + board[2]) / 2, (board[1] + board[3]) / 2)
    pen.multiline_text(
        middle, "\n".join(lines), font=font, fill=_INK, anchor="mm", align="center", spacing=12
    )


def _headline_font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(settings.BASE_DIR / "static" / "fonts" / "archivo.woff2", size)
    font.set_variation_by_axes([820, 66])  # weight, width
    return font


def _wrapped(pen, message: str, font, width: int) -> list[str]:
    lines = [""]
    for word in message.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if pen.textlength(longer, font=font) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def ensure_staff(path: Path) -> None:
    """Make one member of staff for each group, with random passwords written to ``path``.

    Runs once: while the file is there, names and passwords stay.
    """
    if path.exists():
        return
    lines = []
    for name, group in STAFF.items():
        password = secrets.token_urlsafe(15)
        user, _ = get_user_model().objects.get_or_create(
            username=name,
            defaults={
                "email": f"{name}@example.org",
                "first_name": "Demo",
                # So that lists of people tell them apart.
                "last_name": name.capitalize(),
            },
        )
        user.set_password(password)
        user.save()
        user.groups.set([Group.objects.get(name=group)])
        lines.append(f"{name:14} {password}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
