/** Moves the focus between a table's links by arrow keys, along the row or to the same column of the next one. */
export function moveInGrid(event: KeyboardEvent): void {
  const link = (event.target as HTMLElement).closest("a");
  const row = link?.closest("tr");
  if (!link || !row) return;
  const links = linksOf(row);
  const column = links.indexOf(link);
  const target =
    event.key === "ArrowRight"
      ? links[column + 1]
      : event.key === "ArrowLeft"
        ? links[column - 1]
        : event.key === "ArrowDown"
          ? linksOf(row.nextElementSibling)[column]
          : event.key === "ArrowUp"
            ? linksOf(row.previousElementSibling)[column]
            : null;
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function linksOf(row: Element | null): HTMLElement[] {
  return row ? [...row.querySelectorAll<HTMLElement>("a")] : [];
}
