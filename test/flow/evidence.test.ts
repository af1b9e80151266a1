import { spawnSync } from "node:child_process";
import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";
import { readXlsx } from "hucre/xlsx";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EvidenceManifest, EvidencePack, EvidencePreview } from "../../schemas/wire/evidence.ts";
import { publishCheckpoint } from "../../server/audit/publish-checkpoint.ts";
import { logKey, rotateLogKey } from "../../server/audit/log-key.ts";
import { TIEOUT } from "../../server/audit/record.ts";
import { checkpointText, signNote, verifierKey } from "../../server/audit/signed-note.ts";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import type { Context } from "../../server/context.ts";
import { recordEstate } from "../../server/estate/record-estate.ts";
import { buildPack } from "../../server/evidence/build-pack.ts";
import { eventsAfter } from "../../server/store/clickhouse/events.ts";
import { openEvidenceTower } from "./evidence-tower.ts";
import { PEOPLE } from "./reconciling-tower.ts";

const PERIOD = "2026-10";
let tower: Awaited<ReturnType<typeof openEvidenceTower>>;
let ctx: Context;
/** Kept by an auditor before anything else happened, and the key as they got it. */
let kept: { key: string; checkpoint: string };
let pack: EvidencePack;
let folder: string;

beforeAll(async () => {
  tower = await openEvidenceTower();
  ({ ctx } = tower);
  const { postgres, estate, clock, audit } = ctx;
  const files = [{ name: "estate.yaml", sha256: "", text: "estate: small\n" }];
  await recordEstate(postgres, clock, { estate, hash: "h1", files });
  const { note } = await publishCheckpoint(ctx);
  const { keys } = await tower.json<{ keys: { key: string }[] }>("auditor", "/audit/keys");
  kept = { key: keys[0]!.key, checkpoint: note };

  const snapshot = "2026-11-04T08:00:00.000Z";
  const [message, plan] = [
    { debit: "100.10", net: "0.00" },
    { debit: "90.10", net: "0.00" },
  ];
  await tower.loads(snapshot, { message, plan });
  await tower.loads(snapshot, { message: { debit: "7.00" } }, PERIOD, "US01");
  await tower.loads("2026-10-05T08:00:00.000Z", { message: { debit: "3.00" } }, "2026-09");
  await tower.check();
  await rotateLogKey(postgres, { file: audit.keyFile, at: clock.now(), actor: TIEOUT, reason: "Yearly.", lost: false });
  const asked = { period: PERIOD, entities: ["DE01"], reason: "Year-end audit, =cmd()" };
  pack = await tower.json("auditor", "/evidence", asked);
  await buildPack(ctx, tower.queued[0]!);
  folder = unpacked(await (await tower.ask("auditor", `/evidence/${pack.id}/file`)).bytes());
}, 120_000);
afterAll(() => tower.close());

function unpacked(archive: Uint8Array): string {
  const into = tower.made.make("pack");
  for (const [path, bytes] of Object.entries(unzipSync(archive))) {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    writeFileSync(join(into, path), bytes);
  }
  return into;
}

function verify(at: string, ...args: string[]): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(at, "verify-evidence.mjs"), at, ...args], {
    encoding: "utf8",
  });
  return { code: status, said: stdout + stderr };
}

const json = <T>(path: string) => JSON.parse(readFileSync(join(folder, path), "utf8")) as T;
const lines = (path: string) => readFileSync(join(folder, path), "utf8").split("\n").filter(Boolean);

