/** A record in Avro, as far as bitmaps count its fields. */
interface AvroRecord {
  fields: { name: string; type: unknown }[];
}

/**
 * The names behind a bitmap of change events: `0x1A` counts the record's own fields, the lowest bit first; `4-0x2` those
 * within its fifth field, told as `Address.City`. What is no bitmap, or points nowhere, is left out.
 */
export function changedFields(schema: AvroRecord, bitmaps: readonly string[]): string[] {
  return bitmaps.flatMap((bitmap) => {
    const [, parent, digits] = /^(?:(\d+)-)?0x([0-9a-f]+)$/i.exec(bitmap) ?? [];
    if (!digits) return [];
    if (parent === undefined) return named(schema, digits);
    const field = schema.fields[Number(parent)];
    const within = field && recordIn(field.type);
    return within ? named(within, digits).map((name) => `${field.name}.${name}`) : [];
  });
}

function named({ fields }: AvroRecord, digits: string): string[] {
  const bits = BigInt(`0x${digits}`);
  return fields.filter((_, index) => (bits >> BigInt(index)) & 1n).map(({ name }) => name);
}

/** Compound fields are a record, or one of several types of which one is a record. */
function recordIn(type: unknown): AvroRecord | undefined {
  const candidates = Array.isArray(type) ? type : [type];
  return candidates.find((each): each is AvroRecord => Array.isArray((each as AvroRecord | null)?.fields));
}
