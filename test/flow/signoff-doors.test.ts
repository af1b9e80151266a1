import { createHash, randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import canonicalize from "canonicalize";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Role } from "../../schemas/estate/role.ts";
import type { CloseRow } from "../../schemas/wire/board.ts";
import type { CloseHistory } from "../../schemas/wire/close-history.ts";
import type { EntityReadiness } from "../../schemas/wire/readiness.ts";
import type { Certificate, SignoffRow, Waiver } from "../../schemas/wire/signoff.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { ledgerEvent, loadEvent, PERIOD, statusEvent, writePushedEstate } from "../pushed-estate.ts";

/** A person's tab at the console. */
interface Tab {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: object): Promise<T & { status?: number; detail?: string }>;
}

const TARGET = { entity: "DE01", period: PERIOD, milestone: "signed", statement: "Complete and correct." };
const HOUR = 3_600_000;
const minutesFromStart = (
  (start) => (minutes: number) =>
    new Date(start + minutes * 60_000).toISOString()
)(Date.now() - HOUR);

let server: ServerProcess;
let estate: ReturnType<typeof writePushedEstate>;
let accountant: Tab;
let reviewer: Tab;
let alias: Tab;
let controller: Tab;

beforeAll(async () => {
  estate = writePushedEstate();
  server = await startServer({ sandbox: false, estate: estate.directory, env: estate.env });
  accountant = await signedIn("accountant", "ana@small.example");
  reviewer = await signedIn("accountant", "ben@small.example");
  alias = await signedIn("controller", "Ana+controller@small.example");
  controller = await signedIn("controller", "maren@small.example");
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(estate.directory, { recursive: true, force: true });
});

async function signedIn(role: Role, email: string): Promise<Tab> {
  const json = { "content-type": "application/json" };
  const invitation = { name: `${role} ${email.split("@")[0]}`, email, role, entities: "all" };
  const invited = await server.ask("/api/v1/people", {
    method: "POST",
    headers: json,
    body: JSON.stringify(invitation),
  });
  const { password } = (await invited.json()) as { password: string };
  const answer = await fetch(`${server.url}/api/v1/session/password`, {
    ...{ method: "POST", headers: { ...json, origin: server.url } },
    body: JSON.stringify({ email, password }),
  });
  expect(answer.status).toBe(200);
  const cookie = answer.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
  const headers = { ...json, origin: server.url, cookie };
  return {
    get: async (path) => (await (await fetch(`${server.url}${path}`, { headers })).json()) as never,
    post: async (path, body) =>
      (await (
        await fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })
      ).json()) as never,
  };
}

async function told(...events: object[]): Promise<void> {
  for (const event of events) {
    const answer = await server.ask("/api/v1/lineage", {
      ...{ method: "POST", headers: { "content-type": "application/json" } },
      body: JSON.stringify(event),
    });
    expect(answer.status).toBe(201);
  }
}

const page = () => controller.get<EntityReadiness>(`/api/v1/close/${PERIOD}/entities/DE01`);
const gate = async (id: string) => (await page()).gates.find((each) => each.id === id)!;
const holds = async () => {
  const { rows } = await controller.get<{ rows: Record<string, CloseRow> }>(`/api/v1/close/${PERIOD}`);
  return Object.values(rows).flatMap((row) => (row.kind === "hold" ? [row.code] : []));
};
const step = (tab: Tab, act: string, { id, digest }: SignoffRow) =>
  tab.post<SignoffRow>(`/api/v1/signoffs/${id}/${act}`, { digest, statement: "" });
const prepare = (tab: Tab) => tab.post<SignoffRow>("/api/v1/signoffs", TARGET);
const recorded = (id: string) =>
  vi.waitFor(
    async () => {
      const { signoffs } = await controller.get<{ signoffs: SignoffRow[] }>(`/api/v1/signoffs?period=${PERIOD}`);
      const row = signoffs.find((each) => each.id === id)!;
      expect(row.state).toBe("suspended");
      return row;
    },
    { timeout: 20_000, interval: 100 },
  );

async function signedByThree(): Promise<SignoffRow> {
  const row = await prepare(accountant);
  expect(row.state, row.detail).toBe("prepared");
  expect((await step(reviewer, "review", row)).state).toBe("reviewed");
  const certified = await step(controller, "certify", row);
  expect(certified.state, certified.detail).toBe("certified");
  return certified;
}

