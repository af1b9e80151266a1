import type { Reached } from "../receivers/open-receivers.ts";
import type { Links } from "./links.ts";

/** What sending needs beside the rooms' context; part of it. */
export interface Alerting {
  receivers: ReadonlyMap<string, Reached>;
  links: Links;
  /** How long one process may be about a message before another takes over, in real milliseconds. */
  holdMilliseconds: number;
}
