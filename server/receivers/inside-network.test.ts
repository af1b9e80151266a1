import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { isInside } from "./inside-network.ts";
import { post } from "./post.ts";

test.each([
  "127.0.0.1",
  "10.1.2.3",
  "172.31.0.1",
  "192.168.1.1",
  "169.254.169.254",
  "100.64.0.1",
  "0.0.0.0",
  "::1",
  "[::1]",
  "fe80::1",
  "fd00::1",
  "::ffff:10.0.0.1",
  "localhost",
])("%s leads inside", (address) => expect(isInside(address)).toBe(true));

test.each(["8.8.8.8", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8"])("%s does not", (address) => {
  expect(isInside(address)).toBe(false);
});

test.each([
  ["an address inside", "https://127.0.0.1:1/", /leads inside this network/],
  ["a name that leads inside", "https://localhost:1/", /leads inside this network/],
  ["an address without encryption", "http://example.com/", /not asked without encryption/],
])("%s is refused before anything is sent", async (_, url, why) => {
  await expect(post({ url, body: "{}", inside: false })).rejects.toThrow(why);
});

test("a redirect is not followed", async () => {
  const server = createServer((_, response) => response.writeHead(302, { Location: "http://169.254.169.254/" }).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await expect(post({ url, body: "{}", inside: true })).rejects.toThrow(/answered 302/);
  server.close();
});
