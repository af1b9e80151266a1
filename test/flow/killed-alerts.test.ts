import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMail, startVendors } from "../alert-vendors.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { folders, writeTinyEstate } from "../tiny-estate.ts";

/** Times the server dies at a random moment; more by hand: `TIEOUT_ALERT_KILLS=50`. */
const KILLS = Number(process.env.TIEOUT_ALERT_KILLS ?? 1);
const TAKERS_EACH = 2;
const READERS = ["Priya Raman", "Ola Berg"];
const WITHIN = 120_000;

const temporary = folders();
const data = temporary.make("killed-alerts");
let vendors: Awaited<ReturnType<typeof startVendors>>;
let mail: Awaited<ReturnType<typeof startMail>>;
let estate: string;
let server: ServerProcess;

const SLACK = "/slack/chat.postMessage";
const PAGER = "/v2/enqueue";
const HOOK = "/hook";
const TEAMS = "/workflows/close/triggers/manual/paths/invoke";
const AGAIN = "This may have been told here already.";
const PLACES = [SLACK, PAGER, HOOK, TEAMS];

beforeAll(async () => {
  [vendors, mail] = await Promise.all([startVendors(), startMail()]);
  const receiver = (id: string, kind: string, connection: object, settings: object = {}) => {
    return { ...{ id, title: id, kind, connection, settings, inside: true } };
  };
  estate = writeTinyEstate(temporary.make("killed-estate"), {
    receivers: [
      receiver("mail", "email", { url: "MAIL", from: "SENDER" }),
      receiver("room", "slack", { token: "SLACK" }, { channel: "C0CLOSE01", api: `${vendors.url}/slack` }),
      receiver("pager", "pagerduty", { routingKey: "PAGER" }, { api: vendors.url }),
      receiver("desk", "webhook", { url: "HOOK", secret: "SIGNED" }),
      receiver("channel", "teams", { url: "TEAMS" }),
    ],
    routes: [{ id: "owners", role: "platform", receivers: ["mail", "room", "pager", "desk", "channel"] }],
  });
  server = await start();
  for (const [at, name] of READERS.entries()) {
    const person = { name, email: `reader${at}@tiny.example`, role: "platform", entities: "all" };
    await post("/api/v1/people", person);
  }
}, 240_000);
afterAll(async () => {
  await server.stop();
  await Promise.all([vendors.stop(), mail.stop()]);
  temporary.remove();
});

function start(): Promise<ServerProcess> {
  const secret = `whsec_${Buffer.from("a secret of more than 24 bytes.").toString("base64")}`;
  const env = {
    ...{ MAIL: mail.url, SENDER: "Tieout <tieout@tiny.example>", SLACK: "xoxb-1", PAGER: "r".repeat(32) },
    ...{ HOOK: `${vendors.url}${HOOK}`, SIGNED: secret, LOG_LEVEL: "error" },
    TEAMS: `${vendors.url}${TEAMS}`,
  };
  return startServer({ sandbox: false, estate, data, env });
}

async function killed(): Promise<void> {
  await server.kill();
  server = await start();
}

async function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { "content-type": "application/json" };
  const answer = await server.ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

let takers = 0;

