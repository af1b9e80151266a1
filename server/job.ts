import { parseArgs } from "node:util";
import * as z from "zod";
import { RequestRow } from "../schemas/wire/live.ts";
import { Plan } from "../schemas/wire/plan.ts";
import { StepRow } from "../schemas/wire/request.ts";
import { OptionError } from "./options.ts";

const USAGE = `npm run job -- plan <act> [settings]       what it would do, without doing it
npm run job -- run <act> [settings]        ask for it; with --wait until it has ended
npm run job -- list [--state <state>]      requests, newest first
npm run job -- show <id>                   one request with its steps
npm run job -- approve|reject <id> [--reason <text>]
npm run job -- cancel|pause|resume <id> --reason <text>
npm run job -- redrive|skip|confirm|discard <id> <step> --reason <text>

  acts      sync replay resubmit recollect rebuild freeze unfreeze runbook
  settings  --flow --entity --entities a,b --period --dataset --through --only --runs a,b --system --from --scope
            --runbook --reason

  Asks the server at TIEOUT_URL with the key TIEOUT_KEY. A key cannot agree to anything: for approve and reject sign in
  with TIEOUT_EMAIL and TIEOUT_PASSWORD. --json prints the answer as it came.
  Exits 0 when it was done, 1 when the request did not succeed or cannot be carried out, 2 when it could not be asked.`;

const TEXT = { type: "string" } as const;
const SETTINGS = {
  ...{ flow: TEXT, entity: TEXT, entities: TEXT, period: TEXT, dataset: TEXT, through: TEXT, only: TEXT, runs: TEXT },
  ...{ system: TEXT, from: TEXT, scope: TEXT, runbook: TEXT, reason: TEXT, state: TEXT, class: TEXT },
};
type Flags = Partial<Record<keyof typeof SETTINGS, string>> & { json?: boolean; wait?: boolean };

const Detail = z.object({ request: RequestRow, plan: Plan.nullable(), steps: z.array(StepRow) });
const ENDED = ["completed", "failed", "refused", "rejected", "expired", "withdrawn", "cancelled"];
const WAIT_MILLISECONDS = 1_000;

/** Asks a running tower; answers the exit code. */
async function job(command: string, rest: readonly string[], flags: Flags): Promise<number> {
  const ask = await asker(command === "approve" || command === "reject");
  const say = (answer: unknown, text: () => string) =>
    process.stdout.write(flags.json ? `${JSON.stringify(answer, null, 2)}\n` : `${text()}\n`);
  switch (command) {
    case "plan": {
      const plan = Plan.parse(await ask("POST", "plan", bodyOf(rest, flags)));
      say(plan, () => planText(plan));
      return plan.findings.some(({ weight }) => weight === "stop") ? 1 : 0;
    }
    case "run": {
      const { request } = z.object({ request: RequestRow }).parse(await ask("POST", "", bodyOf(rest, flags)));
      const end = flags.wait ? await ended(ask, request.id) : request;
      say(end, () => requestText(end));
      return flags.wait && end.state !== "completed" ? 1 : 0;
    }
    case "list": {
      const page = await ask("GET", `?limit=50${flags.state ? `&state=${encodeURIComponent(flags.state)}` : ""}`);
      const { requests } = z.object({ requests: z.array(RequestRow) }).parse(page);
      say(requests, () => requests.map(requestText).join("\n") || "There are no requests.");
      return 0;
    }
    case "show": {
      const detail = Detail.parse(await ask("GET", `${idOf(rest)}/detail`));
      say(detail, () => [requestText(detail.request), ...detail.steps.map(stepText)].join("\n"));
      return 0;
    }
    case "approve":
    case "reject": {
      const { plan } = Detail.parse(await ask("GET", `${idOf(rest)}/detail`));
      const said = { digest: plan?.digest ?? "", statement: flags.reason ?? "" };
      const request = RequestRow.parse(await ask("POST", `${idOf(rest)}/${command}`, said));
      say(request, () => requestText(request));
      return 0;
    }
    case "cancel":
    case "pause":
    case "resume":
    case "redrive":
    case "skip":
    case "confirm":
    case "discard": {
      const [, step] = rest;
      const path = ["cancel", "pause", "resume"].includes(command) ? command : `steps/${step ?? ""}/${command}`;
      const request = RequestRow.parse(await ask("POST", `${idOf(rest)}/${path}`, { reason: flags.reason ?? "" }));
      say(request, () => requestText(request));
      return 0;
    }
    default:
      throw new OptionError(`Usage:\n${USAGE}`);
  }
}

