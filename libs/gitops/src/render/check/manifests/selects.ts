/** A selector of objects by their labels, as most kinds have it. */
interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly unknown[];
}

/**
 * Whether a selector matches labels. One with expressions matches none here: the charts of this platform have none,
 * and a rule should fail rather than guess.
 */
export function selects(selector: Selector | undefined, labels: Readonly<Record<string, string>>): boolean {
  if (!selector || selector.matchExpressions?.length) return false;
  const wanted = Object.entries(selector.matchLabels ?? {});
  return wanted.every(([label, value]) => labels[label] === value);
}
