import type { Logger } from "pino";
import * as z from "zod";
import type { EstateVersion } from "../close/calendars-in-force.ts";
import { estateVersionFiles } from "../store/postgres/estate-versions.ts";
import type { Postgres } from "../store/postgres.ts";
import { readEstateText } from "./estate-text.ts";
import { joinFiles } from "./join-files.ts";
import type { LoadedEstate } from "./load-estate.ts";

const Files = z.array(z.object({ name: z.string(), text: z.string() }));

/**
 * Every version of the estate that was ever in force, oldest first and the current one last. One whose files today's
 * grammar cannot read is left out, with a word in the log.
 */
export async function recordedEstates(postgres: Postgres, loaded: LoadedEstate, log: Logger): Promise<EstateVersion[]> {
  const { estate, hash } = loaded;
  const rows = await postgres.ask(estateVersionFiles, { estate: estate.estate.name });
  return rows.flatMap(({ loadedAt, files, ...row }): EstateVersion[] => {
    if (row.hash === hash) return [{ estate, loadedAt }];
    const texts = Files.parse(JSON.parse(files)).map(({ name, text }) => readEstateText(name, text));
    const joined = joinFiles(texts);
    if (joined.estate) return [{ estate: joined.estate, loadedAt }];
    log.warn({ loadedAt, problems: joined.problems.slice(0, 3) }, "a recorded estate cannot be read any more");
    return [];
  });
}
