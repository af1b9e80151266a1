import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Estate } from "../../schemas/estate/estate.ts";
import { fillWholeGroup } from "../../schemas/estate/whole-group.ts";
import { checkReferences } from "./check-references.ts";
import { parseRunbook, RunbookError } from "../runbooks/parse-runbook.ts";
import { EstateError } from "./estate-error.ts";
import { readEstateText } from "./estate-text.ts";
import { joinFiles, type Locate } from "./join-files.ts";

export interface EstateSource {
  /** Path below the estate's folder, with `/`. */
  name: string;
  sha256: string;
  text: string;
}

export interface LoadedEstate {
  estate: Estate;
  /** SHA-256 over the files' names and hashes: which rules applied. */
  hash: string;
  files: EstateSource[];
}

/**
 * Reads every YAML file below a folder (what a `sandbox` folder holds belongs to the played systems) and joins them.
 * @throws {EstateError} naming every problem with file, line and what was expected
 */
export function loadEstate(directory: string): LoadedEstate {
  const files = yamlBelow(directory).map((name): EstateSource => {
    const text = readFileSync(join(directory, name), "utf8");
    return { name, sha256: sha256(text), text };
  });
  if (files.length === 0) {
    throw new EstateError([
      `${directory}:1: there is no .yaml file below this folder; expected the files of an estate`,
    ]);
  }
  const { estate, locate, problems } = joinFiles(files.map((file) => readEstateText(file.name, file.text)));
  if (!estate) throw new EstateError(problems);
  fillWholeGroup(estate);
  const wrong = [...checkReferences(estate, locate), ...readRunbooks(directory, estate, locate)];
  if (wrong.length > 0) throw new EstateError(wrong);
  return { estate, hash: sha256(files.map((file) => `${file.sha256}  ${file.name}\n`).join("")), files };
}

/** Fills in the runbooks' texts; answers what is wrong with them. */
function readRunbooks(directory: string, estate: Estate, locate: Locate): string[] {
  return estate.runbooks.flatMap((runbook, at) => {
    const file = join(directory, runbook.file);
    if (!existsSync(file)) {
      const expected = "Markdown below the estate's folder";
      return [`${locate(["runbooks", at, "file"])}: there is no file “${runbook.file}”; expected ${expected}`];
    }
    runbook.text = readFileSync(file, "utf8");
    try {
      parseRunbook(runbook.id, runbook.title, runbook.text);
      return [];
    } catch (error) {
      if (error instanceof RunbookError) return [`${runbook.file}:${error.line}: ${error.message}`];
      throw error;
    }
  });
}

function yamlBelow(directory: string, below = ""): string[] {
  return readdirSync(join(directory, below), { withFileTypes: true })
    .flatMap((entry) => {
      const name = below ? `${below}/${entry.name}` : entry.name;
      if (entry.isDirectory()) return entry.name === "sandbox" ? [] : yamlBelow(directory, name);
      return /\.ya?ml$/.test(entry.name) ? [name] : [];
    })
    .sort();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
