/** Tells how far one of the engines is, as a share from 0 to 1, and what is in hand. */
export type Progress = (engine: string, share: number, note: string) => void;
