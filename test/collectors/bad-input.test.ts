import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { bytes, PLAYED, readOn, stageHand, stageOf, type Played, type Stage } from "./stage.ts";

const FROM = "2026-08-03T05:05:00.000Z";
const UNTIL = "2026-08-03T15:25:00.000Z";

const setStage = stageHand();
const staged = (played: Played, at = FROM) => setStage(played, at);

/** Many tests ask one vendor at once, which is not what its limit is for. */
function generous({ collector, system }: Played): Record<string, unknown> {
  const settings = collector.settings.parse(system.settings) as object;
  return "requestsPerSecond" in settings ? { requestsPerSecond: 1000 } : {};
}

/** What a vendor tells when nothing goes wrong, read once: up to an instant, since then, and all of it. */
function calmly(played: Played) {
  let reading: Promise<{ stage: Stage; cursor: unknown; since: string[]; whole: string[] }> | undefined;
  return () =>
    (reading ??= (async () => {
      const stage = await stageOf(played, FROM, generous(played));
      const { cursor } = await readOn(stage.open(), null);
      stage.clock.pass(180);
      const since = bytes((await readOn(stage.open(), cursor)).events).sort();
      return { stage, cursor, since, whole: bytes((await readOn(stage.open(), null)).events) };
    })());
}

describe.each(PLAYED)("$id", (played) => {
  const calm = calmly(played);
  afterEach(async () => void ((await calm()).stage.fault = null));
  afterAll(async () => (await calm()).stage.close());
  const hasTokens = Object.keys(played.collector.connection).some((key) => /^(auth|token)Url$/.test(key));

  test("credentials that end in the middle are renewed, or named as the cause", async () => {
    const stage = await staged(played, UNTIL);
    const connected = stage.open();
    const first = await readOn(connected, null);
    stage.fault = (asked) => (asked === 2 ? { kind: "token-expired" } : null);
    stage.clock.pass(30);
    if (hasTokens) await readOn(connected, first.cursor);
    stage.fault = () => ({ kind: "token-expired" });
    await expect(readOn(connected, first.cursor)).rejects.toMatchObject({ code: "unauthorized", recoverable: false });
    stage.fault = null;
    await readOn(connected, first.cursor);
  });

  test.each([
    ["a limit that passes soon is waited for", { kind: "rate-limited", retryAfterSeconds: 1 } as const],
    ["one server error is passed over", { kind: "unavailable", status: 503 } as const],
  ])("%s", async (_, fault) => {
    const { stage, whole } = await calm();
    let shown = 0;
    stage.fault = () => (shown++ < 1 ? fault : null);
    expect(bytes((await readOn(stage.open(), null)).events)).toEqual(whole);
    expect(shown).toBeGreaterThan(0);
  });

  test.each([
    [
      "a long limit",
      { kind: "rate-limited", retryAfterSeconds: 90 } as const,
      { code: "rate-limited", retryAfterSeconds: 90 },
    ],
    ["an outage", { kind: "unavailable", status: 502 } as const, { code: "unreachable", recoverable: true }],
    ["a web page", { kind: "nonsense", body: "<html><body>Sign in</body></html>" } as const, { code: "nonsense" }],
    ["half an answer", { kind: "nonsense", body: '{"value":[{"a":' } as const, { code: "nonsense" }],
    ["an empty answer", { kind: "nonsense", body: "" } as const, { code: "nonsense" }],
    [
      "an answer of 11 MB",
      { kind: "nonsense", body: `"${"x".repeat(11 * 1024 * 1024)}"` } as const,
      { code: "nonsense" },
    ],
    [
      "an error inside a good answer",
      { kind: "nonsense", body: '{"error":{"code":"X01","message":"No"},"errors":["No"],"status":"ERROR"}' } as const,
      { code: expect.stringMatching(/^(nonsense|refused|unauthorized|forbidden)$/) },
    ],
  ])("%s is told as what it is, and reading goes on where it stood", async (_, fault, told) => {
    const { stage, cursor, since } = await calm();
    const connected = stage.open();
    stage.fault = () => fault;
    await expect(readOn(connected, cursor)).rejects.toMatchObject({ name: "VendorError", ...told });
    stage.fault = null;
    const after = await readOn(connected, cursor);
    expect(bytes(after.events).sort()).toEqual(since);
    expect(since.length).toBeGreaterThan(0);
  });

  test("a redirect to another host is not followed", async () => {
    let visited = 0;
    const elsewhere = createServer((_, answer) => {
      visited += 1;
      answer.end("{}");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const { port } = elsewhere.address() as AddressInfo;
    const stage = await staged(played);
    stage.intercept = () => Response.redirect(`http://127.0.0.1:${port}/taken`, 302);
    await expect(readOn(stage.open(), null)).rejects.toMatchObject({ code: "nonsense" });
    elsewhere.close();
    expect(visited).toBe(0);
  });

  test("pages without end are left, and told as such", async () => {
    const stage = await staged(played, UNTIL);
    const first = new Map<string, Promise<Response>>();
    let asked = 0;
    // Whatever page is asked for, the vendor answers the first one again.
    stage.intercept = async (request, vendor) => {
      if (++asked > 6000) throw new Error("It is asked for ever.");
      const place = `${request.method} ${new URL(request.url).pathname}`;
      if (!first.has(place)) first.set(place, Promise.resolve(vendor.fetch(request)));
      return (await first.get(place)!).clone();
    };
    const outcome = await readOn(stage.open(), null).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ name: "VendorError", code: "nonsense" });
    expect(asked).toBeLessThan(6000);
  });

  test("secrets reach neither messages, logs nor events, even when the vendor quotes them", async () => {
    const stage = await staged(played);
    const { events } = await readOn(stage.open(), null);
    const messages: string[] = [];
    for (const status of [400, 401, 403, 500]) {
      stage.intercept = async (request) => {
        const quoted = { authorization: request.headers.get("authorization"), body: await request.text() };
        return Response.json(
          { error: { message: `refused ${JSON.stringify(quoted)} ${stage.secrets[0]}` } },
          { status },
        );
      };
      const failure = await readOn(stage.open(), null).catch((error: unknown) => error as Error);
      messages.push(`${(failure as Error).message} ${JSON.stringify((failure as Error).cause ?? null)}`);
    }
    expect(messages.every((message) => message.includes("answered"))).toBe(true);
    const everything = [...messages, stage.logged(), ...bytes(events)].join("\n");
    for (const secret of stage.secrets) expect(everything).not.toContain(secret);
    expect(everything).not.toMatch(/\b(Bearer|Basic|AnaplanAuthToken) [A-Za-z0-9+/=._-]{8,}/);
  });
});