describe("an evidence pack", () => {
  test("says beforehand what it will hold, and holds it", async () => {
    const preview = (await (
      await tower.ask("auditor", "/evidence/preview", { period: PERIOD, entities: ["DE01"] })
    ).json()) as EvidencePreview;
    const rows = (name: string) => preview.parts.find((part) => part.name === name)!.rows;
    const { parts, scope, versions } = json<EvidenceManifest>("manifest.json");
    const written = Object.fromEntries(parts.map((part) => [part.name, part.rows]));
    expect(written).toMatchObject({
      "control-totals": rows("control-totals"),
      breaks: rows("breaks"),
      events: rows("events"),
    });
    expect(written["control-totals"]).toBeGreaterThan(3);
    expect(written.breaks).toBeGreaterThan(0);
    expect(written).toMatchObject({ events: 2, runs: 2 });
    expect(scope).toMatchObject({ period: PERIOD, entities: ["DE01"] });
    expect(versions.estate).toBe("h1");
    expect(readFileSync(join(folder, "estate/estate.yaml"), "utf8")).toBe("estate: small\n");
    expect(readFileSync(join(folder, "cover.pdf")).subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("has the same rows in every form, and the events as they came", async () => {
    const totals = lines("control-totals/control-totals.ndjson").map((line) => JSON.parse(line) as { value: string });
    expect(lines("control-totals/control-totals.csv")).toHaveLength(totals.length + 1);
    const sheet = await readXlsx(readFileSync(join(folder, "control-totals/control-totals.xlsx")));
    expect(sheet.sheets[0]!.rows).toHaveLength(totals.length + 1);
    const { raw, eventId } = JSON.parse(lines("events/events.ndjson")[0]!) as { raw: string; eventId: string };
    const from = {
      jobNamespace: "",
      jobName: "",
      runId: "",
      eventTime: "1970-01-01 00:00:00.000",
      eventId: "",
      limit: 10,
    };
    const stored = (await ctx.clickhouse.ask(eventsAfter, from)).find((event) => event.eventId === eventId);
    expect(raw).toBe(stored!.raw);
  });

  test("is valid, also by the key and the checkpoint an auditor kept through a rotation", () => {
    const given = join(tower.made.make("kept"), "checkpoint.txt");
    writeFileSync(given, kept.checkpoint);
    expect(verify(folder)).toMatchObject({ code: 0, said: expect.stringContaining("That key came with the pack") });
    const sure = verify(folder, "--key", kept.key, "--checkpoint", given);
    expect(sure).toMatchObject({ code: 0, said: expect.stringMatching(/^Valid[.]/) });
    expect(sure.said).not.toContain("That key came with the pack");
  });

  test("its asking, sealing and taking away stand in the log, and the log holds", async () => {
    const { entries } = (await (await tower.ask("auditor", `/audit?subject=evidence:${pack.id}`)).json()) as {
      entries: { action: string }[];
    };
    expect(entries.map(({ action }) => action)).toEqual(["evidence.download", "evidence.seal", "evidence.request"]);
    expect(await verifyAudit(ctx.postgres)).toMatchObject({ intact: true });
  });

  test("is for those in whose scope it lies", async () => {
    const whole = await tower.json<EvidencePack>("auditor", "/evidence", { period: PERIOD, reason: "All." });
    expect((await tower.ask("accountant", `/evidence/${whole.id}`)).status).toBe(403);
    const outside = { ...PEOPLE.auditor, entities: ["FR01"] };
    PEOPLE.key = outside;
    expect((await tower.ask("key", `/evidence/${pack.id}/file`)).status).toBe(404);
    const beyond = await tower.ask("key", "/evidence", { period: PERIOD, entities: ["DE01"], reason: "No." });
    expect(beyond.status).toBe(403);
    expect(await tower.json("key", "/evidence")).toEqual({ packs: [], next: null });
    expect((await tower.ask("auditor", "/evidence", { reason: "Nothing named." })).status).toBe(400);

    PEOPLE.key = { ...PEOPLE.auditor, periods: ["2026-09"] };
    expect((await tower.ask("key", `/evidence/${pack.id}/file`)).status).toBe(404);
    expect(await tower.json("key", "/evidence")).toEqual({ packs: [], next: null });
    for (const period of [PERIOD, undefined])
      expect((await tower.ask("key", "/evidence", { period, entities: ["DE01"], reason: "No." })).status).toBe(403);
    expect((await tower.ask("key", "/evidence/preview", { period: "2026-09" })).status).toBe(200);
  });
});

describe("a hostile pack", () => {
  /** Changes a copy, and makes the manifest say what the files are now. */
  function forged(change: (at: string) => void, mend: boolean): string {
    const at = tower.made.make("hostile");
    cpSync(folder, at, { recursive: true });
    change(at);
    if (!mend) return at;
    const manifest = JSON.parse(readFileSync(join(at, "manifest.json"), "utf8")) as EvidenceManifest;
    for (const file of manifest.files) {
      const bytes = readFileSync(join(at, file.path));
      Object.assign(file, { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
    }
    writeFileSync(join(at, "manifest.json"), JSON.stringify(manifest));
    return at;
  }
  const edit = (path: string, from: string | RegExp, to: string) => (at: string) => {
    const text = readFileSync(join(at, path), "utf8");
    expect(text).toMatch(from);
    writeFileSync(join(at, path), text.replace(from, to));
  };
  type Seal = { entry: { text: string; sequence: number } };
  const sealWith = (at: string, change: (seal: Seal) => object) => {
    const seal = JSON.parse(readFileSync(join(at, "seal.json"), "utf8")) as Seal;
    writeFileSync(join(at, "seal.json"), JSON.stringify({ ...seal, ...change(seal) }));
  };
  const totals = "control-totals/control-totals.ndjson";
  /** Somebody with a key of their own signs whatever they like in the log's name. */
  function resigned(at: string): { verifier: string } {
    const { privateKey } = generateKeyPairSync("ed25519");
    const origin = kept.key.split("+")[0]!;
    const verifier = verifierKey(origin, createPublicKey(privateKey));
    sealWith(at, ({ entry }: { entry: { text: string; sequence: number } }) => {
      const sha256 = createHash("sha256")
        .update(readFileSync(join(at, "manifest.json")))
        .digest("hex");
      const text = JSON.stringify({ ...JSON.parse(entry.text), sequence: 1, detail: { manifest: sha256 } });
      const root = createHash("sha256").update(`\0${text}`).digest("hex");
      const checkpoint = signNote(checkpointText(origin, 1, root), origin, privateKey);
      return {
        entry: { sequence: 1, text },
        path: [],
        checkpoint,
        keys: [{ key: verifier, fromSize: 0, endorsement: null }],
      };
    });
    return { verifier };
  }

  test.each<[string, (at: string) => void, boolean, RegExp]>([
    ["a changed row", edit(totals, "100.1", "900.1"), false, /control-totals[.]ndjson was changed/],
    [
      "a changed row, the manifest mended",
      edit(totals, "100.1", "900.1"),
      true,
      /manifest[.]json is not the one that was sealed/,
    ],
    [
      "a swapped file",
      (at) => cpSync(join(at, "breaks/breaks.csv"), join(at, "runs/runs.csv")),
      false,
      /runs[.]csv (was changed|has another size)/,
    ],
    ["a file taken out", (at) => rmSync(join(at, "cover.pdf")), false, /cover[.]pdf is missing/],
    ["a file put in", (at) => writeFileSync(join(at, "more.csv"), "x"), false, /more[.]csv is not in the manifest/],
    [
      "a forged sealing entry",
      (at) =>
        sealWith(at, ({ entry }: { entry: { text: string } }) => ({
          entry: { ...(entry as object), text: entry.text.replace("DE01", "DE02") },
        })),
      false,
      /does not stand in the log/,
    ],
    [
      "a forged root",
      edit("seal.json", /(checkpoint": "[^"]*\\n\d+\\n)..../, "$1AAAA"),
      false,
      /not signed by any key/,
    ],
    ["a truncated log", edit("seal.json", /(checkpoint": "tieout[^"]*?\\n)\d+/, "$11"), false, /not signed by any key/],
    [
      "a proof taken out",
      (at) => writeFileSync(join(at, "log/proofs.ndjson"), `${lines("log/proofs.ndjson").slice(1).join("\n")}\n`),
      false,
      /no proof of entry/,
    ],
    [
      "a proof put in",
      (at) => appendFileSync(join(at, "log/proofs.ndjson"), `${lines("log/proofs.ndjson")[0]}\n`),
      false,
      /proves entries that are not there/,
    ],
    [
      "an earlier checkpoint forged",
      edit("log/checkpoints.ndjson", /\\n\d+\\n/, "\\n3\\n"),
      false,
      /not signed by any key/,
    ],
    [
      "a key nobody endorsed",
      edit("seal.json", /"endorsement": "[^"]+"/, '"endorsement": null'),
      false,
      /not endorsed by the one before/,
    ],
    [
      "a key swapped",
      edit("seal.json", /"key": "tieout[^"]*"/, '"key": "tieout/small/ffffffff+00000000+AAAA"'),
      false,
      /no Ed25519 verifier key/,
    ],
  ])("with %s is found out", (_, change, mend, said) => {
    const { code, said: words } = verify(forged(change, mend));
    expect({ code, words }).toEqual({ code: 1, words: expect.stringMatching(/^Not valid[.] /) });
    expect(words).toMatch(said);
  });

  test("sealed anew with a key of its own does not pass as this log's", () => {
    const at = forged((copy) => edit(totals, "100.1", "900.1")(copy), true);
    const { verifier } = resigned(at);
    expect(verify(at, "--key", kept.key)).toMatchObject({
      code: 1,
      said: expect.stringContaining("is none of this log's keys"),
    });
    expect(verify(at, "--key", verifier).code).toBe(1);
  });

  test("of a log cut short or rewritten does not pass the checkpoint an auditor kept", async () => {
    const key = await logKey(ctx.postgres, ctx.audit.keyFile);
    const given = (note: string) => {
      const file = join(tower.made.make("given"), "checkpoint.txt");
      writeFileSync(file, note);
      return ["--checkpoint", file];
    };
    // The operator has the true key: what an auditor kept says another root of the same size.
    const size = Number(kept.checkpoint.split("\n")[1]);
    const other = key.sign(checkpointText(key.origin, size, "ab".repeat(32)));
    expect(verify(folder, ...given(other))).toMatchObject({ code: 1, said: expect.stringContaining("was rewritten") });
    const between = key.sign(checkpointText(key.origin, size + 1, "ab".repeat(32)));
    expect(verify(folder, ...given(between))).toMatchObject({ code: 1, said: expect.stringContaining("--proof") });

    // Kept after the pack: only a proof tells an older pack from a log that was cut short.
    const newer = await publishCheckpoint(ctx);
    const first = Number(json<{ checkpoint: string }>("seal.json").checkpoint.split("\n")[1]);
    expect(verify(folder, ...given(newer.note))).toMatchObject({ code: 1, said: expect.stringContaining("cut short") });
    const proof = join(tower.made.make("proof"), "proof.json");
    const asked = await tower.ask("auditor", `/audit/proof/consistency?first=${first}&second=${newer.size}`);
    writeFileSync(proof, await asked.text());
    expect(verify(folder, ...given(newer.note), "--proof", proof)).toMatchObject({ code: 0 });
    const another = key.sign(checkpointText(key.origin, newer.size, "ab".repeat(32)));
    expect(verify(folder, ...given(another), "--proof", proof)).toMatchObject({
      code: 1,
      said: expect.stringContaining("was rewritten"),
    });
  });
});
