import { VendorError, type Connected } from "./collector.ts";

/** What a person is told about one system: whether it can be read, what is visible and what deserves a look. */
export interface CheckReport {
  ok: boolean;
  lines: string[];
}

/** Tests a system's credentials and says what they open. A vendor's refusal is an answer, with what to do about it. */
export async function checkSystem(title: string, connected: Connected): Promise<CheckReport> {
  try {
    const { sees, warnings } = await connected.check();
    return {
      ok: true,
      lines: [
        `${title} can be read.`,
        ...sees.map((seen) => `  sees      ${seen}`),
        ...warnings.map((warning) => `  look at   ${warning}`),
      ],
    };
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return { ok: false, lines: [`${title} cannot be read: ${error.message}`, `  ${NEXT[error.code]}`] };
  }
}

const NEXT: Record<VendorError["code"], string> = {
  unreachable: "Check the address and whether this machine may reach it; the vendor may also be down.",
  unauthorized: "Check the credentials in the environment; they may have expired.",
  forbidden: "The credentials are good and their rights are not; the README of its collector names the roles needed.",
  "rate-limited": "Too many requests were made; try again later.",
  nonsense: "Something else than the vendor's API answers there; check the address.",
  refused: "Check the settings in the estate against what the vendor shows.",
  "not-found": "Check the ids in the estate's settings; some vendors also answer so where rights are missing.",
};
