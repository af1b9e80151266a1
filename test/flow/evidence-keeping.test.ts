import { readdirSync, renameSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logKey, rotateLogKey } from "../../server/audit/log-key.ts";
import { publishCheckpoint } from "../../server/audit/publish-checkpoint.ts";
import { TIEOUT } from "../../server/audit/record.ts";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import type { Context } from "../../server/context.ts";
import { dropExpired } from "../../server/evidence/drop-expired.ts";
import { evidenceEvents, evidenceTotals } from "../../server/store/clickhouse/evidence.ts";
import { openEvidenceTower } from "./evidence-tower.ts";

const PERIOD = "2026-10";
let tower: Awaited<ReturnType<typeof openEvidenceTower>>;
let ctx: Context;

beforeAll(async () => {
  tower = await openEvidenceTower();
  ({ ctx } = tower);
}, 120_000);
afterAll(() => tower.close());

describe("what has been kept long enough", () => {
  const left = async () => {
    const rows = await Promise.all(
      ["DE01", "US01"].map(async (entity) => {
        const params = { period: "2018-10", entities: [entity], datasets: [], nodes: [], rules: [], account: "" };
        const asOf = "2030-01-01T00:00:00.000Z";
        const [totals] = await ctx.clickhouse.ask(evidenceTotals.count, { ...params, asOf });
        const [events] = await ctx.clickhouse.ask(evidenceEvents.count, { ...params, asOf });
        return [totals!.rows, events!.rows];
      }),
    );
    return rows;
  };

  test("is dropped, but never under a legal hold", async () => {
    for (const entity of ["DE01", "US01"]) {
      await tower.loads("2018-11-05T08:00:00.000Z", { message: { debit: "5.00", net: "1.00" } }, "2018-10", entity);
    }
    expect(await left()).toEqual([
      [2, 1],
      [2, 1],
    ]);
    const asked = { title: "Litigation", reason: "Counsel, case 12.", entity: "DE01", flow: "actuals" };
    expect((await tower.ask("auditor", "/audit/holds", asked)).status).toBe(403);
    expect((await tower.ask("controller", "/audit/holds", { ...asked, entity: "XX" })).status).toBe(400);
    const hold = await tower.json<{ id: string }>("controller", "/audit/holds", asked);
    await dropExpired(ctx);
    expect(await left()).toEqual([
      [2, 1],
      [0, 0],
    ]);
    expect((await tower.ask("controller", `/audit/holds/${hold.id}/release`, { reason: "Settled." })).status).toBe(200);
    await dropExpired(ctx);
    expect(await left()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const { entries } = await tower.json<{ entries: object[] }>("auditor", "/audit?action=retention.");
    expect(entries.length).toBeGreaterThanOrEqual(4);
    expect(await verifyAudit(ctx.postgres)).toMatchObject({ intact: true });
  });
});

describe("the log said outside", () => {
  test("goes to the folder once for each size, and to the address until it is taken", async () => {
    const taken: string[] = [];
    let answers = 503;
    const witness = createServer((request, response) => {
      request.setEncoding("utf8").on("data", (note: string) => answers === 200 && taken.push(note));
      request.on("end", () => response.writeHead(answers).end());
    });
    await new Promise<void>((done) => witness.listen(0, "127.0.0.1", done));
    const { port } = witness.address() as AddressInfo;
    const folder = join(tower.made.make("outside"), "checkpoints");
    const outside = { ...ctx.audit, checkpointFolder: folder, checkpointUrl: `http://127.0.0.1:${port}/` };
    try {
      await tower.ask("auditor", "/evidence", { period: PERIOD, reason: "Another entry." });
      await expect(publishCheckpoint({ ...ctx, audit: outside })).rejects.toThrow("503");
      answers = 200;
      await tower.ask("auditor", "/evidence", { period: PERIOD, reason: "And one more." });
      const { note, size } = await publishCheckpoint({ ...ctx, audit: outside });
      expect(taken.at(-1)).toBe(note);
      expect(taken).toHaveLength(2);
      await publishCheckpoint({ ...ctx, audit: outside });
      expect(taken).toHaveLength(2);
      expect(readdirSync(folder).sort().at(-1)).toBe(`checkpoint-${String(size).padStart(12, "0")}.txt`);
      expect(readdirSync(folder)).toHaveLength(2);
      expect(await (await tower.ask("auditor", "/audit/checkpoint")).text()).toBe(note);
    } finally {
      witness.close();
    }
  });

  test("tells how far its verification is, and then the verdict", async () => {
    const answer = await tower.ask("auditor", "/audit/verify", undefined, { accept: "application/x-ndjson" });
    const said = (await answer.text())
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(said.at(0)).toEqual({ done: expect.any(Number) });
    expect(said.at(-1)).toMatchObject({ intact: true });
  });

  test("is signed with no other key than its own, unless it is said that the key was lost", async () => {
    const { keyFile } = ctx.audit;
    renameSync(keyFile, `${keyFile}.gone`);
    await expect(logKey(ctx.postgres, keyFile)).rejects.toThrow("is not there");
    const lost = { file: keyFile, at: new Date(), actor: TIEOUT, reason: "Disk broken.", lost: true };
    const key = await rotateLogKey(ctx.postgres, lost);
    expect((await logKey(ctx.postgres, keyFile)).verifier).toBe(key);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    renameSync(`${keyFile}.gone`, keyFile);
    await expect(logKey(ctx.postgres, keyFile)).rejects.toThrow("holds another");
    expect(await verifyAudit(ctx.postgres)).toMatchObject({ intact: true });
  });
});
