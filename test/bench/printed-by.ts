import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

/**
 * What a script of this folder prints, run in a process of its own: the embedded engine allows one data folder a process,
 * and memory is a process's.
 *
 * @throws where it fails
 */
export async function printedBy(script: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, script), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${script} failed with code ${code}: ${output}`);
  return output;
}
