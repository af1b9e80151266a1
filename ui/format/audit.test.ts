import { describe, expect, test } from "vitest";
import { completedBy, inclusionPath, leafHash, rootOf } from "../../server/audit/merkle.ts";
import { aboutWords, actWords, provesEntry, sizeWords } from "./audit.ts";

describe("the log as people read it", () => {
  test.each([
    ["signoff.certify", "certified sign-off"],
    ["evidence.download", "downloaded evidence"],
    ["alert.send", "sent an alert"],
    ["thing.frobnicate", "frobnicate thing"],
  ])("%s is “%s”", (action, words) => expect(actWords(action)).toBe(words));

  test("an entry tells what it is about, or at least its subject", () => {
    const detail = { entity: "DE01", period: "2026-10", reason: "Late posting.", digest: "x", revision: 3 };
    expect(aboutWords({ subject: "signoff:1", detail })).toBe("DE01 · 2026-10 · Late posting.");
    expect(aboutWords({ subject: "key:1", detail: {} })).toBe("key:1");
    const incident = "incident:01a1ff6d-6094-761a-a57b-49c1ee197de2";
    expect(aboutWords({ subject: incident, detail: {} })).toBe("incident 01a1ff6d…");
    const to = [{ name: "Maren Vogt", role: "controller" }, { name: "David Okafor" }, { name: "Maren Vogt" }];
    expect(aboutWords({ subject: incident, detail: { to } })).toBe("to Maren Vogt and David Okafor");
    const changes = [{ text: "Unmapped cost centre 7710" }, { act: "found", amount: "1" }];
    expect(aboutWords({ subject: "incidents", detail: { changes } })).toBe("Unmapped cost centre 7710 · found");
  });

  test.each([
    [999, "999 bytes"],
    [12_345, "12.3 KB"],
    [2_500_000_000, "2.50 GB"],
  ])("%i bytes are %s", (bytes, words) => expect(sizeWords(bytes)).toBe(words));

  test("every proof of a log of eleven is walked to its root, and to no other", async () => {
    const open: string[] = [];
    const kept = Array.from({ length: 11 }, (_, at) => {
      const nodes = completedBy(at + 1, leafHash(`entry ${at + 1} ü`), open);
      open.splice(open.length - nodes.length + 1, nodes.length - 1, nodes.at(-1)!);
      return nodes;
    });
    const node = (end: number, level: number) => kept[end - 1]![level]!;
    const root = rootOf(11, node);
    for (let sequence = 1; sequence <= 11; sequence += 1) {
      const proof = { sequence, size: 11, leaf: "", path: inclusionPath(sequence, 11, node), root };
      expect(await provesEntry({ text: `entry ${sequence} ü`, proof })).toBe(true);
      expect(await provesEntry({ text: `entry ${sequence} u`, proof })).toBe(false);
    }
  });
});
