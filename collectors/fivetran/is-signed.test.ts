import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { isSigned } from "./is-signed.ts";

const body = Buffer.from('{"event":"sync_end","data":{"status":"SUCCESSFUL"}}');
const signature = createHmac("sha256", "hush").update(body).digest("hex");

test.each([
  ["lower case", signature, body, "hush", true],
  ["upper case, as Fivetran writes it", signature.toUpperCase(), body, "hush", true],
  ["another secret", signature, body, "other", false],
  ["another body", signature, Buffer.from("{}"), "hush", false],
  ["half a signature", signature.slice(0, 32), body, "hush", false],
  ["a signature with more behind it", `${signature}00`, body, "hush", false],
  ["no signature", null, body, "hush", false],
  ["no secret", signature, body, undefined, false],
  ["an empty secret", createHmac("sha256", "").update(body).digest("hex"), body, "", false],
])("%s", (_, given, sent, secret, expected) => {
  expect(isSigned(given, sent, secret)).toBe(expected);
});
