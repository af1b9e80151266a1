import { createHmac, timingSafeEqual } from "node:crypto";

/** Real milliseconds a link may be used. */
const VALID = 24 * 3_600_000;

/** What a link in a message allows: to take one incident on, as the person it was sent to; for a channel, whoever is signed in. */
export interface LinkClaim {
  incident: string;
  /** Empty where the message went to a channel. */
  person: string;
}

export interface Links {
  incidentUrl(incident: string): string;
  acknowledgeUrl(claim: LinkClaim): string;
  /** What a link allows; null where it was not made here, was changed, or is too old. */
  read(token: string): LinkClaim | null;
}

/** Links signed with a key made from the server's secret; they say nothing to who cannot sign. */
export function createLinks({
  secret,
  publicUrl,
  now,
}: {
  secret: string;
  publicUrl: string;
  now: () => number;
}): Links {
  const base = publicUrl.replace(/\/$/, "");
  const key = createHmac("sha256", secret).update("links in messages").digest();
  const signatureOf = (body: string) => createHmac("sha256", key).update(body).digest("base64url");
  return {
    incidentUrl: (incident) => `${base}/incidents?incident=${encodeURIComponent(incident)}`,
    acknowledgeUrl({ incident, person }) {
      const body = Buffer.from(JSON.stringify([incident, person, now() + VALID])).toString("base64url");
      return `${base}/acknowledge/${body}.${signatureOf(body)}`;
    },
    read(token) {
      const [body, signature, more] = token.split(".");
      if (!body || !signature || more !== undefined || !same(signature, signatureOf(body))) return null;
      const [incident, person, until] = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as [
        string,
        string,
        number,
      ];
      return until > now() ? { incident, person } : null;
    },
  };
}

function same(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}