type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** Speaks to the server as a key, or as a person where only a person may. */
async function asker(asPerson: boolean): Promise<Ask> {
  const { TIEOUT_URL: url = "", TIEOUT_KEY: key, TIEOUT_EMAIL: email, TIEOUT_PASSWORD: password } = process.env;
  if (!URL.canParse(url))
    throw new OptionError(`TIEOUT_URL=${url}: expected an address such as https://tieout.example`);
  const send = async (method: string, path: string, body: unknown, headers: Record<string, string>) => {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(new URL(path, url), {
      ...{ method, ...sent },
      headers: { ...headers, "content-type": "application/json", origin: new URL(url).origin },
    }).catch((error: Error) => {
      throw new OptionError(`${url} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}`);
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return { answer, response };
    const { detail } = z.object({ detail: z.string() }).catch({ detail: "" }).parse(answer);
    throw new OptionError(`${url} answered ${response.status}. ${detail}`.trim());
  };
  let headers: Record<string, string> = { authorization: `Bearer ${key ?? ""}` };
  if (asPerson) {
    if (!email || !password)
      throw new OptionError("TIEOUT_EMAIL and TIEOUT_PASSWORD are missing: only a person can agree.");
    const { response } = await send("POST", "/api/v1/session/password", { email, password }, {});
    headers = {
      cookie: response.headers
        .getSetCookie()
        .map((each) => each.split(";")[0])
        .join("; "),
    };
  } else if (!key) throw new OptionError("TIEOUT_KEY is missing: expected a key that may ask for requests.");
  return async (method, path, body) => {
    const address = path.startsWith("?") || path === "" ? `/api/v1/requests${path}` : `/api/v1/requests/${path}`;
    return (await send(method, address, body, headers)).answer;
  };
}

function bodyOf([act]: readonly string[], flags: Flags): Record<string, unknown> {
  if (!act) throw new OptionError(`Usage:\n${USAGE}`);
  const { json: _json, wait: _wait, state: _state, entities, runs, ...rest } = flags;
  return {
    ...rest,
    ...{ act, reason: flags.reason ?? "Asked from the command line" },
    ...(entities ? { entities: entities.split(",") } : {}),
    ...(runs ? { runs: runs.split(",") } : {}),
  };
}

function idOf([id]: readonly string[]): string {
  if (!id) throw new OptionError(`The request's id is missing.\nUsage:\n${USAGE}`);
  return encodeURIComponent(id);
}

async function ended(ask: Ask, id: string): Promise<RequestRow> {
  for (;;) {
    const request = RequestRow.parse(await ask("GET", encodeURIComponent(id)));
    if (ENDED.includes(request.state)) return request;
    await new Promise((wait) => setTimeout(wait, WAIT_MILLISECONDS));
  }
}

function planText(plan: Plan): string {
  const steps = plan.steps.map(({ id, title, job: name, after }) => {
    const waits = after.length > 0 ? ` after ${after.join(", ")}` : "";
    return `  ${id.padEnd(5)}${title}${name ? ` (${name})` : ""}${waits}`;
  });
  const findings = plan.findings.map(({ weight, text }) => `  ${weight.padEnd(5)}${text}`);
  return [plan.title, ...steps, ...findings, `  ${plan.approval.text}`, `  digest ${plan.digest}`].join("\n");
}

function requestText({ id, state, title, progress, outcome }: RequestRow): string {
  const steps = progress.total > 1 ? ` ${progress.done}/${progress.total}` : "";
  return `${id}  ${state.padEnd(10)}${title}${steps}${outcome ? `: ${outcome}` : ""}`;
}

function stepText({ step, state, title, outcome }: StepRow): string {
  return `  ${step.padEnd(5)}${state.padEnd(11)}${title}${outcome ? `: ${outcome}` : ""}`;
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...SETTINGS, json: { type: "boolean" }, wait: { type: "boolean" } },
  });
  const [command = "", ...rest] = positionals;
  process.exitCode = await job(command, rest, values);
} catch (error) {
  const told = error instanceof OptionError || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  process.stderr.write(`${told ? (error as Error).message : (error as Error).stack}\n`);
  process.exitCode = 2;
}
