import { defineCollector, type SystemOf } from "../collector.ts";
import { jobNamed } from "../declared-job.ts";
import { gapEvent } from "../gap-event.ts";
import { allRows } from "../pages.ts";
import type { RunWindow } from "../run-window.ts";
import { readRunsAndLedger, type BooksCursor, type LedgerPlan } from "../runs-and-ledger.ts";
import { hasEnded } from "../seen-run.ts";
import { createClient, type BulkKind, type SalesforceClient } from "./client.ts";
import { createDrive } from "./drive.ts";
import {
  apexEvents,
  apexState,
  bulkEvents,
  bulkName,
  bulkState,
  figuresLine,
  figuresQuery,
  instantOf,
  PRODUCER,
} from "./map.ts";
import { SalesforceSettings } from "./settings.ts";
import type { ApexJob, BulkJob } from "./vendor.ts";

/** Salesforce: jobs of Bulk API 2.0, Apex jobs, and what an object adds up to. */
export const salesforce = defineCollector<typeof SalesforceSettings, BooksCursor>({
  id: "salesforce",
  title: "Salesforce",
  capabilities: ["list-runs", "rerun-from-failure", "cancel", "counts", "control-totals"],
  settings: SalesforceSettings,
  connection: {
    url: "the address of My Domain, for example https://acme.my.salesforce.com",
    clientId: "the consumer key of a connected app",
    clientSecret: "its consumer secret",
  },
  open(system, tools) {
    const client = createClient(system, tools);
    return {
      check: () => checked(client, system.settings),
      pull: (cursor) => readRunsAndLedger(cursor, runWindow(client, system, cursor), figuresPlan(client, system)),
      ...createDrive(client, system),
    };
  },
});

type Row = { kind: BulkKind; job: BulkJob } | { kind: "apex"; job: ApexJob };

function runWindow(
  client: SalesforceClient,
  { namespace, settings }: SystemOf<SalesforceSettings>,
  cursor: BooksCursor | null,
): RunWindow<Row> {
  const openApex = Object.entries(cursor?.runs.runs ?? {}).flatMap(([key, seen]) =>
    seen.open && key.startsWith("707") ? key : [],
  );
  return {
    now: client.now(),
    ...{ retentionDays: settings.retentionDays, overlapMinutes: settings.overlapMinutes },
    async *list(from) {
      for (const kind of settings.reads) {
        if (kind === "apex") {
          for await (const page of client.apexJobs(from, openApex)) yield page.map((job): Row => ({ kind, job }));
          continue;
        }
        for await (const page of client.bulkJobs(kind)) {
          const recent = page.filter((job) => (instantOf(job.systemModstamp) ?? "") >= from);
          yield recent.map((job): Row => ({ kind, job }));
        }
      }
    },
    sight(row) {
      if (row.kind === "apex") {
        const { Id, CreatedDate, CompletedDate, Status } = row.job;
        const changedAt = instantOf(CompletedDate ?? CreatedDate) ?? "";
        return { key: Id, changedAt, open: !hasEnded(apexState(row.job)), version: `${Status} ${CompletedDate ?? ""}` };
      }
      const { id, state, systemModstamp } = row.job;
      return {
        key: id,
        changedAt: instantOf(systemModstamp) ?? "",
        open: !hasEnded(bulkState(row.job)),
        version: state,
      };
    },
    async events(row) {
      if (row.kind === "apex") return apexEvents(row.job, { namespace, settings });
      const job = hasEnded(bulkState(row.job)) ? await client.bulkJob(row.kind, row.job.id) : row.job;
      const failed = row.kind === "ingest" ? (job.numberRecordsFailed ?? 0) : 0;
      const refused = failed > 0 && failed <= settings.refusedRows ? await client.refusedRows(job.id) : [];
      return bulkEvents(job, refused, { namespace, settings });
    },
    gap: (from, to) => gapEvent({ collector: "salesforce", namespace, history: "Bulk jobs", from, to }),
  };
}

function figuresPlan(
  client: SalesforceClient,
  { namespace, settings }: SystemOf<SalesforceSettings>,
): LedgerPlan | null {
  const { figures } = settings;
  if (!figures) return null;
  return {
    ...figures,
    async read(periods) {
      const lines = [];
      for (const period of periods) {
        const groups = await client.groups(figuresQuery(figures, period));
        lines.push(...groups.flatMap((group) => figuresLine(group, period, figures) ?? []));
      }
      const { ledger, version, dataset } = figures;
      const entities = Object.keys(figures.entities);
      return { producer: PRODUCER, dataset: { namespace, name: dataset }, ledger, version, entities, lines };
    },
  };
}

async function checked(client: SalesforceClient, settings: SalesforceSettings) {
  const sees: string[] = [];
  let declared = 0;
  for (const kind of settings.reads) {
    if (kind === "apex") {
      const since = new Date(client.now().getTime() - 86_400_000).toISOString();
      sees.push(`${(await allRows(client.apexJobs(since))).length} Apex jobs since yesterday`);
      continue;
    }
    const jobs = await allRows(client.bulkJobs(kind));
    declared += jobs.filter((job) => jobNamed(settings.jobs, bulkName(job, settings))).length;
    sees.push(`${jobs.length} bulk jobs of the kind ${kind}`);
  }
  const missed = settings.jobs.length > 0 && declared === 0 && !settings.reads.includes("apex");
  return { sees, warnings: missed ? ["No bulk job has a name the settings declare."] : [] };
}
