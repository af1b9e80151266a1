import { describe, expect, test } from "vitest";
import { WorldRefusal } from "../../collectors/sandbox.ts";
import { closeOnly, meridianWorld, summed } from "../../test/unit/meridian-world.ts";

const PERIOD = "2026-10";
const label = ({ world }: ReturnType<typeof meridianWorld>, id: string) =>
  world.labels().find((each) => each.id === id)!;

describe("starting a job", () => {
  test("the same key runs it once, a second start is refused while it runs", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-04T20:10:00Z");
    const first = world.start("anaplan", "Load Actuals DE01", { idempotencyKey: "a" });
    expect(world.start("anaplan", "Load Actuals DE01", { idempotencyKey: "a" })).toBe(first);
    expect(() => world.start("anaplan", "Load Actuals DE01", { idempotencyKey: "b" })).toThrow(
      expect.objectContaining({ code: "already-running" }),
    );
    playTo("2026-11-04T21:00:00Z");
    expect(world.start("anaplan", "Load Actuals DE01", { idempotencyKey: "a" })).toBe(first);
    expect(world.runs("anaplan").filter((run) => run.trigger === "api")).toHaveLength(1);
  });

  test("a load takes the newest delivered batch once more, under its correlation ID", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-04T20:10:00Z");
    const before = world.runs("anaplan").findLast((run) => run.job === "Load Actuals DE01")!;
    const { correlationId, attempt, trigger } = world.start("anaplan", "Load Actuals DE01", {});
    expect({ correlationId, attempt, trigger }).toEqual({
      correlationId: before.correlationId,
      attempt: before.attempt + 1,
      trigger: "api",
    });
  });

  test("an extract makes a new batch that runs on to the planning model", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-04T20:10:00Z");
    const extract = world.start("s4", "FI_GL_ACTUALS_EXTRACT FR01", { parameters: { period: PERIOD } });
    playTo("2026-11-04T21:20:00Z");
    expect(world.totals("anaplan-actuals", "FR01", PERIOD)!.correlationId).toBe(extract.correlationId);
    const [message] = extract.started;
    expect(world.run("cpi", message!.key)).toMatchObject({ startedBy: { system: "s4", key: extract.key } });
  });

  test("what the vendor does not know is refused", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-04T20:10:00Z");
    expect(() => world.start("s4", "NO_SUCH_JOB", {})).toThrow(WorldRefusal);
    const parameters = { period: "2027-01" };
    expect(() => world.start("s4", "FI_GL_ACTUALS_EXTRACT FR01", { parameters })).toThrow(WorldRefusal);
    expect(world.acts()).toEqual([]);
  });
});

describe("mending early", () => {
  test("an extract that never started is caught up by starting it", () => {
    const played = meridianWorld({ scenario: closeOnly });
    played.playTo("2026-11-03T19:30:00Z");
    expect(label(played, "oct-us02-never-started")).toMatchObject({ clearedAt: null });
    played.world.start("s4", "FI_GL_ACTUALS_EXTRACT US02", {});
    played.playTo("2026-11-03T20:40:00Z");
    expect(label(played, "oct-us02-never-started").clearedAt).toBeLessThan(Date.parse("2026-11-03T19:50:00Z"));
    const { completeThrough } = played.world.totals("anaplan-actuals", "US02", PERIOD)!;
    expect(completeThrough).toBeGreaterThan(Date.parse("2026-11-03T19:30:00Z"));
  });

  test("a message sent past the queue replaces those that wait there", () => {
    const played = meridianWorld({ scenario: closeOnly });
    played.playTo("2026-11-03T12:30:00Z");
    const waiting = played.world
      .runs("cpi")
      .filter((run) => run.job === "GL_ACTUALS_OUT NL01" && played.world.phase(run).phase === "held");
    expect(waiting).toHaveLength(3);
    const sent = played.world.start("cpi", "GL_ACTUALS_OUT NL01", {});
    expect(waiting.map(({ outcome }) => outcome)).toEqual(["aborted", "aborted", "aborted"]);
    played.playTo("2026-11-03T13:20:00Z");
    expect(played.world.totals("anaplan-actuals", "NL01", PERIOD)!.correlationId).toBe(sent.correlationId);
  });

  test("cancelling the message that is stuck lets the newest go on", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-03T12:30:00Z");
    const waiting = world.runs("cpi").filter((run) => run.job.endsWith("NL01") && world.phase(run).phase === "held");
    expect(world.cancel("cpi", waiting[0]!.key)).toBe(true);
    playTo("2026-11-03T12:45:00Z");
    expect(waiting.map(({ outcome }) => outcome)).toEqual(["aborted", "aborted", "complete"]);
    expect(world.cancel("cpi", waiting[0]!.key)).toBe(false);
  });

  test("once the cost centre is mapped, loading again takes the rows in; before, it does not", () => {
    const { world, playTo } = meridianWorld({ scenario: closeOnly });
    playTo("2026-11-04T09:00:00Z");
    world.start("anaplan", "Load Actuals DE01", {});
    playTo("2026-11-04T09:26:00Z");
    expect(summed(world.totals("anaplan-actuals", "DE01", PERIOD)).net).toBe(479_010_255n);
    playTo("2026-11-04T09:55:00Z");
    world.start("anaplan", "Load Actuals DE01", {});
    playTo("2026-11-04T10:20:00Z");
    expect(summed(world.totals("anaplan-actuals", "DE01", PERIOD)).net).toBe(481_233_410n);
  });

  test("a refresh fails while the gateway is down and helps afterwards", () => {
    const played = meridianWorld({ scenario: closeOnly });
    played.playTo("2026-11-04T20:00:00Z");
    const vain = played.world.start("powerbi", "Refresh Group close dashboard", {});
    played.playTo("2026-11-04T21:00:00Z");
    expect(vain.outcome).toBe("failed");
    played.world.start("powerbi", "Refresh Group close dashboard", {});
    played.playTo("2026-11-04T21:30:00Z");
    expect(label(played, "oct-dashboard-stale").clearedAt).toBeLessThan(Date.parse("2026-11-04T21:30:00Z"));
  });
});
