// Text that goes with a command: only its digest, under a salt of its own, is signed and logged.

/** Returns the digest of a text and, in hex, the salt that it was made under. */
export async function hide(text) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", salt, hmac, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(JSON.stringify(text)));
  return { digest: hex(new Uint8Array(mac)), salt: hex(salt) };
}

/** What an error means to the person: nothing was said, and why. */
export function unsaid(error) {
  if (error.name === "NotAllowedError") return "Nothing was said: the passkey was not used.";
  return `Nothing was said: ${error.message}.`;
}

const hex = (bytes) => [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
