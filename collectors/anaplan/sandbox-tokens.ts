import { createHash } from "node:crypto";
import type { World } from "../sandbox.ts";

/** A token lives 35 minutes of the world's clock. */
const LIFETIME = 35 * 60_000;

/** Anaplan's tokens: given for the password, renewed by themselves while they live. */
export function createTokens(world: World, connection: Record<string, string>) {
  const held = new Map<string, number>();
  const basic = `Basic ${Buffer.from(`${connection.user}:${connection.password}`).toString("base64")}`;
  let issued = 0;
  const holds = (header: string | undefined) =>
    (held.get(header?.replace(/^AnaplanAuthToken /, "") ?? "") ?? 0) > world.now();
  const issue = () => {
    for (const [token, expiresAt] of held) if (expiresAt <= world.now()) held.delete(token);
    const tokenValue = createHash("sha256").update(`${++issued} ${world.now()}`).digest("base64");
    const expiresAt = world.now() + LIFETIME;
    held.set(tokenValue, expiresAt);
    return { tokenValue, expiresAt };
  };
  return {
    holds,
    authenticate: (header: string | undefined) => (header === basic ? issue() : null),
    renew: (header: string | undefined) => (holds(header) ? issue() : null),
  };
}
