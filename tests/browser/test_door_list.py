"""Two phones at the door with the network cut: nothing lost, nothing counted double, nothing left.

The network is really gone (the browser's own switch), and in between the site takes taps and its
answer never arrives.
"""

import threading
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from events.entry_code import entry_text
from events.models import Arrival, DoorPass, SignUp
from events.services import door
from supporters.models import Supporter
from tests.factories import in_days, make_event, make_supporter

pytestmark = pytest.mark.django_db(transaction=True)

# Everything that the page could have kept, as text: what finds a name here finds it on the phone.
KEPT = """async () => {
  const found = [];
  const text = (value) => {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer ?? value);
      for (const kind of ["utf-8", "utf-16le"]) found.push(new TextDecoder(kind).decode(bytes));
    } else if (value && typeof value === "object") Object.values(value).forEach(text);
    else found.push(String(value));
  };
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
  });
  for (const { name } of await indexedDB.databases()) {
    found.push(name);
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      text(await done(rows.getAll()));
      text(await done(database.transaction(store).objectStore(store).getAllKeys()));
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found.push(request.url, await (await cache.match(request)).text());
    }
  }
  text({...localStorage});
  text({...sessionStorage});
  return found.join("\\n");
}"""
PLANT = """(words) => new Promise((resolve) => {
  const request = indexedDB.open("canary");
  request.onupgradeneeded = () => request.result.createObjectStore("clear");
  request.onsuccess = () => {
    const transaction = request.result.transaction("clear", "readwrite");
    const bytes = Uint8Array.from(words, (letter) => letter.charCodeAt(0));
    transaction.objectStore("clear").put({ deep: [{ words }] }, 1);
    transaction.objectStore("clear").put({ bytes: bytes.buffer }, 2);
    transaction.oncomplete = () => { request.result.close(); resolve(); };
  };
})"""
UPROOT = """() => new Promise((resolve) => {
  indexedDB.deleteDatabase("canary").onsuccess = resolve;
})"""
LEFT = """async () => [
  (await indexedDB.databases()).map(({ name }) => name), await caches.keys(),
  (await navigator.serviceWorker.getRegistrations()).length, localStorage.length,
]"""
# Returns how many milliseconds pass until one row is left.
SEARCH = """async (words) => {
  const input = document.querySelector("[data-search]");
  const began = performance.now();
  input.value = words;
  input.dispatchEvent(new Event("input"));
  const rows = () => document.querySelectorAll("[data-id]:not([hidden])").length;
  while (rows() !== 1) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
# How many taps are on the disk.
STORED = """async () => {
  const done = (request) => new Promise((resolve) => {
    request.onsuccess = () => resolve(request.result);
  });
  const [{ name }] = await indexedDB.databases();
  const database = await done(indexedDB.open(name));
  const number = await done(database.transaction("taps").objectStore("taps").count());
  database.close();
  return number;
}"""
# A browser's own reader, which sees what the test says; and a phone that tells how it shook.
CAMERA = """
  Object.assign(globalThis, { inView: [], shaken: [] });
  navigator.vibrate = (pattern) => shaken.push(pattern);
  globalThis.BarcodeDetector = class {
    static async getSupportedFormats() { return ["qr_code"]; }
    async detect() { return inView.map((rawValue) => ({ rawValue })); }
  };
