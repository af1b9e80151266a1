import type { Context } from "../context.ts";

/** What the room reaches others through. */
export type AlertContext = Pick<Context, "postgres" | "estate" | "clock" | "log" | "touch" | "alerting">;
