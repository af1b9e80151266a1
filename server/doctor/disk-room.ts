import { existsSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { sizeText } from "./size-text.ts";
import { defineInspection, fine, notice, wrong, type Finding } from "./inspection.ts";

const GIGABYTE = 1024 ** 3;
/** Merging parts needs room for the largest of them a second time. */
const LEAST = GIGABYTE;
const LOW_SHARE = 0.1;

/** Whether there is room to go on; bytes. */
export function judgeRoom({ free, size, path }: { free: number; size: number; path: string }): Finding[] {
  const told = `${sizeText(free)} of ${sizeText(size)} are free at ${path}.`;
  const mend =
    "Make room or give the folder a larger disk; with a full one, input is refused with 503 and nothing is lost.";
  if (free < LEAST) return [wrong(told, mend)];
  if (free < 10 * GIGABYTE && free < size * LOW_SHARE) return [notice(told, mend)];
  return [fine(told)];
}

export const roomInspection = defineInspection({
  name: "disk-room",
  title: "Room on the disk",
  look({ options }) {
    const path = existing(options.data);
    const { bavail, blocks, bsize } = statfsSync(path);
    return judgeRoom({ free: bavail * bsize, size: blocks * bsize, path });
  },
});

function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}
