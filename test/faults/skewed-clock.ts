import { readFileSync } from "node:fs";

/**
 * Loaded before a server (`node --import`): the process lives at another time than the machine, by the milliseconds a
 * file says, which may change while it runs. Timers go on as they do.
 */
const file = process.env.FAULTS_CLOCK_FILE ?? "";
const AGAIN = 100;

const Machine = Date;
let offset = offsetOf(file);
setInterval(() => (offset = offsetOf(file)), AGAIN).unref();
const now = () => Machine.now() + offset;

globalThis.Date = new Proxy(Machine, {
  construct: (target, given, made) => Reflect.construct(target, given.length === 0 ? [now()] : given, made),
  apply: () => new Machine(now()).toString(),
  get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
});

function offsetOf(path: string): number {
  const read = Number(readFileSync(path, "utf8"));
  return Number.isFinite(read) ? read : 0;
}
