import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Real OpenLineage events kept beside the project, when there; each as text, with the file it is from. */
export function sharedEvents(): { file: string; text: string }[] {
  const folder = new URL("../../shared/openlineage/events/", import.meta.url).pathname;
  if (!existsSync(folder)) return [];
  return globSync("**/*.json", { cwd: folder })
    .sort()
    .flatMap((file) => {
      const content: unknown = JSON.parse(readFileSync(join(folder, file), "utf8"));
      const events = Array.isArray(content) ? content : [content];
      return events.map((event) => ({ file, text: JSON.stringify(event) }));
    });
}
