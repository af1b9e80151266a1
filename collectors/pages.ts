import { VendorError } from "./collector.ts";

/** Where a page begins: a continuation token, a link the vendor handed out, or a number of rows or pages. */
export type PageMark = string | number;

export interface Paging<Page, Row> {
  /** Asks for a page; null for the first. */
  ask(mark: PageMark | null): Promise<Page>;
  rows(page: Page): readonly Row[];
  /** Where the next page begins, or null after the last; `read` counts the rows so far, this page's included. */
  next(page: Page, read: number): PageMark | null | undefined;
}

/** More pages than any honest list has. */
const MOST_PAGES = 2000;
/** An empty page with a next one is legal and rare. */
const MOST_EMPTY = 20;

/**
 * A list page by page, to its end. A vendor that hands out a page's mark twice, or pages without end, is told as
 * nonsense instead of being asked for ever.
 */
export async function* pages<Page, Row>({ ask, rows, next }: Paging<Page, Row>): AsyncGenerator<readonly Row[]> {
  const asked = new Set<PageMark>();
  let mark: PageMark | null = null;
  let read = 0;
  let empty = 0;
  do {
    const page = await ask(mark);
    const found = rows(page);
    read += found.length;
    empty = found.length === 0 ? empty + 1 : 0;
    yield found;
    mark = next(page, read) ?? null;
    if (mark === null || mark === "") return;
    if (asked.has(mark) || asked.size >= MOST_PAGES || empty >= MOST_EMPTY) {
      throw new VendorError("nonsense", `The vendor hands out pages without end; reading stopped after ${read} rows.`);
    }
    asked.add(mark);
  } while (true);
}

/** All rows of a list. */
export async function allRows<Row>(list: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of list) rows.push(...page);
  return rows;
}

/** For lists asked by offset: the next one, or null where the page was the last. `total` where the vendor tells it. */
export function nextOffset(page: { rows: number; size: number; read: number; total?: number | null }): number | null {
  if (page.rows === 0) return null;
  if (page.total !== undefined && page.total !== null) return page.read < page.total ? page.read : null;
  return page.rows < page.size ? null : page.read;
}

/** The link with `rel="next"` of a Link header (RFC 8288), or null. */
export function nextLink(headers: Headers): string | null {
  for (const part of (headers.get("link") ?? "").split(/,(?=\s*<)/)) {
    const [, target, parameters = ""] = /<([^>]*)>(.*)/.exec(part) ?? [];
    if (target && /;\s*rel\s*=\s*"?[^"]*\bnext\b/i.test(parameters)) return target;
  }
  return null;
}
