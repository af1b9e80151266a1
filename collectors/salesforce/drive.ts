import { VendorError, type SystemOf, type Triggered } from "../collector.ts";
import { allRows } from "../pages.ts";
import { runIdOf } from "../run-id.ts";
import { hasEnded } from "../seen-run.ts";
import type { SalesforceClient } from "./client.ts";
import { bulkName, bulkState, instantOf } from "./map.ts";
import type { SalesforceSettings } from "./settings.ts";
import type { BulkJob } from "./vendor.ts";

/** Operations that change nothing when a row is sent twice. */
const REPEATABLE = new Set(["upsert", "update", "delete"]);

/** Stops bulk jobs, and sends the rows one of them did not load again as a job of its own. */
export function createDrive(client: SalesforceClient, { namespace, settings }: SystemOf<SalesforceSettings>) {
  const again = new Map<string, Promise<string>>();

  /** The rows refused or not reached, once more. */
  async function reload(job: BulkJob): Promise<string> {
    const { refused, unprocessed } = await client.unloaded(job.id);
    const rows = [...rowsOf(refused, true), ...rowsOf(unprocessed, false)];
    const [header] = [...headerOf(refused, true), ...headerOf(unprocessed, false)];
    if (!header || rows.length === 0) {
      throw new VendorError("refused", `The job ${job.id} left no rows that could be loaded again.`);
    }
    const { operation, object, externalIdFieldName } = job;
    const key: Record<string, string> = externalIdFieldName ? { externalIdFieldName } : {};
    return client.load({ operation, object: object ?? "", ...key }, `${[header, ...rows].join("\n")}\n`);
  }

  return {
    async cancel(key: string): Promise<void> {
      for (const kind of ["ingest", "query"] as const) if (await client.abort(kind, key)) return;
      throw new VendorError("not-found", `Salesforce has no bulk job ${key} that could be stopped.`);
    },
    async rerun(key: string, { fromFailure }: { fromFailure: boolean }): Promise<Triggered> {
      const job = await client.bulkJob("ingest", key);
      const name = bulkName(job, settings);
      if (!fromFailure) throw new VendorError("refused", "Salesforce keeps no rows but those that failed.");
      if (!hasEnded(bulkState(job))) throw new VendorError("refused", `"${name}" has not ended yet.`);
      if (!REPEATABLE.has(job.operation)) {
        throw new VendorError(
          "refused",
          `A job that does ${job.operation} is not repeated, because it could load rows twice.`,
        );
      }
      const answer = (id: string, adopted: boolean): Triggered => ({
        ...{ vendorRunKey: id, runId: runIdOf(namespace, id), jobName: name, adopted },
      });
      const known = again.get(key);
      if (known) return answer(await known, true);
      const endedAt = instantOf(job.systemModstamp) ?? "";
      const jobs = await allRows(client.bulkJobs("ingest"));
      const isLater = (each: BulkJob) => each.id !== key && (instantOf(each.createdDate) ?? "") >= endedAt;
      const underWay = jobs.find(
        (each) => isLater(each) && bulkName(each, settings) === name && !hasEnded(bulkState(each)),
      );
      if (underWay) return answer(underWay.id, true);
      const loading = reload(job);
      again.set(key, loading);
      loading.catch(() => again.delete(key));
      return answer(await loading, false);
    },
  };
}

/** Lines of an answer without its header; those of refused rows begin with two columns of Salesforce's own. */
function rowsOf(csv: string, refused: boolean): string[] {
  return csv
    .trim()
    .split(/\r?\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .slice(1)
    .map((line) => (refused ? withoutOwn(line) : line))
    .filter(Boolean);
}

function headerOf(csv: string, refused: boolean): string[] {
  const [header = ""] = csv.trim().split(/\r?\n/);
  return header ? [refused ? withoutOwn(header) : header] : [];
}

function withoutOwn(line: string): string {
  return line.replace(/^(?:"(?:[^"]|"")*"|[^,]*),(?:"(?:[^"]|"")*"|[^,]*),/, "");
}
