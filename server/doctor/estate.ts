import { collectors } from "../../collectors/index.ts";
import type { Collector } from "../../collectors/collector.ts";
import type { System } from "../../schemas/estate/system.ts";
import { defineInspection, fine, notice, unseen, wrong, type Finding } from "./inspection.ts";

export const estateInspection = defineInspection({
  name: "estate",
  title: "Estate",
  look({ estate }) {
    if ("failed" in estate)
      return [wrong(estate.failed, "Correct the files it names; nothing starts over a wrong estate.")];
    if ("unseen" in estate) return [unseen(estate.unseen)];
    const { entities, systems, flows } = estate.opened.estate;
    return [
      fine(`${entities.length} entities, ${systems.length} systems, ${flows.length} flows are declared soundly.`),
    ];
  },
});

/** Which systems lack a credential, by the name of its variable; values are never told. */
export function judgeCredentials(
  systems: readonly System[],
  known: readonly Collector[],
  environment: Record<string, string | undefined>,
): Finding[] {
  const found = systems.flatMap((system): Finding[] => {
    const collector = known.find(({ id }) => id === system.collector);
    if (!collector)
      return [
        wrong(`System ${system.id}: there is no collector ${system.collector}.`, "Correct `collector` in the estate."),
      ];
    return Object.entries(collector.connection).flatMap(([key, what]) => {
      const variable = system.connection[key];
      if (!variable)
        return [
          wrong(
            `System ${system.id} names no variable for ${key}.`,
            `Add connection.${key} to the system in the estate: ${what}`,
          ),
        ];
      return environment[variable]
        ? []
        : [wrong(`System ${system.id}: ${variable} is not set.`, `Set ${variable}: ${what}`)];
    });
  });
  return found.length > 0
    ? found
    : [fine(`The credentials of ${systems.length} systems are set; try one with npm run collector -- check <system>.`)];
}

export const credentialsInspection = defineInspection({
  name: "credentials",
  title: "Collectors' credentials",
  look({ estate, options, environment }) {
    if (!("opened" in estate)) return [unseen("The estate could not be read.")];
    if (options.sandbox)
      return [
        notice("The systems are played, so no credentials are needed.", "For real systems, start with --no-sandbox."),
      ];
    return judgeCredentials(estate.opened.estate.systems, collectors, environment);
  },
});
