import { mkdir, open, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

/** A segment that has grown to this many bytes is not continued, so that what was stored can be let go. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

/**
 * Accepted events that may not be in the tables yet, in files. What is acknowledged is with the system, as what the
 * embedded engine acknowledges is: it outlives this process, and is on the disk when the system has written it there.
 */
export interface Journal {
  /**
   * Puts lines, each with its line end, behind what is there; resolves once they are with the system. One call at a time.
   * Answers the release: called once the lines are in the tables, it lets the journal forget them.
   */
  append(lines: string): Promise<() => void>;
  /** Closes what is open; segments whose lines were all released are gone by then. */
  close(): Promise<void>;
}

interface Segment {
  file: string;
  handle: FileHandle;
  bytes: number;
  /** Appends not yet released. */
  held: number;
}

/** Opens a journal of numbered segments; those of a process before must have been recovered. */
export async function openJournal(directory: string): Promise<Journal> {
  await mkdir(directory, { recursive: true });
  let opened = 0;
  let current: Segment | null = null;
  const removing = new Set<Promise<void>>();

  const begin = async (): Promise<Segment> => {
    const file = join(directory, `${process.pid}-${Date.now()}-${String(++opened).padStart(9, "0")}.jsonl`);
    const handle = await open(file, "ax");
    return { file, handle, bytes: 0, held: 0 };
  };
  const letGo = (segment: Segment) => {
    if (--segment.held > 0) return;
    if (segment === current) current = null;
    const removed = remove(segment).finally(() => removing.delete(removed));
    removing.add(removed);
  };
  return {
    async append(lines) {
      const segment = (current ??= await begin());
      segment.held += 1;
      try {
        await segment.handle.appendFile(lines);
      } catch (error) {
        // What was half written ends its segment: nothing may follow a line that is torn.
        if (segment === current) current = null;
        letGo(segment);
        throw error;
      }
      segment.bytes += lines.length;
      if (segment.bytes > SEGMENT_BYTES && segment === current) current = null;
      return () => letGo(segment);
    },
    async close() {
      await current?.handle.close();
      current = null;
      await Promise.all(removing);
    },
  };
}

/** A segment that stays behind is recovered once more at the next start, which changes nothing. */
async function remove({ file, handle }: Segment): Promise<void> {
  await handle.close().catch(() => {});
  await rm(file, { force: true }).catch(() => {});
}