"""
REFUSE_CAMERA = """() => {
  navigator.mediaDevices.getUserMedia =
    () => Promise.reject(new DOMException("", "NotAllowedError"));
}"""
TAP = """(ids) => {
  for (const id of ids) document.querySelector(`[data-id="${id}"] [data-tap]`).click();
}"""


def make_people(event, sizes: list[int]) -> list[SignUp]:
    return [
        SignUp.objects.create(
            event=event,
            supporter=make_supporter(f"canary-{uuid.uuid4().hex}@example.org"),
            language="en",
            name=f"Kanarie Nummer{number:03d}",
            party_size=size,
        )
        for number, size in enumerate(sizes)
    ]


def open_page(context, made) -> Page:
    page = context.new_page()
    page.goto(door.pass_url(made[0], "en"))
    give_code(page, made[1])
    # The worker keeps the page once it is active.
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def give_code(page: Page, code: str) -> None:
    page.get_by_label("The code that you were given").fill(f"{code[:4]} {code[4:]}")
    page.get_by_role("button", name="Open the list").click()
    expect(page.locator("[data-screen=list]")).to_be_visible()


def let_in(page: Page, people: list[SignUp]) -> None:
    page.evaluate(TAP, [person.public_id.hex for person in people])


def walk_in(page: Page, *numbers: int) -> None:
    for number in numbers:
        page.locator(f"[data-walk-ins='{number}']").click()


def counters(page: Page) -> list[int]:
    names = ("signed-up", "expected", "walked-in")
    return [int(page.locator(f"[data-{name}]").inner_text()) for name in names]


def expect_state(page: Page, words: str) -> None:
    expect(page.locator("[data-sending]")).to_have_text(words)


@pytest.fixture
def silence(monkeypatch) -> threading.Event:
    """While it is set, the site takes taps in, and answers nobody before it is cleared."""
    is_silent, exchange = threading.Event(), door.exchange

    def exchange_silently(**values) -> dict:
        answer = exchange(**values)
        for _ in range(200):
            if not is_silent.is_set():
                return answer
            threading.Event().wait(0.05)
        raise TimeoutError

    monkeypatch.setattr(door, "exchange", exchange_silently)
    return is_silent


def test_two_phones_without_a_network_lose_and_double_nothing(open_context, silence):
    event = make_event(day=in_days(0))
    people = make_people(event, [1 + number % 3 for number in range(100)])
    expected = sum(person.party_size for person in people)
    passes = [door.make_pass(event=event, label=name, user=None) for name in ("left", "right")]
    contexts = [open_context(), open_context()]
    left, right = map(open_page, contexts, passes)
    code = passes[0][1]

    # With a network, what is tapped is sent at once and erased from the phone.
    let_in(left, people[:10])
    walk_in(left, 4)
    expect_state(left, "All sent")
    assert Arrival.objects.count() == 11

    # Left goes on without one, and is even closed and opened again.
    contexts[0].set_offline(True)
    let_in(left, people[10:55])
    walk_in(left, 2, 3, 1)
    expect_state(left, "No network: just go on. Saved on this phone, 48 to send")
    before = counters(left)
    left.reload()
    left.get_by_label("The code that you were given").fill(f"{(int(code) + 1) % 10**12:012d}")
    left.get_by_role("button", name="Open the list").click()
    expect(left.get_by_role("alert").first).to_contain_text("This is not the code")
    give_code(left, code)
    expect_state(left, "No network: just go on. Saved on this phone, 48 to send")
    assert counters(left) == before == [sum(p.party_size for p in people[:55]), expected, 10]
    assert Arrival.objects.count() == 11

    # Nothing of it can be read on the phone. The control: what is in the clear is found.
    kept = left.evaluate(KEPT)
    assert "door-" in kept and "kanarie" not in kept.lower() and "canary-" not in kept
    assert people[3].public_id.hex not in kept and str(people[3].public_id) not in kept
    left.evaluate(PLANT, people[3].name)
    assert left.evaluate(KEPT).count(people[3].name) == 2
    left.evaluate(UPROOT)

    # Right's taps arrive, but no answer does; it goes on, and its network goes as well.
    silence.set()
    let_in(right, people[45:70])
    walk_in(right, 4)
    # One of them is in the first request, all that is silent.
    for _ in range(100):
        if Arrival.objects.count() > 11:
            break
        right.wait_for_timeout(50)
    arrived = Arrival.objects.count()
    assert arrived > 11
    let_in(right, people[70:])
    walk_in(right, 1, 3, 2)
    right.get_by_role("button", name="Undo").click()
    walk_in(right, 2)
    contexts[1].set_offline(True)
    expect(right.locator("[data-sending]")).to_contain_text("to send")
    silence.clear()

    # Both come back. What both let in counts once.
    for context in contexts:
        context.set_offline(False)
    for page in (left, right):
        page.evaluate("dispatchEvent(new Event('online'))")
        expect_state(page, "All sent")
    # Whichever sent first does not know yet what the other had.
    for page in (left, right):
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("[data-signed-up]")).to_have_text(str(expected))
    assert counters(left) == counters(right) == [expected, expected, 20]
    assert door.arrived(event) == door.ArrivedCounts(signed_up=expected, walk_ins=20)
    assert door.arrived_by_sign_up(event.pk) == {one.pk: one.party_size for one in people}
    # 55 on either phone, 10 of them on both; 4 taps of walk-ins there, 6 here.
    assert Arrival.objects.filter(sign_up=None).count() == 10
    assert Arrival.objects.exclude(sign_up=None).count() == 110
    assert Arrival.objects.exclude(sign_up=None).values("sign_up").distinct().count() == 100

    # Left finishes, right's pass is ended: nothing stays on either phone.
    left.get_by_text("Help and finish").click()
    left.get_by_role("button", name="Finish", exact=True).click()
    left.get_by_role("button", name="Finish and erase").click()
    expect(left.get_by_text("Finished. All is sent, and nothing is left")).to_be_visible()
    DoorPass.objects.filter(pk=passes[1][0].pk).update(ended_at=None)
    door.end_pass(door_pass=passes[1][0])
    right.evaluate("dispatchEvent(new Event('online'))")
    expect(right.get_by_text("This list has ended.")).to_be_visible()
    for page in (left, right):
        assert page.evaluate(LEFT) == [[], [], 0, 0]
        assert "Kanarie" not in page.inner_text("body")


def test_a_pass_that_ended_while_the_phone_was_away_hands_in_and_erases(open_context):
    event = make_event(day=in_days(0))
    people = make_people(event, [2, 2])
    made = door.make_pass(event=event, label="x", user=None)
    context = open_context()
    page = open_page(context, made)
    expect_state(page, "All sent")
    context.set_offline(True)
    let_in(page, people[:1])
    # More than go into one request.
    page.evaluate("for (let i = 0; i < 120; i++) document.querySelector('[data-walk-ins]').click()")
    expect(page.locator("[data-sending]")).to_contain_text("121 to send")
    for _ in range(100):
        if page.evaluate(STORED) == 121:
            break
        page.wait_for_timeout(50)

    # Days later, in a drawer with the page open: the names go, what was counted stays.
    page.clock.set_fixed_time(timezone.now() + timedelta(days=3))
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.get_by_label("The code that you were given")).to_be_visible()
    give_code(page, made[1])
    expect(page.locator("[data-id]")).to_have_count(0)
    expect_state(page, "No network: just go on. Saved on this phone, 121 to send")
    page.clock.set_fixed_time(timezone.now())
    page.goto("about:blank")

    door.end_pass(door_pass=made[0])
    context.set_offline(False)
    page.goto(door.pass_url(made[0], "en"))
    page.get_by_label("The code that you were given").fill(made[1])
    page.get_by_role("button", name="Open the list").click()

    expect(page.get_by_text("This list has ended.")).to_be_visible()
    assert door.arrived(event) == door.ArrivedCounts(signed_up=2, walk_ins=120)
    assert page.evaluate(LEFT) == [[], [], 0, 0]
    page.reload()
    page.get_by_label("The code that you were given").fill(made[1])
    page.get_by_role("button", name="Open the list").click()
    expect(page.get_by_text("This link does not open anything now.")).to_be_visible()


@pytest.fixture
def thousand():
    """An event that 999 people signed up for alone, and one with three others."""
    event = make_event(day=in_days(0))
    people = [
        Supporter(email=f"p{number}@example.org", email_hash=f"{number:064d}", language="en")
        for number in range(1000)
    ]
    names = [*(f"Person {number}" for number in range(999)), "Zoë Öztürk"]
    SignUp.objects.bulk_create(
        SignUp(event=event, supporter=supporter, language="en", name=name, party_size=size)
        for supporter, name, size in zip(
            Supporter.objects.bulk_create(people), names, [*[1] * 999, 4], strict=True
        )
    )
    return event


def test_a_list_of_a_thousand_is_quick_and_lets_a_group_in_in_parts(open_context, thousand):
    context = open_context()
    page = context.new_page()
    slow = context.new_cdp_session(page)
    made = door.make_pass(event=thousand, label="x", user=None)
    page.goto(door.pass_url(made[0], "en"))
    give_code(page, made[1])

    expect(page.locator("[data-id]")).to_have_count(1000)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    milliseconds = page.evaluate(SEARCH, "ozt zo")
    slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})

    assert milliseconds < 1500
    shown = page.locator("[data-id]:visible")
    expect(shown).to_contain_text("Zoë Öztürk")
    shown.get_by_role("button", name="Change how many came in: Zoë Öztürk").click()
    more = shown.get_by_role("button", name="One more: Zoë Öztürk")
    more.click()
    more.click()
    said = page.locator("[data-status]")
    expect(said).to_have_text("Zoë Öztürk: 2 of 4 came in.")
    more.click()
    more.click()
    expect(said).to_have_text("Zoë Öztürk: 4 of 4 came in.")
    more.click(force=True)
    # At the end of its range it still has the focus.
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-disabled", "true")
    shown.locator("[data-tap]").click()
    expect(said).to_have_text("Zoë Öztürk has already come in.")
    page.get_by_role("searchbox").fill(shown.locator("[data-code]").inner_text().lower())
    expect(shown).to_have_count(1)
    page.get_by_role("checkbox").check()
    expect(page.locator("[data-empty]")).to_contain_text("Nobody is found.")
    expect_state(page, "All sent")
    assert door.arrived(thousand).signed_up == 4


def test_a_queue_is_scanned_without_closing_the_camera(open_context):
    event = make_event(day=in_days(0))
    first, *others = make_people(event, [3])
    made = door.make_pass(event=event, label="x", user=None)
    context = open_context()
    context.add_init_script(CAMERA)
    page = open_page(context, made)
    expect(page.get_by_role("heading", level=1, name="Test event")).to_be_focused()
    page.get_by_role("button", name=f"Change how many came in: {first.name}").click()
    row = page.locator(f"[data-id='{first.public_id.hex}']")
    row.evaluate("row => { row.isTheSame = true; }")

    # Newcomers appear, and the row in use stays as it is.
    others = make_people(event, [1, 2])
    others[1].name = "\u202eAna"
    others[1].save()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-id]")).to_have_count(3)
    assert row.evaluate("row => row.isTheSame && !row.querySelector('[data-stepper]').hidden")

    page.get_by_role("button", name="Scan").click()
    scanner = page.get_by_role("dialog", name="Scan a code")
    expect(scanner).to_have_accessible_description("Hold the code in front of the camera.")
    said, undo = scanner.get_by_role("status"), scanner.get_by_role("button", name="Undo")
    # A name that turns the direction of letters does not turn the sentence around.
    for text, sentence in [
        (entry_text(first), f"{first.name}: 3 of 3 came in."),
        (entry_text(others[0]), f"{others[0].name}: 1 of 1 came in."),
        ("VIVA:" + "0" * 32, "This code is not in the list."),
        (entry_text(others[1]), "Ana: 2 of 2 came in."),
    ]:
        page.evaluate("(text) => { inView = [text]; }", text)
        expect(said).to_have_text(sentence)
        expect(scanner).to_be_visible()
        assert undo.is_visible() is ("came in" in sentence)
    assert page.evaluate("shaken") == [60, 60, [40, 80, 40], 60]
    # Behind an open dialog nothing is heard, so nothing is said there, neither now nor later.
    assert "came in" not in page.locator("[data-status]").inner_text()
    undo.click()
    expect(said).to_have_text("Taken back: Ana.")
    back = scanner.get_by_role("button", name="Back to the list")
    expect(back).to_be_focused()
    back.click()
    last = page.locator(f"[data-id='{others[1].public_id.hex}'] [data-tap]")
    expect(last).to_be_focused()
    assert page.locator("video").evaluate("video => video.srcObject") is None
    expect_state(page, "All sent")
    assert door.arrived_by_sign_up(event.pk) == {first.pk: 3, others[0].pk: 1, others[1].pk: 0}

    page.evaluate(REFUSE_CAMERA)
    page.get_by_role("button", name="Scan").click()
    expect(page.locator("[data-last]")).to_contain_text("The browser may not use the camera.")
    expect(scanner).to_be_hidden()
    expect(page.get_by_role("searchbox")).to_be_focused()

    # What ends the list ends the camera.
    page.evaluate("() => { delete navigator.mediaDevices.getUserMedia; }")
    page.get_by_role("button", name="Scan").click()
    page.wait_for_function("() => document.querySelector('video').srcObject")
    door.end_pass(door_pass=made[0])
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-end]")).to_be_focused()
    expect(page.locator("[data-end]")).to_contain_text("This list has ended.")
    assert page.locator("video").evaluate("video => video.srcObject") is None
    expect(page.locator("dialog[open]")).to_have_count(0)
