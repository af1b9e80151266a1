import type { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RequestRow } from "../../schemas/wire/live.ts";
import type { DeadLetter, DeskRow } from "../../schemas/wire/request.ts";
import { createApp } from "../../server/app.ts";
import type { Actor } from "../../server/context.ts";
import { demand, type Permit } from "../../server/people/permit.ts";
import { ROLE_SCOPES } from "../../server/people/permissions.ts";
import type { requestDetail } from "../../server/requests/request-detail.ts";
import { requestActRoutes } from "../../server/routes/request-acts.ts";
import { requestRoutes } from "../../server/routes/requests.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";
import {
  ENGINEER,
  ledgerVendor,
  openRequestTower,
  priorRuns,
  sceneEstate,
  type Mishap,
  type RequestTower,
} from "../request-scene.ts";

const ACTORS = {
  engineer: ENGINEER,
  auditor: { ...ENGINEER, id: "p-aud", name: "Ingrid Solheim", role: "auditor", scopes: ROLE_SCOPES.auditor },
  elsewhere: { ...ENGINEER, id: "p-els", name: "Ola Berg", entities: ["E0001"] },
} as const satisfies Record<string, Actor>;
type Who = keyof typeof ACTORS;

const WITHIN = 60_000;
const estate = sceneEstate(3);
const shut = new Set<string>();
let mishap: Mishap = null;
const vendor = ledgerVendor({
  ...{ callMilliseconds: 1, runMilliseconds: 50, failing: (job: string) => shut.has(job) },
  mishap: () => mishap,
  changed: (run) => tower?.hear(run),
});
let opened: OpenedEngine;
let tower: RequestTower;
let app: Hono;

beforeAll(async () => {
  opened = await POSTGRES_ENGINES[0]!.open();
  tower = await openRequestTower(opened.postgres, estate, vendor);
  for (const run of priorRuns(estate)) tower.hear(run);
  const permit: Permit = (scope) => async (c, next) => {
    const actor = ACTORS[c.req.header("x-who") as Who];
    demand(actor, scope);
    c.set("actor", actor);
    await next();
  };
  const routes = [requestRoutes({ ctx: tower.ctx, permit }), requestActRoutes({ ctx: tower.ctx, permit })];
  app = createApp({ log: tower.ctx.log, routes, ui: null, maxEventBytes: 1024 }) as Hono;
}, WITHIN);
afterAll(async () => {
  await tower.stop();
  await opened.stop();
});

