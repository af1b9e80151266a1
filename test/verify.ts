import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

export interface CheckResult {
  name: string;
  passed: boolean;
  seconds: number;
}

/**
 * Runs every `check:*` script of package.json that is not left out, as many side by side as there are cores, and prints
 * what each said when it fails. The scripts are the list: a new check is one line there.
 */
export async function verify(leaveOut: readonly string[] = []): Promise<CheckResult[]> {
  const waiting = Object.entries(scripts())
    .filter(([name]) => name.startsWith("check:") && !leaveOut.includes(name))
    .map(([name, command]) => ({ name, command }));
  const results: CheckResult[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const begun = performance.now();
      const { code, output } = await run(next.command);
      const result = { name: next.name, passed: code === 0, seconds: (performance.now() - begun) / 1000 };
      results.push(result);
      console.log(`${result.passed ? "✓" : "✕"} ${result.name.padEnd(14)} ${result.seconds.toFixed(1).padStart(5)} s`);
      if (!result.passed) console.log(`${output.trimEnd()}\n`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  return results;
}

function scripts(): Record<string, string> {
  const manifest: { scripts: Record<string, string> } = JSON.parse(readFileSync(resolve(ROOT, "package.json"), "utf8"));
  return manifest.scripts;
}

function run(command: string): Promise<{ code: number | null; output: string }> {
  const path = `${resolve(ROOT, "node_modules/.bin")}${delimiter}${process.env.PATH ?? ""}`;
  const child = spawn(command, {
    cwd: ROOT,
    shell: true,
    env: { ...process.env, PATH: path, NO_COLOR: "1", FORCE_COLOR: "0" },
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((done) => child.on("close", (code) => done({ code, output })));
}

if (import.meta.main) {
  const results = await verify();
  const failed = results.filter((result) => !result.passed).length;
  console.log(`\n${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
