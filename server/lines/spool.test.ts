import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, expect, it } from "vitest";
import { spool } from "./spool.ts";

const folder = mkdtempSync(join(tmpdir(), "tieout-spool-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("stops a small file that inflates to a large one at the limit", async () => {
  const path = join(folder, "bomb");
  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(64 * 1024);
  const limits = { path, gzip: true, encoding: "utf-8", maxBytes: 1024 * 1024 } as const;
  await expect(spool(Readable.from([bomb]), limits)).rejects.toMatchObject({ code: "too-large" });
  if (existsSync(path)) expect(statSync(path).size).toBeLessThanOrEqual(1024 * 1024);
});
