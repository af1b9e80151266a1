import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { record, TIEOUT } from "../../server/audit/record.ts";
import { verifyAudit } from "../../server/audit/verify-audit.ts";
import { migratePostgres } from "../../server/store/migrate-postgres.ts";
import { openPostgres } from "../../server/store/postgres.ts";
import { readCursor, saveCursor } from "../../server/store/postgres/cursors.ts";
import { estateVersions, recordEstateVersion } from "../../server/store/postgres/estate-versions.ts";
import { openTcpProxy } from "../faults/tcp-proxy.ts";
import { POSTGRES_ENGINES, type OpenedEngine } from "../postgres-engines.ts";

describe.each(POSTGRES_ENGINES)("control state on the $engine engine", ({ engine, open }) => {
  let opened: OpenedEngine;
  beforeAll(async () => {
    opened = await open();
  }, 60_000);
  afterAll(() => opened.stop());

  const append = (action: string, detail: Record<string, unknown> = {}) =>
    opened.postgres.transaction((tx) =>
      record(tx, { at: new Date("2026-11-04T10:00:00Z"), actor: TIEOUT, action, subject: "test:1", detail }),
    );

  test("migrations are applied once, and nothing newer or altered is opened", async () => {
    expect(await migratePostgres(opened.postgres)).toEqual([]);
    await opened.postgres.command("UPDATE migrations SET sha256 = 'x' WHERE name = '002-audit'");
    await expect(migratePostgres(opened.postgres)).rejects.toThrow("002-audit was changed");
    await opened.postgres.command("DELETE FROM migrations WHERE name = '002-audit'");
    expect(await migratePostgres(opened.postgres)).toEqual(["002-audit"]);
    await opened.postgres.command("INSERT INTO migrations (name, sha256) VALUES ('999-later', 'x')");
    await expect(migratePostgres(opened.postgres)).rejects.toThrow("newer Tieout (migration 999-later)");
    await opened.postgres.command("DELETE FROM migrations WHERE name = '999-later'");
  });

  test("processes that start together migrate once", async () => {
    if (!opened.url) return expect(engine).toBe("embedded");
    const others = await Promise.all([openPostgres({ url: opened.url }), openPostgres({ url: opened.url })]);
    await opened.postgres.command("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    const applied = await Promise.all(others.map((other) => migratePostgres(other)));
    const [late, first] = applied.toSorted((a, b) => a.length - b.length);
    expect(late).toEqual([]);
    expect(first).toContain("001-people");
    await Promise.all(others.map((other) => other.close()));
  });

  test("appends that come at once stand in one log", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => append("test.many", { index, text: 'größer\n"1"' })));
    const verdict = await verifyAudit(opened.postgres);
    expect(verdict).toMatchObject({ intact: true, entries: 20 });
    const rows = (await opened.postgres.run(
      "SELECT body::text AS body, nodes, action FROM audit_entries ORDER BY sequence",
      [],
    )) as { body: string; nodes: string[]; action: string }[];
    const leaf = (body: string) => createHash("sha256").update(`\0${body}`).digest("hex");
    expect(rows.map(({ nodes }) => nodes[0])).toEqual(rows.map(({ body }) => leaf(body)));
    expect(rows.map(({ nodes }) => nodes.length).slice(0, 8)).toEqual([1, 2, 1, 3, 1, 2, 1, 4]);
    const [first] = rows;
    expect(first?.action).toBe("test.many");
  });

  test("a change that fails takes its entry with it", async () => {
    const before = await verifyAudit(opened.postgres);
    const failing = opened.postgres.transaction(async (tx) => {
      await record(tx, { at: new Date(), actor: TIEOUT, action: "test.lost", subject: "test:1", detail: {} });
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await verifyAudit(opened.postgres)).toEqual(before);
  });

  test.each(["UPDATE audit_entries SET nodes = '{x}'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"])(
    "the engine refuses %s",
    (sql) => expect(opened.postgres.command(sql)).rejects.toThrow("only ever added to"),
  );

  test.each([
    [
      "a changed entry",
      `UPDATE audit_entries SET body = replace(body::text, 'many', 'few')::json WHERE sequence = 7`,
      7,
      "was changed",
    ],
    ["a removed entry", "DELETE FROM audit_entries WHERE sequence = 5", 5, "is missing"],
    ["a forged leaf", "UPDATE audit_entries SET nodes[1] = repeat('a', 64) WHERE sequence = 9", 9, "was changed"],
    ["a forged subtree", "UPDATE audit_entries SET nodes[3] = repeat('a', 64) WHERE sequence = 8", 8, "was changed"],
    [
      "a cut-out stretch closed up",
      "DELETE FROM audit_entries WHERE sequence = 3; UPDATE audit_entries SET sequence = sequence - 1 WHERE sequence > 3",
      3,
      "completes of the tree was changed",
    ],
  ])("%s is found by whoever got past the engine", async (_, sql, brokenAt, reason) => {
    const tampered = opened.postgres.transaction(async (tx) => {
      await tx.command("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_stay");
      await tx.command(sql);
      const verdict = await verifyAudit(tx);
      expect(verdict).toMatchObject({ intact: false, brokenAt, reason: expect.stringContaining(reason) });
      throw new Error("put it back");
    });
    await expect(tampered).rejects.toThrow("put it back");
    expect(await verifyAudit(opened.postgres)).toMatchObject({ intact: true });
  });

  test("a cursor comes back as it was saved", async () => {
    expect(await opened.postgres.ask(readCursor, { system: "s4" })).toEqual([]);
    for (const cursor of [{ since: "2026-11-04T10:00:00Z", open: ["1", "2"] }, ["next"], "text"]) {
      await opened.postgres.ask(saveCursor, { system: "s4", cursor: JSON.stringify(cursor) });
      expect(await opened.postgres.ask(readCursor, { system: "s4" })).toMatchObject([{ cursor }]);
    }
  });

  test("a connection cut within a transaction fails that transaction only", async () => {
    if (!opened.url) return expect(engine).toBe("embedded");
    const proxy = await openTcpProxy(opened.url);
    const postgres = await openPostgres({ url: proxy.url });
    const ends = vi.fn<(error: Error) => void>();
    process.on("uncaughtExceptionMonitor", ends);
    let cut: () => void = () => {};
    const begun = new Promise<void>((resolve) => (cut = resolve));
    const asking = postgres.transaction(async (tx) => void (await tx.run("SELECT pg_sleep(30)", [])));
    const between = postgres.transaction(async (tx) => {
      await tx.run("SELECT 1", []);
      await begun;
      await tx.run("SELECT 1", []);
    });
    await sleep(500);
    proxy.cut();
    await expect(asking).rejects.toMatchObject({ code: "store-unavailable" });
    cut();
    await expect(between).rejects.toThrow("PostgreSQL cannot be reached");
    expect(await postgres.ping()).toBe(false);
    proxy.heal();
    expect(await postgres.ping()).toBe(true);
    process.off("uncaughtExceptionMonitor", ends);
    expect(ends).not.toHaveBeenCalled();
    await postgres.close();
    await proxy.close();
  });

  test("an estate version is kept when it differs from the one in force", async () => {
    const loaded = (hash: string, at: string) =>
      opened.postgres.ask(recordEstateVersion, {
        id: crypto.randomUUID(),
        estate: "small",
        hash,
        files: JSON.stringify({ "estate.yaml": hash }),
        loadedAt: `2026-11-0${at}T00:00:00.000Z`,
      });
    expect(await loaded("a", "1")).toHaveLength(1);
    expect(await loaded("a", "2")).toHaveLength(0);
    expect(await loaded("b", "3")).toHaveLength(1);
    expect(await loaded("a", "4")).toHaveLength(1);
    const versions = await opened.postgres.ask(estateVersions, { estate: "small" });
    expect(versions.map(({ hash, loadedAt }) => `${hash} ${loadedAt.slice(0, 10)}`)).toEqual([
      "a 2026-11-04",
      "b 2026-11-03",
      "a 2026-11-01",
    ]);
  });
});

test("a server that is not there is told by its address, without the password", async () => {
  const opening = openPostgres({ url: "postgresql://tieout:hidden-word@127.0.0.1:1/tieout" });
  await expect(opening).rejects.toThrow("PostgreSQL at 127.0.0.1:1/tieout cannot be used");
  await expect(opening).rejects.not.toThrow("hidden-word");
});
