import * as z from "zod";

/** The people Tieout serves; each lands on a page of their own. */
export const Role = z.enum(["controller", "accountant", "analyst", "engineer", "platform", "auditor", "cfo"]);
export type Role = z.infer<typeof Role>;

export const ROLE_TITLES: Record<Role, string> = {
  controller: "Controller",
  accountant: "Accountant",
  analyst: "FP&A analyst",
  engineer: "Integration engineer",
  platform: "Platform owner",
  auditor: "Auditor",
  cfo: "CFO",
};
