import type { AnaplanClient } from "./client.ts";
import type { ViewData, ViewMetadata } from "./vendor.ts";

/** A row of a saved view: dimensions and line items by name. */
export type ViewRow = Record<string, string | null>;

/** Names the cells: the row's dimensions as the view declares them, then each line item. */
export function viewRows(metadata: ViewMetadata, data: ViewData): ViewRow[] {
  const lineItems = data.columnCoordinates.map((coordinates) => coordinates.join(" / "));
  return data.rows.map(({ rowCoordinates, cells }) => ({
    ...Object.fromEntries(metadata.rows.map((dimension, index) => [dimension.name, rowCoordinates[index] ?? null])),
    ...Object.fromEntries(lineItems.map((lineItem, index) => [lineItem, cells[index] || null])),
  }));
}

/**
 * Reads saved views, remembering what seldom changes: their layout and the items of their pages. An item is found by
 * name or code; one that is missing is looked for again at most once a minute.
 */
export function createViews(client: AnaplanClient, clock: { now(): Date }) {
  const layouts = new Map<string, Promise<ViewMetadata>>();
  const items = new Map<string, { readAt: number; ids: Map<string, string> }>();

  const layoutOf = (viewId: string) => {
    let layout = layouts.get(viewId);
    if (!layout) {
      layout = client.viewMetadata(viewId);
      layout.catch(() => layouts.delete(viewId));
      layouts.set(viewId, layout);
    }
    return layout;
  };
  const itemOf = async (viewId: string, dimensionId: string, name: string) => {
    const key = `${viewId}/${dimensionId}`;
    const known = items.get(key);
    const now = clock.now().getTime();
    if (known && (known.ids.has(name) || now - known.readAt < 60_000)) return known.ids.get(name);
    const ids = new Map<string, string>();
    for (const item of await client.pageItems(viewId, dimensionId)) {
      ids.set(item.name, item.id);
      if (item.code) ids.set(item.code, item.id);
    }
    items.set(key, { readAt: now, ids });
    return ids.get(name);
  };

  return {
    /** Rows of a view with its pages turned to the items named; none where the view does not know an item. */
    async read(viewId: string, pages: Record<string, string>): Promise<ViewRow[]> {
      const layout = await layoutOf(viewId);
      const selected: string[] = [];
      for (const dimension of layout.pages) {
        const wanted = pages[dimension.name];
        if (wanted === undefined) continue;
        const item = await itemOf(viewId, dimension.id, wanted);
        if (item === undefined) return [];
        selected.push(`${dimension.id}:${item}`);
      }
      return viewRows(layout, await client.viewData(viewId, selected)).map((row) => ({ ...pages, ...row }));
    },
  };
}
export type Views = ReturnType<typeof createViews>;
