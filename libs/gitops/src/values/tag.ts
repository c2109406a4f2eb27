import type { Alias, ParsedNode } from 'yaml';
import { refuse, type Lookup } from './value-lookup.ts';

const YAML = 'tag:yaml.org,2002:';

/** The tags that a node of each kind may have: only those that do not change its meaning. */
const OWN_TAGS: Readonly<Record<'map' | 'list' | 'string', readonly string[]>> = {
  map: [`${YAML}map`],
  list: [`${YAML}seq`],
  string: [`${YAML}str`],
};

/**
 * @throws ValuesError `explicit-tag` for a standard YAML tag that changes the meaning (`!!int`, `!!set`,
 *   `!!binary`); `custom-tag` for any other tag, which only one reader understands
 */
export function refuseTag(
  lookup: Lookup,
  node: Exclude<ParsedNode, Alias>,
  kind: keyof typeof OWN_TAGS | 'untagged',
): void {
  const { tag } = node;
  if (tag === undefined || (kind !== 'untagged' && OWN_TAGS[kind].includes(tag))) return;
  const custom = !tag.startsWith(YAML);
  throw refuse(lookup, {
    code: custom ? 'custom-tag' : 'explicit-tag',
    at: node.range[0],
    problem: `the tag ${custom ? tag : tag.replace(YAML, '!!')} changes the meaning of the value`,
    remedy: 'Remove the tag, and write the value in its plain form.',
    value: tag,
  });
}
