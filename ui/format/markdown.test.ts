import { expect, test } from "vitest";
import { paragraphsOf, piecesOf } from "./markdown.ts";

test("marks become pieces, and everything else stays text, markup of other kinds too", () => {
  expect(piecesOf("Run **Load** in `Anaplan` _again_, <b>now</b>")).toEqual([
    { kind: "text", text: "Run " },
    { kind: "strong", text: "Load" },
    { kind: "text", text: " in " },
    { kind: "code", text: "Anaplan" },
    { kind: "text", text: " " },
    { kind: "emphasis", text: "again" },
    { kind: "text", text: ", <b>now</b>" },
  ]);
  expect(piecesOf("snake_case_name and 2 * 3 * 4")).toEqual([{ kind: "text", text: "snake_case_name and 2 * 3 * 4" }]);
});

test("blank lines part paragraphs", () => {
  expect(paragraphsOf("One\n  line.\n\nTwo.\n\n")).toEqual(["One line.", "Two."]);
});
