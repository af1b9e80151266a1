import { describe, expect, test } from "vitest";
import { checkSystem } from "../../collectors/check.ts";
import { PLAYED, readOn, stageHand, type Played } from "./stage.ts";

const AT = "2026-08-03T15:25:00.000Z";
/** Vendors that know no idempotency key, each with a job of its own and the path of what starts it. */
const KEYLESS = [
  { id: "anaplan", job: "Load Actuals DE01", start: /\/tasks$/ },
  { id: "powerbi", job: "Refresh Close", start: /\/refreshes$/ },
  { id: "netsuite", job: "GL actuals DE01", start: /\/restlet\.nl$/ },
  { id: "dynamics-365-finance", job: "GL_ACTUALS_DE01", start: /\.ExportToPackage$/ },
  { id: "oracle-fusion", job: "GL actuals DE01", start: /\/requests$/ },
  { id: "oracle-ebs", job: "GL actuals DE01", start: /\/submit_request\/$/ },
];

const setStage = stageHand();
const staged = (id: string) => setStage(PLAYED.find((played) => played.id === id) as Played, AT);

describe.each(KEYLESS)("$id, which takes no idempotency key", ({ id, job, start }) => {
  const ask = (idempotencyKey: string, requestedAt?: string) => ({
    job,
    parameters: {},
    idempotencyKey,
    ...(requestedAt ? { requestedAt } : {}),
  });

  test("a run under way is adopted, by whoever it was started", async () => {
    const stage = await staged(id);
    const first = await stage.open().trigger?.(ask("a"));
    const other = await stage.open().trigger?.(ask("b"));
    expect([first?.adopted, other?.adopted]).toEqual([false, true]);
    expect(other?.runId).toBe(first?.runId);
    expect(stage.acts()).toHaveLength(1);
  });

  test("a run that began since the request is adopted, also when it has ended; an older one is not", async () => {
    const stage = await staged(id);
    const requestedAt = stage.clock.now().toISOString();
    const first = await stage.open().trigger?.(ask("a", requestedAt));
    stage.clock.pass(120);
    const again = await stage.open().trigger?.(ask("a", requestedAt));
    const later = await stage.open().trigger?.(ask("b", stage.clock.now().toISOString()));
    expect(again?.runId).toBe(first?.runId);
    expect([again?.adopted, later?.adopted]).toEqual([true, false]);
    expect(later?.runId).not.toBe(first?.runId);
  });

  test("a start whose answer is lost is not repeated, and found when asked for again", async () => {
    const stage = await staged(id);
    let posts = 0;
    stage.intercept = (request, vendor) => {
      if (request.method !== "POST" || !start.test(new URL(request.url).pathname)) return null;
      posts += 1;
      return Promise.resolve(vendor.fetch(request)).then(() => new Response("bad gateway", { status: 502 }));
    };
    const connected = stage.open();
    await expect(connected.trigger?.(ask("a"))).rejects.toMatchObject({ code: "unreachable" });
    expect(posts).toBe(1);
    expect(await connected.trigger?.(ask("a"))).toMatchObject({ adopted: true });
    expect(stage.acts()).toHaveLength(1);
  });

  test("a job nobody declared, and a run nobody knows, are refused in words", async () => {
    const stage = await staged(id);
    const connected = stage.open();
    await expect(connected.trigger?.({ ...ask("a"), job: "Drop everything" })).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("Drop everything"),
    });
    if (!connected.cancel) return;
    await expect(connected.cancel("00000000-0000-4000-a000-000000000000")).rejects.toMatchObject({
      code: "not-found",
    });
  });
});

describe("checking one system", () => {
  test("says what can be seen, or what to do about it", async () => {
    const stage = await staged("anaplan");
    const report = await checkSystem("Anaplan", stage.open());
    expect(report.ok).toBe(true);
    expect(report.lines.join("\n")).toMatch(/Anaplan can be read\.\n {2}sees {6}2 processes, 2 of them declared/);
    stage.fault = () => ({ kind: "token-expired" });
    const refused = await checkSystem("Anaplan", stage.open());
    expect(refused.ok).toBe(false);
    expect(refused.lines.join("\n")).toMatch(/cannot be read: .*401.*\n {2}Check the credentials/);
  });

  test("a user who sees no process lacks a right, rather than having nothing to see", async () => {
    const stage = await staged("anaplan");
    stage.intercept = (request) =>
      request.url.includes("/processes") ? Response.json({ meta: { paging: { totalSize: 0 } } }) : null;
    await expect(readOn(stage.open(), null)).rejects.toMatchObject({ code: "forbidden", recoverable: false });
  });
});
