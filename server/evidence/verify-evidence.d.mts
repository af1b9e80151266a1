/** What tests ask of the verifier itself; it is otherwise run, never imported. */
export function verifyInclusion(claim: {
  index: number;
  size: number;
  leaf: string;
  path: readonly string[];
  root: string;
}): boolean;
export function verifyConsistency(claim: {
  first: number;
  second: number;
  firstRoot: string;
  secondRoot: string;
  path: readonly string[];
}): boolean;
