/** Names that an error lists; of more, it says how many. */
const LISTED = 20;

/** What there is, for whoever wrote a name that is not among it: the one that was meant, perhaps, then all. */
export function knownNames(heading: string, wrong: string, names: readonly string[]): string {
  const meant = similarName(wrong, names);
  const more = names.length - LISTED;
  const list = names.slice(0, LISTED).join(', ') || 'nothing';
  return `${meant === undefined ? '' : `Did you mean "${meant}"? `}${heading}: ${list}${more > 0 ? ` and ${more} more` : ''}.`;
}

/** The nearest of some names, where no more than a third of the letters differ; two that changed places count as one. */
export function similarName(wrong: string, names: readonly string[]): string | undefined {
  const most = Math.ceil(wrong.length / 3);
  const near = names
    .filter((name) => Math.abs(name.length - wrong.length) <= most)
    .map((name) => ({ name, far: distance(wrong, name) }))
    .sort((a, b) => a.far - b.far)[0];
  return near !== undefined && near.far <= most ? near.name : undefined;
}

/** How many letters to change, add, drop or swap with their neighbour (optimal string alignment). */
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
