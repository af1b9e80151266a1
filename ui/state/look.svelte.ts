export type Theme = "light" | "dark" | "system";

const KEY = "tieout.theme";

/** Light, dark, or as the system has it; remembered on this device. */
class Look {
  theme = $state<Theme>((localStorage.getItem(KEY) as Theme | null) ?? "system");
  #systemDark = $state(matchMedia("(prefers-color-scheme: dark)").matches);

  constructor() {
    matchMedia("(prefers-color-scheme: dark)").addEventListener(
      "change",
      (event) => (this.#systemDark = event.matches),
    );
  }

  get dark(): boolean {
    return this.theme === "dark" || (this.theme === "system" && this.#systemDark);
  }
  choose(theme: Theme): void {
    this.theme = theme;
    localStorage.setItem(KEY, theme);
  }
}

export const look = new Look();
