import type { Role } from "../../schemas/estate/role.ts";
import type { Me } from "../../schemas/wire/live.ts";
import { api, Refused, type SignInWays } from "../api.ts";
import { estate } from "./estate.svelte.ts";
import { live } from "./live.svelte.ts";

/** Where each role lands. */
const HOME: Record<Role, string> = {
  controller: "/close",
  accountant: "/close",
  analyst: "/close",
  cfo: "/close",
  auditor: "/evidence",
  engineer: "/flows",
  platform: "/collectors",
};

/** Who is at the console. */
class Session {
  /** undefined until the server has said; null when nobody is signed in. */
  me = $state.raw<Me | null | undefined>(undefined);
  failure = $state<string | null>(null);
  /** Whom one can become with a click; only in the demo. */
  demo = $state.raw<SignInWays["demo"]>([]);

  get home(): string {
    return this.me ? HOME[this.me.role] : "/";
  }
  /** The periods one's sight is limited to, oldest first; null where it is not. */
  get periods(): readonly string[] | null {
    const periods = this.me?.periods ?? "all";
    return periods === "all" ? null : periods;
  }
  may(scope: string): boolean {
    return this.me?.may.includes(scope) ?? false;
  }

  async load(): Promise<void> {
    this.failure = null;
    try {
      this.me = await api.me();
      live.connect(() => void this.#lookAgain());
      void estate.load();
      void this.#meet();
    } catch (error) {
      if (error instanceof Refused && error.status === 401) this.me = null;
      else this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  async #meet(): Promise<void> {
    // Without an answer there is nobody to become, and all else works.
    this.demo = await api.signInWays().then(
      ({ demo }) => demo,
      () => [],
    );
  }

  /** A session that ended elsewhere ends here too; one that holds is connected anew. */
  async #lookAgain(): Promise<void> {
    try {
      this.me = await api.me();
      live.resume();
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) return live.resume();
      live.disconnect();
      this.me = null;
    }
  }

  /** Signs in afresh as another person, by whatever `way` does. */
  async enter(way: () => Promise<unknown>): Promise<void> {
    live.disconnect();
    await way();
    await this.load();
  }

  async leave(): Promise<void> {
    await api.signOut();
    live.disconnect();
    this.me = null;
  }
}

export const session = new Session();
