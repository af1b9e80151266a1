import { readCursor, saveCursor } from "../store/postgres/cursors.ts";
import type { Postgres } from "../store/postgres.ts";
import type { CollectDeps } from "./collect.ts";

/** Cursors kept in PostgreSQL, as JSON the collector alone understands. */
export function storedCursors(postgres: Postgres): CollectDeps["cursors"] {
  return {
    async load(system) {
      const [row] = await postgres.ask(readCursor, { system });
      return row?.cursor ?? null;
    },
    async save(system, cursor) {
      await postgres.ask(saveCursor, { system, cursor: JSON.stringify(cursor) });
    },
  };
}
