import type { SignoffChange, SignoffRow, SignoffStep } from "../../schemas/wire/signoff.ts";

/** The three steps in order, as an act and as done. */
export const STEPS: readonly { step: SignoffStep; act: string; acting: string; done: string }[] = [
  { step: "prepare", act: "Prepare", acting: "Preparing …", done: "Prepared" },
  { step: "review", act: "Review", acting: "Reviewing …", done: "Reviewed" },
  { step: "certify", act: "Certify", acting: "Certifying …", done: "Certified" },
];

/** Where a sign-off stands, in a few words. */
export function signoffWords(row: SignoffRow | null): string {
  if (!row) return "nobody has signed";
  if (row.state === "prepared") return "waits for its review";
  if (row.state === "reviewed") return "waits for its certificate";
  if (row.state === "certified") return row.close === "hard" ? "certified, closed for good" : "certified";
  return row.state === "suspended" ? "suspended, asks for new signatures" : "taken back";
}

/** What has changed since it was signed: `Universal journal, account 620000, net: 100.00 → 110.00`. */
export function changeText({ title, before, after }: SignoffChange): string {
  if (before === null) return after === null ? title : `${title}: ${after} came new`;
  return after === null ? `${title}: ${before} is gone` : `${title}: ${before} → ${after}`;
}
