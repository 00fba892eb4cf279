/** The allowed word that a mistyped one most likely means; null if none is similar. */
export function suggestionFor(word: string, allowed: readonly string[]): string | null {
  let nearest: string | null = null;
  let least = Infinity;
  for (const candidate of allowed) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  if (nearest === null) return null;
  // Up to a third of the letters may be wrong, but not all; two swapped neighbours count as two.
  const { length } = nearest;
  return least <= Math.ceil(length / 3) && least < length ? nearest : null;
}

/** Levenshtein distance: insertions, deletions and replacements. */
function editDistance(left: string, right: string): number {
  const letters = Array.from(right);
  let above = Array.from({ length: letters.length + 1 }, (_, column) => column);
  for (const [row, letter] of Array.from(left).entries()) {
    const current = [row + 1];
    for (const [column, other] of letters.entries()) {
      const replaced = (above[column] ?? 0) + (letter === other ? 0 : 1);
      current.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    above = current;
  }
  return above[letters.length] ?? 0;
}
