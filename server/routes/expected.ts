import * as z from "zod";
import { Fault } from "../fault.ts";

interface Checked {
  success: boolean;
  error?: readonly { message: string; path?: readonly unknown[] }[];
}

/** For `validator`: refuses what does not parse, saying what was expected and the first thing that was off. */
export function expected(what: string) {
  return (result: Checked): void => {
    if (result.success) return;
    const [issue] = result.error ?? [];
    const steps = (issue?.path ?? []).map((step) =>
      String(typeof step === "object" && step !== null && "key" in step ? step.key : step),
    );
    throw new Fault("invalid-input", `Expected ${what}. ${issue?.message ?? ""}`.trim(), {
      pointer: steps.map((step) => `/${step}`).join(""),
    });
  };
}

/** A page's size as a query parameter. */
export function pageLimit(usual: number, most: number) {
  return z.coerce.number().int().min(1).max(most).default(usual);
}
