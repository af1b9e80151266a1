import type { Sandbox } from "./sandbox.ts";

/** Every vendor that can be played, in the order the starter serves them. */
export const SANDBOXES: readonly Sandbox[] = [];
