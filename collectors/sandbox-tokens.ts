import type { World } from "./sandbox.ts";

/** Access tokens a sandbox hands out; they expire by the world's clock. */
export interface SandboxTokens {
  issue(): string;
  /** Whether an Authorization header carries a token that is still good. */
  holds(header: string | undefined): boolean;
}

export function createTokens(world: World, lifetimeSeconds: number): SandboxTokens {
  const tokens = new Map<string, number>();
  return {
    issue() {
      for (const [token, expiresAt] of tokens) if (expiresAt <= world.now()) tokens.delete(token);
      const token = `ey${crypto.randomUUID()}`;
      tokens.set(token, world.now() + lifetimeSeconds * 1000);
      return token;
    },
    holds: (header = "") => (tokens.get(header.replace(/^Bearer /i, "")) ?? 0) > world.now(),
  };
}
