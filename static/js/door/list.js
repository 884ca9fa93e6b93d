// The list on the screen. A row is made once and then only changed; of a long list the first rows
// come at once and the others between two pictures, so that a slow phone answers all the while.

import { finder, plain } from "./search.js";
import { apart, say } from "./words.js";

const FIRST_ROWS = 40;
const ROWS_AT_ONCE = 80;
const order = new Intl.Collator(document.documentElement.lang);

export class List {
  #rows = new Map();
  #shown = { typed: "", onlyMissing: false };
  #building = 0;

  /** `onTap(person)` lets everybody in; `onChange(person, number)` says how many have come. */
  constructor({ place, template, empty, ledger, onTap, onChange }) {
    Object.assign(this, { place, template, empty, ledger, onTap, onChange });
    place.addEventListener("click", (event) => this.#onClick(event));
  }

  /** The people of the ledger in the order of their names. */
  get #inOrder() {
    const people = [...this.ledger.people.values()];
    return people.sort((one, other) => order.compare(one.name, other.name));
  }

  /** Show the list for the first time. */
  build() {
    this.#add(this.#inOrder, FIRST_ROWS);
  }

  /** Show another list in the place of the one that is there; rows that are in both stay. */
  refresh() {
    cancelAnimationFrame(this.#building);
    const before = this.#rows;
    this.#rows = new Map();
    let next = this.place.firstElementChild;
    for (const person of this.#inOrder) {
      const old = before.get(person.id);
      const isSame = old && JSON.stringify(old.person) === JSON.stringify(person);
      if (isSame) {
        before.delete(person.id);
        this.#rows.set(person.id, old);
        this.#fill(old);
      }
      const row = isSame ? old.row : this.#make(person);
      if (row === next) next = next.nextElementSibling;
      else this.place.insertBefore(row, next);
    }
    for (const { row } of before.values()) row.remove();
    this.#sayWhenEmpty();
  }

  #add(people, number) {
    const rows = people.slice(0, number).map((person) => this.#make(person));
    this.place.append(...rows);
    const left = people.slice(number);
    if (left.length) {
      this.#building = requestAnimationFrame(() => this.#add(left, ROWS_AT_ONCE));
    }
    this.#sayWhenEmpty();
  }

  #make(person) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    const part = (name) => row.querySelector(`[data-${name}]`);
    row.dataset.id = person.id;
    part("name").textContent = apart(person.name);
    part("code").textContent = person.code;
    part("no-photo").hidden = !person.no_photo;
    for (const [name, words] of [
      ["change", "change"],
      ["fewer", "one_fewer"],
      ["more", "one_more"],
    ]) {
      part(name).setAttribute("aria-label", say(words, { name: person.name }));
    }
    const entry = { row, part, person, search: { plain: plain(person.name), code: person.code } };
    this.#rows.set(person.id, entry);
    this.#fill(entry);
    row.hidden = !this.#isShown(entry, finder(this.#shown.typed));
    return row;
  }

  #fill({ row, part, person }) {
    const number = this.ledger.arrived(person.id);
    const { size } = person;
    const state = number === 0 ? "none" : number < size ? "some" : "all";
    row.dataset.state = state;
    const sentences = {
      none: () => say("people", { number: size }),
      some: () => say("of_group", { number, size }),
      all: () => (size === 1 ? say("all_in") : say("all_of_group", { size })),
    };
    part("said").textContent = sentences[state]();
    part("number").textContent = `${number} / ${size}`;
    // Disabled, a button would lose the focus, and with it a screen reader its place.
    part("fewer").setAttribute("aria-disabled", String(number === 0));
    part("more").setAttribute("aria-disabled", String(number === size));
  }

  /** Show what has changed, of one sign-up or of all; a row in use does not go away. */
  update(id = null) {
    const entries = id === null ? this.#rows.values() : [this.#rows.get(id)].filter(Boolean);
    for (const entry of entries) this.#fill(entry);
  }

  /** Show those who fit; return how many. */
  filter({ typed, onlyMissing }) {
    this.#shown = { typed, onlyMissing };
    const fits = finder(typed);
    let number = 0;
    for (const entry of this.#rows.values()) {
      const isShown = this.#isShown(entry, fits);
      if (entry.row.hidden === isShown) entry.row.hidden = !isShown;
      if (isShown) number += 1;
    }
    this.#sayWhenEmpty();
    return number;
  }

  #isShown({ person, search }, fits) {
    const isMissing = this.ledger.arrived(person.id) < person.size;
    return fits(search) && (isMissing || !this.#shown.onlyMissing);
  }

  #sayWhenEmpty() {
    const isEmpty = ![...this.#rows.values()].some(({ row }) => !row.hidden);
    this.empty.hidden = !isEmpty;
    if (!isEmpty) return;
    const { typed } = this.#shown;
    const why = typed.trim() ? "nobody_found" : "nobody_left";
    this.empty.textContent = say(this.#rows.size ? why : "nobody");
  }

  /** Bring a sign-up into sight, whatever was searched for. */
  show(id) {
    const entry = this.#rows.get(id);
    if (!entry) return;
    entry.row.hidden = false;
    entry.row.scrollIntoView({ block: "center" });
    entry.part("tap").focus({ preventScroll: true });
  }

  #onClick({ target }) {
    const button = target.closest("button");
    const entry = button && this.#rows.get(button.closest("[data-id]").dataset.id);
    if (!entry) return;
    const { person, part } = entry;
    const number = this.ledger.arrived(person.id);
    if ("tap" in button.dataset) this.onTap(person);
    else if ("fewer" in button.dataset) this.onChange(person, number - 1);
    else if ("more" in button.dataset) this.onChange(person, number + 1);
    else {
      const stepper = part("stepper");
      stepper.hidden = !stepper.hidden;
      part("change").setAttribute("aria-expanded", String(!stepper.hidden));
      if (!stepper.hidden) entry.row.scrollIntoView({ block: "nearest" });
    }
  }
}
