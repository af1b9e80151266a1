import { describe, expect, test } from "vitest";
import { Fault } from "../fault.ts";
import { isAway, orAway } from "./engine-away.ts";

const coded = (message: string, code: string) => Object.assign(new Error(message), { code });

describe("an engine is away", () => {
  test.each<[string, unknown, boolean]>([
    ["where nobody answers at its address", coded("connect ECONNREFUSED 127.0.0.1:5432", "ECONNREFUSED"), true],
    ["where no address of its name answers", new AggregateError([coded("", "ECONNREFUSED")]), true],
    ["where the connection is cut", coded("read ECONNRESET", "ECONNRESET"), true],
    ["where PostgreSQL is shut down", coded("terminating connection", "57P01"), true],
    ["where it was lost before", new Error("Client has encountered a connection error and is not queryable"), true],
    ["where that is known already", new Fault("store-unavailable", "away"), true],
    ["but not where it refuses a row", coded("duplicate key value", "23505"), false],
    ["but not where it is asked nonsense", new Error("syntax error"), false],
    ["but not where something else is refused", new Fault("conflict", "no"), false],
  ])("%s", (_what, error, away) => expect(isAway(error)).toBe(away));
});

test("is told in words, with the cause beside them; what it refuses is told as it is", async () => {
  const lost = coded("read ECONNRESET", "ECONNRESET");
  await expect(orAway("PostgreSQL", Promise.reject(lost))).rejects.toMatchObject({
    ...{ code: "store-unavailable", cause: lost },
    message: "PostgreSQL cannot be reached right now. Try again in a moment.",
  });
  const refused = coded("duplicate key value", "23505");
  await expect(orAway("PostgreSQL", Promise.reject(refused))).rejects.toBe(refused);
  expect(await orAway("PostgreSQL", Promise.resolve(7))).toBe(7);
});
