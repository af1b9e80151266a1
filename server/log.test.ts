import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createLog } from "./log.ts";

const directory = mkdtempSync(join(tmpdir(), "tieout-log-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("fields named like secrets never reach the log", async () => {
  const log = createLog({ directory, level: "info", terminal: true });
  const secret = "s3cr3t-word";
  for (const name of ["authorization", "cookie", "password", "secret", "token"])
    log.info({ headers: { [name]: secret }, seen: name }, "asked");
  const file = join(directory, "tieout.log");
  const read = () => (existsSync(file) ? readFileSync(file, "utf8") : "");
  await expect.poll(() => read().trim().split("\n").length, { timeout: 10_000 }).toBe(5);
  const written = read();
  expect(written.match(/\[secret\]/g)).toHaveLength(5);
  expect(written).not.toContain(secret);
});
