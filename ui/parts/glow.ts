import type { Attachment } from "svelte/attachments";

/** How long a change shines, in milliseconds. */
const GLOW = 600;
/** What each element last showed, so that the first drawing does not count as a change. */
const shown = new WeakMap<Element, string>();

/** Lets an element shine once when what it shows has changed; never where less motion is asked for. */
export function glow(content: string): Attachment<HTMLElement> {
  return (element) => {
    const before = shown.get(element);
    shown.set(element, content);
    if (before === undefined || before === content) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const grounds = [{ backgroundColor: "var(--glow)" }, { backgroundColor: "transparent" }];
    element.animate(grounds, { duration: GLOW, easing: "ease-out" });
  };
}
