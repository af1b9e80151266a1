import type { DocumentTrace, FigureTrace, Trace, TraceSearch } from "../schemas/wire/trace.ts";
import { ask } from "./api.ts";

/** The part of the door that has to do with where figures come from. */
export const traceApi = {
  search: (q: string) => ask<TraceSearch>("GET", `/api/v1/trace?${new URLSearchParams({ q })}`),
  batch: (id: string, how: Record<string, string>) =>
    ask<Trace>("GET", `/api/v1/trace/${encodeURIComponent(id)}?${new URLSearchParams(how)}`),
  figure: (cell: Record<string, string>) =>
    ask<FigureTrace>("GET", `/api/v1/trace/figure?${new URLSearchParams(cell)}`),
  document: (asked: Record<string, string>) =>
    ask<DocumentTrace>("GET", `/api/v1/trace/document?${new URLSearchParams(asked)}`),
};
