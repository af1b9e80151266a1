import { expect, test } from "vitest";
import { handedOut } from "./address-guard.ts";

test.each([
  ["https://eu12.example.com/", "https://login.example.com"],
  ["https://10.0.0.7:8443", "https://192.168.1.2"],
  ["http://127.0.0.1:4711", "http://127.0.0.1:4712"],
])("%s may be asked with what was meant for %s", (address, configured) => {
  expect(handedOut(address, configured)).toBe(address.replace(/\/$/, ""));
});

test.each([
  ["http://eu12.example.com", /not encrypted/],
  ["https://169.254.169.254/latest", /inside this network/],
  ["https://[::1]/", /inside this network/],
  ["https://localhost:9000", /inside this network/],
  ["https://db.internal", /inside this network/],
  ["file:///etc/passwd", /cannot be asked/],
  ["eu12", /cannot be asked/],
])("%s may not", (address, why) => {
  expect(() => handedOut(address, "https://login.example.com")).toThrow(why);
});
