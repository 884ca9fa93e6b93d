// Send a form over a connection that may drop: with progress, and again until it arrives. The
// form's key makes several sendings count once.

const PAUSES = [1000, 3000, 9000, 20000]; // milliseconds before each further attempt
const STALLED = 45000; // milliseconds without a sign of life; cleaning a photo takes up to 30 s
const COME_BACK = new Set([502, 503, 504]);

/** One attempt; resolves with the answer, or with nothing when the connection failed. */
function attempt(url, data, onProgress) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    let watch;
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(() => request.abort(), STALLED);
    };
    request.upload.addEventListener("progress", (event) => {
      alive();
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("progress", alive);
    request.addEventListener("loadend", () => {
      clearTimeout(watch);
      const isAnswer = request.status > 0 && !COME_BACK.has(request.status);
      done(isAnswer ? request : null);
    });
    request.open("POST", url);
    request.send(data);
    alive();
  });
}

/** Wait for a while, or until the device is online again, or somebody presses the button. */
function pause(milliseconds, retry) {
  return new Promise((done) => {
    const timer = navigator.onLine ? setTimeout(end, milliseconds) : undefined;
    function end() {
      clearTimeout(timer);
      removeEventListener("online", end);
      retry.removeEventListener("click", end);
      done();
    }
    addEventListener("online", end);
    retry.addEventListener("click", end);
  });
}

/**
 * Send `data` to `url`; resolve with the finished XMLHttpRequest, or with null when every attempt
 * failed. `place` holds the bar, the words and the button to try again.
 */
export async function send(url, data, place) {
  const bar = place.querySelector("progress");
  const words = place.querySelector("[data-sending-words]");
  const retry = place.querySelector("[data-retry]");
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  const say = (sentence) => {
    if (words.textContent !== sentence) words.textContent = sentence;
  };
  const onProgress = (share) => {
    bar.value = share;
    // Every tenth, or a screen reader would speak without end.
    const tenth = Math.floor(share * 10) / 10;
    say(share < 1 ? `${place.dataset.sending} ${percent.format(tenth)}` : place.dataset.cleaning);
  };
  place.hidden = false;
  for (const milliseconds of [...PAUSES, 0]) {
    retry.hidden = true;
    bar.value = 0;
    say(place.dataset.sending);
    const answer = await attempt(url, data, onProgress);
    if (answer) return answer;
    if (!milliseconds) break;
    say(navigator.onLine ? place.dataset.lost : place.dataset.offline);
    retry.hidden = false;
    await pause(milliseconds, retry);
  }
  say(place.dataset.failed);
  return null;
}
