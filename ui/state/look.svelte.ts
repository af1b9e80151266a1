export type Theme = "system" | "light" | "dark";

const KEY = "tieout.theme";

/** Light, dark, or as the system has it; remembered on this device. */
class Look {
  theme = $state<Theme>((localStorage.getItem(KEY) as Theme | null) ?? "system");

  choose(theme: Theme): void {
    this.theme = theme;
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
    this.show();
  }
  /** The tokens follow `color-scheme`, and that this attribute. */
  show(): void {
    if (this.theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.theme;
  }
}

export const look = new Look();
