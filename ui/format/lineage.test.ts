import { expect, test } from "vitest";
import { lineageSentence } from "./lineage.ts";

const counts = { datasets: 9, jobs: 61, systems: 4, off: [], offEntities: [], late: [] };

test.each([
  [{}, null, "Nine datasets and 61 jobs of four systems."],
  [{ datasets: 1 }, "Actuals", "Actuals stands among one dataset of four systems."],
  [{ off: ["Actuals"], offEntities: ["DE01"] }, null, "Actuals does not tie for DE01."],
  [
    { off: ["Actuals", "Ledger extract"], offEntities: ["DE01", "FR01", "US01"], late: ["Actuals message"] },
    null,
    "Actuals and Ledger extract do not tie for three entities, and Actuals message is late.",
  ],
  [{ late: ["a", "b", "c"] }, "Group close dashboard", "Three datasets are late, around Group close dashboard."],
])("says of %j around %s what is wrong first", (found, focus, sentence) => {
  expect(lineageSentence({ ...counts, ...found }, focus)).toBe(sentence);
});
