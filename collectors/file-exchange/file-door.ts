export interface Entry {
  folder: string;
  name: string;
  bytes: number;
  /** ISO 8601 in UTC. */
  modifiedAt: string;
}

/** A place where files lie, however it is reached. Only lists and reads. */
export interface FileDoor {
  list(folder: string): Promise<Entry[]>;
  /** A file's bytes, or null when it is there no longer. */
  read(entry: Pick<Entry, "folder" | "name">): Promise<Uint8Array | null>;
  /** Lets go of what was held open for one reading. */
  close(): Promise<void>;
}
