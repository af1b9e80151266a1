import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mkdtemp } from "node:fs/promises";
import * as z from "zod";
import { completedBy, leafHash, nodeHash } from "../../server/audit/merkle.ts";
import { entryText } from "../../server/audit/entry-text.ts";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import { migratePostgres } from "../../server/store/migrate-postgres.ts";
import { openPostgres, type Postgres } from "../../server/store/postgres.ts";
import { defineQuestion } from "../../server/store/question.ts";
import { atMost, defineBench } from "./bench.ts";

const ENTRIES = 1_000_000;
const AT_ONCE = 5_000;

/** The log as `record` would have written it, many entries at once. */
const appendMany = defineQuestion({
  engine: "postgres",
  name: "bench.append-many",
  params: z.object({ from: z.int(), bodies: z.array(z.string()), nodes: z.array(z.string()) }),
  row: z.never(),
  sql: `INSERT INTO audit_entries (sequence, body, nodes)
    SELECT $1 + at - 1, body::json, string_to_array(nodes, ' ') FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS e (body, nodes, at)`,
});

export const auditVerify = defineBench({
  name: "audit-verify",
  title: `the audit log of ${ENTRIES.toLocaleString("en")} entries recomputed from the store, every hash of its tree compared`,
  unit: "s",
  goal: atMost(15),
  reference: "the same tree hashed over the same texts in memory, nothing read and nothing compared",
  async run({ say }) {
    const directory = await mkdtemp(join(tmpdir(), "tieout-audit-"));
    const postgres = await openPostgres({ directory });
    try {
      await migratePostgres(postgres);
      // Columns and indexes are for looking up: without them a million entries are in sooner, and verifying reads none.
      for (const column of ["at", "actor", "action", "subject"]) {
        await postgres.command(`ALTER TABLE audit_entries DROP COLUMN ${column}`);
      }
      const { root, seconds } = await filled(postgres, say);
      say("verifying");
      const begun = performance.now();
      const verdict = await verifyAudit(postgres);
      const value = (performance.now() - begun) / 1000;
      if (!verdict.intact || verdict.entries !== ENTRIES || verdict.head !== root) {
        throw new Error(`The log was not verified: ${JSON.stringify(verdict)}`);
      }
      return { value, reference: seconds };
    } finally {
      await postgres.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
});

/** Writes the log; answers its root and the seconds its hashes alone took. */
async function filled(postgres: Postgres, say: (text: string) => void): Promise<{ root: string; seconds: number }> {
  const open: string[] = [];
  let spent = 0;
  for (let from = 1; from <= ENTRIES; from += AT_ONCE) {
    const bodies = Array.from({ length: AT_ONCE }, (_, at) => bodyOf(from + at));
    const begun = performance.now();
    const nodes = bodies.map((body, at) => {
      const own = completedBy(from + at, leafHash(body), open);
      open.splice(open.length - own.length + 1, own.length - 1, own.at(-1)!);
      return own.join(" ");
    });
    spent += performance.now() - begun;
    await postgres.ask(appendMany, { from, bodies, nodes });
    if (from % 100_000 === 1) say(`${(from - 1).toLocaleString("en")} entries in`);
  }
  return { root: open.reduceRight((right, left) => nodeHash(left, right)), seconds: spent / 1000 };
}

/** An entry of the length entries have. */
function bodyOf(sequence: number): string {
  const at = new Date(1_790_000_000_000 + sequence * 1000).toISOString();
  return entryText({
    ...{ sequence, at, recordedAt: at, action: "break.explain", subject: `break:${sequence % 5000}` },
    actor: { kind: "person", id: "accountant-1", name: "Ana Ruiz", role: "accountant" },
    detail: { rule: "tie-out", entity: "DE01", period: "2026-10", amount: "-10.00", text: "Late posting, corrected." },
  });
}
