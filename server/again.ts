import type { Source } from "./collect/collect.ts";
import type { Again, Context } from "./context.ts";
import type { Checkpoints } from "./breaks/checkpoints.ts";
import type { Ingest } from "./ingest/ingest.ts";
import { record } from "./audit/record.ts";
import { Fault } from "./fault.ts";
import { quarantineItem } from "./ingest/quarantine-rows.ts";
import { deriveLive } from "./ingest/derive-live.ts";
import { resubmitQuarantined } from "./ingest/resubmit-quarantined.ts";

export interface AgainDeps {
  ctx: Context;
  ingest: Ingest;
  sources: readonly Source[];
  checkpoints: Pick<Checkpoints, "check">;
}

/** What the tower can do over again by itself, over the rooms that do it the first time. */
export function createAgain({ ctx, ingest, sources, checkpoints }: AgainDeps): Again {
  return {
    async recollect(system, from) {
      const source = sources.find((each) => each.system.id === system);
      if (!source) throw new Fault("not-found", `The estate has no system ${system}.`);
      let taken = 0;
      let cursor: unknown = null;
      for (let more = true; more;) {
        const pull = await source.connected.pull(cursor);
        const events = pull.events.filter(({ eventTime }) => Date.parse(eventTime) >= Date.parse(from));
        if (events.length > 0) await ctx.accept(events, `collector:${system}`);
        const texts = pull.texts ?? [];
        if (texts.length > 0) await ingest.acceptTexts(texts, { door: "collector", source: `collector:${system}` });
        taken += events.length + texts.length;
        more = pull.more && JSON.stringify(pull.cursor) !== JSON.stringify(cursor);
        cursor = pull.cursor;
      }
      return taken;
    },
    rebuild: () => deriveLive(ctx.clickhouse),
    async check(scope) {
      await checkpoints.check("demand", scope);
    },
    async resubmit(actor, { id, text, reason }) {
      const deps = {
        ...{ clickhouse: ctx.clickhouse, clock: ctx.clock, ingest },
        audit: (entry: Omit<Parameters<typeof record>[1], "at">) =>
          ctx.postgres.transaction(async (tx) => void (await record(tx, { at: ctx.clock.now(), ...entry }))),
        changed: () => ctx.touch("quarantine"),
      };
      const item = await quarantineItem(ctx.clickhouse, id);
      // A process that died after taking it in finds it so: it is done.
      if (item.state === "resubmitted") return "It was taken in already.";
      const { eventId } = await resubmitQuarantined(deps, actor, { id, text: text ?? item.body, reason });
      return `Taken in as event ${eventId}.`;
    },
  };
}
