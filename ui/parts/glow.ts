import type { Attachment } from "svelte/attachments";

/** What each element last showed, so that the first drawing does not count as a change. */
const shown = new WeakMap<Element, string>();

/** Lets an element glow once when what it shows has changed. */
export function glow(content: string): Attachment {
  return (element) => {
    const before = shown.get(element);
    shown.set(element, content);
    if (before === undefined || before === content) return;
    element.classList.remove("glow");
    // Reading the layout starts the animation anew where one is still running.
    void (element as HTMLElement).offsetWidth;
    element.classList.add("glow");
  };
}
