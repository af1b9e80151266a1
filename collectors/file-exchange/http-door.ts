import * as z from "zod";
import { basic } from "../authorize.ts";
import { createBudget } from "../budget.ts";
import type { SystemOf, Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import type { FileDoor } from "./file-door.ts";
import type { Settings } from "./settings.ts";

/** As nginx lists a folder with `autoindex_format json`. */
const Listing = z.array(
  z.looseObject({ name: z.string(), type: z.string(), mtime: z.string(), size: z.number().optional() }),
);

/** A web server that lists folders as JSON, behind user and password. */
export function httpDoor({ settings, connection }: SystemOf<Settings>, tools: Tools): FileDoor {
  const { url = "", user = "", secret = "" } = connection;
  const authorize = basic(user, secret);
  const budget = createBudget({ perSecond: settings.requestsPerSecond }, tools);
  const { secrets } = authorize;
  const http = createHttp({ baseUrl: url, tools, budget, authorize, secrets, maxBytes: settings.openUpToBytes });
  const placeOf = (folder: string, name = "") => `${folder.replace(/\/*$/, "/")}${encodeURIComponent(name)}`;
  return {
    async list(folder) {
      const listed = await http.get(placeOf(folder), Listing);
      return listed
        .filter(({ type }) => type === "file")
        .map(({ name, mtime, size = 0 }) => ({ folder, name, bytes: size, modifiedAt: new Date(mtime).toISOString() }));
    },
    async read({ folder, name }) {
      const answer = await http.send("GET", placeOf(folder, name), {
        headers: { accept: "*/*" },
        also: [404],
        bytes: true,
      });
      return answer.status === 404 ? null : Buffer.from(answer.text, "latin1");
    },
    close: async () => {},
  };
}
