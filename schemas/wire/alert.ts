import * as z from "zod";
import { Role } from "../estate/role.ts";
import { ClosePhase, Matcher } from "../estate/route.ts";
import { Instant } from "../instant.ts";
import { Incident, Severity } from "./incident.ts";

const Person = z.object({ id: z.string(), name: z.string() });

/** Messages about some incidents kept back for a time, by somebody, for a reason. */
export const Silence = z.object({
  id: z.string(),
  matcher: Matcher,
  reason: z.string(),
  createdBy: Person,
  createdAt: Instant,
  startsAt: Instant,
  expiresAt: Instant,
  endedAt: Instant.nullable(),
  endedBy: Person.nullable(),
  /** It keeps even an S1 back during the close, which its maker confirmed. */
  hidesWorst: z.boolean(),
});
export type Silence = z.infer<typeof Silence>;

/** An incident a silence would keep back. */
export const HiddenIncident = Incident.pick({ id: true, number: true, severity: true, entities: true }).extend({
  title: z.string(),
});

/** What a silence would hide if it were made now. */
export const SilencePreview = z.object({
  phase: ClosePhase,
  /** Open incidents it means, worst first. */
  hides: z.array(HiddenIncident),
  /** Messages now waiting that would wait on. */
  waiting: z.int(),
  /** It could hide an S1 while a close runs: refused unless confirmed by name. */
  hidesWorst: z.boolean(),
});
export type SilencePreview = z.infer<typeof SilencePreview>;

/** A message on its way or come to its end. */
export const AlertState = z.enum(["waiting", "sent", "joined", "dropped", "failing"]);

/** One line of who was told of an incident, by what, and how it went. */
export const AlertRow = z.object({
  id: z.string(),
  incident: z.string(),
  occasion: z.enum(["opened", "worsened", "escalated"]),
  step: z.string(),
  role: Role,
  receiver: z.string(),
  receiverTitle: z.string(),
  /** Whom it was meant for; null for a channel. */
  recipient: Person.nullable(),
  because: z.string(),
  state: AlertState,
  /** The stage that holds or ended it, and why. */
  stage: z.string().nullable(),
  stageBecause: z.string().nullable(),
  madeAt: Instant,
  dueAt: Instant,
  sentAt: Instant.nullable(),
  attempts: z.int(),
  /** What the receiver said last where it went wrong. */
  trouble: z.string().nullable(),
  /** SHA-256 of what was handed over last. */
  sha256: z.string().nullable(),
});
export type AlertRow = z.infer<typeof AlertRow>;

/** One message in somebody's inbox. */
export const InboxItem = z.object({
  id: z.string(),
  incident: z.string(),
  number: z.int(),
  occasion: AlertRow.shape.occasion,
  severity: Severity,
  state: Incident.shape.state,
  title: z.string(),
  text: z.string(),
  entities: z.array(z.string()),
  because: z.string(),
  at: Instant,
  readAt: Instant.nullable(),
});
export type InboxItem = z.infer<typeof InboxItem>;

export const Inbox = z.object({ unread: z.int(), items: z.array(InboxItem) });
export type Inbox = z.infer<typeof Inbox>;

/** Tells consoles that inboxes have moved; each asks for its own. The topic `alerts`, by its one key `inbox`. */
export const AlertPulse = z.object({ kind: z.literal("alert-pulse"), newestAt: Instant.nullable(), sent: z.int() });
export type AlertPulse = z.infer<typeof AlertPulse>;

/** What one person chose. An S1 they are told of comes whatever stands here. */
export const Preferences = z.strictObject({
  /** `worst`: S1 and S2 only. */
  email: z.enum(["all", "worst", "none"]),
  browser: z.boolean(),
});
export type Preferences = z.infer<typeof Preferences>;

/** Somebody who would be told, and by what. */
export const ExplainedCall = z.object({
  route: z.string(),
  role: Role,
  people: z.array(Person),
  receivers: z.array(z.object({ id: z.string(), title: z.string(), ready: z.boolean() })),
  because: z.string(),
  /** When: at once, or when and why it would wait. */
  waits: z.object({ stage: z.string(), until: Instant.nullable(), because: z.string() }).nullable(),
  /** The message in this role's words. */
  title: z.string(),
  text: z.string(),
});

/** Who would be told of an incident now, by what, why, and who would not. */
export const Explanation = z.object({
  phase: ClosePhase,
  calls: z.array(ExplainedCall),
  passed: z.array(z.object({ route: z.string(), role: Role, because: z.string() })),
  escalations: z.array(
    z.object({ step: z.string(), role: Role, dueAt: Instant, receivers: z.array(z.string()), because: z.string() }),
  ),
  flaws: z.array(z.string()),
});
export type Explanation = z.infer<typeof Explanation>;

/** One receiver as it stands. */
export const ReceiverRow = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  state: z.enum(["ready", "not set up", "failing"]),
  trouble: z.string().nullable(),
  waiting: z.int(),
  lastSentAt: Instant.nullable(),
});
export type ReceiverRow = z.infer<typeof ReceiverRow>;

/** Who has a rotation now and next. */
export const OnCall = z.object({
  rotation: z.string(),
  title: z.string(),
  role: Role,
  turns: z.array(
    z.object({ member: z.string(), name: z.string().nullable(), fromAt: Instant, untilAt: Instant, now: z.boolean() }),
  ),
});
export type OnCall = z.infer<typeof OnCall>;

/** The routing as declared, and what is wrong with it. */
export const Routing = z.object({
  phase: ClosePhase,
  roles: z.array(
    z.object({
      role: Role,
      people: z.int(),
      /** For each class and severity, the routes that tell the role. */
      cells: z.array(z.object({ class: Incident.shape.class, severity: Severity, routes: z.array(z.string()) })),
    }),
  ),
  receivers: z.array(ReceiverRow),
  onCall: z.array(OnCall),
  mutes: z.array(z.object({ id: z.string(), reason: z.string(), untilAt: Instant.nullable() })),
  flaws: z.array(z.string()),
});
export type Routing = z.infer<typeof Routing>;
