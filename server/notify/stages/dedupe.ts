import { ON, type Stage } from "../letter.ts";

export const dedupe: Stage = {
  name: "dedupe",
  title: "Nobody is told twice of the same; what they have changes with the incident instead.",
  judge(letter, desk) {
    const before = desk.toldBefore(letter);
    const { occasion, step, madeAt } = letter;
    const again = before.find(
      (each) =>
        occasion === "opened" ||
        (each.occasion === occasion && each.step === step) ||
        // Whoever was told after it grew worse was told so then.
        (occasion === "worsened" && each.sentAt !== null && each.sentAt >= madeAt),
    );
    return again ? { go: "drop", because: `It was told here already, to the ${again.role}.` } : ON;
  },
};
