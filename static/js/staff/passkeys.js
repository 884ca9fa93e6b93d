// Passkeys at the door (W3C Web Authentication): make one, or give one.
//
// A form with data-passkey is shown once the browser knows passkeys. Sending it asks the device;
// what the device answers goes into the form's field `credential`, and the form is sent.

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const known = (list) => (list ?? []).map((one) => ({ ...one, id: bytesOf(one.id) }));

/** The options as the server wrote them, with bytes where the browser wants bytes. */
function forCreating({ publicKey }) {
  return {
    publicKey: {
      ...publicKey,
      challenge: bytesOf(publicKey.challenge),
      user: { ...publicKey.user, id: bytesOf(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
    },
  };
}

function forGetting({ publicKey }) {
  return {
    publicKey: {
      ...publicKey,
      challenge: bytesOf(publicKey.challenge),
      allowCredentials: known(publicKey.allowCredentials),
    },
  };
}

/** What the device answered, as JSON (Web Authentication Level 3, 5.1.4). */
function asJson(credential) {
  const { response } = credential;
  const parts = {};
  for (const name of [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ]) {
    if (response[name]) parts[name] = textOf(response[name]);
  }
  if (response.getTransports) parts.transports = response.getTransports();
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: parts,
    clientExtensionResults: credential.getClientExtensionResults(),
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
  };
}

const written = () => JSON.parse(document.getElementById("passkey-options").textContent);

const ways = {
  create: async () =>
    navigator.credentials.create(forCreating(written().creation_options)),
  get: async () => navigator.credentials.get(forGetting(written().request_options)),
  login: async (form) => {
    const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return navigator.credentials.get(forGetting((await answer.json()).request_options));
  },
};

function begin(form) {
  const error = form.querySelector("[data-passkey-error]");
  const button = form.querySelector("button");
  const say = (sentence) => {
    error.textContent = sentence;
    error.hidden = !sentence;
  };
  form.hidden = false;
  button.disabled = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    button.disabled = true;
    try {
      const credential = await ways[form.dataset.passkey](form);
      form.elements.credential.value = JSON.stringify(asJson(credential));
      form.submit();
    } catch (reason) {
      button.disabled = false;
      const isRefusal = reason.name === "NotAllowedError" || reason.name === "AbortError";
      say(isRefusal ? error.dataset.cancelled : error.dataset.failed);
    }
  });
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) begin(form);
}
