import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";

const DEMO = resolve(import.meta.dirname, "../../estates/meridian");
const SECRET = `whsec_${Buffer.alloc(24, 5).toString("base64")}`;

/** Writes the demo's estate so that every alert goes to one address; answers what to set for it. */
export function writeCampaignEstate(directory: string, receiverUrl: string): Record<string, string> {
  cpSync(DEMO, directory, { recursive: true });
  const file = join(directory, "routes.yaml");
  const routes = parse(readFileSync(file, "utf8")) as { receivers: { id: string; title: string }[] };
  const receivers = routes.receivers.map(({ id, title }) => ({
    ...{ id, title, kind: "webhook", inside: true, perMinute: 6_000 },
    connection: { url: "FAULTS_RECEIVER_URL", secret: "FAULTS_RECEIVER_SECRET" },
  }));
  writeFileSync(file, stringify({ ...routes, receivers }));
  return { FAULTS_RECEIVER_URL: receiverUrl, FAULTS_RECEIVER_SECRET: SECRET };
}
