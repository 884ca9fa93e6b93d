// The pledge form: says at once which rewards the typed amount does not reach. The server decides.

/**
 * Read an amount as people type it; NaN for what is unfinished or can be read in two ways.
 * @param {string} text
 */
function euros(text) {
  const bare = text.replace(/€|eur(os?)?|\s/gi, "").replace(/[.,][-–—]{1,2}$/, "");
  const cents = bare.match(/^(.+)[.,](\d{1,2})$/);
  const whole = (cents ? cents[1] : bare).replace(/(?<=\d)[.,](?=\d{3})/g, "");
  if (!/^\d+$/.test(whole) || (!cents && /^\d{1,3}[.,]\d{3}$/.test(bare))) return NaN;
  return Number(`${whole}.${cents ? cents[2] : "0"}`);
}

export function begin(form) {
  const amount = form.querySelector('[name="amount_eur"]');
  const rewards = [...form.querySelectorAll('[name="reward"][data-amount]')];
  if (!amount || rewards.length === 0) return;

  function mark() {
    const typed = euros(amount.value);
    for (const reward of rewards) {
      const least = Number(reward.dataset.amount);
      const reaches = Number.isNaN(typed) || (reward.dataset.over ? typed > least : typed >= least);
      const card = reward.closest("label");
      card.toggleAttribute("data-out-of-reach", !reaches);
      card.querySelector("[data-too-little]").hidden = reaches;
    }
  }

  amount.addEventListener("input", mark);
  mark();
}
