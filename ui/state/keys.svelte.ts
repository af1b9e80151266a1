import { PAGES } from "./pages.ts";
import { route } from "./route.svelte.ts";
import { session } from "./session.svelte.ts";

/** How long `g` waits for its second key, in milliseconds. */
const PREFIX = 1200;

/** The console's keys, and the two layers they open. */
class Keys {
  palette = $state(false);
  help = $state(false);
  #prefixAt = 0;

  listen(): () => void {
    const pressed = (event: KeyboardEvent) => this.#pressed(event);
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }

  #pressed(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      this.palette = !this.palette;
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || this.palette) return;
    if (event.key === "?") this.help = true;
    else if (event.key === "/") find(event);
    else if (event.key === "g") this.#prefixAt = event.timeStamp;
    else if (event.timeStamp - this.#prefixAt < PREFIX) {
      this.#prefixAt = 0;
      const page = PAGES.find((candidate) => candidate.key === event.key && session.may(candidate.scope));
      if (page) route.go(`/${page.id}`);
    } else if (event.key === "j" || event.key === "k") move(event.key === "j" ? 1 : -1);
  }
}

/** Goes to the page's search field, where it has one. */
function find(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLElement>("main input[type=search]");
  if (!field) return;
  event.preventDefault();
  field.focus();
}

/** Moves the focus through what is marked as a list's row: `data-row`. Enter and Esc are the row's own. */
function move(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

export const keys = new Keys();
