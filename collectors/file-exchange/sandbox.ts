import { createHash } from "node:crypto";
import Big from "big.js";
import { Hono } from "hono";
import { defineSandbox, type SimRun, type SimTotals, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";

/** A server that lists a folder as nginx does, where the played world's extracts are written and grow. */
export const fileExchangeSandbox = defineSandbox({
  collector: "file-exchange",
  plays: "extract",
  runKey: ({ job, period, queuedAt, trigger }) =>
    `${job}_${period}_${stampOf(queuedAt)}${trigger === "api" ? "R" : ""}.csv`,
  failure: { code: "ERR", message: "The partner could not parse line 1" },
  addresses: ["url"],
  secrets: { user: "tieout", secret: "sandbox-file-secret" },
  example: {
    kind: "files",
    namespace: "files://example",
    source: "payroll",
    job: "PAYGL_{entity}",
    target: "inbox/PAYGL",
    settings: {
      feeds: [{ name: "PAYGL_{entity}", dataset: "inbox/PAYGL", file: "PAYGL_{entity}_{period}_{any}.csv" }],
    },
  },
  app(world, { system, connection }) {
    const basic = `Basic ${Buffer.from(`${connection.user}:${connection.secret}`).toString("base64")}`;
    const app = new Hono();
    app.use(
      "*",
      showsFaults(world, system, () => new Response("401 Authorization Required", { status: 401 })),
    );
    app.use("*", async (c, next) =>
      c.req.header("authorization") === basic ? next() : c.text("401 Authorization Required", 401),
    );
    app.get("/", (c) => {
      const files = world.runs(system).flatMap((run) => filesOf(world, run));
      return c.json(
        files.map(({ name, at, text }) => ({
          ...{ name, type: "file", mtime: new Date(at).toUTCString(), size: Buffer.byteLength(text) },
        })),
      );
    });
    app.get("/:name", (c) => {
      const files = world.runs(system).flatMap((run) => filesOf(world, run));
      const file = files.find(({ name }) => name === c.req.param("name"));
      return file
        ? c.body(file.text, 200, { "content-type": "application/octet-stream" })
        : c.text("404 Not Found", 404);
    });
    return app;
  },
});

interface PlayedFile {
  name: string;
  at: number;
  text: string;
}

/** What lies in the folder of a run: a part that grows, then the file with its control file, or what became of it. */
function filesOf(world: World, run: SimRun): PlayedFile[] {
  const { phase } = world.phase(run);
  if (phase === "queued") return [];
  if (phase !== "ended") return [{ name: `${run.key}.filepart`, at: run.startedAt, text: "account;debit;credit\n" }];
  const data = contentOf(world, run);
  const file = { name: run.key, at: run.startedAt, text: data };
  if (run.outcome === "failed")
    return [file, { name: `${run.key}.err`, at: run.endedAt, text: run.error?.message ?? "" }];
  if (run.outcome === "aborted") return [file, { name: `${run.key}.cancel`, at: run.endedAt, text: "" }];
  return [file, { name: `${run.key}.ctl`, at: run.endedAt, text: controlOf(world, run, data) }];
}

function contentOf(world: World, run: SimRun): string {
  const accounts = world.delivered(run)?.accounts ?? [];
  const lines = accounts.map(({ account, debit, credit }) => `${run.correlationId};${account};${debit};${credit}`);
  return `batch;account;debit;credit\n${lines.map((line) => `${line}\n`).join("")}`;
}

function controlOf(world: World, run: SimRun, data: string): string {
  const held = world.delivered(run);
  const lines = {
    runId: run.correlationId,
    entity: run.entity,
    period: run.period,
    snapshotAsOf: run.snapshotAsOf === null ? null : new Date(run.snapshotAsOf).toISOString(),
    bytes: Buffer.byteLength(data),
    sha256: createHash("sha256").update(data).digest("hex"),
    rowCount: held?.accounts.length ?? 0,
    currency: held?.currency,
    ...sums(held?.accounts ?? []),
  };
  const told = Object.entries(lines).filter(([, value]) => value !== null && value !== undefined);
  return `${told.map(([key, value]) => `${key}=${value}`).join("\n")}\n`;
}

/** Without rows there is nothing to add up. */
function sums(accounts: SimTotals["accounts"]) {
  if (accounts.length === 0) return {};
  const sum = (side: "debit" | "credit" | "net") =>
    accounts.reduce((total, each) => total.plus(each[side]), Big(0)).toFixed(2);
  return { debit: sum("debit"), credit: sum("credit"), net: sum("net") };
}

function stampOf(at: number): string {
  return new Date(at).toISOString().replace(/\D/g, "").slice(0, 14);
}
