import { Hono, type Context } from "hono";
import { defineSandbox, type SandboxOptions, type SimRejection, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";

/** A worker of a Connect cluster: connectors and their tasks as they stand, offsets of sources, restarts and stops. */
export const kafkaConnectSandbox = defineSandbox({
  collector: "kafka-connect",
  plays: "load",
  runKey: ({ job, guid }) => `${job}/${guid()}`,
  failure: {
    code: "ConnectException",
    message: "org.apache.kafka.connect.errors.ConnectException: connection timed out",
  },
  example: {
    reruns: false,
    kind: "middleware",
    namespace: "kafka-connect://example",
    source: "GL_EXTRACT",
    job: "gl-source-{entity}",
    target: "fin.gl.v1",
    refuses: true,
    settings: {
      connectors: [
        {
          name: "gl-source-{entity}",
          dataset: "fin.gl.v1",
          inputs: [{ namespace: "feed://example", name: "GL_EXTRACT" }],
          ledger: "0L",
          batches: true,
        },
      ],
      requestsPerSecond: 5000,
    },
  },
  addresses: ["url"],
  secrets: { user: "tieout", password: "sandbox-connect-password" },
  app(world, options) {
    const { user, password } = options.connection;
    const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const app = new Hono();
    app.use("*", showsFaults(world, options.system, unauthorized));
    app.use("*", async (c, next) => (c.req.header("authorization") === expected ? next() : unauthorized()));
    addConnectors(app, world, options);
    return app;
  },
});

function addConnectors(app: Hono, world: World, { system }: SandboxOptions): void {
  const states = new Map<string, string>();
  const names = () => world.jobs(system).map(({ job }) => job);
  const statusOf = (name: string) => {
    const state = states.get(name) ?? "RUNNING";
    const tasks = state === "STOPPED" ? [] : [{ id: 0, state, worker_id: "10.0.0.4:8083" }];
    return { name, connector: { state, worker_id: "10.0.0.4:8083" }, tasks, type: "source" };
  };
  app.get("/connectors", (c) => {
    if (c.req.query("expand") !== "status") return c.json(names());
    return c.json(Object.fromEntries(names().map((name) => [name, { status: statusOf(name) }])));
  });
  app.use("/connectors/:name/*", async (c, next) =>
    names().includes(c.req.param("name")) ? next() : refused(c, 404, `Connector ${c.req.param("name")} not found`),
  );
  app.get("/connectors/:name/offsets", (c) => {
    const runs = world.runs(system).filter(({ job }) => job === c.req.param("name"));
    return c.json({ offsets: runs.map((run) => offsetOf(world, run)) });
  });
  app.post("/connectors/:name/restart", (c) => {
    const name = c.req.param("name");
    if (states.get(name) === "STOPPED") return refused(c, 409, "The connector is stopped");
    states.delete(name);
    return c.req.query("includeTasks") === "true" ? c.json(statusOf(name), 202) : c.body(null, 204);
  });
  for (const [act, state] of [
    ["stop", "STOPPED"],
    ["pause", "PAUSED"],
    ["resume", "RUNNING"],
  ] as const) {
    app.put(
      `/connectors/:name/${act}`,
      (c) => (states.set(c.req.param("name"), state), c.body(null, act === "stop" ? 204 : 202)),
    );
  }
}

const ENDS: Record<SimRun["outcome"], string> = {
  ...{ complete: "complete", held: "complete", partial: "partial" },
  ...{ failed: "failed", aborted: "stopped" },
};
const REASONS: Record<SimRejection["kind"], (rejection: SimRejection) => string> = {
  "unmapped-member": ({ dimension, member }) => `No mapping for ${dimension} "${member}"`,
  "invalid-combination": ({ dimension, member }) => `The combination of ${dimension} "${member}" is not valid`,
  "period-closed": ({ member }) => `The period ${member} is closed`,
};

function offsetOf(world: World, run: SimRun) {
  const { entity, period, correlationId, rowsRead, rowsWritten, rowsRejected } = run;
  const ended = world.phase(run).phase === "ended";
  const moved = ended && (run.outcome === "complete" || run.outcome === "partial");
  const snapshotAsOf = run.snapshotAsOf === null ? null : iso(run.snapshotAsOf);
  return {
    partition: { batch: run.key.split("/")[1], entity, period, correlationId, snapshotAsOf },
    offset: {
      ...{ state: ended ? ENDS[run.outcome] : "running", startedAt: iso(run.queuedAt) },
      ...(ended && { endedAt: iso(run.endedAt) }),
      ...(moved && { rowsRead, rowsWritten, rowsRejected }),
      ...(ended && run.error && { error: run.error.message }),
      ...(moved && {
        rejections: run.rejections.map((each) => ({ message: REASONS[each.kind](each), count: each.count })),
      }),
    },
  };
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function unauthorized(): Response {
  return Response.json({ error_code: 401, message: "User cannot access the resource." }, { status: 401 });
}

function refused(c: Context, error_code: 404 | 409, message: string) {
  return c.json({ error_code, message }, error_code);
}
