/** A row with its columns as text, digit for digit; null where the warehouse has nothing. */
export type Row = Record<string, string | null>;

export interface SqlDoor {
  /** Asks one question. Every `{since}` in it is that instant. */
  query(sql: string, since: string): Promise<Row[]>;
  close(): Promise<void>;
}
