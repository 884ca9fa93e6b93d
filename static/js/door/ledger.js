// Who is expected and who came, as far as this phone knows. Numbers only: nothing is stored, sent
// or shown here.
//
// The site tells the sum of all taps of a sign-up without a cap. Two phones that let the same two
// people in have made it four; whoever then takes them out again must take out four. So what is
// shown is capped, and what is tapped is reckoned from the sum.

const MOST_IN_A_TAP = 50;

function capped(sum, size) {
  return Math.max(0, Math.min(sum, size));
}

export class Ledger {
  people = new Map();
  version = "";
  cursor = 0;
  #sums = new Map();
  #walkIns = 0;
  #others = 0;
  // Taps that the site has not confirmed, by their id.
  #pending = new Map();

  /** Take in what the site answered, or what was kept of such answers. */
  learn(answer) {
    if (answer.people) {
      this.people = new Map(answer.people.map((person) => [person.id, person]));
    }
    for (const [id, sum] of Object.entries(answer.arrived)) this.#sums.set(id, sum);
    this.version = answer.version;
    this.cursor = answer.cursor;
    this.#walkIns = answer.walk_ins;
    this.#others = answer.others;
  }

  /** Return all of it but names and taps, in the form that `learn` takes. */
  get known() {
    return {
      version: this.version,
      cursor: this.cursor,
      arrived: Object.fromEntries(this.#sums),
      walk_ins: this.#walkIns,
      others: this.#others,
    };
  }

  /** Make a tap that lets so many people come in, or takes them back; walk-ins have no id. */
  tap(id, people) {
    const most = Math.max(-MOST_IN_A_TAP, Math.min(people, MOST_IN_A_TAP));
    const tap = { id: crypto.randomUUID(), sign_up: id, people: most, at: Date.now() };
    this.add(tap);
    return tap;
  }

  /** Make the tap after which `number` people of a sign-up have come. */
  tapTo(id, number) {
    return this.tap(id, number - this.#sum(id));
  }

  add(tap) {
    this.#pending.set(tap.id, tap);
  }

  confirm(taps) {
    for (const tap of taps) this.#pending.delete(tap.id);
  }

  /** Taps to send, the oldest first. */
  get pending() {
    return [...this.#pending.values()];
  }

  #sum(id) {
    let sum = this.#sums.get(id) ?? 0;
    for (const tap of this.#pending.values()) if (tap.sign_up === id) sum += tap.people;
    return sum;
  }

  /** How many people of a sign-up have come. */
  arrived(id) {
    return capped(this.#sum(id), this.people.get(id)?.size ?? 0);
  }

  get totals() {
    const sums = new Map(this.#sums);
    let walkIns = this.#walkIns;
    for (const { sign_up: id, people } of this.#pending.values()) {
      if (id === null) walkIns += people;
      else sums.set(id, (sums.get(id) ?? 0) + people);
    }
    let [expected, signedUp] = [0, this.#others];
    for (const { id, size } of this.people.values()) {
      expected += size;
      signedUp += capped(sums.get(id) ?? 0, size);
    }
    return { expected, signedUp, walkIns: Math.max(0, walkIns) };
  }
}
