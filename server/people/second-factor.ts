import * as z from "zod";
import { Role } from "../../schemas/estate/role.ts";
import { Fault } from "../fault.ts";
import { OptionError } from "../options.ts";

/** A code of six digits from an app (TOTP, RFC 6238), or one of ten written down for when the app is gone. */
const OF_APP = /^\d{6}$/;

/** What an app is set up with, shown once. */
export const Enrolment = z.object({
  /** `otpauth://totp/…`, for an app to take in as a link or a picture. */
  uri: z.string(),
  /** The same secret to be typed. */
  secret: z.string(),
  /** Each good for one sign-in without the app. */
  backupCodes: z.array(z.string()),
});
export type Enrolment = z.infer<typeof Enrolment>;

/** Second factors as the rest of the house sees them; secrets are kept encrypted under the session secret. */
export interface SecondFactor {
  /** Finishes a sign-in whose password was right; who it is and their cookies. A Fault when the code is wrong. */
  signIn(code: string, headers: Headers): Promise<{ personId: string; cookies: string[] }>;
  /** Begins anew with a secret nobody knows yet; it counts once `confirm` has seen a code made with it. */
  enrol(password: string, headers: Headers): Promise<Enrolment>;
  confirm(code: string, headers: Headers): Promise<string[]>;
  /** Takes it away again; other proof than the session is the password. */
  drop(password: string, headers: Headers): Promise<string[]>;
}

type Call<B> = (asked: { body: B; headers: Headers; asResponse: true }) => Promise<Response>;

/** The library's calls these acts stand on. */
interface Calls {
  verifyTOTP: Call<{ code: string }>;
  verifyBackupCode: Call<{ code: string }>;
  enableTwoFactor: Call<{ password: string }>;
  disableTwoFactor: Call<{ password: string }>;
}

export function secondFactorOf(calls: Calls): SecondFactor {
  return {
    async signIn(code, headers) {
      const asked = { body: { code }, headers, asResponse: true } as const;
      const answer = await (OF_APP.test(code) ? calls.verifyTOTP(asked) : calls.verifyBackupCode(asked));
      await refuseWrong(answer);
      const { user } = z.object({ user: z.object({ id: z.string() }) }).parse(await answer.json());
      return { personId: user.id, cookies: answer.headers.getSetCookie() };
    },
    async enrol(password, headers) {
      const answer = await calls.enableTwoFactor({ body: { password }, headers, asResponse: true });
      refusePassword(answer);
      const made = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) }).parse(await answer.json());
      const secret = new URL(made.totpURI).searchParams.get("secret") ?? "";
      return { uri: made.totpURI, secret, backupCodes: made.backupCodes };
    },
    async confirm(code, headers) {
      const answer = await calls.verifyTOTP({ body: { code }, headers, asResponse: true });
      await refuseWrong(answer);
      return answer.headers.getSetCookie();
    },
    async drop(password, headers) {
      const answer = await calls.disableTwoFactor({ body: { password }, headers, asResponse: true });
      refusePassword(answer);
      return answer.headers.getSetCookie();
    },
  };
}

function refusePassword(answer: Response): void {
  if (!answer.ok) throw new Fault("invalid-input", "The password is not right.", { pointer: "/password" });
}

async function refuseWrong(answer: Response): Promise<void> {
  if (answer.ok) return;
  const { code } = z.object({ code: z.string().catch("") }).parse(await answer.json().catch(() => ({})));
  if (answer.status === 429 || code.startsWith("TOO_MANY")) {
    throw new Fault("too-many-requests", "Too many wrong codes. Sign in again in a quarter of an hour.");
  }
  if (code === "INVALID_TWO_FACTOR_COOKIE") {
    throw new Fault("not-signed-in", "That took too long. Sign in with your password again.");
  }
  throw new Fault("not-signed-in", "This code is not right, or no longer.");
}

/** `TIEOUT_SECOND_FACTOR`: roles that sign in by password only with a second factor, parted by spaces or commas, or `all`. */
export function rolesWithSecondFactor(text: string | undefined): ReadonlySet<Role> {
  const named = (text ?? "").split(/[\s,]+/).filter(Boolean);
  if (named.includes("all")) return new Set(Role.options);
  const strange = named.find((role) => !Role.safeParse(role).success);
  if (strange) {
    throw new OptionError(
      `TIEOUT_SECOND_FACTOR: "${strange}" is no role; roles are ${Role.options.join(", ")}, or all.`,
    );
  }
  return new Set(named as Role[]);
}
