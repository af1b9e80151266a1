/** A job's name as the estate writes it, with `{entity}` where the vendor's name carries the entity: `Load Actuals {entity}`. */
export interface JobPattern {
  /** The entity in a name that fits (empty where the pattern has none), or null. */
  entityIn(name: string): string | null;
}

export function jobPattern(pattern: string): JobPattern {
  const [before = "", after] = pattern.split("{entity}");
  return {
    entityIn(name) {
      if (after === undefined) return name === pattern ? "" : null;
      if (!name.startsWith(before) || !name.endsWith(after)) return null;
      const entity = name.slice(before.length, name.length - after.length);
      return /^[A-Za-z0-9_-]+$/.test(entity) ? entity : null;
    },
  };
}

/** The name of one entity's job. */
export function filled(pattern: string, entity: string): string {
  return pattern.replaceAll("{entity}", entity);
}
