const UNITS = ["B", "KB", "MB", "GB", "TB"] as const;

/** Bytes in the largest unit that leaves a whole number before the point: `1.4 GB`. */
export function sizeText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < UNITS.length - 1; unit += 1) size /= 1024;
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit]}`;
}