/** Somebody takes a role for a time: one S1 incident, told to the platform owners at once by everything there is. */
async function taken(): Promise<string> {
  const name = `Taker ${String(++takers).padStart(3, "0")}`;
  const email = `taker${takers}@tiny.example`;
  const { password } = await post<{ password: string }>("/api/v1/people", {
    name,
    email,
    role: "engineer",
    entities: "all",
  });
  const headers = { "content-type": "application/json" };
  const session = await fetch(`${server.url}/api/v1/session/password`, {
    ...{ method: "POST", headers, body: JSON.stringify({ email, password }) },
  });
  const cookie = session.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
  const asked = { role: "platform", minutes: 480, reason: "To see who is told of it" };
  const answer = await fetch(`${server.url}/api/v1/break-glass`, {
    ...{ method: "POST", headers: { ...headers, cookie }, body: JSON.stringify(asked) },
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return name;
}

/** What each place was told of somebody, as far as it can be told apart there: repetitions a receiver knows for one count as one. */
function told(name: string): Record<string, number> {
  const distinct = (keys: readonly unknown[]) => new Set(keys).size;
  const of = (path: string) => vendors.to(path).filter(({ body }) => JSON.stringify(body).includes(name));
  const mails = mail.mails.filter(({ text }) => text.includes(name));
  return {
    ...Object.fromEntries(
      READERS.map((_, at) => {
        const own = mails.filter(({ to }) => to[0] === `reader${at}@tiny.example`);
        return [`mail ${at}`, distinct(own.map(({ text }) => /^Message-ID: *(\S+)/im.exec(text)?.[1]))];
      }),
    ),
    room: of(SLACK).length,
    pager: distinct(of(PAGER).map(({ body }) => body.dedup_key)),
    desk: distinct(of(HOOK).map(({ headers }) => headers["webhook-id"])),
    channel: cardsOf(name),
  };
}

/**
 * Cards a Teams channel has of somebody. A workflow knows no message again, so one whose answer was lost is sent once more
 * and says that it may have been told here: to its readers it is the same.
 */
function cardsOf(name: string): number {
  const texts = vendors.to(TEAMS).map(({ body }) => JSON.stringify(body));
  const own = texts.filter((text) => text.includes(name));
  const again = own.filter((text) => text.includes(AGAIN)).length;
  return Math.max(own.length - again, Math.min(again, 1));
}

const ONCE = { "mail 0": 1, "mail 1": 1, room: 1, pager: 1, desk: 1, channel: 1 };

/** Waits until it is told everywhere, and a little longer, so that a second telling would be seen. */
async function toldOnce(names: readonly string[]): Promise<void> {
  await expect.poll(() => names.map(told), { timeout: WITHIN, interval: 250 }).toEqual(names.map(() => ONCE));
  await sleep(1_000);
  expect(names.map(told)).toEqual(names.map(() => ONCE));
}

test(
  "killed while every receiver holds a message it has not answered, each is told once",
  { timeout: 240_000 },
  async () => {
    const hold = { status: 503, silent: true };
    for (const path of PLACES) vendors.next.set(path, [hold]);
    const name = await taken();
    await expect.poll(() => vendors.held(), { timeout: WITHIN }).toBeGreaterThanOrEqual(PLACES.length);
    await killed();
    await toldOnce([name]);
  },
);

test(
  "killed when each receiver has taken its message and said so to nobody, each is told once",
  { timeout: 240_000 },
  async () => {
    const unsaid = { status: 200, silent: true, taken: true };
    for (const path of PLACES) vendors.next.set(path, [unsaid]);
    mail.mute(READERS.length);
    const name = await taken();
    await expect.poll(() => told(name), { timeout: WITHIN }).toEqual(ONCE);
    await killed();
    await toldOnce([name]);
    const cards = vendors.to(TEAMS).map(({ body }) => JSON.stringify(body));
    expect(cards.filter((text) => text.includes(name)).map((text) => text.includes(AGAIN))).toEqual([false, true]);
    const repeated = mail.mails.filter(({ text }) => text.includes(name)).length;
    expect(repeated).toBeGreaterThanOrEqual(READERS.length);
  },
);

test(
  `killed ${KILLS} times at random while receivers turn away, answer nothing and cut, each is told once`,
  {
    timeout: 120_000 + KILLS * 60_000,
  },
  async () => {
    const names: string[] = [];
    for (let round = 0; round < KILLS; round++) {
      const troubles = [
        { status: 429, headers: { "Retry-After": "1" }, body: { ok: false, error: "ratelimited" } },
        { status: 503 },
        { status: 200, cut: true },
      ];
      for (const path of PLACES) vendors.next.set(path, [troubles[randomInt(troubles.length)]!]);
      for (let made = 0; made < TAKERS_EACH; made++) names.push(await taken());
      await sleep(randomInt(1_500));
      await killed();
    }
    await toldOnce(names);
    expect(names).toHaveLength(KILLS * TAKERS_EACH);
  },
);
