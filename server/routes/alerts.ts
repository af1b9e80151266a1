import { Hono } from "hono";
import { validator } from "hono-openapi";
import * as z from "zod";
import { AlertRow, Inbox, Preferences } from "../../schemas/wire/alert.ts";
import type { Context } from "../context.ts";
import { acknowledgeByLink, openLink } from "../notify/acknowledge-by-link.ts";
import { acknowledgePage } from "../notify/acknowledge-page.ts";
import { alertsFor, choosePreferences, inboxFor, preferencesFor, readInbox } from "../notify/inbox.ts";
import type { People } from "../people/people.ts";
import { refuseOtherSites } from "../people/same-origin.ts";
import { described } from "./describe.ts";
import { expected } from "./expected.ts";

const Read = z.strictObject({ ids: z.array(z.string()).max(200).nullable().default(null) });

/** What people were told: their inbox, what they chose, who was told of an incident, and links from messages. */
export function alertRoutes({ ctx, people }: { ctx: Context; people: People }): Hono {
  const { permit } = people;
  const routes = new Hono()
    .get(
      "/api/v1/inbox",
      described({ tag: "Alerts", summary: "One's own newest messages", answers: Inbox }),
      permit("alert:read"),
      async (c) => c.json(await inboxFor(ctx, c.get("actor"))),
    )
    .post(
      "/api/v1/inbox/read",
      described({ tag: "Alerts", summary: "Mark messages as read, all where none are named", status: 204 }),
      permit("alert:read"),
      validator("json", Read, expected('{"ids": [...] or null}')),
      async (c) => {
        await readInbox(ctx, c.get("actor"), c.req.valid("json").ids);
        return c.body(null, 204);
      },
    )
    .get(
      "/api/v1/preferences",
      described({ tag: "Alerts", summary: "What one chose to be sent", answers: Preferences }),
      permit("alert:read"),
      async (c) => c.json(await preferencesFor(ctx, c.get("actor"))),
    )
    .put(
      "/api/v1/preferences",
      described({ tag: "Alerts", summary: "Choose what one is sent", answers: Preferences }),
      permit("alert:read"),
      validator("json", Preferences, expected('{"email": "all", "worst" or "none", "browser"}')),
      async (c) => c.json(await choosePreferences(ctx, c.get("actor"), c.req.valid("json"))),
    )
    .get(
      "/api/v1/incidents/:id/alerts",
      described({
        tag: "Alerts",
        summary: "Who was told of an incident, by what, and how it went",
        answers: z.object({ alerts: z.array(AlertRow) }),
      }),
      permit("alert:read"),
      async (c) => c.json({ alerts: await alertsFor(ctx, c.get("actor"), c.req.param("id")) }),
    ) as unknown as Hono;
  mountLinks(routes, ctx, people);
  return routes;
}

/** Links are opened without signing in; what they allow is in them. They are looked at by GET and used by POST. */
function mountLinks(routes: Hono, ctx: Context, { identify, publicUrl }: People): void {
  routes.get("/acknowledge/:token", async (c) => {
    c.header("Cache-Control", "no-store");
    c.header("Referrer-Policy", "no-referrer");
    const use = await openLink(ctx, identify, c.req.param("token"), c.req.raw.headers);
    return c.html(acknowledgePage(use.incident, use.actor, ctx.alerting.links));
  });
  routes.post("/acknowledge/:token", async (c) => {
    refuseOtherSites(c.req.raw, publicUrl);
    c.header("Cache-Control", "no-store");
    const use = await openLink(ctx, identify, c.req.param("token"), c.req.raw.headers);
    const incident = await acknowledgeByLink(ctx, use);
    return c.html(acknowledgePage(incident, use.actor, ctx.alerting.links));
  });
}
