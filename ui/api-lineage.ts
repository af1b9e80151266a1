import type {
  LineageCauses,
  LineageColumns,
  LineageDifference,
  LineageGraph,
  LineageImpact,
  LineageNodeDetail,
  LineageSearch,
} from "../schemas/wire/lineage.ts";
import { ask } from "./api.ts";

/** Parameters of a question as the address carries them. */
type Asked = Record<string, string>;

const question =
  <T>(name: string) =>
  (asked: Asked): Promise<T> =>
    ask<T>("GET", `/api/v1/lineage/${name}?${new URLSearchParams(asked)}`);

/** Questions to the lineage graph. */
export const lineageApi = {
  graph: question<LineageGraph>("graph"),
  difference: question<LineageDifference>("difference"),
  node: question<LineageNodeDetail>("node"),
  impact: question<LineageImpact>("impact"),
  causes: question<LineageCauses>("causes"),
  columns: question<LineageColumns>("columns"),
  search: question<LineageSearch>("search"),
};
