import { spawn } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lastBackup } from "../../server/backup/backup-note.ts";
import { makeBackup } from "../../server/backup/make-backup.ts";
import { readManifest } from "../../server/backup/manifest.ts";
import { restoreBackup } from "../../server/backup/restore-backup.ts";
import type { Say } from "../../server/say.ts";
import { startServer } from "../server-process.ts";
import { folders, writeTinyEstate } from "../tiny-estate.ts";
import { runEvent } from "./ingest/tower.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const QUIET: Say = { line: () => {}, bar: () => {}, step: async (_title, act) => act() };
const { make, remove } = folders();
afterAll(remove);

/** Runs one of the two commands as npm would; what it printed and how it ended. */
async function command(name: "backup" | "restore", ...flags: string[]) {
  const { CLICKHOUSE_URL: _clickhouse, DATABASE_URL: _database, ...env } = process.env;
  const child = spawn(process.execPath, [`server/${name}.ts`, ...flags], {
    ...{ cwd: ROOT, env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  return { code, said };
}

test("an installation is copied when it stands, and had back to the last row", { timeout: 240_000 }, async () => {
  const estate = writeTinyEstate(make("estate"));
  const data = make("data");
  const to = join(make("backups"), "first");
  const server = await startServer({ sandbox: false, estate, data });
  const headers = { "content-type": "application/json" };
  for (const hour of ["10", "11", "12"]) {
    const body = JSON.stringify(runEvent({ eventTime: `2026-11-04T${hour}:00:00Z` }));
    expect((await server.ask("/api/v1/lineage", { method: "POST", headers, body })).status).toBe(201);
  }
  const key = JSON.stringify({ name: "airflow", scopes: ["ingest:write"] });
  expect((await server.ask("/api/v1/keys", { method: "POST", headers, body: key })).status).toBe(201);

  const early = await command("backup", "--data", data, "--to", to);
  expect(early).toMatchObject({ code: 2, said: expect.stringContaining(`(process ${server.pid}). Stop it first`) });
  await server.stop();
  mkdirSync(join(data, "evidence"), { recursive: true });
  writeFileSync(join(data, "evidence", "pack.zip"), "sealed");

  const made = await command("backup", "--data", data, "--to", to);
  expect(made.code, made.said).toBe(0);
  const { contents, files } = readManifest(to);
  expect(contents.clickhouse).toMatchObject({ events: 3, runs: 1 });
  expect(contents.postgres).toMatchObject({ "public.api_keys": 1, "public.audit_entries": contents.audit!.entries });
  expect(made.said).toContain(`head ${contents.audit!.head}`);
  expect(lastBackup(data)).toMatchObject({ to, files: files.length });
  expect(statSync(to).mode & 0o077).toBe(0);

  const restored = join(make("restored"), "data");
  const back = await command("restore", "--from", to, "--data", restored, "--verify");
  expect(back.code, back.said).toBe(0);
  expect(back.said).toContain(`${contents.audit!.entries} entries, head ${contents.audit!.head}`);
  expect(readFileSync(join(restored, "evidence", "pack.zip"), "utf8")).toBe("sealed");
  for (const secret of ["secret", "audit-key.pem"]) {
    expect(readFileSync(join(restored, secret))).toEqual(readFileSync(join(data, secret)));
    expect(statSync(join(restored, secret)).mode & 0o777).toBe(0o600);
  }

  const [victim, again] = [join(to, "data", "evidence", "pack.zip"), join(make("again"), "data")];
  const into = (folder: string) => restoreBackup({ from: to, to: folder, verify: false }, QUIET);
  await expect(into(restored)).rejects.toThrow("is not empty");
  await expect(makeBackup(data, join(data, "copies"), QUIET)).rejects.toThrow("lies in the data folder itself");
  await expect(makeBackup(data, to, QUIET)).rejects.toThrow("is not empty");
  writeFileSync(victim, "sealeD");
  await expect(into(again)).rejects.toThrow("evidence/pack.zip was changed");
  expect(existsSync(again)).toBe(false);
  appendFileSync(join(to, "manifest.json"), " ");
  await expect(into(again)).rejects.toThrow("manifest.json was changed since the backup");
});
