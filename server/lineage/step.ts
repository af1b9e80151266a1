import type { NodeId } from "./node-id.ts";

/**
 * How a step is told. `io`: a dataset into or out of a job. `column`, `explicit`: what feeds a dataset, by the facets
 * `columnLineage` and `lineage`; explicit beats column beats io. `parent`: a job and the job it belongs to. `alias`,
 * `renamed`: one dataset under two names. `dropped`, `created`: the destination went or came. `told-inputs`,
 * `told-outputs`: a job told all it reads or writes.
 */
export const HOWS = [
  "io",
  "column",
  "explicit",
  "parent",
  "alias",
  "renamed",
  "dropped",
  "created",
  "told-inputs",
  "told-outputs",
] as const;
export type How = (typeof HOWS)[number];

/** One thing an event tells of the graph. An origin of "" makes it a statement about the destination alone. */
export interface Step {
  origin: NodeId | "";
  destination: NodeId;
  how: How;
  /** The job that stated it, for `column` and `explicit`; "" where a dataset's own event did. */
  via: NodeId | "";
}

/** A step as one event showed it: when it took effect and when that became known, in epoch milliseconds. */
export interface Sighting extends Step {
  producer: string;
  at: number;
  known: number;
}

/** Which field is made of which, as one event told it; a field of "" stands for the whole dataset. */
export interface ColumnStep {
  origin: NodeId;
  originField: string;
  destination: NodeId;
  destinationField: string;
  how: "column" | "explicit";
  via: NodeId | "";
  /** The transformation's type and its words, "" where none is told. */
  kind: string;
  text: string;
}
