import { describe, expect, test } from "vitest";
import * as z from "zod";
import { readXml, xml, xmlElement, xmlText } from "./xml.ts";

const Any = z.unknown();
const reading = { what: "POST /api" };

describe("reading", () => {
  test("prefixes go, attributes and text stay text, lists are lists, also of one", () => {
    const source = `<?xml version="1.0"?><s:Envelope xmlns:s="urn:s"><s:row id="007">12.50</s:row><empty/></s:Envelope>`;
    expect(readXml(source, Any, { ...reading, lists: ["row"] })).toEqual({
      Envelope: { row: [{ "@id": "007", "#text": "12.50" }], empty: "" },
    });
  });

  test("references are read, and CDATA is left as it is", () => {
    expect(readXml("<a>1 &lt; &#50; &amp;amp; &#xE4;<b><![CDATA[x &lt; y\n]]></b></a>", Any, reading)).toEqual({
      a: { "#text": "1 < 2 &amp; ä", b: "x &lt; y\n" },
    });
  });

  test.each([
    ["a web page", "<!DOCTYPE html><html><body>Sign in<br></body></html>", "answered a web page: <!DOCTYPE html>"],
    ["cut off", "<response><row>", "answered something that is not XML: <response><row>"],
    ["JSON", '{"error":1}', "answered something that is not XML"],
    ["nothing", "", "answered something that is not XML: nothing"],
  ])("%s is nonsense and quoted", (_, source, message) => {
    expect(() => readXml(source, Any, reading)).toThrow(
      expect.objectContaining({ code: "nonsense", message: expect.stringContaining(message) }),
    );
  });

  test("another shape is nonsense, quoted without secrets", () => {
    const Shape = z.looseObject({ response: z.looseObject({ success: z.string() }) });
    const source = "<response><said>bad password hunter2</said></response>";
    expect(() => readXml(source, Shape, { ...reading, secrets: ["hunter2"] })).toThrow(
      /at response\.success.*\[secret\]/,
    );
  });
});

test("an element may be empty, and text may stand beside attributes", () => {
  const Shape = z.looseObject({ a: xmlElement({ b: xmlText().default("none") }), c: xmlText(), d: xmlText() });
  expect(readXml("<r><a/><c kind='x'>1</c><d kind='x'/></r>", z.looseObject({ r: Shape }), reading).r).toEqual({
    a: { b: "none" },
    c: "1",
    d: "",
  });
});

test("written values are escaped, and what is written already is not", () => {
  const rows = [1, 2].map((row) => xml`<row>${row}</row>`);
  expect(xml`<call by="${`"O'Neil" & <Co>`}">${rows}</call>`.text).toBe(
    '<call by="&quot;O&apos;Neil&quot; &amp; &lt;Co&gt;"><row>1</row><row>2</row></call>',
  );
});
