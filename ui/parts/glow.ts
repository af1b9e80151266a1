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
    const shine = (colour: string) => ({ boxShadow: `inset 0 0 0 2px ${colour}` });
    element.animate([shine("var(--flight)"), shine("transparent")], { duration: GLOW, easing: "ease-out" });
  };
}
