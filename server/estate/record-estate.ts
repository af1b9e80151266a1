import { v7 as uuidv7 } from "uuid";
import { record, TIEOUT } from "../audit/record.ts";
import type { Clock } from "../context.ts";
import { recordEstateVersion } from "../store/postgres/estate-versions.ts";
import type { Postgres } from "../store/postgres.ts";
import type { LoadedEstate } from "./load-estate.ts";

/** Keeps the estate's version with its files whenever it differs from the last, because auditors ask which rules applied then. */
export async function recordEstate(postgres: Postgres, clock: Clock, loaded: LoadedEstate): Promise<void> {
  const at = clock.now();
  const { name } = loaded.estate.estate;
  await postgres.transaction(async (tx) => {
    const [kept] = await tx.ask(recordEstateVersion, {
      id: uuidv7(),
      estate: name,
      hash: loaded.hash,
      files: JSON.stringify(loaded.files),
      loadedAt: at.toISOString(),
    });
    if (!kept) return;
    await record(tx, {
      at,
      actor: TIEOUT,
      action: "estate.load",
      subject: `estate:${name}`,
      detail: { hash: loaded.hash, files: loaded.files.map(({ name: file, sha256 }) => ({ file, sha256 })) },
    });
  });
}
