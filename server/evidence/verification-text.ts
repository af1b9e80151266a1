/** What a pack's README says. */
export function verificationText(title: string): string {
  return `${title}

This folder is an evidence pack. Whether it is what it was when it was sealed can be checked without the system that made it.

  node verify-evidence.mjs

needs Node.js 20 or later, no network and nothing else. It says "Valid", or names the first thing that is not. Give it the
log's public key as you got it from elsewhere (--key) and a checkpoint you kept (--checkpoint), so that you need not trust
what came with the pack. Take the verifier from a pack or a release you trust if you doubt this one.

  cover.pdf           what this is about, to read
  manifest.json       scope, versions, row counts, totals, and the SHA-256 of each file
  seal.json           the entry of the audit log that holds the manifest's SHA-256, its proof, the signed checkpoint, the keys
  <part>/             the evidence: NDJSON (whole), CSV and a sheet for people
  estate/             rules, mappings, calendars and flows in force
  log/                proofs of the log's entries, and checkpoints signed earlier

By hand
1. The hash of the manifest stands in the sealing entry:
     sha256sum manifest.json; jq -r .entry.text seal.json
2. Each file has the hash the manifest names:
     jq -r '.files[] | .sha256 + "  " + .path' manifest.json | sha256sum --check
3. The entry is a leaf of the log: SHA-256 over a zero byte and the entry's text. Each hash of .path in seal.json leads one
   step up, SHA-256 over a byte of one, the left and the right hash (RFC 6962), to the root the checkpoint states in base64.
4. The checkpoint's first three lines are signed with Ed25519 (C2SP signed-note): after the dash and the key's name, base64
   of four bytes of key id and 64 bytes of signature.
`;
}
