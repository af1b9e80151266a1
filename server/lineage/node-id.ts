/**
 * A node of the graph as Marquez writes it: `dataset:<namespace>:<name>` or `job:<namespace>:<name>`, and in the same way
 * `report:<estate>:<id>`. The last colon is the seam; colons in a name are written `%3A`, so that two names never share an id.
 */
export type NodeId = string;

export interface NodeName {
  kind: "dataset" | "job" | "report";
  namespace: string;
  name: string;
}

const AMBIGUOUS = /:|%3A|%25/i;

export function datasetNode({ namespace, name }: { namespace: string; name: string }): NodeId {
  return `dataset:${namespace}:${written(name)}`;
}

export function jobNode({ namespace, name }: { namespace: string; name: string }): NodeId {
  return `job:${namespace}:${written(name)}`;
}

export function reportNode(estate: string, id: string): NodeId {
  return `report:${estate}:${written(id)}`;
}

/** The parts of an id; null for what is none. */
export function nameOf(id: NodeId): NodeName | null {
  const kind = kindOf(id);
  const seam = id.lastIndexOf(":");
  if (kind === null || seam <= kind.length) return null;
  return { kind, namespace: id.slice(kind.length + 1, seam), name: read(id.slice(seam + 1)) };
}

export function isJob(id: NodeId): boolean {
  return id.startsWith("job:");
}

/**
 * Ids a text may mean, the likeliest first: as written here, or as other tools write it, with bare colons in the name
 * so that the seam is anyone's guess.
 */
export function candidates(text: string): NodeId[] {
  const kind = kindOf(text);
  if (kind === null) return [];
  const found = [text];
  for (let at = text.indexOf(":", kind.length + 1); at >= 0; at = text.indexOf(":", at + 1)) {
    const parts = { namespace: text.slice(kind.length + 1, at), name: text.slice(at + 1) };
    if (parts.namespace !== "") found.push(`${kind}:${parts.namespace}:${written(parts.name)}`);
  }
  return found;
}

function kindOf(id: string): NodeName["kind"] | null {
  for (const kind of ["dataset", "job", "report"] as const) if (id.startsWith(`${kind}:`)) return kind;
  return null;
}

function written(name: string): string {
  return AMBIGUOUS.test(name) ? name.replaceAll("%", "%25").replaceAll(":", "%3A") : name;
}

function read(text: string): string {
  return /%3A|%25/.test(text) ? text.replaceAll("%3A", ":").replaceAll("%25", "%") : text;
}
