import { Hono, type Context } from "hono";
import { defineSandbox, type SimRun, type World } from "../sandbox.ts";
import { showsFaults } from "../sandbox-faults.ts";
import { inAvro, RUN_EVENT, SCHEMA_ID } from "./sandbox-avro.ts";
import { Settings } from "./settings.ts";

const TYPES = { complete: "completed", partial: "partial", held: "completed", failed: "failed", aborted: "aborted" };

/** A REST proxy before topics into which the played world's messages are told, entity by entity in a partition. */
export const kafkaSandbox = defineSandbox({
  collector: "kafka",
  runKey: ({ hex }) => `msg-${hex(12).toLowerCase()}`,
  failure: { code: "NOT_REACHED", message: "ConnectException: the target was not reached" },
  addresses: ["url", "registryUrl"],
  secrets: {
    ...{ user: "tieout", password: "sandbox-kafka-secret" },
    ...{ registryUser: "registry", registryPassword: "sandbox-registry-secret" },
  },
  example: {
    kind: "broker",
    namespace: "kafka://example",
    source: "gl.extract",
    job: "gl-publisher {entity}",
    target: "gl.actuals.v1",
    settings: {
      topics: [{ name: "tieout.run-events.v1" }],
      jobs: [
        {
          name: "gl-publisher {entity}",
          dataset: "gl.actuals.v1",
          inputs: [{ namespace: "feed://example", name: "gl.extract" }],
        },
      ],
    },
  },
  app(world, { system, settings: raw, connection }) {
    const { topics, group } = Settings.parse(raw);
    const [{ name: topic, avro: asAvro } = { name: "", avro: false }] = topics;
    const entities = world.entities.map(({ id }) => id);
    const logOf = (partition: number) => toldOf(world, system, entities[partition] ?? "");
    const consumer: { positions: Record<number, number> | null } = { positions: null };
    const basic = `Basic ${Buffer.from(`${connection.user}:${connection.password}`).toString("base64")}`;
    const app = new Hono();
    app.use(
      "*",
      showsFaults(world, system, () => refused(401, "Unauthorized")),
    );
    app.get("/schemas/ids/:id", (c) => {
      const { registryUser, registryPassword } = connection;
      const known = `Basic ${Buffer.from(`${registryUser}:${registryPassword}`).toString("base64")}`;
      if (c.req.header("authorization") !== known) return refused(401, "Unauthorized");
      if (c.req.param("id") !== String(SCHEMA_ID))
        return c.json({ error_code: 40403, message: "Schema not found" }, 404);
      return c.json({ schema: JSON.stringify(RUN_EVENT) });
    });
    app.use("*", async (c, next) => (c.req.header("authorization") === basic ? next() : refused(401, "Unauthorized")));
    app.get(`/topics/${topic}/partitions`, (c) => c.json(entities.map((_, partition) => ({ partition }))));
    app.get(`/topics/${topic}/partitions/:partition/offsets`, (c) => {
      const end_offset = logOf(Number(c.req.param("partition"))).length;
      return c.json({ beginning_offset: 0, end_offset });
    });
    app.post(`/consumers/${group}`, (c) => {
      if (consumer.positions) return refused(409, "Consumer with specified consumer ID already exists");
      consumer.positions = {};
      return c.json({ instance_id: "tieout", base_uri: c.req.url });
    });
    const instance = `/consumers/${group}/instances/tieout`;
    app.post(`${instance}/assignments`, (c) => c.body(null, consumer.positions ? 204 : 404));
    app.post(`${instance}/positions`, (c) => placed(c, consumer));
    app.get(`${instance}/records`, (c) => {
      const { positions } = consumer;
      if (!positions) return refused(404, "Consumer instance not found.");
      const records = Object.entries(positions).flatMap(([partition, from]) =>
        logOf(Number(partition))
          .slice(from)
          .map((event, index) => ({
            ...{ topic, partition: Number(partition), offset: from + index },
            ...encoded(event, asAvro),
          })),
      );
      for (const { partition, offset } of records) positions[partition] = offset + 1;
      return c.json(records);
    });
    return app;
  },
});

async function placed(c: Context, consumer: { positions: Record<number, number> | null }): Promise<Response> {
  if (!consumer.positions) return refused(404, "Consumer instance not found.");
  const { offsets } = await c.req.json<{ offsets: { partition: number; offset: number }[] }>();
  consumer.positions = Object.fromEntries(offsets.map(({ partition, offset }) => [partition, offset]));
  return c.body(null, 204);
}

/** Messages of an entity's runs in the order they were written; what was told once stays where it lies. */
function toldOf(world: World, system: string, entity: string) {
  const told = world
    .runs(system)
    .filter((run) => (run.entity ?? world.entities[0]?.id) === entity)
    .flatMap((run) => {
      const { phase } = world.phase(run);
      const started = phase === "queued" ? [] : [{ at: run.startedAt, event: cloudEvent(world, run, "started") }];
      const ended = phase === "ended" ? [{ at: run.endedAt, event: cloudEvent(world, run, TYPES[run.outcome]) }] : [];
      return [...started, ...ended];
    });
  return told.sort((one, other) => one.at - other.at).map(({ event }) => event);
}

function cloudEvent(world: World, run: SimRun, word: string) {
  const over = word !== "started";
  const held = over ? world.delivered(run) : null;
  return {
    ...{ specversion: "1.0", id: `${run.key}-${word}`, source: "/gl-publisher", type: `com.example.gl.${word}` },
    time: new Date(over ? run.endedAt : run.startedAt).toISOString(),
    ...(run.correlationId && { correlationid: run.correlationId }),
    data: {
      ...{ runId: run.key, job: run.job, entity: run.entity ?? undefined, period: run.period },
      ...(run.snapshotAsOf !== null && { snapshotAsOf: new Date(run.snapshotAsOf).toISOString() }),
      ...(held && { rowsRead: run.rowsRead, rowsWritten: run.rowsWritten }),
      errors: over && run.error ? [run.error.message] : [],
      controlTotals: held
        ? [{ measure: "count", value: String(held.accounts.reduce((sum, { count }) => sum + count, 0)) }]
        : [],
    },
  };
}

function encoded(event: object, asAvro: boolean) {
  const value = asAvro ? inAvro(event) : Buffer.from(JSON.stringify(event));
  return { key: null, value: value.toString("base64") };
}

function refused(status: number, message: string): Response {
  return Response.json({ error_code: status * 100 + 1, message }, { status });
}
