import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { EvidenceManifest } from "../../schemas/wire/evidence.ts";

const INK = "#15202b";
const DIM = "#5b6770";
const RULE = "#c9d1d8";
const MARGIN = 56;

/** What the cover tells; the manifest's hash is not among it, because the manifest holds the cover's. */
export type Cover = Omit<EvidenceManifest, "files"> & { key: string };

/** Writes the pack's cover: what it is about, what is in it, how to check it. */
export async function writeCover(file: string, cover: Cover): Promise<void> {
  // Its fonts are loaded when a cover is written, not at every start.
  const { default: PDFDocument } = await import("pdfkit");
  const page = new PDFDocument({
    size: "A4",
    margin: MARGIN,
    info: {
      Title: `Evidence pack: ${latin(cover.title)}`,
      Author: "Tieout",
      CreationDate: new Date(cover.requestedAt),
    },
  });
  const out = createWriteStream(file);
  page.pipe(out);
  page.font("Helvetica").fontSize(9).fillColor(DIM).text("Evidence pack", { continued: false });
  page.moveDown(0.3).font("Helvetica-Bold").fontSize(18).fillColor(INK).text(latin(cover.title));
  doubleRule(page);
  facts(page, cover);
  contents(page, cover);
  check(page, cover);
  page.end();
  await finished(out);
}

function facts(
  page: PDFKit.PDFDocument,
  { scope, requestedBy, requestedAt, reason, estate, versions, pack, zone }: Cover,
) {
  const rows: [string, string][] = [
    ["Estate", `${estate.title}${versions.estate ? `, configuration ${versions.estate.slice(0, 16)}` : ""}`],
    ["Period", scope.period ?? "every period"],
    ["Entities", scope.entities?.join(", ") ?? "all"],
    ...(scope.flow ? [["Flow", scope.flow] as [string, string]] : []),
    ...(scope.dataset
      ? [["Figure", [scope.dataset, scope.account].filter(Boolean).join(", ")] as [string, string]]
      : []),
    ["As known at", `${scope.asOf} (${zone})`],
    ["Asked for by", `${requestedBy.name}${requestedBy.role ? `, ${requestedBy.role}` : ""}, ${requestedAt}`],
    ["Reason", reason],
    ["Pack", pack],
  ];
  for (const [label, value] of rows) pair(page, label, value);
}

function contents(page: PDFKit.PDFDocument, { parts }: Cover): void {
  heading(page, "What is in it");
  for (const part of parts) {
    if (page.y > page.page.height - MARGIN - 60) page.addPage();
    const top = page.y;
    const width = page.page.width - 2 * MARGIN;
    const rows = part.leftOut ? "left out" : `${part.rows.toLocaleString("en")} ${part.rows === 1 ? "row" : "rows"}`;
    page
      .font("Helvetica")
      .fontSize(9)
      .fillColor(INK)
      .text(rows, MARGIN + width - 110, top, { width: 110, align: "right" });
    page.font("Helvetica-Bold").text(latin(part.title), MARGIN, top, { width: width - 120 });
    page
      .font("Helvetica")
      .fontSize(8)
      .fillColor(DIM)
      .text(latin(part.leftOut ?? part.about), MARGIN, page.y, { width: width - 120 });
    page.moveDown(0.45);
  }
}

function check(page: PDFKit.PDFDocument, { key }: Cover): void {
  if (page.y > page.page.height - MARGIN - 120) page.addPage();
  heading(page, "How to check it");
  page
    .font("Helvetica")
    .fontSize(9)
    .fillColor(INK)
    .text("Unpack, then run without any network:", MARGIN, page.y)
    .moveDown(0.3)
    .font("Courier")
    .text("node verify-evidence.mjs --key <the key you were given> --checkpoint <one you kept>")
    .moveDown(0.5)
    .font("Helvetica")
    .text("The log that seals this pack is signed with the key below. Compare it with the one you got from elsewhere.")
    .moveDown(0.3)
    .font("Courier")
    .fontSize(8)
    .text(key);
}

function heading(page: PDFKit.PDFDocument, words: string): void {
  page.moveDown(1).font("Helvetica-Bold").fontSize(11).fillColor(INK).text(words, MARGIN, page.y).moveDown(0.4);
}

function pair(page: PDFKit.PDFDocument, label: string, value: string): void {
  const top = page.y;
  page.font("Helvetica").fontSize(9).fillColor(DIM).text(label, MARGIN, top, { width: 90 });
  page.fillColor(INK).text(latin(value), MARGIN + 100, top, { width: page.page.width - 2 * MARGIN - 100 });
  page.moveDown(0.25);
}

/** What is final and ties stands on a double rule. */
function doubleRule(page: PDFKit.PDFDocument): void {
  const right = page.page.width - MARGIN;
  const top = page.y + 6;
  for (const y of [top, top + 3]) page.moveTo(MARGIN, y).lineTo(right, y).lineWidth(0.7).strokeColor(RULE).stroke();
  page.y = top + 16;
}

/** The standard fonts know Latin letters only: others lose their marks, or show as "?"; the manifest has every name whole. */
function latin(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\xff\u2013\u2014\u2018-\u201d\u2026]/gu, (letter) =>
    letter
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .replace(/[^\x20-\x7e]/gu, "?"),
  );
}
