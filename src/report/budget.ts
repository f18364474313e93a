/** Most characters of one text in a report; what is longer is cut, and the cut is counted. */
const mostCharacters = 480;
/** The same of a note in a concise report. */
export const noteCharacters = 160;
/** The same of a warning beside a failure. */
export const besideCharacters = 240;
/** Most findings in a report, worst first. */
export const mostFindings = 12;

/** Cutting away less than the note on it takes would make it no shorter. */
const noteOfCut = " (99 more characters)".length;

export function capped(text: string, most = mostCharacters): string {
  const characters = Array.from(text);
  if (characters.length <= most + noteOfCut) return text;
  return `${characters.slice(0, most).join("")}… (${characters.length - most} more characters)`;
}
