import { expect, test } from "vitest";
import { changedFields } from "./changed-fields.ts";

const field = (name: string, type: unknown = ["null", "string"]) => ({ name, type });
const schema = {
  fields: [
    field("ChangeEventHeader", { type: "record", fields: [field("entityName")] }),
    ...Array.from({ length: 70 }, (_, index) => field(`F${index + 1}`)),
    field("Address", ["null", "string", { type: "record", fields: [field("Street"), field("City")] }]),
    field("Name", { type: "record", fields: [field("First"), field("Last")] }),
  ],
};

test.each([
  ["nothing", [], []],
  ["the lowest bit first", ["0x6"], ["F1", "F2"]],
  ["digits of either case", ["0x0A"], ["F1", "F3"]],
  ["more fields than a number has bits", [`0x${(1n << 70n).toString(16)}`], ["F70"]],
  ["a field within one of several types", ["71-0x2"], ["Address.City"]],
  ["a field within a record", ["0x2", "72-0x3"], ["F1", "Name.First", "Name.Last"]],
  ["a field that is no record", ["3-0x1"], []],
  ["a field there is none of", ["99-0x1"], []],
  ["bits beyond the last field", [`0x${(1n << 200n).toString(16)}`], []],
  ["no bitmap", ["Amount", "0x", "x-0x1", ""], []],
])("names %s", (_, bitmaps, expected) => {
  expect(changedFields(schema, bitmaps)).toEqual(expected);
});
