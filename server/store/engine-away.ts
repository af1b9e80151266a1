import { Fault } from "../fault.ts";

/** Codes of Node's for a connection that was not had or was lost, PostgreSQL's for one it ends or will not take now, and ClickHouse's for one to a shard. */
const LOST =
  /^(E(CONN(REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|08\w{3}|57P\d\d|209|210|279)$/;
/** What the clients of both engines say where they give no code. */
const SAID =
  /^(Connection terminated|Client (was closed|has encountered)|timeout exceeded when|Timeout error|socket hang)/;

/** Whether an engine could not be reached, as against refusing what it was asked. */
export function isAway(error: unknown): boolean {
  if (error instanceof Fault) return error.code === "store-unavailable";
  if (error instanceof AggregateError) return error.errors.some(isAway);
  if (!(error instanceof Error)) return false;
  return LOST.test(String((error as NodeJS.ErrnoException).code ?? "")) || SAID.test(error.message);
}

/**
 * What was asked, or a word anybody can act on where the engine is away.
 * @throws {Fault} `store-unavailable`, caused by what the engine's client said
 */
export async function orAway<T>(engine: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!isAway(error) || error instanceof Fault) throw error;
    const fault = new Fault("store-unavailable", `${engine} cannot be reached right now. Try again in a moment.`);
    fault.cause = error;
    throw fault;
  }
}
