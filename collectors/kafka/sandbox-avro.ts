import avro from "avsc";

export const SCHEMA_ID = 417;

const optional = (name: string, type: avro.Schema) => ({ name, type: ["null", type] as avro.Schema, default: null });
const text = (name: string) => ({ name, type: "string" as const });

/** What the played publisher registered for its events. */
export const RUN_EVENT: avro.Schema = {
  ...{ type: "record", name: "RunEvent", namespace: "com.example.gl" },
  fields: [
    ...["specversion", "id", "source", "type", "time"].map(text),
    optional("correlationid", "string"),
    {
      name: "data",
      type: {
        ...{ type: "record", name: "Run" },
        fields: [
          ...["runId", "job"].map(text),
          ...["entity", "period", "snapshotAsOf"].map((name) => optional(name, "string")),
          ...["rowsRead", "rowsWritten"].map((name) => optional(name, "long")),
          { name: "errors", type: { type: "array", items: "string" } },
          {
            name: "controlTotals",
            type: {
              type: "array",
              items: { type: "record", name: "ControlTotal", fields: ["measure", "value"].map(text) },
            },
          },
        ],
      },
    },
  ],
};

const type = avro.Type.forSchema(RUN_EVENT);

/** An event as Confluent's serializer writes it: a zero, the schema's id, Avro. */
export function inAvro(event: object): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(SCHEMA_ID, 1);
  return Buffer.concat([head, type.toBuffer(event)]);
}
