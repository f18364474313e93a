/** A text as one word of a shell, whatever is in it: people copy commands, and most of what stands in them comes from a pipeline file or a store. */
export function shellQuoted(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

/** The same, bare where no shell reads anything into it. */
export function shellWord(value: string): string {
  return /^[\w@%+=:,./-]+$/u.test(value) ? value : shellQuoted(value);
}
