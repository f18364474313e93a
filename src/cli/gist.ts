import { cutAt, printable } from "./text.ts";

const mostCharacters = 150;

/** The summary for one line of a list: without the scenario, the date and the clock, nor what to do. */
export function gist({ summary }: { readonly summary: string }): string {
  const said = printable(summary)
    .replace(/^SCENARIO \S+ \(invented data\): /u, "")
    .replace(/ Next: .*$/u, "");
  const short = said.replace(/^(?:So far: )?\S+ [A-Z ]+, (judged \d+ of \d+) checks as of \S+ \S+ [^\s.:]+[.:] /u, "$1; ");
  return cutAt(short, mostCharacters);
}
