import { svelte } from "@sveltejs/vite-plugin-svelte";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** bits-ui writes one style attribute, which the content security policy refuses; a directive sets the same by script. */
const styleByScript: Plugin = {
  name: "style-by-script",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("/bits-ui/") || !id.endsWith(".svelte")) return null;
    return { code: code.replaceAll('style="display: contents;"', 'style:display="contents"'), map: null };
  },
};

/** The console: sources in `ui/`, built into `dist/ui`, served by the server. */
export default defineConfig({
  root: resolve(import.meta.dirname, "ui"),
  plugins: [styleByScript, svelte()],
  build: {
    outDir: resolve(import.meta.dirname, "dist/ui"),
    emptyOutDir: true,
    target: "es2023",
    // The content security policy allows no inline module preloading.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // The first browsers with `light-dark()`; older ones would need every colour twice.
    cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"],
  },
});
