import { expect, test } from "vitest";
import { PLAYED, readOn, stageHand, type Played } from "./stage.ts";
import { signedRequests } from "../../collectors/signed-request.ts";

const AT = "2026-08-03T15:25:00.000Z";
const setStage = stageHand();
const played = PLAYED.find(({ id }) => id === "netsuite") as Played;

test("token-based authentication reads the same as OAuth 2.0, and drives", async () => {
  const [byToken, byGrant] = [await setStage(played, AT, { signIn: "token" }), await setStage(played, AT)];
  const [read, other] = [await readOn(byToken.open(), null), await readOn(byGrant.open(), null)];
  expect(read.events.length).toBeGreaterThan(20);
  expect(read.events).toEqual(other.events);
  const started = await byToken.open().trigger?.({ job: "GL actuals DE01", parameters: {}, idempotencyKey: "a" });
  expect(started?.adopted).toBe(false);
  for (const secret of byToken.secrets) expect(byToken.logged()).not.toContain(secret);
});

test("a signature made with another secret, or long ago, or used before is refused", async () => {
  const stage = await setStage(played, AT, { signIn: "token" });
  const replayed: Request[] = [];
  stage.intercept = (request) => {
    replayed.push(request.clone());
    return null;
  };
  await readOn(stage.open(), null);
  const [first] = replayed;
  stage.intercept = (request, vendor) =>
    vendor.fetch(new Request(request, { headers: { authorization: first!.headers.get("authorization")! } }));
  await expect(stage.open().pull(null)).rejects.toMatchObject({ code: "unauthorized" });
  for (const [secret, minutes] of [
    ["another", 0],
    [played.sandbox.secrets["tokenSecret"]!, -20],
  ] as const) {
    const forged = signedRequests({
      realm: played.sandbox.secrets["account"]!,
      clock: { now: () => new Date(stage.clock.now().getTime() + minutes * 60_000) },
      consumer: {
        key: played.sandbox.secrets["consumerKey"]!,
        secret: played.sandbox.secrets["consumerSecret"]!,
      },
      token: { key: played.sandbox.secrets["tokenId"]!, secret },
    });
    stage.intercept = async (request, vendor) => {
      const headers = await forged.headers({ method: request.method, url: request.url });
      return vendor.fetch(new Request(request, { headers }));
    };
    await expect(stage.open().pull(null)).rejects.toMatchObject({ code: "unauthorized" });
  }
});

test("what the connection lacks is named", async () => {
  const settings = played.collector.settings.parse({ ...played.system.settings, signIn: "token" });
  const system = { id: "ns", namespace: "netsuite://x", settings, connection: { url: "https://x", account: "1" } };
  const tools = { clock: { now: () => new Date(AT) }, fetch, log: null as never, counted: () => {} };
  expect(() => played.collector.open(system, tools)).toThrow("lacks consumerKey, consumerSecret");
});
