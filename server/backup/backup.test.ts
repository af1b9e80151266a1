import { describe, expect, test } from "vitest";
import { staysInside, type Contents } from "./manifest.ts";
import { differences } from "./restore-backup.ts";

const CONTENTS: Contents = {
  clickhouse: { events: 3, runs: 1 },
  postgres: { "public.audit_entries": 2 },
  audit: { entries: 2, head: "aa", flaw: null },
};

describe("what was restored is held against what was backed up", () => {
  test.each<[string, Partial<Contents>, string[]]>([
    ["the same", {}, []],
    ["an event less", { clickhouse: { events: 2, runs: 1 } }, ["clickhouse events holds 2 rows instead of 3"]],
    ["a table less", { clickhouse: { events: 3 } }, ["clickhouse runs holds no rows instead of 1"]],
    [
      "a table more",
      { postgres: { "public.audit_entries": 2, "public.more": 0 } },
      ["postgres public.more holds 0 rows instead of none"],
    ],
    [
      "another log of the same length",
      { audit: { entries: 2, head: "bb", flaw: null } },
      ["the audit log of 2 entries has another head than the one backed up"],
    ],
    [
      "a log that does not verify",
      { audit: { entries: 1, head: null, flaw: "Entry 2 was changed." } },
      ["the audit log does not verify: Entry 2 was changed."],
    ],
  ])("%s", (_what, found, flaws) => {
    expect(differences(CONTENTS, { ...CONTENTS, ...found })).toEqual(flaws);
  });
});

test.each<[string, string, boolean]>([
  ["clickhouse/data/default/runs", "../../store/b66", true],
  ["clickhouse/data/default/runs", "../../../../etc", false],
  ["runs", "/etc/passwd", false],
  ["a/b", "..", true],
  ["a", "..", false],
])("a link at %s to %s stays inside: %s", (path, to, inside) => {
  expect(staysInside(path, to)).toBe(inside);
});
