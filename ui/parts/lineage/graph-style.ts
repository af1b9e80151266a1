import type { StylesheetJson } from "cytoscape";
import { EDGES } from "./look.ts";

export const NODE = { width: 176, height: 42 };

const TONES = ["tie", "late", "flight", "risk", "break", "unknown", "rest"] as const;
/** What each tone is called among the colours. */
const TOKENS: Record<(typeof TONES)[number], string> = {
  ...{ tie: "--tie", late: "--risk", flight: "--flight", risk: "--risk", break: "--break", unknown: "--unknown" },
  rest: "--ink-3",
};

/** The colours in force now, as a canvas understands them. */
export function coloursIn(element: HTMLElement): (token: string) => string {
  const probe = document.createElement("span");
  element.append(probe);
  const known = new Map<string, string>();
  for (const token of [
    "--panel",
    "--raised",
    "--ink",
    "--ink-2",
    "--ink-3",
    "--line-strong",
    "--focus",
    ...Object.values(TOKENS),
  ]) {
    probe.style.color = `var(${token})`;
    known.set(token, getComputedStyle(probe).color);
  }
  probe.remove();
  return (token) => known.get(token)!;
}

/** How nodes and edges look: shape and word as well as colour. */
export function graphStyle(colour: (token: string) => string): StylesheetJson {
  const text = {
    "font-family": "Inter Variable, system-ui, sans-serif",
    "min-zoomed-font-size": 6,
  };
  return [
    {
      selector: "node",
      style: {
        ...text,
        ...{ width: NODE.width, height: NODE.height, shape: "round-rectangle" },
        ...{ "background-color": colour("--panel"), "border-width": 1, "border-color": colour("--line-strong") },
        ...{ label: "data(label)", "font-size": 12, color: colour("--ink"), "line-height": 1.35 },
        ...{ "text-wrap": "wrap", "text-max-width": "166px", "text-valign": "center", "text-halign": "center" },
      },
    },
    {
      selector: "node[kind='job']",
      style: { "background-color": colour("--raised"), shape: "cut-rectangle", height: 36 },
    },
    {
      selector: "node[kind='report']",
      style: { "border-width": 2, "border-style": "double", "border-color": colour("--ink-2") },
    },
    { selector: "node[kind='system']", style: { height: 54, "font-size": 12 } },
    ...TONES.map((tone) => ({
      selector: `node[tone='${tone}']`,
      style: tone === "rest" ? {} : { "border-color": colour(TOKENS[tone]), "border-width": 1.5 },
    })),
    { selector: "node[change='removed']", style: { "border-style": "dashed", "text-opacity": 0.75 } },
    {
      selector: "edge",
      style: {
        ...text,
        ...{ width: 1.25, "curve-style": "bezier", "target-arrow-shape": "triangle", "arrow-scale": 0.7 },
        ...{ "font-size": 12, label: "data(label)", color: colour("--ink-2") },
        ...{
          "text-background-color": colour("--panel"),
          "text-background-opacity": 1,
          "text-background-padding": "2px",
        },
      },
    },
    ...Object.entries(EDGES).map(([look, { tone, line }]) => ({
      selector: `edge[look='${look}']`,
      style: {
        ...{ "line-color": colour(TOKENS[tone]), "target-arrow-color": colour(TOKENS[tone]), "line-style": line },
        ...(look === "off" || look === "added" ? { width: 2.5, color: colour(TOKENS[tone]), "z-index": 2 } : {}),
        ...(look === "tied" ? { width: 1.75 } : {}),
      },
    })),
    { selector: ".faded", style: { opacity: 0.18 } },
    { selector: "node:selected", style: { "border-width": 3, "border-color": colour("--focus") } },
    { selector: "edge.beside", style: { width: 2.5, opacity: 1, "z-index": 3 } },
  ] as StylesheetJson;
}