test("a close is signed off, falls with a late posting and with reopening, and is signed again", async () => {
  expect(await page()).toMatchObject({ verdict: "unknown" });
  await told(ledgerEvent(minutesFromStart(0), "100.00"), loadEvent(minutesFromStart(1), "100.00", randomUUID()));
  expect(await gate("closed"), "nobody told whether it is closed").toMatchObject({ state: "unknown" });
  const early = await prepare(accountant);
  expect(early).toMatchObject({
    status: 409,
    detail: expect.stringMatching(/^DE01 cannot be signed off yet. Period closed/),
  });

  await told(statusEvent(minutesFromStart(2), "closed", "closed for all"));
  expect(await page()).toMatchObject({
    verdict: "late",
    worst: "signed",
    periodStatuses: [{ system: "s4", ledger: "0L", status: "closed", native: "closed for all" }],
  });

  const first = await prepare(accountant);
  expect(await step(accountant, "review", first), "one’s own work").toMatchObject({ status: 403 });
  expect(await step(alias, "review", first), "through another account").toMatchObject({ status: 403 });
  const key = await server.ask(`/api/v1/signoffs/${first.id}/review`, {
    ...{ method: "POST", headers: { "content-type": "application/json" } },
    body: JSON.stringify({ digest: first.digest }),
  });
  expect(key.status, "through a key with every scope").toBe(403);
  await step(reviewer, "review", first);
  expect(await step(reviewer, "certify", first), "without the role").toMatchObject({ status: 403 });
  expect(await step(alias, "certify", first), "through another account").toMatchObject({ status: 403 });
  expect((await step(controller, "certify", first)).state).toBe("certified");
  expect(await page()).toMatchObject({ verdict: "closed", worst: null });
  expect(await holds()).toEqual([]);

  await told(ledgerEvent(minutesFromStart(3), "160.00"));
  expect(await page()).toMatchObject({ verdict: "held" });
  expect((await holds()).sort()).toEqual(["posted-after-close", "signoff-suspended"]);
  const suspended = await recorded(first.id);
  expect(suspended.changes).toContainEqual({
    ...{ what: "balance", title: "Universal journal, account 400000, net", dataset: "ledger" },
    ...{ before: "100 EUR", after: "160 EUR" },
  });
  const certificate = await accountant.get<Certificate>(`/api/v1/signoffs/${first.id}/certificate`);
  expect(createHash("sha256").update(canonicalize(certificate.content)!).digest("hex")).toBe(first.digest);
  expect(certificate.audit.map(({ action }) => action)).toEqual([
    "signoff.prepare",
    "signoff.review",
    "signoff.certify",
    "signoff.suspend",
  ]);

  await told(loadEvent(minutesFromStart(4), "160.00", randomUUID()));
  const second = await signedByThree();
  expect(second).toMatchObject({ round: 2, title: "Signed off" });
  expect(await page()).toMatchObject({ verdict: "closed" });

  await told(statusEvent(new Date().toISOString(), "open", "opened for accruals"));
  expect(await gate("closed"), "what was met is open again").toMatchObject({ state: "held", metAt: null });
  expect((await recorded(second.id)).changes).toMatchObject([{ what: "period", before: "shut", after: "open again" }]);
}, 60_000);

test("a deadline is waived for a time, and the closes before are told", async () => {
  const expiresAt = new Date(Date.now() + 24 * HOUR).toISOString();
  const asked = {
    waives: "deadline",
    entity: "DE01",
    period: PERIOD,
    milestone: "signed",
    reason: "Audit on site",
    expiresAt,
  };
  expect(await accountant.post("/api/v1/waivers", asked)).toMatchObject({ status: 403 });
  const waiver = await controller.post<Waiver>("/api/v1/waivers", asked);
  expect(waiver).toMatchObject({ state: "in-force", grantedBy: { name: "controller maren" } });
  expect(await gate("signed")).toMatchObject({ waiver: { id: waiver.id, reason: "Audit on site" } });
  expect(await controller.post("/api/v1/waivers", asked), "twice").toMatchObject({ status: 409 });

  const history = await controller.get<CloseHistory>(`/api/v1/close/${PERIOD}/history`);
  expect(history.current).toMatchObject({ period: PERIOD, entities: 1, closed: 0 });
  expect(history.current.steps.map(({ milestone, met }) => `${milestone} ${met}`)).toEqual([
    "in 1",
    "ties 1",
    "closed 0",
    "signed 0",
  ]);
  expect(await controller.get(`/api/v1/close/${PERIOD}/impact`)).toEqual({ reports: [] });
});
