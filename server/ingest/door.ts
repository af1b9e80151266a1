import type { Actor } from "../context.ts";
import type { Metrics } from "../metrics.ts";
import type { Permit } from "../people/permit.ts";
import type { Ingest } from "./ingest.ts";
import type { EventInput, Origin } from "./input.ts";
import { limitsOf } from "./outside-limits.ts";
import type { Body } from "./read-body.ts";

/** What every ingest door stands on. */
export interface IngestDoorDeps {
  ingest: Ingest;
  metrics: Metrics;
  permit: Permit;
  /** Largest event in bytes; a batch may be twice that. */
  maxEventBytes: number;
}

/** A body as one input. What is not text is kept in base64, so that nothing of it is lost. */
export function inputOf(body: Body): EventInput {
  if (body.text !== null) return { text: body.text };
  return { text: body.bytes.toString("base64"), form: "bytes", flaw: body.reason };
}

export function originOf(door: Origin["door"], actor: Actor, contentType: string | undefined): Origin {
  return { door, source: `${actor.kind}:${actor.name}`, contentType: contentType ?? "", limits: limitsOf(actor) };
}

/** Measures from reading a request to its durable acknowledgement. */
export async function timed<T>(metrics: Metrics, act: () => Promise<T>): Promise<T> {
  const end = metrics.ingestSeconds.startTimer();
  try {
    return await act();
  } finally {
    end();
  }
}
