import { ON, type Stage } from "../letter.ts";

export const record: Stage = {
  name: "record",
  title: "What is on record as handed over is never sent again; everything that happened to it is kept.",
  judge: ({ sentAt }) => (sentAt === null ? ON : { go: "drop", because: "It is on record as sent." }),
};
