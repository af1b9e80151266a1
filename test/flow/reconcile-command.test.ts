import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CheckReport } from "../../schemas/wire/reconcile-matrix.ts";
import { smallEstate } from "../small-estate.ts";
import { folders, writeTinyEstate } from "../tiny-estate.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const made = folders();
let estate: string;
let data: string;
beforeAll(() => {
  const { entities, systems, datasets, flows, reconciliations } = smallEstate();
  data = made.make("data");
  estate = writeTinyEstate(made.make("estate"), { entities, systems, datasets, flows, reconciliations });
});
afterAll(() => made.remove());

async function command(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ["server/reconcile.ts", ...args], {
    cwd: ROOT,
    env: { ...process.env, TIEOUT_URL: "", TIEOUT_KEY: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [output, error] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (error += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  return { code, output, error };
}

test.each([
  ["no period", ["tie-out", "--period", "October"], {}, "--period: expected a period such as 2026-10."],
  [
    "a server that does not answer",
    ["tie-out", "--period", "2026-10"],
    { TIEOUT_URL: "http://127.0.0.1:9", TIEOUT_KEY: "x" },
    "http://127.0.0.1:9 does not answer",
  ],
])(
  "%s is misuse: it exits 2 and says what was expected",
  async (_, args, env, message) => {
    const { code, error } = await command(args, env);
    expect({ code, told: error.includes(message) }, error).toEqual({ code: 2, told: true });
  },
  120_000,
);

test("a data folder answers by itself; what is unknown is no break, but fails where everything must tie", async () => {
  const asked = ["tie-out", "--period", "2026-10", "--entity", "DE01", "--data", data, "--estate", estate];
  const { code, output, error } = await command([...asked, "--json", "--strict"]);
  expect(code, error).toBe(1);
  expect(CheckReport.parse(JSON.parse(output))).toMatchObject({
    unexplained: 0,
    checks: [{ rule: "tie-out", entity: "DE01", state: "unknown" }],
  });
}, 180_000);
