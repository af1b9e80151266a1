import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** Files are loaded by Node itself, as in production, and found compiled by the next process that loads them. */
const NATIVELY = { experimental: { viteModuleRunner: false, nodeLoader: false } };

/** `house` reads the tree, `unit` touches no engine, `flow` runs the real ones, `collectors` meets sandboxes over HTTP, `browser` drives Chromium. */
export default defineConfig({
  test: {
    // Every file in its own process: the embedded engine allows one data directory a process and frees memory at exit only.
    pool: "forks",
    // As many as a small machine has cores: beside them the browser's journeys wait for a clock.
    maxWorkers: 2,
    projects: [
      { test: { ...NATIVELY, name: "house", include: ["test/*.test.ts"], testTimeout: 30_000 } },
      {
        plugins: [svelte()],
        test: {
          name: "unit",
          include: ["{schemas,server,sandbox,ui,test/unit}/**/*.test.ts"],
          testTimeout: 20_000,
          // Pure rooms keep nothing between files, and loading them anew for each would cost more than testing them.
          isolate: false,
        },
      },
      {
        test: {
          ...NATIVELY,
          name: "flow",
          include: ["test/flow/**/*.test.ts"],
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          ...NATIVELY,
          name: "collectors",
          include: ["{collectors,test/collectors}/**/*.test.ts"],
          isolate: false,
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          ...NATIVELY,
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          // A step that met a machine standing still is made once more; one that is wrong fails again.
          retry: 1,
          // The first journey may play the demo to the scene it needs.
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
