import { spawn } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Examined } from "../../server/doctor/examine.ts";
import { startServer } from "../server-process.ts";
import { folders, writeTinyEstate } from "../tiny-estate.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const { make, remove } = folders();
afterAll(remove);

/** What `npm run doctor -- --json` says; by name of the inspection, the states it found. */
async function doctor(flags: string[]) {
  const child = spawn(process.execPath, ["server/doctor.ts", "--json", "--no-sandbox", "--port", "1", ...flags], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once("close", done));
  const { examined } = JSON.parse(said) as { examined: Examined[] };
  const states = Object.fromEntries(examined.map(({ name, findings }) => [name, findings.map(({ state }) => state)]));
  const says = (name: string) =>
    examined
      .find((each) => each.name === name)
      ?.findings.map(({ says: words }) => words)
      .join(" ");
  return { code, states, says };
}

test(
  "an installation is looked at while it runs, when it is stopped, and when it is broken",
  { timeout: 240_000 },
  async () => {
    const estate = writeTinyEstate(make("estate"));
    const data = make("data");
    const flags = ["--estate", estate, "--data", data];
    const server = await startServer({ sandbox: false, estate, data });
    const running = await doctor(flags);
    expect(running.says("clickhouse")).toContain(`Process ${server.pid} is using it`);
    expect(running.states.postgres).toEqual(["unseen"]);
    await server.stop();

    const stopped = await doctor(flags);
    expect(stopped.states).toMatchObject({
      clickhouse: ["fine"],
      postgres: ["fine"],
      clocks: ["fine"],
      journal: ["fine"],
      queue: ["fine"],
      credentials: ["fine"],
    });
    expect(stopped.says("audit-log")).toMatch(/log of \d+ entries is intact/);
    expect(stopped.says("backups")).toContain("No backup was ever made");
    expect(stopped.code).toBe(1);

    chmodSync(join(data, "secret"), 0o644);
    writeFileSync(join(data, "journal", "1.unread"), "torn");
    writeFileSync(join(estate, "more.yaml"), "flows: 7\n");
    const broken = await doctor([...flags, "--skip", "backups"]);
    expect(broken.states).not.toHaveProperty("backups");
    expect(broken.states).toMatchObject({
      journal: ["wrong"],
      estate: ["wrong"],
      "data-folder": expect.arrayContaining(["wrong"]),
    });
  },
);
