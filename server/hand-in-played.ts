import { Readable } from "node:stream";
import { runIdOf } from "../collectors/run-id.ts";
import type { StartedSandbox } from "../sandbox/start-sandbox.ts";
import type { Actor, Context } from "./context.ts";
import { DeclarationQuery } from "./lines/declaration.ts";
import { handInLines } from "./lines/hand-in-lines.ts";

/** How often files that played loads have written are looked for, in real milliseconds. */
const EVERY = 1000;

const PLAYED: Actor = {
  ...{ kind: "rule", id: "played-loads", name: "Played loads", role: null, entities: "all" },
  scopes: ["lines:write"],
};

export interface PlayedLines {
  /** Hands in what there is now; answers once it has been taken. */
  now(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Hands in the files of lines that played loads wrote, one by one, each once the tower has heard how its run ended: only
 * then is there a count and a net to hold them against. After a restart the latest ones come again and change nothing.
 */
export function handInPlayed(sandbox: Pick<StartedSandbox, "lineFiles">, ctx: Context): PlayedLines {
  const handed = new Set<string>();
  const handIn = async () => {
    for (const file of sandbox.lineFiles()) {
      const run = runIdOf(ctx.estate.systems.find(({ id }) => id === file.system)!.namespace, file.run);
      if (handed.has(run) || ctx.facts.run(run)?.state !== "COMPLETED") continue;
      const { said, text } = file.write();
      const declaration = DeclarationQuery.parse({ ...said, run });
      await handInLines(ctx, PLAYED, declaration, { source: Readable.from([text]), gzip: false });
      handed.add(run);
    }
  };
  let working: Promise<void> | null = null;
  const now = () =>
    (working ??= handIn()
      .catch((error: unknown) => ctx.log.warn({ err: error }, "a file of lines of a played load was not taken"))
      .finally(() => (working = null)));
  void now();
  const timer = setInterval(() => void now(), EVERY).unref();
  return {
    now,
    async stop() {
      clearInterval(timer);
      await working;
    },
  };
}
