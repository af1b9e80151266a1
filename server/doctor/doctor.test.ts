import { describe, expect, test } from "vitest";
import { judgeLog } from "./audit-log.ts";
import { judgeBackups } from "./backups.ts";
import { judgeJournal, judgeQueue } from "./behind.ts";
import { judgeClocks } from "./clocks.ts";
import { judgeFolder } from "./data-directory.ts";
import { judgeRoom } from "./disk-room.ts";
import { judgeEngine, judgeShards } from "./engines.ts";
import { judgeSettings } from "./environment.ts";
import { judgeCredentials } from "./estate.ts";
import { examine, examinedText, isSound } from "./examine.ts";
import { fine, notice, wrong, type Finding } from "./inspection.ts";
import type { Installation } from "./installation.ts";
import { judgeRunning } from "./running.ts";
import { sizeText } from "./size-text.ts";

const GIGABYTE = 1024 ** 3;
const settings = (environment: Record<string, string>, other: object = {}) =>
  judgeSettings({
    environment,
    named: ["TIEOUT_VENDOR_KEY"],
    host: "127.0.0.1",
    databaseUrl: null,
    clickhouseUrl: null,
    ...other,
  });
const folder = (other: object) =>
  judgeFolder({
    path: "data",
    exists: true,
    writable: true,
    folderMode: 0o40755,
    secrets: [],
    asRoot: false,
    ...other,
  });
const log = (other: object) =>
  judgeLog({
    verdict: { intact: true, entries: 3, head: "abc", checkpoints: 1 },
    keyFile: "key.pem",
    keyIsThere: true,
    toldOutside: true,
    ...other,
  });
const backup = (hours: number | null, other: object = {}) => {
  const now = new Date("2026-11-10T12:00:00Z");
  const at = new Date(now.getTime() - (hours ?? 0) * 3_600_000).toISOString();
  return judgeBackups({
    note: hours === null ? null : { at, to: "disk", files: 1, bytes: 1 },
    now,
    elsewhere: false,
    served: false,
    used: true,
    ...other,
  });
};
const system = { id: "erp", collector: "acme", connection: { url: "ERP_URL" } } as never;
const acme = { id: "acme", connection: { url: "its address", key: "its key" } } as never;
const engine = (state: Parameters<typeof judgeEngine>[0]["state"], variable: string | null = null) =>
  judgeEngine({ engine: "PostgreSQL", variable, state });
const running = (runningAs: number | null, parts: Record<string, boolean> | null) =>
  judgeRunning({ runningAs, url: "http://here", parts });

