const TOKENS = [
  /\b(Bearer|Basic|AnaplanAuthToken)\s+[A-Za-z0-9+/=._~-]{8,}/gi,
  /("(?:access_?token|refresh_?token|id_token|tokenValue|client_?secret|password)"\s*:\s*)"[^"]*"/gi,
];

/** A function that takes known secrets, and whatever looks like a token, out of text meant for people and logs. */
export function createRedaction(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter((secret) => secret.length >= 4 && !/^https?:/i.test(secret));
  return (text) => {
    let clean = text;
    for (const secret of known) {
      for (const form of [secret, encodeURIComponent(secret)]) clean = clean.replaceAll(form, "[secret]");
    }
    for (const pattern of TOKENS) clean = clean.replace(pattern, "$1 [secret]");
    return clean;
  };
}

/** The beginning of a vendor's answer on one line, for quoting. */
export function excerptOf(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 240 ? `${line.slice(0, 240)}…` : line;
}
