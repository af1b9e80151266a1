/** A message as it lies in its topic. */
export interface Message {
  topic: string;
  partition: number;
  offset: number;
  /** When the broker took it, ISO 8601; null where the door does not tell. */
  at: string | null;
  headers: Record<string, string>;
  /** Its text: the bytes as UTF-8, or the JSON they were decoded to. */
  value: string;
  bytes: Buffer;
  /** Why it could not be decoded. */
  unreadable?: string;
}

/** Next offset by `topic/partition`. */
export type Offsets = Record<string, number>;

export interface Step {
  messages: Message[];
  /** Where what is kept begins, for partitions whose wanted offset is kept no longer. */
  begins: Offsets;
}

export interface KafkaDoor {
  partitions(topic: string): Promise<number[]>;
  /** Messages from the offsets on; as many as one step holds, none at the end. */
  fetch(offsets: Offsets): Promise<Step>;
  close(): Promise<void>;
}

export function placeOf(key: string): { topic: string; partition: number } {
  const cut = key.lastIndexOf("/");
  return { topic: key.slice(0, cut), partition: Number(key.slice(cut + 1)) };
}
