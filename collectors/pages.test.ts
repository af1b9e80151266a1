import { describe, expect, test } from "vitest";
import { allRows, nextLink, nextOffset, pages, type PageMark } from "./pages.ts";

const ROWS = Array.from({ length: 7 }, (_, index) => index);

describe("a list is read to its end", () => {
  test("by offset, with a total or without", async () => {
    for (const total of [7, null]) {
      const list = pages({
        ask: async (offset) => ROWS.slice(Number(offset ?? 0), Number(offset ?? 0) + 3),
        rows: (page) => page,
        next: (page, read) => nextOffset({ rows: page.length, size: 3, read, total }),
      });
      expect(await allRows(list)).toEqual(ROWS);
    }
  });

  test("by a server that clamps pages below what was asked, when it tells a total", async () => {
    const list = pages({
      ask: async (offset) => ROWS.slice(Number(offset ?? 0), Number(offset ?? 0) + 2),
      rows: (page) => page,
      next: (page, read) => nextOffset({ rows: page.length, size: 100, read, total: 7 }),
    });
    expect(await allRows(list)).toEqual(ROWS);
  });

  test("by a token, past a page that is empty", async () => {
    const answers = [
      { rows: [1], token: "a" },
      { rows: [], token: "b" },
      { rows: [2], token: "" },
    ];
    const asked: (PageMark | null)[] = [];
    const list = pages({
      ask: async (mark) => (asked.push(mark), answers[asked.length - 1]!),
      rows: (page) => page.rows,
      next: (page) => page.token,
    });
    expect(await allRows<number>(list)).toEqual([1, 2]);
    expect(asked).toEqual([null, "a", "b"]);
  });
});

describe("a list without end is told as nonsense", () => {
  test.each([
    ["the same link again", () => "again", [1]],
    ["ever new links", (read: number) => `page-${read}`, [1]],
    ["empty pages for ever", () => `page-${Math.random()}`, []],
  ])("%s", async (_, next, rows: number[]) => {
    const list = pages({ ask: async () => rows, rows: (page) => page, next: (_page, read) => next(read) });
    await expect(allRows(list)).rejects.toMatchObject({ name: "VendorError", code: "nonsense" });
  });
});

test.each([
  ['<https://vendor/list?page=2>; rel="next", <https://vendor/list?page=9>; rel="last"', "https://vendor/list?page=2"],
  ["<https://vendor/list?ids=1,2>; rel=next", "https://vendor/list?ids=1,2"],
  ['<https://vendor/list?page=1>; rel="prev"', null],
  ["", null],
])("the next link of %s", (link, expected) => {
  expect(nextLink(new Headers(link ? { link } : {}))).toBe(expected);
});
