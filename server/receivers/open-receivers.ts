import type { Estate } from "../../schemas/estate/estate.ts";
import type { ReceiverDeclaration } from "../../schemas/estate/route.ts";
import { RECEIVERS } from "./index.ts";
import type { OpenReceiver, Receiver } from "./receiver.ts";

/** A receiver of the estate, opened; or why it cannot be used as it stands. */
export interface Reached {
  id: string;
  title: string;
  kind: string;
  addressed: Receiver["addressed"];
  follows: Receiver["follows"];
  perMinute: number;
  open: OpenReceiver | null;
  /** What is missing, in words; null where it is ready. */
  flaw: string | null;
}

/** Everybody's inbox, which no estate need declare. */
export const INBOX = "inbox";

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

export interface OpenedReceivers {
  receivers: ReadonlyMap<string, Reached>;
  /** Settings that cannot be meant; these stop the start. */
  problems: string[];
}

/**
 * Opens the receivers an estate declares, and the inbox. What the environment does not hold is told as a flaw: its
 * messages wait, and go out once it is there. Kinds and settings that do not exist are problems.
 */
export function openReceivers(
  { receivers: declared }: Pick<Estate, "receivers">,
  environment: Record<string, string | undefined>,
): OpenedReceivers {
  const problems: string[] = [];
  const receivers = new Map<string, Reached>();
  const inbox = RECEIVERS.find(({ kind }) => kind === INBOX)!;
  const given = { connection: {}, settings: {}, inside: false };
  receivers.set(INBOX, {
    ...{ id: INBOX, title: "Inbox", kind: INBOX, addressed: inbox.addressed, follows: inbox.follows },
    ...{ perMinute: NO_LIMIT, open: inbox.open(given), flaw: null },
  });
  for (const each of declared) {
    const reached = openOne(each, environment, problems);
    if (reached) receivers.set(each.id, reached);
  }
  return { receivers, problems };
}

function openOne(
  declared: ReceiverDeclaration,
  environment: Record<string, string | undefined>,
  problems: string[],
): Reached | null {
  const { id, title, kind, inside, perMinute } = declared;
  const receiver = RECEIVERS.find((each) => each.kind === kind);
  if (!receiver || id === INBOX) {
    const known = RECEIVERS.map((each) => each.kind).join(", ");
    problems.push(
      receiver
        ? `receiver ${id}: the inbox is there without being declared`
        : `receiver ${id}: there is no kind "${kind}"; known are ${known}`,
    );
    return null;
  }
  const settings = receiver.settings.safeParse(declared.settings);
  if (!settings.success) {
    for (const issue of settings.error.issues)
      problems.push(`receiver ${id}: settings.${issue.path.join(".")}: ${issue.message}`);
    return null;
  }
  const stray = Object.keys(declared.connection).filter((key) => !(key in receiver.connection));
  const absent = Object.keys(receiver.connection).filter((key) => !(key in declared.connection));
  if (stray.length + absent.length > 0) {
    problems.push(
      `receiver ${id}: connection must name ${Object.keys(receiver.connection).join(" and ") || "nothing"}`,
    );
    return null;
  }
  const reached = { id, title, kind, addressed: receiver.addressed, follows: receiver.follows, perMinute };
  const missing = Object.values(declared.connection).filter((name) => !environment[name]);
  if (missing.length > 0)
    return { ...reached, open: null, flaw: `${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not set.` };
  const connection = Object.fromEntries(
    Object.entries(declared.connection).map(([key, name]) => [key, environment[name]!]),
  );
  try {
    return { ...reached, open: receiver.open({ connection, settings: settings.data, inside }), flaw: null };
  } catch (error) {
    // The value itself may be a secret and is not told.
    return {
      ...reached,
      open: null,
      flaw: `It cannot be used: ${error instanceof TypeError ? "its address is none" : (error as Error).message}.`,
    };
  }
}
