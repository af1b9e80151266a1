import type { StartedSandbox } from "../sandbox/start-sandbox.ts";
import type { Context } from "./context.ts";

/** How often what the played systems push is handed on, in real milliseconds. */
const EVERY = 1000;

/** Hands what played systems push by themselves to the door, as their own programs would: from the play's beginning on. */
export function pushPlayed(sandbox: Pick<StartedSandbox, "pushed">, ctx: Pick<Context, "accept" | "log">): () => void {
  let handed = 0;
  let working = false;
  const push = async () => {
    if (working) return;
    working = true;
    try {
      const events = sandbox.pushed();
      if (events.length > handed) await ctx.accept(events.slice(handed), "push");
      handed = events.length;
    } catch (error) {
      ctx.log.warn({ err: error }, "what a played system pushed was not taken");
    } finally {
      working = false;
    }
  };
  void push();
  const timer = setInterval(() => void push(), EVERY).unref();
  return () => clearInterval(timer);
}
