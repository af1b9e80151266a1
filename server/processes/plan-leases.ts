export interface LeaseRow {
  name: string;
  holder: string;
}

export interface LeasePlan {
  take: string[];
  giveUp: string[];
}

/** Under which name a process says that it lives and may hold leases of a kind: `member collect <holder>`. */
export function memberName(kind: string, holder: string): string {
  return `member ${kind} ${holder}`;
}

/** Processes that live, by the leases in force; of one kind or of any. */
export function membersOf(rows: readonly LeaseRow[], kind?: string): string[] {
  const members = rows.filter(({ name }) => name.startsWith(kind ? `member ${kind} ` : "member "));
  return [...new Set(members.map(({ holder }) => holder))].sort();
}

/**
 * What a process should take and give up so that leases of one kind end up spread evenly over those that may hold them:
 * what is its own is kept up to its share, what is nobody's is taken until the share is full. `rows` are the leases in
 * force, in any order. Where shares do not come out even, those first by name hold one more.
 */
export function planLeases(rows: readonly LeaseRow[], me: string, kind: string, wanted: readonly string[]): LeasePlan {
  const members = [...new Set([...membersOf(rows, kind), me])].sort();
  const even = Math.floor(wanted.length / members.length);
  const share = even + (members.indexOf(me) < wanted.length % members.length ? 1 : 0);
  const holders = new Map(rows.map(({ name, holder }) => [name, holder]));
  const mine = wanted.filter((name) => holders.get(name) === me);
  const free = wanted.filter((name) => !holders.has(name));
  return { take: [...mine, ...free].slice(0, share), giveUp: mine.slice(share) };
}
