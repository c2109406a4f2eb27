/** The number of names that an error lists; of the others it gives the number. */
const LISTED = 20;

/** The known names, for an error about an unknown one: first the most similar name, then all. */
export function knownNames(heading: string, wrong: string, names: readonly string[]): string {
  const similar = similarName(wrong, names);
  const more = names.length - LISTED;
  const list = names.slice(0, LISTED).join(', ') || 'none';
  return `${similar === undefined ? '' : `Did you mean "${similar}"? `}${heading}: ${list}${more > 0 ? ` and ${more} more` : ''}.`;
}

/** The most similar name, if at most a third of the letters differ; two letters that are swapped count as one. */
export function similarName(wrong: string, names: readonly string[]): string | undefined {
  const most = Math.ceil(wrong.length / 3);
  const near = names
    .filter((name) => Math.abs(name.length - wrong.length) <= most)
    .map((name) => ({ name, far: distance(wrong, name) }))
    .sort((a, b) => a.far - b.far)[0];
  return near !== undefined && near.far <= most ? near.name : undefined;
}

/** The number of letters to change, add, remove or swap with a neighbour (optimal string alignment distance). */
function distance(one: string, other: string): number {
  let [before, last] = [[] as number[], Array.from({ length: other.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const [a, b] = [one[i - 1], other[j - 1]];
      const swapped = i > 1 && j > 1 && a === other[j - 2] && one[i - 2] === b;
      row[j] = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (a === b ? 0 : 1),
        swapped ? (before[j - 2] as number) + 1 : Infinity,
      );
    }
    [before, last] = [last, row];
  }
  return last[other.length] as number;
}
