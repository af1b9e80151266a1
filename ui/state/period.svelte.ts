import type { BoardHead } from "../../schemas/wire/board.ts";
import { live } from "./live.svelte.ts";
import { PAGES } from "./pages.ts";
import { route } from "./route.svelte.ts";
import { session } from "./session.svelte.ts";

/** The period in view: the address names it, or it is the one being closed now. */
class Period {
  /** For topics; `current` lets the server choose. Whose sight is limited to some periods begins at the latest of them. */
  get key(): string {
    const [page, key] = route.parts;
    return key && PAGES.some(({ id, perPeriod }) => id === page && perPeriod)
      ? key
      : (session.periods?.at(-1) ?? "current");
  }
  get head(): BoardHead | null {
    const row = live.topic("close", this.key).rows.head;
    return row?.kind === "head" ? row : null;
  }
  /** The group's zone; UTC before anything is known. */
  get zone(): string {
    return this.head?.groupZone ?? "UTC";
  }
}

export const period = new Period();
