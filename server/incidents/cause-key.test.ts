import { expect, test } from "vitest";
import { signatureOf } from "./cause-key.ts";

test.each([
  ["Certificate of tieout-DE01 expired", "Certificate of tieout-DE01 expired", "DE01"],
  ["Batch GLA-2026-10-DE01-000123 failed in step 4", "Batch GLA-2026-10-DE01-000999 failed in step 4", "DE01"],
  ["Gateway 10.0.0.7:8443 is offline", "Gateway 10.0.0.9:8443 is offline", null],
  [
    "run 0d6a7b0e-8f4a-5c0c-b0a4-1d5f2e9c7a63 was stopped",
    "run 1f6a7b0e-0000-5c0c-b0a4-1d5f2e9c7a63 was stopped",
    null,
  ],
])("what tells one run from another is no reason: %s", (one, other, entity) => {
  expect(signatureOf(one, entity)).toBe(signatureOf(other, entity));
});

test("what a vendor says of two things stays two", () => {
  expect(signatureOf("The model is locked", null)).not.toBe(signatureOf("The model is archived", null));
  expect(signatureOf("Zugriff verweigert für Gerät 7", null)).toBe("zugriff verweigert für gerät");
});
