/** What the start tells the person who typed it; logs go elsewhere. */
export interface Say {
  line(text: string): void;
  /** Tells that a step began and, when it ends, how long it took. */
  step<T>(title: string, act: () => Promise<T> | T): Promise<T>;
  /** A bar redrawn in place on a terminal, a line each tenth elsewhere. */
  bar(title: string, share: number, note: string): void;
}

const WIDTH = 24;

export function createSay(out: NodeJS.WriteStream): Say {
  let told = -1;
  return {
    line: (text) => void out.write(`${text}\n`),
    async step(title, act) {
      const began = performance.now();
      const result = await act();
      out.write(`  ${title} · ${seconds(performance.now() - began)}\n`);
      return result;
    },
    bar(title, share, note) {
      const filled = Math.round(Math.min(1, share) * WIDTH);
      const text = `  ${title} ${"█".repeat(filled)}${"░".repeat(WIDTH - filled)} ${note}`;
      if (out.isTTY) return void out.write(`\r\u001b[2K${text}${share >= 1 ? "\n" : ""}`);
      const tenth = Math.floor(share * 10);
      if (tenth === told) return;
      told = share >= 1 ? -1 : tenth;
      out.write(`${text}\n`);
    },
  };
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
