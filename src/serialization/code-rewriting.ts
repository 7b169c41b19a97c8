// Changes to an author's text that keep its lines, and its columns wherever the new text is no longer than the old.

export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text from `start` to `end`, with changes given in positions of the whole text. */
export function rewrite(whole: string, start: number, end: number, changes: readonly Change[]): string {
  const sorted = [...changes].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = start;
  for (const change of sorted) {
    // A change inside what another one has replaced is gone with it.
    if (change.start < at) continue;
    result += whole.slice(at, change.start) + change.text;
    at = change.end;
  }
  return result + whole.slice(at, end);
}

/** Replaces a stretch by nothing, or by `text`, with blanks for the rest of it; line ends stay. */
export function blank(whole: string, start: number, end: number, text = ''): Change {
  const old = whole.slice(start, end);
  const rest = old.slice(text.length).replace(/[^\n\r\u2028\u2029]/g, ' ');
  const lostLines = old.slice(0, text.length).replace(/[^\n]/g, '');
  return { start, end, text: text + lostLines + rest };
}
