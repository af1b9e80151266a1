/** Where the console is: the address is the state, so that back works and a link opens the same thing. */
class Route {
  path = $state(location.pathname);
  query = $state.raw(new URLSearchParams(location.search));

  /** The path's parts: `/close/2026-10` → `["close", "2026-10"]`. */
  get parts(): string[] {
    return this.path.split("/").filter(Boolean).map(decodeURIComponent);
  }
  get(name: string): string | null {
    return this.query.get(name);
  }

  go(address: string, options: { replace?: boolean } = {}): void {
    const url = new URL(address, location.href);
    if (options.replace) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    this.#read();
  }

  /** The address with some parameters changed and the rest as it is; null takes one out. */
  with(changes: Record<string, string | null>): string {
    const query = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === "") query.delete(name);
      else query.set(name, value);
    }
    const text = query.toString();
    return this.path + (text ? `?${text}` : "");
  }
  set(changes: Record<string, string | null>, options: { replace?: boolean } = {}): void {
    this.go(this.with(changes), options);
  }

  /** Follows the browser's buttons and every plain click on a link of our own. */
  listen(): () => void {
    const popped = () => this.#read();
    const clicked = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
      const link = (event.target as Element).closest("a");
      if (!link || link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
      if (link.pathname.startsWith("/api/")) return;
      event.preventDefault();
      this.go(link.href);
    };
    addEventListener("popstate", popped);
    document.addEventListener("click", clicked);
    return () => {
      removeEventListener("popstate", popped);
      document.removeEventListener("click", clicked);
    };
  }

  #read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }
}

export const route = new Route();
