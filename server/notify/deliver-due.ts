import pLimit from "p-limit";
import { INBOX } from "../receivers/open-receivers.ts";
import {
  claimDueAlerts,
  claimStaleAlerts,
  holdAlerts,
  leaveStale,
  releaseAlerts,
  type HeldAlert,
  type StoredAlert,
} from "../store/postgres/alerts.ts";
import { allPeople } from "../store/postgres/people.ts";
import type { AlertContext } from "./alert-context.ts";
import type { Reader } from "./decide.ts";
import { deskOf, type OpenDesk } from "./desk-of.ts";
import { fillInboxes, handOver, type Bundle } from "./hand-over.ts";
import { heldBy } from "./stages/index.ts";

/** Letters taken at a time. */
const ROUND = 200;
/** Messages one receiver is handed at the same time; a slow one holds up no other. */
const AT_ONCE = 2;
/** More than so many at once for one recipient, none of them S1, are told in one message. */
const STORM = 5;

/** Takes letters that are due through the stages and hands on those that pass. Answers whether there may be more. */
export async function deliverDue(ctx: AlertContext): Promise<boolean> {
  const { postgres, clock, alerting } = ctx;
  const realNow = new Date();
  const heldUntil = new Date(realNow.getTime() + alerting.holdMilliseconds).toISOString();
  const taking = { realNow: realNow.toISOString(), heldUntil, limit: ROUND };
  const letters = await postgres.ask(claimDueAlerts, { now: clock.now().toISOString(), ...taking });
  if (letters.length === 0) return false;
  const desk = await deskOf(ctx, letters);
  const people = await readers(ctx);
  const held: HeldAlert[] = [];
  const going: StoredAlert[] = [];
  for (const letter of letters) {
    const stopped = unreachable(ctx, letter, people) ?? rule(letter, desk);
    if (stopped) {
      held.push(stopped);
      continue;
    }
    going.push(letter);
    desk.going(letter);
  }
  if (held.length > 0) await postgres.ask(holdAlerts, { alerts: held });
  const bundles = bundled(going, desk, people, ctx);
  await fillInboxes(
    ctx,
    bundles.filter(({ receiver }) => receiver.id === INBOX),
  );
  await handAll(
    ctx,
    bundles.filter(({ receiver }) => receiver.id !== INBOX),
    "send",
    realNow,
  );
  return letters.length === ROUND;
}

/** Brings messages up to date that show less than is known. */
export async function updateStale(ctx: AlertContext): Promise<boolean> {
  const { postgres, alerting } = ctx;
  const realNow = new Date();
  const heldUntil = new Date(realNow.getTime() + alerting.holdMilliseconds).toISOString();
  const taking = { realNow: realNow.toISOString(), heldUntil, limit: ROUND };
  const letters = await postgres.ask(claimStaleAlerts, taking);
  if (letters.length === 0) return false;
  const desk = await deskOf(ctx, letters);
  const people = await readers(ctx);
  const gone = letters.filter((letter) => unreachable(ctx, letter, people));
  if (gone.length > 0) await postgres.ask(leaveStale, { ids: gone.map(({ id }) => id) });
  const single = letters
    .filter((letter) => !gone.includes(letter))
    .flatMap((letter) => bundleOf(ctx, [letter], desk, people));
  await handAll(ctx, single, "update", realNow);
  return letters.length === ROUND;
}

function rule(letter: StoredAlert, desk: OpenDesk): HeldAlert | null {
  const stopped = heldBy(letter, desk);
  if (!stopped) return null;
  const { stage, ruling } = stopped;
  const said = { id: letter.id, stage: stage.name, because: ruling.because };
  if (ruling.go === "drop") return { ...said, state: "dropped", dueAt: null, retryAt: null };
  const { until, clock } = ruling;
  const [dueAt, retryAt] = clock === "judged" ? [until, null] : [null, until];
  return { ...said, state: "waiting", dueAt, retryAt };
}

/** What nobody stands behind ends here, said in the record; everybody else it was for has it in the inbox. */
function unreachable(
  { alerting }: AlertContext,
  { id, receiver, recipient, recipientName }: StoredAlert,
  people: ReadonlyMap<string, Reader>,
): HeldAlert | null {
  const reached = alerting.receivers.get(receiver);
  const gone = recipient !== "" && !people.has(recipient);
  if (reached?.open && !gone) return null;
  const missing = reached
    ? `${reached.title} is not set up: ${reached.flaw}`
    : "The estate has no such receiver any more.";
  const because = gone ? `${recipientName} is not here any more.` : missing;
  return { id, state: "dropped", stage: "retry", because, dueAt: null, retryAt: null };
}

/** One message each; those gathered for a digest, and storms, are one message together. */
function bundled(
  going: readonly StoredAlert[],
  desk: OpenDesk,
  people: ReadonlyMap<string, Reader>,
  ctx: AlertContext,
): Bundle[] {
  const places = Map.groupBy(going, ({ receiver, recipient, role }) => [receiver, recipient, role].join("\n"));
  return [...places.values()].flatMap((letters) => {
    const mayWait = letters.filter((letter) => desk.incidentOf(letter)!.severity !== "S1");
    const storm = letters[0]!.receiver !== INBOX && mayWait.length > STORM;
    const together = storm ? mayWait : letters.filter(({ digest }) => digest !== null);
    const alone = letters.filter((letter) => !together.includes(letter)).map((letter) => [letter]);
    return [...alone, ...(together.length > 0 ? [together] : [])].flatMap((each) => bundleOf(ctx, each, desk, people));
  });
}

function bundleOf(
  { alerting }: AlertContext,
  letters: readonly StoredAlert[],
  desk: OpenDesk,
  people: ReadonlyMap<string, Reader>,
): Bundle[] {
  const [first, ...more] = letters;
  const receiver = first && alerting.receivers.get(first.receiver);
  if (!first || !receiver?.open) return [];
  const incidents = letters.map((letter) => desk.incidentOf(letter)!);
  return [{ letters: [first, ...more], incidents, receiver, person: people.get(first.recipient) ?? null }];
}

async function readers({ postgres }: AlertContext): Promise<Map<string, Reader>> {
  return new Map((await postgres.ask(allPeople, {})).map((person) => [person.id, person]));
}

/** Hands bundles on side by side. What time does not suffice for is let go, so that nobody else thinks it under way. */
async function handAll(
  ctx: AlertContext,
  bundles: readonly Bundle[],
  act: "send" | "update",
  since: Date,
): Promise<void> {
  const limits = new Map(bundles.map(({ receiver }) => [receiver.id, pLimit(AT_ONCE)]));
  const deadline = since.getTime() + ctx.alerting.holdMilliseconds / 3;
  const left: string[] = [];
  await Promise.all(
    bundles.map((bundle) =>
      limits.get(bundle.receiver.id)!(async () => {
        if (Date.now() > deadline) left.push(...bundle.letters.map(({ id }) => id));
        else await handOver(ctx, bundle, act);
      }),
    ),
  );
  if (left.length > 0) await ctx.postgres.ask(releaseAlerts, { ids: left });
}
