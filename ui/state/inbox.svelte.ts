import type { Inbox, InboxItem, Preferences } from "../../schemas/wire/alert.ts";
import type { RequestRow } from "../../schemas/wire/live.ts";
import { api } from "../api.ts";
import { route } from "./route.svelte.ts";

/** A burst of messages is asked for once, in milliseconds. */
const GATHER = 1_500;
const EMPTY: Inbox = { unread: 0, items: [] };

/** One's own messages, asked for when the server says that inboxes have moved. */
class InboxState {
  inbox = $state.raw<Inbox>(EMPTY);
  preferences = $state.raw<Preferences | null>(null);
  failure = $state<string | null>(null);
  #timer: ReturnType<typeof setTimeout> | null = null;
  /** The newest message known of; null before the first answer, so that signing in announces nothing old. */
  #newest: string | null = null;
  /** Ids of the requests that wait for this person, as last seen; null before the first look. */
  #asked: ReadonlySet<string> | null = null;

  /** Asks again soon. */
  moved(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.load();
    }, GATHER);
  }

  async load(): Promise<void> {
    try {
      const inbox = await api.inbox();
      this.preferences ??= await api.preferences();
      const known = this.#newest;
      this.#newest = inbox.items[0]?.id ?? "";
      this.inbox = inbox;
      this.failure = null;
      if (known !== null) this.#announce(inbox.items.filter(({ id, readAt }) => id > known && readAt === null));
    } catch (error) {
      this.failure = (error as Error).message;
    }
  }

  async read(ids: string[] | null): Promise<void> {
    await api.readInbox(ids);
    await this.load();
  }

  async choose(preferences: Preferences): Promise<void> {
    this.preferences = await api.choosePreferences(preferences);
  }

  /** Takes note of the requests that wait for this person's agreement; what is new among them is announced. */
  asked(requests: readonly RequestRow[]): void {
    const fresh = this.#asked === null ? [] : requests.filter(({ id }) => !this.#asked!.has(id));
    this.#asked = new Set(requests.map(({ id }) => id));
    const [first] = fresh;
    if (!first) return;
    const title = fresh.length === 1 ? `To agree to: ${first.title}` : `${fresh.length} requests to agree to`;
    this.#show({ title, body: `${first.requestedBy}: ${first.reason}`, tag: first.id, address: `/jobs/${first.id}` });
  }

  /** Another person's messages must not stay. */
  leave(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#newest = null;
    this.#asked = null;
    this.inbox = EMPTY;
    this.preferences = null;
  }

  #announce(items: readonly InboxItem[]): void {
    const [first] = items;
    if (!first) return;
    const title = items.length === 1 ? `${first.severity} · ${first.title}` : `${items.length} incidents`;
    this.#show({ title, body: first.text, tag: first.incident, address: incidentAddress(first.incident) });
  }

  /** Tells the browser's own way, where the person asked for it and is not looking. */
  #show({ title, body, tag, address }: { title: string; body: string; tag: string; address: string }): void {
    if (!this.preferences?.browser || document.hasFocus()) return;
    if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
    const shown = new Notification(title, { body, tag });
    shown.addEventListener("click", () => {
      focus();
      route.go(address);
    });
  }
}

/** Where an incident is looked at. */
export function incidentAddress(incident: string): string {
  return `/incidents?incident=${encodeURIComponent(incident)}`;
}

export const inbox = new InboxState();
