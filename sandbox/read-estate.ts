import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { Estate, EstateFile } from "../schemas/estate/estate.ts";
import { fillWholeGroup } from "../schemas/estate/whole-group.ts";

/**
 * Joins the YAML files of an estate's folder, for a sandbox that runs alone. Whether every reference leads somewhere is
 * for the server to say, which loads the same files.
 */
export function readEstate(folder: string): Estate {
  const joined: Record<string, unknown> = {};
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".yaml"))) {
    const read = EstateFile.safeParse(parse(readFileSync(join(folder, name), "utf8")));
    if (!read.success) throw new Error(`${join(folder, name)}:\n${z.prettifyError(read.error)}`);
    for (const [section, value] of Object.entries(read.data)) {
      const known = joined[section];
      joined[section] = Array.isArray(known) && Array.isArray(value) ? [...known, ...value] : value;
    }
  }
  const estate = Estate.parse(joined);
  fillWholeGroup(estate);
  return estate;
}