async function call<T = { detail: string }>(
  who: Who,
  path: string,
  body?: object,
): Promise<{ status: number; told: T }> {
  const answer = await app.request(`/api/v1${path}`, {
    method: body ? "POST" : "GET",
    headers: { "x-who": who, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, told: (await answer.json()) as T };
}

async function asked(entities: string[]): Promise<string> {
  const runs = priorRuns(estate).filter(({ targets: [to] }) => entities.includes(to?.entity ?? ""));
  const body = { act: "replay", runs: runs.map(({ runId }) => runId), reason: "Booked late" };
  const { status, told } = await call<{ request: RequestRow }>("engineer", "/requests", body);
  expect(status).toBe(202);
  return told.request.id;
}

type Detail = Awaited<ReturnType<typeof requestDetail>>;
const detail = async (id: string) => (await call<Detail>("engineer", `/requests/${id}/detail`)).told;
const reaches = (id: string, state: RequestRow["state"]) =>
  expect.poll(async () => (await detail(id)).request.state, { timeout: WITHIN, interval: 50 }).toBe(state);

async function letters(who: Who = "engineer"): Promise<DeadLetter[]> {
  const { told } = await call<{ desk: DeskRow[] }>(who, "/request-desk");
  return told.desk.flatMap((row) => (row.kind === "dead" ? [row.dead] : []));
}

async function audited(action: string, id: string): Promise<object[]> {
  const rows = await opened.postgres.run(
    "SELECT body FROM audit_entries WHERE action = $1 AND body->>'subject' = $2 ORDER BY sequence",
    [action, `request:${id}`],
  );
  return (rows as { body: object }[]).map(({ body }) => body);
}

const lines = (job: string) => vendor.ledger.filter((line) => line.job === job).length;

test("what failed for good is read, corrected and driven again, and what waited for it goes on", async () => {
  shut.add("Load Actuals E0002");
  const id = await asked(["E0001", "E0002", "E0003"]);
  await reaches(id, "failed");
  const { request, steps } = await detail(id);
  expect(request.outcome).toMatch(/4 of 6 steps are done and 1 failed.*The period is shut\./);
  expect(steps.filter(({ state }) => state === "blocked")).toMatchObject([{ job: "Post E0002" }]);

  const [letter, ...more] = await letters();
  expect(more).toEqual([]);
  expect(letter).toMatchObject({
    ...{ requestId: id, job: "Load Actuals E0002", outcome: "The period is shut.", fault: "failed", attempt: 1 },
    ...{ parameters: { period: "2026-10" }, redrive: "new-attempt" },
  });
  expect(await letters("elsewhere")).toEqual([]);

  const step = `/requests/${id}/steps/${letter!.step}`;
  const corrected = { reason: "Goes into November", parameters: { period: "2026-11" } };
  expect(await call("auditor", `${step}/redrive`, corrected)).toMatchObject({ status: 403 });
  expect(await call("elsewhere", `${step}/redrive`, corrected)).toMatchObject({ status: 404 });
  const unsaid = await call("engineer", `${step}/redrive`, { ...corrected, reason: " " });
  expect(unsaid).toMatchObject({ status: 400, told: { pointer: "/reason" } });
  const unknown = await call("engineer", `${step}/redrive`, { reason: "x", parameters: { colour: "red" } });
  expect(unknown).toMatchObject({ status: 400, told: { pointer: "/parameters/colour" } });

  shut.clear();
  expect(await call("engineer", `${step}/redrive`, corrected)).toMatchObject({ status: 200 });
  await reaches(id, "completed");
  expect(await letters()).toEqual([]);
  const after = (await detail(id)).steps.find((each) => each.step === letter!.step);
  expect(after).toMatchObject({ state: "done", attempt: 2 });
  // The attempt that failed and the one that did not; what had waited once, what was done before not again.
  expect([lines("Load Actuals E0002"), lines("Post E0002"), lines("Post E0001")]).toEqual([2, 1, 1]);
  expect(await audited("request.redrive", id)).toMatchObject([
    {
      actor: { name: "Priya Raman" },
      detail: {
        ...{ step: letter!.step, how: "new-attempt", reason: "Goes into November" },
        corrected: [{ parameter: "period", from: "2026-10", to: "2026-11" }],
      },
    },
  ]);
});

test("what may have begun is never corrected, and asked again it is adopted", async () => {
  mishap = "after";
  const id = await asked(["E0003"]);
  await reaches(id, "failed");
  mishap = null;
  const [letter] = await letters();
  expect(letter).toMatchObject({ requestId: id, fault: "unclear", redrive: "same-key" });
  const step = `/requests/${id}/steps/${letter!.step}/redrive`;
  const other = await call("engineer", step, { reason: "Try November", parameters: { period: "2026-11" } });
  expect(other).toMatchObject({ status: 409, told: { pointer: "/parameters" } });
  const before = lines("Load Actuals E0003");
  // Cut off once more it is a dead letter once more.
  mishap = "after";
  expect(await call("engineer", step, { reason: "Looked: it runs" })).toMatchObject({ status: 200 });
  await expect.poll(letters, { timeout: WITHIN, interval: 50 }).toMatchObject([{ fault: "unclear" }]);
  mishap = null;
  expect(await call("engineer", step, { reason: "The line is back" })).toMatchObject({ status: 200 });
  await reaches(id, "completed");
  expect(lines("Load Actuals E0003")).toBe(before);
  expect((await detail(id)).steps.find((each) => each.step === letter!.step)).toMatchObject({ adopted: true });
});

test("what is given up says who gave it up and why, and cannot be driven again", async () => {
  shut.add("Load Actuals E0001");
  const id = await asked(["E0001"]);
  await reaches(id, "failed");
  const [letter] = await letters();
  const step = `/requests/${id}/steps/${letter!.step}`;
  expect(await call("auditor", `${step}/discard`, { reason: "x" })).toMatchObject({ status: 403 });
  expect(await call("engineer", `${step}/discard`, {})).toMatchObject({ status: 400, told: { pointer: "/reason" } });
  const reason = "Booked by hand in document 4711";
  expect(await call("engineer", `${step}/discard`, { reason })).toMatchObject({ status: 200 });
  expect(await letters()).toEqual([]);
  const { request, steps } = await detail(id);
  expect(request).toMatchObject({ state: "failed", outcome: expect.stringContaining("0 of 2 steps are done") });
  expect(steps.map(({ state }) => state)).toEqual(["failed", "blocked"]);
  expect(steps[0]).toMatchObject({ resolution: { act: "discard", by: "Priya Raman", reason } });
  expect(await call("engineer", `${step}/redrive`, { reason: "After all" })).toMatchObject({ status: 409 });
  expect(await audited("request.discard", id)).toMatchObject([{ detail: { step: letter!.step, reason } }]);
});
