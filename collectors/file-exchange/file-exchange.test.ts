import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import pino from "pino";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunEvent } from "../../schemas/event/open-lineage.ts";
import { readControl } from "./control.ts";
import { fileExchange } from "./index.ts";
import { Settings } from "./settings.ts";

const SSHD = "/usr/sbin/sshd";
const DATA = "account;debit;credit\n400000;0.00;120.50\n600000;120.50;0.00\n";
const CONTROL = {
  ...{ runId: "PR-0007", period: "2026-07", snapshotAsOf: "2026-08-01T01:30:00Z", currency: "EUR", rowCount: 2 },
  ...{ debit: "120.50", credit: "120.50", bytes: DATA.length, sha256: createHash("sha256").update(DATA).digest("hex") },
};
const NAME = "PAYGL_DE01_2026-07_0007.csv";
const stop: (() => void)[] = [];
afterAll(() => stop.forEach((each) => each()));

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "tieout-files-"));
  mkdirSync(join(root, "in"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Puts a file there, last changed so many minutes after two o'clock. */
function put(name: string, text: string, minute: number): void {
  const at = new Date(Date.UTC(2026, 7, 1, 2, minute));
  writeFileSync(join(root, "in", name), text);
  utimesSync(join(root, "in", name), at, at);
}

function reader(url: string, connection: Record<string, string> = {}, over: object = {}, now = "2026-08-01T03:00:00Z") {
  const feed = { name: "PAYGL_{entity}", dataset: "PAYGL", file: "PAYGL_{entity}_{period}_{any}.csv", ...over };
  const { hostKey, ...rest } = feed as typeof feed & { hostKey?: string };
  const settings = Settings.parse({ folders: ["/in"], feeds: [rest], ...(hostKey && { hostKey }) });
  const tools = { clock: { now: () => new Date(now) }, fetch, log: pino({ level: "silent" }), counted: () => {} };
  return fileExchange.open(
    { id: "files", namespace: "files://x", settings, connection: { url, ...connection } },
    tools,
  );
}
const folder = () => pathToFileURL(root).href;
const told = (events: readonly unknown[]) =>
  (events as RunEvent[]).map(({ eventType, eventTime }) => `${eventType} ${eventTime.slice(11, 16)}`);
const last = (events: readonly unknown[]) => events.at(-1) as RunEvent;

describe("a delivery with a control file", () => {
  test("begins with its first part and is complete when what arrived is what was sent", async () => {
    put(`${NAME}.filepart`, "account;", 0);
    const connected = reader(folder());
    const first = await connected.pull(null);
    expect([told(first.events), first.openRuns]).toEqual([["START 02:00"], 1]);
    renameSync(join(root, "in", `${NAME}.filepart`), join(root, "in", NAME));
    put(NAME, DATA, 4);
    const waiting = await connected.pull(first.cursor);
    expect(waiting.events).toEqual([]);
    put(`${NAME}.ctl`, JSON.stringify(CONTROL), 5);
    const { events, cursor } = await connected.pull(waiting.cursor);
    expect(told(events).at(-1)).toBe("COMPLETE 02:05");
    expect(last(events)).toMatchObject({
      job: { name: "PAYGL_DE01" },
      run: {
        facets: {
          tieout_outcome: { rowsWritten: 2 },
          tieout_correlation: { correlationId: "PR-0007" },
          tieout_names: { files: [{ name: NAME }] },
        },
      },
      outputs: [
        {
          facets: {
            tieout_position: { positions: [{ entity: "DE01", completeThrough: "2026-08-01T01:30:00.000Z" }] },
            tieout_controlTotals: {
              totals: [
                { measure: "count", value: "2" },
                { measure: "debit", value: "120.50", currency: "EUR" },
                { measure: "credit", value: "120.50" },
              ],
            },
          },
        },
      ],
    });
    expect((await connected.pull(cursor)).events).toEqual([]);
  });

  test.each([
    ["another checksum", { sha256: "0".repeat(64) }, "control-total-gap", /checksum/],
    ["another size", { sha256: undefined, bytes: 9 }, "control-total-gap", /has 59 bytes; its sender sent 9/],
    ["rows that are missing", { rowCount: 3 }, "count-gap", /has 2 rows; its sender sent 3/],
    ["figures nobody can read", { rowCount: "many" }, "contract-drift", /cannot be read, rowCount/],
  ])("fails by %s", async (_, over, code, message) => {
    put(NAME, DATA, 1);
    put(`${NAME}.ctl`, JSON.stringify({ ...CONTROL, ...over }), 2);
    const { events } = await reader(folder()).pull(null);
    expect(last(events).eventType).toBe("FAIL");
    expect(last(events).run.facets?.tieout_exceptions).toMatchObject({
      exceptions: [{ code, message: expect.stringMatching(message) }],
    });
  });

  test("sent again under another name is a duplicate, and counts for nothing", async () => {
    put(NAME, DATA, 1);
    put(`${NAME}.ctl`, JSON.stringify(CONTROL), 2);
    const connected = reader(folder());
    const { cursor } = await connected.pull(null);
    put(NAME.replace("0007", "0008"), DATA, 9);
    put(`${NAME.replace("0007", "0008")}.ctl`, JSON.stringify(CONTROL), 10);
    const { events } = await connected.pull(cursor);
    expect(last(events)).toMatchObject({
      eventType: "ABORT",
      run: { facets: { tieout_outcome: { qualifier: "superseded", vendorStatus: "duplicate" } } },
    });
  });

  test("corrected under its own name is told anew", async () => {
    put(NAME, DATA, 1);
    put(`${NAME}.ctl`, JSON.stringify({ ...CONTROL, rowCount: 3 }), 2);
    const connected = reader(folder());
    const { cursor } = await connected.pull(null);
    put(`${NAME}.ctl`, JSON.stringify(CONTROL), 20);
    expect(told((await connected.pull(cursor)).events)).toContain("COMPLETE 02:20");
  });

  test("that is withdrawn, rejected or taken away before it was ready ends so", async () => {
    const ends: string[] = [];
    for (const [suffix, text] of [
      [".cancel", ""],
      [".err", 'Account "77" not mapped'],
    ] as const) {
      put(NAME, DATA, 1);
      put(`${NAME}${suffix}`, text, 3);
      ends.push(told((await reader(folder()).pull(null)).events).at(-1)!);
      rmSync(join(root, "in", `${NAME}${suffix}`));
    }
    const connected = reader(folder());
    const { cursor } = await connected.pull(null);
    rmSync(join(root, "in", NAME));
    ends.push(told((await connected.pull(cursor)).events).at(-1)!);
    expect(ends).toEqual(["ABORT 02:03", "FAIL 02:03", "ABORT 02:01"]);
  });
});

test("without a control file a delivery is ready by its name, or once it grows no more", async () => {
  put(NAME, DATA, 1);
  const renamed = await reader(folder(), {}, { ready: { by: "rename" } }).pull(null);
  expect(told(renamed.events)).toEqual(["START 02:01", "COMPLETE 02:01"]);
  const stable = { ready: { by: "stable", minutes: 30 } };
  expect((await reader(folder(), {}, stable, "2026-08-01T02:10:00Z").pull(null)).openRuns).toBe(1);
  expect(told((await reader(folder(), {}, stable, "2026-08-01T02:40:00Z").pull(null)).events)).toContain(
    "COMPLETE 02:01",
  );
});

test("a control file is JSON or lines of key and value, and nothing else", () => {
  expect(readControl("\uFEFFrowCount=12\r\nperiod: 2026-07\n")).toMatchObject({
    control: { rowCount: 12, period: "2026-07" },
  });
  expect(readControl("12 rows")).toHaveProperty("unreadable");
  expect(readControl("")).toHaveProperty("unreadable");
});

test("a folder that is not there is named", async () => {
  await expect(reader(`${folder()}/nowhere`).pull(null)).rejects.toMatchObject({ code: "not-found" });
});

describe.skipIf(!existsSync(SSHD))("over SFTP, served by OpenSSH", () => {
  test("files are read with a key, and nothing is sent to a host whose key is another", async () => {
    const server = await startSshd();
    put(NAME, DATA, 1);
    put(`${NAME}.ctl`, JSON.stringify(CONTROL), 2);
    const url = `sftp://127.0.0.1:${server.port}${root}`;
    const given = { user: userInfo().username, secret: server.privateKey };
    const connected = reader(url, given, { hostKey: server.fingerprint });
    expect((await connected.check()).sees).toEqual(["2 files, of them 1 deliveries"]);
    expect(told((await connected.pull(null)).events)).toEqual(["START 02:01", "COMPLETE 02:02"]);

    const other = reader(url, given, { hostKey: `SHA256:${"A".repeat(43)}` });
    await expect(other.pull(null)).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("another key"),
    });
    await expect(reader(url, given).pull(null)).rejects.toMatchObject({ code: "refused" });
    const wrong = reader(url, { ...given, secret: server.otherKey }, { hostKey: server.fingerprint });
    await expect(wrong.pull(null)).rejects.toMatchObject({ code: "unauthorized", recoverable: false });
    server.stop();
    await expect(connected.pull(null)).rejects.toMatchObject({ code: "unreachable", recoverable: true });
  });
});

