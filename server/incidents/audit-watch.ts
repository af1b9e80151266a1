import { verifyAudit } from "../audit/verify-audit.ts";
import type { Context } from "../context.ts";

/** Milliseconds of real time between two verifications of the whole log. */
const EVERY = 15 * 60_000;

/** Verifies the audit log now and again behind what else goes on; answers why it cannot be trusted, or null. */
export function watchAudit(ctx: Pick<Context, "postgres" | "log">): () => string | null {
  let verifyAt = 0;
  let broken: string | null = null;
  const verify = async () => {
    const verdict = await verifyAudit(ctx.postgres);
    broken = verdict.intact ? null : verdict.reason;
  };
  return () => {
    const at = performance.now();
    if (at >= verifyAt) {
      verifyAt = at + EVERY;
      // A store that cannot be read now says nothing of the log.
      verify().catch((error: unknown) => ctx.log.error({ err: error }, "the audit log could not be verified"));
    }
    return broken;
  };
}
