import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

const HEAD = {
  estate: { name: "tiny", title: "Tiny", currency: "EUR", zone: "Europe/Berlin" },
  entities: [{ id: "DE01", name: "Eins GmbH", country: "DE", currency: "EUR", zone: "Europe/Berlin" }],
  calendars: [{ id: "germany", country: "DE" }],
  close: {
    calendar: "germany",
    groupDeadline: { workDay: 6, at: "18:00" },
    milestones: [
      {
        id: "signed",
        title: "Signed",
        workDay: 5,
        at: "12:00",
        gate: { kind: "signoff", role: "controller" },
        owner: "controller",
      },
    ],
  },
};

/** Temporary folders of one test file, gone when `remove` is called. */
export function folders() {
  const made: string[] = [];
  return {
    make(name: string): string {
      const directory = mkdtempSync(join(tmpdir(), `tieout-${name}-`));
      made.push(directory);
      return directory;
    },
    remove() {
      for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Writes an estate of one entity and, unless given, no systems, so that a server starts over it in no time. */
export function writeTinyEstate(directory: string, sections: Record<string, unknown> = {}): string {
  writeFileSync(join(directory, "estate.yaml"), stringify({ ...HEAD, ...sections }));
  return directory;
}
