import { parseCsv } from "../csv.ts";
import { createBudget } from "../budget.ts";
import { VendorError, type SystemOf, type Tools } from "../collector.ts";
import { createHttp } from "../http.ts";
import { readXml, xml, type Xml } from "../xml.ts";
import { vendorPeriod } from "./map.ts";
import type { AdaptiveSettings, Load } from "./settings.ts";
import { CsvAnswer, VersionsAnswer, type Messages, type Version } from "./vendor.ts";

/** What is asked of one Adaptive instance. */
export type AdaptiveClient = ReturnType<typeof createClient>;

const LISTS = ["message", "version"];

/**
 * One address takes every call as XML with the credentials inside, and answers 200 also to what it refuses. Every call
 * made here only reads, so that any of them may be repeated.
 */
export function createClient({ settings, connection }: SystemOf<AdaptiveSettings>, tools: Tools) {
  const { url = "", login = "", password = "" } = connection;
  const credentials = xml`<credentials login="${login}" password="${password}" instanceCode="${settings.instanceCode}"/>`;
  const secrets = [password, xml`${password}`.text];
  const http = createHttp({
    baseUrl: url,
    tools,
    secrets,
    budget: createBudget({ perSecond: settings.requestsPerSecond, burst: settings.burst }, tools),
    headers: { accept: "text/xml", "content-type": "text/xml; charset=UTF-8" },
    timeoutMilliseconds: 180_000,
  });
  const path = `/api/${settings.apiVersion}`;

  async function call(method: string, body: Xml): Promise<string> {
    const text = xml`<call method="${method}" callerName="Tieout">${credentials}${body}</call>`.text;
    const answer = await http.send("POST", path, {
      idempotent: true,
      text: `<?xml version='1.0' encoding='UTF-8'?>${text}`,
    });
    return answer.text;
  }
  async function rows(method: string, body: Xml): Promise<Record<string, string>[]> {
    const { response } = readXml(await call(method, body), CsvAnswer, { what: method, lists: LISTS, secrets });
    refuseFailure(method, response);
    return parseCsv((response.output ?? "").trim());
  }

  return {
    vendorNow: http.vendorNow,
    /** Rows of the load log, by column. */
    log: () => {
      const { sheet, planVersion, isGlobal } = settings.loadLog;
      return rows(
        "exportConfigurableModelData",
        xml`<version name="${planVersion}"/><modeled-sheet name="${sheet}" isGlobal="${String(isGlobal)}" isGetAllRows="true" includeAllColumns="true" useNumericIDs="false"/>`,
      );
    },
    /** Figures of a version for levels in one period, `2026-10`. */
    figures: (load: Load, levels: readonly string[], period: string) => {
      const accounts = load.accounts.map(
        (code) => xml`<account code="${code}" isAssumption="false" includeDescendants="true"/>`,
      );
      const places = levels.map((name) => xml`<level name="${name}" isRollup="false" includeDescendants="true"/>`);
      const named = vendorPeriod(period, settings.periodStyle);
      return rows(
        "exportData",
        xml`<version name="${load.planVersion}" isDefault="false"/><format useInternalCodes="true" includeUnmappedItems="false"/><filters><accounts>${accounts}</accounts><levels>${places}</levels><timeSpan start="${named}" end="${named}"/></filters>`,
      );
    },
    /** Names of all versions. */
    async versions(): Promise<string[]> {
      const text = await call("exportVersions", xml``);
      const { response } = readXml(text, VersionsAnswer, { what: "exportVersions", lists: LISTS, secrets });
      refuseFailure("exportVersions", response);
      return namesOf(response.output?.versions.version ?? []);
    },
  };
}

function namesOf(versions: readonly Version[]): string[] {
  return versions.flatMap((version) => [
    ...(version["@type"] === "VERSION_FOLDER" ? [] : [version["@name"]]),
    ...namesOf(version.version ?? []),
  ]);
}

const REFUSALS = [
  { code: "unauthorized", pattern: /authenticat|invalid (login|credential)|login failed|password|locked out/i },
  { code: "forbidden", pattern: /permission|not authori[sz]ed|access (denied|is)|no access/i },
  { code: "rate-limited", pattern: /too many|rate limit|throttl/i },
] as const;

/** A refusal comes as a 200 that says `success="false"`. */
function refuseFailure(method: string, { "@success": success, messages }: Messages): void {
  if (success === "true") return;
  const said = messages.message.map(({ key, said: text }) => [key, text].filter(Boolean).join(": ")).join("; ");
  const code = REFUSALS.find(({ pattern }) => pattern.test(said))?.code ?? "refused";
  throw new VendorError(code, `${method} answered success="false": ${said || "without a reason"}`);
}
