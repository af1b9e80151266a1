import type { Dimension } from "../../schemas/dashboard.ts";
import { ROLE_TITLES } from "../../schemas/estate/role.ts";
import type { Estate } from "../../schemas/estate/estate.ts";
import type { Calendars } from "../close/calendars.ts";

/** What a member of a dimension is called; its key where nobody has named it. */
export type Labels = (dimension: Dimension, member: string) => string;

const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export function labelsOf(estate: Estate, calendars: Calendars): Labels {
  const titles: Partial<Record<Dimension, ReadonlyMap<string, string>>> = {
    entity: new Map(estate.entities.map(({ id, name }) => [id, `${id} ${name}`])),
    system: titled(estate.systems),
    flow: titled(estate.flows),
    milestone: titled(estate.close.milestones),
    report: titled(estate.reports),
    owner: new Map(Object.entries(ROLE_TITLES)),
  };
  return (dimension, member) => {
    if (dimension === "day") return DAY.format(new Date(`${member}T00:00:00Z`));
    if (dimension === "period") return calendars.period(member)?.title ?? member;
    return titles[dimension]?.get(member) ?? sentence(member);
  };
}

function titled(list: readonly { id: string; title: string }[]): ReadonlyMap<string, string> {
  return new Map(list.map(({ id, title }) => [id, title]));
}

/** `unmapped-member` and `request.create` as people write them. */
function sentence(code: string): string {
  const words = code.replaceAll(/[-.]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
