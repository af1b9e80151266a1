import type { Installation } from "./installation.ts";

/** `fine`: as it should be. `notice`: works, and deserves a thought. `wrong`: to be mended. `unseen`: could not be looked at. */
export type FindingState = "fine" | "notice" | "wrong" | "unseen";

export interface Finding {
  state: FindingState;
  /** What is so, in a sentence. */
  says: string;
  /** What to do about it; null where there is nothing to do. */
  mend: string | null;
}

/** One thing looked at in an installation, as a declared value; listed once in `index.ts`. */
export interface Inspection {
  /** As `--skip` and `--json` name it. */
  name: string;
  title: string;
  /** Only looks: nothing in the installation is changed. */
  look(installation: Installation): Promise<Finding[]> | Finding[];
}

export function defineInspection(inspection: Inspection): Inspection {
  return inspection;
}

export const fine = (says: string): Finding => ({ state: "fine", says, mend: null });
export const notice = (says: string, mend: string): Finding => ({ state: "notice", says, mend });
export const wrong = (says: string, mend: string): Finding => ({ state: "wrong", says, mend });
export const unseen = (says: string, mend: string | null = null): Finding => ({ state: "unseen", says, mend });
