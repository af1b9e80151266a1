import * as z from "zod";
import { Instant, PeriodKey } from "../instant.ts";
import { CellForecast, CellState, Deadline } from "./board.ts";

/** A milestone's forecast against its deadline. */
export const ForecastRow = z.object({
  entity: z.string(),
  milestone: z.string(),
  title: z.string(),
  state: CellState,
  deadline: Deadline,
  forecast: CellForecast,
  /** Minutes left between the finish nine times in ten and the deadline; negative where it would be missed. */
  slackMinutes: z.int(),
});
export type ForecastRow = z.infer<typeof ForecastRow>;

/** How good forecasts of earlier closes would have been, each made from what was known by then alone. */
export const ForecastQuality = z.object({
  /** Null over all milestones. */
  milestone: z.string().nullable(),
  /** Forecasts compared with what came, and occasions on which nothing could be said. */
  forecasts: z.int(),
  silent: z.int(),
  /** Share of finishes at or before the p50 and the p90; near 0.5 and 0.9 when forecasts can be trusted. */
  withinP50: z.number().nullable(),
  withinP90: z.number().nullable(),
  /** Mean distance between the p50 and what came. */
  meanErrorMinutes: z.number().nullable(),
});
export type ForecastQuality = z.infer<typeof ForecastQuality>;

export const ForecastAnswer = z.object({
  period: PeriodKey,
  at: Instant,
  /** Milestones not met yet of which something can be said, the least slack first. */
  milestones: z.array(ForecastRow),
  /** Milestones not met yet of which nothing can be said: history is too thin, or people decide. */
  silent: z.int(),
  /** Over earlier closes; the first row is over all milestones. */
  quality: z.array(ForecastQuality),
  backtested: z.array(PeriodKey),
});
export type ForecastAnswer = z.infer<typeof ForecastAnswer>;
