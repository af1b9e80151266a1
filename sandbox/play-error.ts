/** A play cannot be begun or gone on with; told without a stack. */
export class PlayError extends Error {
  override name = "PlayError";
}
