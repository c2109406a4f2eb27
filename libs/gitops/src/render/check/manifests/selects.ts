/** What selects objects by their labels, in most kinds. */
export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly unknown[];
}

/**
 * Whether a selector by labels finds an object with these labels. One with expressions is taken to find nothing: this
 * platform writes none, so a rule that asks should fail rather than guess.
 */
export function selects(selector: Selector | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (!selector || selector.matchExpressions?.length) return false;
  const wanted = Object.entries(selector.matchLabels ?? {});
  return wanted.every(([label, value]) => labels[label] === value);
}
