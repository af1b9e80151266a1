import { expect, test } from "vitest";
import { createLinks } from "./links.ts";

const at = (now: number, secret = "s".repeat(32)) =>
  createLinks({ secret, publicUrl: "https://tieout.example/", now: () => now });
const tokenOf = (url: string) => url.slice(url.lastIndexOf("/") + 1);
const CLAIM = { incident: "0199", person: "ana" };

test("a link says what it allows for a day, to whoever made it", () => {
  const url = at(0).acknowledgeUrl(CLAIM);
  expect(url).toMatch(/^https:\/\/tieout\.example\/acknowledge\/[\w-]+\.[\w-]+$/);
  expect(at(86_399_999).read(tokenOf(url))).toEqual(CLAIM);
  expect(at(86_400_000).read(tokenOf(url))).toBeNull();
  expect(at(0, "t".repeat(32)).read(tokenOf(url))).toBeNull();
});

test.each(["", ".", "a.b", "a.b.c"])("what was never made here is nothing: %j", (token) => {
  expect(at(0).read(token)).toBeNull();
});

test("a link changed to mean another incident is nothing", () => {
  const [, signature] = tokenOf(at(0).acknowledgeUrl(CLAIM)).split(".");
  const body = Buffer.from(JSON.stringify(["another", "ana", 86_400_000])).toString("base64url");
  expect(at(0).read(`${body}.${signature}`)).toBeNull();
});
