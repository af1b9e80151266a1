import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { VendorError, type Pull, type SystemOf, type Tools } from "../collector.ts";
import { gapEvent } from "../gap-event.ts";
import { HISTORY, type PowerbiClient } from "./client.ts";
import { scanOn, type ScanCursor } from "./lineage.ts";
import { endOf, eventsOf, needsDetail, timeOf, type Reading } from "./map.ts";
import { readContents, type Contents } from "./model-contents.ts";
import type { Model, PowerbiSettings } from "./settings.ts";
import type { Refresh } from "./vendor.ts";

/** Where reading stands: of each model the refreshes in its history with what was told of them. */
export interface PowerbiCursor {
  models: Record<string, ModelCursor>;
  scan: ScanCursor | null;
}
interface ModelCursor {
  /** By request id: the history's word for it and the states told; ids leave with the vendor's history. */
  told: Record<string, { status: string; states: string[] }>;
  newest: { requestId: string; at: string } | null;
  /** Entities and periods the model was last seen to hold. */
  targets: { entity: string; period: string }[];
  /** The day of the last reading, to tell a quiet week from a lost one. */
  readOn: string;
}

const RETENTION_DAYS = 7;
const NEW_MODEL: ModelCursor = { told: {}, newest: null, targets: [], readOn: "" };

interface Deps {
  system: SystemOf<PowerbiSettings>;
  tools: Tools;
  client: PowerbiClient;
}

/**
 * Reads on. A model's whole history is one request, so an idle poll costs one request for each model, and one more
 * while a scan is under way. Every refresh in it is compared with what was told, so a late change is never missed.
 */
export function createPull(deps: Deps): (cursor: PowerbiCursor | null) => Promise<Pull<PowerbiCursor>> {
  const { system, tools, client } = deps;
  return async (before) => {
    const cursor: PowerbiCursor = { models: {}, scan: null };
    const events: Pull<PowerbiCursor>["events"] = [];
    let openRuns = 0;
    for (const model of system.settings.models) {
      const read = await readModel(deps, model, before?.models[model.datasetId] ?? NEW_MODEL);
      cursor.models[model.datasetId] = read.cursor;
      events.push(...read.events);
      openRuns += read.openRuns;
    }
    const scanned = await scanOn(client, system, before?.scan ?? null, tools.clock.now().getTime());
    cursor.scan = scanned.cursor;
    events.push(...scanned.events);
    return { events: events.sort((a, b) => a.eventTime.localeCompare(b.eventTime)), cursor, more: false, openRuns };
  };
}

async function readModel(deps: Deps, model: Model, before: ModelCursor) {
  const { system, tools, client } = deps;
  const refreshes = await client.refreshes(model);
  const today = tools.clock.now().toISOString().slice(0, 10);
  const { contents, unread, newestDone } = await contentsAfter(deps, model, refreshes, before);
  const targets = contents ? contents.positions.map(({ entity, period }) => ({ entity, period })) : before.targets;
  const told: ModelCursor["told"] = {};
  const events: RunEvent[] = gap(system.namespace, model, refreshes, before);
  let openRuns = 0;
  for (const [index, refresh] of refreshes.entries()) {
    const { status, states } = before.told[refresh.requestId] ?? { status: "", states: [] };
    // The end was told with a detail or contents that are not asked for twice.
    if (status === refresh.status && states.some((state) => state !== "START" && !state.startsWith("RUNNING"))) {
      told[refresh.requestId] = { status, states };
      continue;
    }
    const detail = needsDetail(refresh) ? await client.detail(model, refresh.requestId) : null;
    const reading: Reading = {
      namespace: system.namespace,
      model,
      refresh,
      detail,
      // What an older refresh filled has been replaced since; nobody can tell any more.
      targets: index <= newestDone || newestDone < 0 ? targets : [],
      contents: index === newestDone ? contents : null,
      unread: index === newestDone ? unread : null,
    };
    if (endOf(refresh, detail, system.settings) === null) openRuns += 1;
    const now = eventsOf(reading, system.settings);
    events.push(...now.filter(({ state }) => !states.includes(state)).map(({ event }) => event));
    told[refresh.requestId] = { status: refresh.status, states: now.map(({ state }) => state) };
  }
  const [newest] = refreshes;
  const at = newest?.startTime ?? newest?.endTime;
  return {
    events,
    openRuns,
    cursor: {
      told,
      targets,
      readOn: today,
      newest: newest && at ? { requestId: newest.requestId, at } : before.newest,
    },
  };
}

/** What the newest completed refresh left in the model; asked only when that refresh is new. */
async function contentsAfter({ system, client }: Deps, model: Model, refreshes: Refresh[], before: ModelCursor) {
  const newestDone = refreshes.findIndex((refresh) => endOf(refresh, null, system.settings)?.type === "COMPLETE");
  const done = refreshes[newestDone];
  const nothing = { contents: null as Contents | null, unread: null as string | null, newestDone };
  if (!done || !model.totals || before.told[done.requestId]?.states.includes("COMPLETE")) return nothing;
  try {
    return { ...nothing, contents: await readContents(client, model, model.totals) };
  } catch (error) {
    // A model that refuses the question will refuse it tomorrow; its refreshes are told all the same, and say so.
    if (!(error instanceof VendorError) || error.recoverable || error.code === "unauthorized") throw error;
    return { ...nothing, unread: error.message };
  }
}

/** A gap, when the newest refresh seen has left the history while others came, or after a week without reading. */
function gap(namespace: string, model: Model, refreshes: Refresh[], before: ModelCursor): RunEvent[] {
  const { newest, readOn } = before;
  const oldest = refreshes.at(-1);
  const oldestAt = oldest?.startTime ?? oldest?.endTime;
  if (!newest || !oldestAt || refreshes.some(({ requestId }) => requestId === newest.requestId)) return [];
  const unread = ((timeOf(oldestAt) ?? 0) - (timeOf(`${readOn}T00:00:00Z`) ?? 0)) / 86_400_000;
  if (refreshes.length < HISTORY && unread < RETENTION_DAYS) return [];
  const [from, to] = [newest.at, oldestAt].map((at) => new Date(timeOf(at) ?? 0).toISOString());
  return [gapEvent({ collector: "powerbi", namespace, history: "Refreshes", from: from!, to: to!, part: model.job })];
}
