import { zipSync } from "fflate";
import { expect, test } from "vitest";
import * as z from "zod";
import { readXml } from "./xml.ts";
import { unzipped } from "./zip.ts";

const LARGE = 65 * 1024 * 1024;
const archive = Buffer.from(zipSync({ "report.csv": new Uint8Array(LARGE) }, { level: 1 }));

test("a report that unpacks to more than is read is left packed", () => {
  expect(archive.length).toBeLessThan(LARGE / 100);
  expect(() => unzipped(archive.toString("latin1"), /csv$/, "The report")).toThrow("a very large one");
});

test("a report that says it is small does not unpack to more than it says", () => {
  const lying = Buffer.from(archive);
  const entry = lying.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  // The size after unpacking, in the archive's list of files.
  expect(lying.readUInt32LE(entry + 24)).toBe(LARGE);
  lying.writeUInt32LE(16, entry + 24);
  expect(unzipped(lying.toString("latin1"), /csv$/, "The report")).toHaveLength(16);
});

const Row = z.looseObject({ row: z.string() });
const rowOf = (entities: string, row: string) =>
  readXml(`<?xml version="1.0"?><!DOCTYPE row [${entities}]><row>${row}</row>`, Row, { what: "GET /rows" }).row;

test("entities that grow into one another are not followed", () => {
  const levels = Array.from({ length: 9 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`).join("");
  expect(rowOf(`<!ENTITY e0 "0123456789">${levels}`, "&e9;")).toBe("&e9;");
});

test("an entity said very often is not followed to its end", () => {
  expect(() => rowOf(`<!ENTITY a "${"x".repeat(1000)}">`, "&a;".repeat(100_000))).toThrow("limit exceeded");
});

test("a file of this machine is not read through an entity", () => {
  expect(() => rowOf('<!ENTITY f SYSTEM "file:///etc/hosts">', "&f;")).toThrow("External entities");
});
