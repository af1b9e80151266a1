/** A pure function whose answers are kept by its arguments. */
export function kept<A extends (string | number)[], R>(compute: (...args: A) => R): (...args: A) => R {
  const answers = new Map<string, R>();
  return (...args) => {
    const key = args.join("\n");
    if (!answers.has(key)) answers.set(key, compute(...args));
    return answers.get(key)!;
  };
}
