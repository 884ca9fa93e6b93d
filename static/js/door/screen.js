// The screen with the list: searching, letting in, walk-ins, counting, and how far all is sent.

import { List } from "./list.js";
import { Scanner } from "./scanner.js";
import { announce, say, written } from "./words.js";

const SEARCH_PAUSE_MS = 120;
const part = (name) => document.querySelector(`[data-${name}]`);

export class Screen {
  // The last thing done, which can be taken back: { tap, name }.
  #last = null;
  #isOffline = false;
  #searching = 0;
  // Whose code was scanned last, while the camera is open.
  #scanned = null;

  /** `onTap` stores and sends a tap; `onFinish` returns whether all was sent and erased. */
  constructor({ ledger, event, isKept, onTap, onFinish }) {
    Object.assign(this, { ledger, event, isKept, onTap, onFinish });
    this.list = new List({
      place: part("list"),
      template: part("row"),
      empty: part("empty"),
      ledger,
      onTap: (person) => this.#letIn(person),
      onChange: (person, number) => this.#set(person, number),
    });
  }

  start() {
    const { name, day, place } = this.event;
    part("event-name").textContent = name;
    part("event-facts").textContent = [day, place].filter(Boolean).join(" · ");
    document.title = name;
    part("screen=list").hidden = false;
    this.list.build();
    this.#showTotals();
    this.#showState();
    part("keeps-nothing").hidden = this.isKept;
    this.#bind();
    part("event-name").focus({ preventScroll: true });
  }

  #bind() {
    part("menu").addEventListener("click", () => this.#turnHelp());
    const search = part("search");
    search.addEventListener("input", () => this.#search());
    // The next name replaces the last one.
    search.addEventListener("focus", () => search.select());
    part("search-form").addEventListener("submit", (event) => {
      event.preventDefault();
      search.blur();
    });
    part("missing").addEventListener("change", () => this.#search());
    for (const button of document.querySelectorAll("[data-walk-ins]")) {
      button.addEventListener("click", () => this.#walkIn(Number(button.dataset.walkIns)));
    }
    part("undo").addEventListener("click", () => this.#undo());
    this.scanner = new Scanner({
      onCode: (id) => this.#onScanned(id),
      onUndo: () => this.#undo(),
      onClose: () => this.#showScanned(),
      onProblem: (sentence) => {
        this.#scanned = null;
        this.#say(sentence);
        part("search").focus();
      },
    });
    const question = part("finish-question");
    part("finish").addEventListener("click", () => question.showModal());
    part("finish-no").addEventListener("click", () => question.close());
    part("finish-yes").addEventListener("click", () => this.#finish(question));
  }

  #turnHelp() {
    const help = part("help");
    help.hidden = !help.hidden;
    part("menu").setAttribute("aria-expanded", String(!help.hidden));
  }

  keepsNothing() {
    this.isKept = false;
    part("keeps-nothing").hidden = false;
    this.#showState();
  }

  // Counting

  #letIn(person) {
    const { id, name, size } = person;
    if (this.ledger.arrived(id) === size) {
      this.#say(say("said_already", { name }), { state: "not" });
      return;
    }
    this.#set(person, size);
  }

  #set(person, number) {
    const { id, name, size } = person;
    if (number < 0 || number > size || number === this.ledger.arrived(id)) return;
    const tap = this.ledger.tapTo(id, number);
    this.#done({ tap, name }, say("said_in", { name, number, size }));
  }

  #walkIn(number) {
    const tap = this.ledger.tap(null, number);
    this.#done({ tap, name: say("walk_ins_name") }, say("said_walk_ins", { number }));
  }

  #done(last, sentence) {
    this.#last = last;
    this.#say(sentence, { state: "in", canUndo: true });
    this.#afterTap(last.tap);
  }

  #undo() {
    if (!this.#last) return;
    const { tap, name } = this.#last;
    this.#last = null;
    this.#afterTap(this.ledger.tap(tap.sign_up, -tap.people));
    this.#say(say("said_undone", { name }));
    if (!this.scanner.isOpen) part("last").focus({ preventScroll: true });
  }

  #afterTap(tap) {
    this.list.update(tap.sign_up);
    this.#showTotals();
    this.#showState();
    this.onTap(tap).then(() => this.#showState());
  }

  /** Say what was done, to eyes and ears: over the camera while that is open. */
  #say(sentence, { state = "", canUndo = false } = {}) {
    part("last").textContent = sentence;
    part("undo").hidden = !canUndo;
    if (this.scanner.isOpen) this.scanner.say(sentence, { state, canUndo });
    else announce(sentence);
  }

  // What is shown

  #showTotals() {
    const { expected, signedUp, walkIns } = this.ledger.totals;
    part("count").textContent = written(signedUp + walkIns);
    part("signed-up").textContent = written(signedUp);
    part("expected").textContent = written(expected);
    part("walked-in").textContent = written(walkIns);
  }

  #showState() {
    const number = this.ledger.pending.length;
    const words = number ? say(this.isKept ? "to_send" : "in_memory", { number }) : say("all_sent");
    const place = part("sending");
    const sentences = this.#isOffline ? [say("offline"), number ? words : ""] : [words];
    place.textContent = sentences.filter(Boolean).join(" ");
    place.dataset.state = this.#isOffline ? "offline" : number ? "sending" : "sent";
  }

  /** The site answered (or did not: null); `isTurn` when the network went or came back. */
  onSynced(answer, isOffline, isTurn) {
    this.#isOffline = isOffline;
    if (answer?.people) this.list.refresh();
    else if (answer && Object.keys(answer.arrived).length) this.list.update();
    this.#showTotals();
    this.#showState();
    if (isTurn) announce(say(isOffline ? "said_offline" : "said_online"));
  }

  get #asked() {
    return { typed: part("search").value, onlyMissing: part("missing").checked };
  }

  #search() {
    clearTimeout(this.#searching);
    this.#searching = setTimeout(() => {
      const number = this.list.filter(this.#asked);
      if (number) announce(say("found", { number }));
      else announce(part("empty").textContent);
      scrollTo({ top: 0 });
    }, SEARCH_PAUSE_MS);
  }

  #onScanned(id) {
    const person = this.ledger.people.get(id);
    this.#scanned = person ? id : null;
    if (person) this.#letIn(person);
    else this.#say(say("unknown_code"), { state: "not" });
  }

  /** Bring whom the last code let in into sight: perhaps only some of a group came. */
  #showScanned() {
    if (this.#scanned) this.list.show(this.#scanned);
    this.#scanned = null;
  }

  // The end

  async #finish(question) {
    part("finish-yes").setAttribute("aria-disabled", "true");
    part("finish-error").textContent = say("checking");
    const isDone = await this.onFinish();
    part("finish-yes").removeAttribute("aria-disabled");
    if (isDone) {
      question.close();
      return;
    }
    const number = this.ledger.pending.length;
    part("finish-error").textContent = number ? say("still_to_send", { number }) : say("try_later");
  }
}
