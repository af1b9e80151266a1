import type { Inbox, InboxItem, Preferences } from "../../schemas/wire/alert.ts";
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

  /** Another person's messages must not stay. */
  leave(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#newest = null;
    this.inbox = EMPTY;
    this.preferences = null;
  }

  /** Tells the browser's own way, where the person asked for it and is not looking. */
  #announce(items: readonly InboxItem[]): void {
    const [first] = items;
    if (!first || !this.preferences?.browser || document.hasFocus()) return;
    if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
    const title = items.length === 1 ? `${first.severity} · ${first.title}` : `${items.length} incidents`;
    const shown = new Notification(title, { body: first.text, tag: first.incident });
    shown.addEventListener("click", () => {
      focus();
      route.go(incidentAddress(first.incident));
    });
  }
}

/** Where an incident is looked at. */
export function incidentAddress(incident: string): string {
  return `/incidents?incident=${encodeURIComponent(incident)}`;
}

export const inbox = new InboxState();