describe("what is found in", () => {
  test.each<[string, Finding[], Finding["state"], string]>([
    ["settings that fit", settings({ TIEOUT_VENDOR_KEY: "x", PATH: "y" }), "fine", "fit together"],
    [
      "a misspelt variable",
      settings({ TIEOUT_ADMINKEY: "x" }),
      "notice",
      "TIEOUT_ADMINKEY is set, and nothing reads it",
    ],
    ["a short secret", settings({ TIEOUT_SECRET: "short" }), "wrong", "has 5 characters"],
    [
      "half an identity provider",
      settings({ OIDC_ISSUER: "x" }),
      "wrong",
      "lacks OIDC_CLIENT_ID and OIDC_CLIENT_SECRET",
    ],
    ["a bare address outside", settings({ TIEOUT_URL: "http://tower.example" }), "wrong", "not https"],
    ["no address at all", settings({ TIEOUT_URL: "tower" }), "wrong", "not an address"],
    ["an open door without an address", settings({}, { host: "0.0.0.0" }), "notice", "listens on 0.0.0.0"],
    [
      "a server without a secret",
      settings({}, { databaseUrl: "postgres://a/b", clickhouseUrl: "http://c" }),
      "notice",
      "TIEOUT_SECRET is not set",
    ],
    [
      "one engine served",
      settings({ TIEOUT_SECRET: "s".repeat(32) }, { databaseUrl: "postgres://a/b" }),
      "notice",
      "CLICKHOUSE_URL is not",
    ],
    ["a sound folder", folder({}), "fine", "can be written"],
    ["no folder", folder({ exists: false }), "notice", "not there yet"],
    ["a folder not to be written", folder({ writable: false }), "wrong", "cannot be written"],
    ["an open folder", folder({ folderMode: 0o40777 }), "wrong", "Anybody on this machine"],
    ["an open secret", folder({ secrets: [{ file: "secret", mode: 0o100644 }] }), "wrong", "read by others"],
    ["room", judgeRoom({ free: 50 * GIGABYTE, size: 100 * GIGABYTE, path: "/" }), "fine", "50.0 GB of 100 GB"],
    ["little room", judgeRoom({ free: 5 * GIGABYTE, size: 100 * GIGABYTE, path: "/" }), "notice", "5.0 GB of 100 GB"],
    ["no room", judgeRoom({ free: GIGABYTE / 2, size: 100 * GIGABYTE, path: "/" }), "wrong", "512 MB of 100 GB"],
    ["an engine of this version", engine({ pending: [] }), "fine", "of this version"],
    [
      "an engine of a version before",
      engine({ pending: ["070-leases", "071-more"] }),
      "wrong",
      "lacks 2 migrations, from 070-leases on",
    ],
    ["an engine that is away", engine({ failed: "ECONNREFUSED" }, "DATABASE_URL"), "wrong", "ECONNREFUSED"],
    ["shards with their tables", judgeShards([]), "fine", "has all tables"],
    ["a shard that joined", judgeShards([{ server: "ch-2", lacking: 44 }]), "wrong", "ch-2 lacks 44 tables"],
    ["an engine in use", engine({ unseen: "Process 7 is using it." }), "unseen", "Process 7"],
    ["clocks that agree", judgeClocks({ ClickHouse: 40, PostgreSQL: -900 }), "fine", "agree"],
    ["a clock that is off", judgeClocks({ ClickHouse: 4_000 }), "notice", "ClickHouse's clock is 4.0 s ahead of"],
    ["a clock that is wrong", judgeClocks({ PostgreSQL: -90_000 }), "wrong", "PostgreSQL's clock is 90.0 s behind"],
    ["a whole log", log({}), "fine", "3 entries is intact; its head is abc"],
    [
      "a broken log",
      log({ verdict: { intact: false, entries: 3, brokenAt: 2, reason: "Entry 2 was changed." } }),
      "wrong",
      "from entry 2 on. Entry 2 was changed.",
    ],
    ["a lost key", log({ keyIsThere: false }), "wrong", "not at key.pem"],
    ["a log told nowhere", log({ toldOutside: false }), "notice", "kept here only"],
    ["an idle queue", judgeQueue({ waiting: 0, oldestSeconds: 0, running: true }), "fine", "No task waits"],
    [
      "a queue left over",
      judgeQueue({ waiting: 9, oldestSeconds: 5_000, running: false }),
      "fine",
      "at the next start",
    ],
    ["a queue behind", judgeQueue({ waiting: 9, oldestSeconds: 120, running: true }), "notice", "oldest for 120 s"],
    ["a queue that stands", judgeQueue({ waiting: 9, oldestSeconds: 1_000, running: true }), "wrong", "9 tasks wait"],
    ["an empty journal", judgeJournal({ bytes: 0, unread: [], running: false }), "fine", "empty"],
    ["a long journal", judgeJournal({ bytes: GIGABYTE, unread: [], running: true }), "notice", "1.0 GB of the journal"],
    ["a torn journal", judgeJournal({ bytes: 0, unread: ["1.unread"], running: false }), "wrong", "1.unread"],
    ["a backup of today", backup(3), "fine", "3 hours old"],
    ["a backup missed", backup(40), "notice", "40 hours old"],
    ["backups that stopped", backup(24 * 8), "wrong", "192 hours old"],
    ["no backup", backup(null), "wrong", "No backup was ever made"],
    ["nothing to back up", backup(null, { used: false }), "fine", "nothing to back up"],
    ["backups elsewhere", backup(null, { elsewhere: true }), "fine", "elsewhere"],
    ["a tower at work", running(7, { clickhouse: true }), "fine", "is ready"],
    ["a tower half at work", running(7, { clickhouse: true, postgres: false }), "wrong", "not ready: postgres"],
    ["a tower that says nothing", running(7, null), "notice", "nobody answers"],
    ["no tower", running(null, null), "unseen", "does not run here"],
    [
      "a credential not named",
      judgeCredentials([system], [acme], { ERP_URL: "x" }),
      "wrong",
      "names no variable for key",
    ],
    ["a credential not set", judgeCredentials([system], [acme], {}), "wrong", "ERP_URL is not set"],
    ["an unknown collector", judgeCredentials([system], [], {}), "wrong", "no collector acme"],
  ])("%s", (_what, findings, state, words) => {
    const found = findings.filter((finding) => finding.state === state);
    expect(found.map(({ says }) => says).join(" ")).toContain(words);
    for (const { state: told, mend } of findings) if (told === "wrong" || told === "notice") expect(mend).toBeTruthy();
  });
});

test("a credential's value is never told", () => {
  expect(JSON.stringify(judgeCredentials([system], [acme], { ERP_URL: "hunter2" }))).not.toContain("hunter2");
});

test("an inspection that fails is a finding, and the others go on", async () => {
  const failing = { name: "a", title: "A", look: () => Promise.reject(new Error("torn")) };
  const examined = await examine({} as Installation, [
    failing,
    { name: "b", title: "B", look: () => [notice("odd", "look")] },
    { name: "c", title: "C", look: () => [fine("well")] },
  ]);
  expect(examined.map(({ findings }) => findings[0]?.state)).toEqual(["unseen", "notice", "fine"]);
  expect(isSound(examined)).toBe(true);
  expect(isSound([{ name: "d", title: "D", findings: [wrong("bad", "mend it")] }])).toBe(false);
  expect(examinedText(examined)).toContain("Nothing is wrong; 1 to think about, 1 not seen.");
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KB"],
  [200 * 1024, "200 KB"],
  [3 * 1024 ** 5, "3072 TB"],
])("%d bytes", (bytes, text) => expect(sizeText(bytes)).toBe(text));
