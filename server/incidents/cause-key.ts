import type { Estate } from "../../schemas/estate/estate.ts";
import { indexOf } from "../checks/estate-index.ts";
import { worstOf } from "../checks/hop-problems.ts";
import type { Problem } from "../checks/problem.ts";
import { causeId } from "../close/entity-judgement.ts";

/** Words a vendor's text must have before jobs that say the same are taken to fail for the same reason. */
const TELLING_WORDS = 4;

/**
 * What a problem and others have in common that have the same cause: the credentials of a system, what a vendor says of
 * several runs alike, a member nobody mapped, the start that never came. Otherwise the problem stands for itself.
 */
export function causeKeyOf(estate: Estate, problem: Problem): string {
  const { code, kind, dataset, flow, run } = problem;
  const system = indexOf(estate).systemOf(dataset).id;
  if (code === "credential-expiry") return `${code}.${system}`;
  const member = worstOf(problem.exceptions)?.member;
  if ((kind === "rejected" || kind === "failed") && member !== undefined) return `${code}.${dataset}.${member}`;
  if (kind === "failed" && run?.error) {
    const said = signatureOf(run.error, problem.entity);
    const place = said.split(" ").length < TELLING_WORDS ? `${system}.${dataset}` : system;
    return `${code}.${place}.${said}`;
  }
  if (kind === "missing") {
    // What nothing took on is missing for as long as nothing does; a start missed at one time has one reason.
    return problem.hop > 0 ? `${code}.${flow}.${dataset}` : `${code}.${flow}.${dataset}.${problem.expectedAt}`;
  }
  return causeId(problem);
}

/** Entities, numbers and identifiers differ from run to run; the rest of a vendor's words says what happened. */
const RUNNING = /\b(?=[\w-]*\d)[\w-]+\b/g;

/** A vendor's words without what tells one run from another, in lower case. */
export function signatureOf(text: string, entity: string | null): string {
  const words = entity === null ? text : text.replaceAll(entity, " ");
  return words
    .toLowerCase()
    .replaceAll(RUNNING, " ")
    .replaceAll(/[^\p{L}]+/gu, " ")
    .trim()
    .slice(0, 160);
}