async function startSshd() {
  const home = mkdtempSync(join(tmpdir(), "tieout-sshd-"));
  const key = (name: string) => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(home, name)]);
    return execFileSync("cat", [join(home, name)], { encoding: "utf8" });
  };
  key("host");
  const [privateKey, otherKey] = [key("user"), key("other")];
  const shown = execFileSync("ssh-keygen", ["-l", "-f", join(home, "host.pub")], { encoding: "utf8" });
  const port = await freePort();
  const config = [
    ...[`Port ${port}`, "ListenAddress 127.0.0.1", `HostKey ${home}/host`, `PidFile ${home}/pid`],
    ...[`AuthorizedKeysFile ${home}/user.pub`, "StrictModes no", "UsePAM no", "PermitRootLogin yes"],
    ...["PasswordAuthentication no", "Subsystem sftp internal-sftp"],
  ];
  writeFileSync(join(home, "config"), `${config.join("\n")}\n`);
  // As root it separates privileges and wants a folder for that.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
  const server: ChildProcess = spawn(SSHD, ["-D", "-f", join(home, "config")], { stdio: "ignore" });
  const end = () => {
    server.kill();
    rmSync(home, { recursive: true, force: true });
  };
  stop.push(end);
  for (let tries = 0; tries < 100 && !(await isOpen(port)); tries++) await sleep(50);
  return { port, privateKey, otherKey, fingerprint: /SHA256:\S+/.exec(shown)![0], stop: end };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => resolve((socket.destroy(), true)));
    socket.once("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
