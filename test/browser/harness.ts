import { AxeBuilder } from "@axe-core/playwright";
import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import type { Role } from "../../schemas/estate/role.ts";
import { buildConsole } from "../../ui/build.ts";
import { startServer, type ServerProcess } from "../server-process.ts";
import { findChromium } from "./find-chromium.ts";
import { copyPlayedDemo, type Scene } from "./played-demo.ts";

const PICTURES = resolve(import.meta.dirname, "../../test-output/pictures");
/** No window, no sandbox within a container, and no traffic of Chromium's own. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Milliseconds a page may take for anything on a loaded machine: no journey measures speed. */
const PATIENCE = 90_000;

export interface Console {
  server: ServerProcess;
  browser: Browser;
  /** A window of its own, with cookies of its own, that nobody is signed in to. */
  stranger(look?: Look): Promise<Page>;
  /** A window signed in as a role of the demo, on that role's landing page. */
  signIn(role: Role, look?: Look): Promise<Page>;
  close(): Promise<void>;
}

/** How a window is seen: its width in CSS pixels, and the theme. */
export interface Look {
  width?: 390 | 1280 | 1920;
  theme?: "light" | "dark";
}

/** Builds the console if need be, starts the server on a scene of the demo, its clock stopped, and opens Chromium. */
export async function openConsole(scene: Scene = "begun"): Promise<Console> {
  const executablePath = findChromium();
  await buildConsole({ ifStale: true });
  const data = await copyPlayedDemo(scene);
  const server = await startServer({ sandbox: true, data });
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const stranger = async (look: Look = {}) => {
    const context = await newContext(browser, server, look);
    context.setDefaultTimeout(PATIENCE);
    return context.newPage();
  };
  return {
    server,
    browser,
    stranger,
    async signIn(role, look) {
      const page = await stranger(look);
      await signInAs(page.context(), server, role);
      await page.goto("/");
      await page.getByRole("main").waitFor();
      return page;
    },
    async close() {
      await browser.close();
      await server.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The demo's one click, without the click: the session cookie lands in the window. */
export async function signInAs(context: BrowserContext, server: ServerProcess, role: Role): Promise<void> {
  const answer = await context.request.post("/api/v1/session/demo", {
    data: { role },
    headers: { origin: server.url },
  });
  if (!answer.ok()) throw new Error(`Signing in as ${role} was answered ${answer.status()}: ${await answer.text()}`);
}

function newContext(browser: Browser, server: ServerProcess, look: Look): Promise<BrowserContext> {
  const width = look.width ?? 1280;
  return browser.newContext({
    baseURL: server.url,
    viewport: { width, height: width === 390 ? 844 : 900 },
    colorScheme: look.theme ?? "light",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
}

/** Breaches of WCAG 2.2 A and AA on the page as it stands, one line each; none is the only good answer. */
export async function accessibilityBreaches(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} at ${node.target.join(" ")} – ${node.failureSummary ?? ""}`),
  );
}

/** What the page complained about while it was open: errors nobody caught, and answers of 5xx. */
export function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on("pageerror", (error) => heard.push(error.message));
  page.on("response", (answer) => {
    if (answer.status() >= 500) heard.push(`${answer.status()} ${answer.url()}`);
  });
  return heard;
}

/** Keeps a picture of the page under `test-output/pictures`. */
export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: resolve(PICTURES, `${name}.png`), fullPage: true });
}

/** True when the page, at its width, can be read without scrolling sideways. */
export function fitsItsWidth(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
}

/** Marks the page as it is loaded now; the answer says whether it is still that one, so that a change came without reload. */
export async function keepsPage(page: Page): Promise<() => Promise<boolean>> {
  const mark = `stays-${Date.now()}`;
  await page.evaluate((name) => document.documentElement.setAttribute("data-mark", name), mark);
  return async () => (await page.locator("html").getAttribute("data-mark")) === mark;
}
