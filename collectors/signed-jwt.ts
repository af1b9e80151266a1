import { createPrivateKey, randomUUID, sign } from "node:crypto";
import { VendorError } from "./collector.ts";

/**
 * A JSON Web Token (RFC 7519) signed with a private key: ES256 for a key on the curve P-256, PS256 for an RSA key,
 * unless another algorithm of RSA is asked for.
 */
export function signedJwt(
  key: { pem: string; keyId?: string; rsa?: "PS256" | "RS256" },
  claims: Record<string, unknown>,
): string {
  // An environment variable often holds the lines of a PEM file joined by `\n` in two characters.
  const privateKey = readKey(key.pem.replaceAll("\\n", "\n"));
  const elliptic = privateKey.asymmetricKeyType === "ec";
  const alg = elliptic ? "ES256" : (key.rsa ?? "PS256");
  const header = { typ: "JWT", alg, ...(key.keyId && { kid: key.keyId }) };
  const signed = [header, { jti: randomUUID(), ...claims }].map(encoded).join(".");
  const scheme = elliptic
    ? ({ dsaEncoding: "ieee-p1363" } as const)
    : { padding: alg === "PS256" ? PSS : PKCS1, ...(alg === "PS256" && { saltLength: DIGEST_BYTES }) };
  return `${signed}.${sign("sha256", Buffer.from(signed), { key: privateKey, ...scheme }).toString("base64url")}`;
}

/** As OpenSSL numbers them. */
const PSS = 6;
const PKCS1 = 1;
const DIGEST_BYTES = 32;

function readKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch {
    // The reason could quote the key.
    throw new VendorError(
      "unauthorized",
      "The private key cannot be read; it must be a PEM file without a passphrase.",
    );
  }
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
