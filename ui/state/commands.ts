import type { BoardEntity, BoardHead } from "../../schemas/wire/board.ts";
import type { FlowStrip } from "../../schemas/wire/flow-strip.ts";
import type { ClockRow } from "../../schemas/wire/live.ts";
import { api } from "../api.ts";
import { clockDrive, SPEEDS } from "./clock-drive.svelte.ts";
import { look, type Theme } from "./look.svelte.ts";
import { PAGES } from "./pages.ts";
import { route } from "./route.svelte.ts";
import { session } from "./session.svelte.ts";

/** One thing the palette finds or does. */
export interface Command {
  /** Unique in all, and what is searched first. */
  title: string;
  /** What stands dim beside it: its place or its key. */
  hint?: string;
  words?: string[];
  act: () => unknown;
}
export interface CommandGroup {
  title: string;
  commands: Command[];
}

/** What the commands are made from, as it stands. */
export interface Known {
  head: BoardHead | null;
  entities: readonly BoardEntity[];
  strips: readonly FlowStrip[];
  clock: ClockRow | null;
}

/** Everything the console finds or does for who is signed in, by group. */
export function commandsOf({ head, entities, strips, clock }: Known): CommandGroup[] {
  const key = head?.period ?? "";
  return [
    { title: "Go to", commands: pages() },
    {
      title: "Entities",
      commands: entities.map((row) => ({
        title: `${row.entity} ${row.name}`,
        hint: row.verdict.replaceAll("-", " "),
        words: [row.country, row.currency],
        act: () => route.go(`/close/${key}?entity=${row.entity}`),
      })),
    },
    {
      title: "Loads",
      commands: strips.map((row) => ({
        title: `${row.entity} ${row.title}`,
        hint: row.freshness.replaceAll("-", " "),
        words: [row.entityName, row.flow],
        act: () => route.go(`/flows/${row.period}?strip=${encodeURIComponent(row.id)}`),
      })),
    },
    { title: "Period", commands: periods(head) },
    { title: "Appearance", commands: themes() },
    { title: "Demo clock", commands: clockCommands(clock) },
    { title: "Who you are", commands: people() },
  ].filter(({ commands }) => commands.length > 0);
}

function pages(): Command[] {
  return PAGES.filter(({ scope }) => session.may(scope)).map((page) => ({
    title: page.title,
    hint: `g ${page.key}`,
    act: () => route.go(`/${page.id}`),
  }));
}

function periods(head: BoardHead | null): Command[] {
  const page = route.parts[0] === "flows" ? "flows" : "close";
  return (head?.periods ?? []).map(({ period, title, state }) => ({
    title: `${title} (${period})`,
    hint: period === head?.period ? "in view" : state,
    words: ["period", "month"],
    act: () => route.go(`/${page}/${period}`),
  }));
}

function themes(): Command[] {
  const titles: Record<Theme, string> = { light: "Light", dark: "Dark", system: "As the system has it" };
  return (Object.keys(titles) as Theme[]).map((theme) => ({
    title: titles[theme],
    hint: theme === look.theme ? "now" : "",
    words: ["theme", "colours", "mode"],
    act: () => look.choose(theme),
  }));
}

function clockCommands(clock: ClockRow | null): Command[] {
  if (!clock || !clockDrive.possible) return [];
  const { paused } = clockDrive;
  return [
    {
      title: paused ? "Let the clock run" : "Pause the clock",
      words: ["pause", "resume", "stop", "play", "time"],
      act: () => clockDrive.pause(!paused),
    },
    ...SPEEDS.map(({ speed, title }) => ({
      title: `Clock ×${speed}, ${title}`,
      hint: speed === clock.speed ? "now" : "",
      words: ["speed", "time"],
      act: () => clockDrive.run(speed),
    })),
  ];
}

function people(): Command[] {
  const roles = session.demo
    .filter(({ role }) => role !== session.me?.role)
    .map(({ role, title, name }) => ({
      title: `Become ${title}`,
      hint: name,
      words: ["role", "switch", "sign in", role],
      act: async () => {
        await session.enter(() => api.signInAs(role));
        route.go(session.home);
      },
    }));
  return [...roles, { title: "Sign out", hint: session.me?.name ?? "", words: ["leave"], act: () => leave() }];
}

async function leave(): Promise<void> {
  await session.leave();
  route.go("/", { replace: true });
}
