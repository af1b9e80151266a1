import * as z from "zod";
import { defineInspection, fine, notice, unseen, wrong, type Finding } from "./inspection.ts";

const ANSWER_WITHIN = 5_000;
const Ready = z.object({ parts: z.record(z.string(), z.boolean()) });

export interface RunningReading {
  /** The process that holds the data folder. */
  runningAs: number | null;
  url: string;
  /** What `/readyz` said; null where nobody answered. */
  parts: Record<string, boolean> | null;
}

/** Whether a tower that lives does its work. */
export function judgeRunning({ runningAs, url, parts }: RunningReading): Finding[] {
  if (parts) {
    const off = Object.keys(parts).filter((part) => !parts[part]);
    if (off.length === 0) return [fine(`Tieout answers at ${url} and is ready.`)];
    return [
      wrong(`Tieout answers at ${url} and is not ready: ${off.join(", ")}.`, "Look into its log for these parts."),
    ];
  }
  if (runningAs === null) return [unseen(`Nobody answers at ${url}; Tieout does not run here.`)];
  return [
    notice(
      `Process ${runningAs} uses the data folder, and nobody answers at ${url}.`,
      "If it listens elsewhere, name it with --port and --host. If it hangs, stop it: kill <process>.",
    ),
  ];
}

export const runningInspection = defineInspection({
  name: "running",
  title: "Tieout itself",
  async look({ options, runningAs }) {
    const url = `http://${options.host === "0.0.0.0" ? "127.0.0.1" : options.host}:${options.port}`;
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ANSWER_WITHIN) });
      return judgeRunning({ runningAs, url, parts: Ready.parse(await response.json()).parts });
    } catch {
      return judgeRunning({ runningAs, url, parts: null });
    }
  },
});
