import { smallEstate } from "./small-estate.ts";

/** The small estate with a receiver of every kind, answered at the address given, and a route for each role. */
export function alertEstate(vendors: string, { url = "MAIL" }: { url?: string } = {}) {
  const receiver = (id: string, kind: string, connection: object, settings: object = {}) => {
    return { id, title: id[0]!.toUpperCase() + id.slice(1), kind, connection, settings, inside: true };
  };
  return smallEstate({
    receivers: [
      receiver("mail", "email", { url, from: "SENDER" }),
      receiver("room", "slack", { token: "SLACK" }, { channel: "C0CLOSE01", api: `${vendors}/slack` }),
      receiver("close", "teams", { url: "TEAMS" }),
      receiver("pager", "pagerduty", { routingKey: "PAGER" }, { api: vendors }),
      receiver("desk", "webhook", { url: "HOOK", secret: "SIGNED" }),
    ],
    routes: [
      { id: "controller", role: "controller", owners: ["controller"], receivers: ["mail", "close"] },
      { id: "cfo", role: "cfo", severities: ["S1"], receivers: ["mail", "close"] },
      { id: "engineer", role: "engineer", owners: ["engineer"], severities: ["S2"], receivers: ["room", "pager"] },
      { id: "engineer-worst", role: "engineer", owners: ["engineer"], severities: ["S1"], receivers: ["room", "desk"] },
      { id: "later", role: "engineer", severities: ["S3", "S4"], receivers: ["room"], digest: ["15:00"] },
    ],
    escalations: [
      {
        id: "worst",
        during: { fromWorkDay: -1, toWorkDay: 5 },
        steps: [
          { afterMinutes: 15, role: "controller" },
          { afterMinutes: 60, role: "cfo", receivers: ["mail"] },
        ],
      },
    ],
  });
}
