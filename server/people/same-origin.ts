import { Fault } from "../fault.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a change asked for by another site in the name of whoever is signed in. Browsers say where a request comes
 * from in Sec-Fetch-Site, older ones in Origin; what sends neither is no browser and carries no cookie by accident.
 * After the algorithm of https://words.filippo.io/csrf/.
 */
export function refuseOtherSites(request: { method: string; headers: Headers }, publicUrl: string): void {
  if (SAFE.has(request.method)) return;
  const site = request.headers.get("sec-fetch-site");
  if (site === "same-origin" || site === "none") return;
  const origin = request.headers.get("origin");
  if (site === null && origin === null) return;
  if (site === null && origin !== null && sameHost(origin, request.headers.get("host"), publicUrl)) return;
  throw new Fault("not-permitted", "This change was asked for by another site. Open Tieout itself and try again.");
}

function sameHost(origin: string, host: string | null, publicUrl: string): boolean {
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin).host;
  return from === host || from === new URL(publicUrl).host;
}
