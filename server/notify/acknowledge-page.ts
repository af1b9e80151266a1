import { html } from "hono/html";
import type { IncidentRow } from "../../schemas/wire/incident.ts";
import type { Actor } from "../context.ts";
import type { Links } from "./links.ts";

/** The page a link from a message opens: what it is about, and one button. It works without script and signing in. */
export function acknowledgePage(
  incident: IncidentRow,
  { name }: Pick<Actor, "name">,
  links: Pick<Links, "incidentUrl">,
) {
  const { number, severity, title, text, state, acknowledgedBy } = incident;
  const open = state === "open" || state === "snoozed";
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>Incident ${number}</title>
        <link rel="stylesheet" href="/plain.css" />
      </head>
      <body>
        <main>
          <p>${severity} · Incident ${number}</p>
          <h1>${title}</h1>
          <p>${text}</p>
          ${
            open
              ? html`<form method="post"><button>Take it on as ${name}</button></form>`
              : html`<p role="status">${standing(state, acknowledgedBy?.name ?? null)}</p>`
          }
          <p><a href="${links.incidentUrl(incident.id)}">Open in Tieout</a></p>
        </main>
      </body>
    </html>`;
}

function standing(state: IncidentRow["state"], by: string | null): string {
  if (state === "resolved") return "It is resolved; there is nothing to do.";
  return `${by ?? "Somebody"} has taken it on.`;
}
