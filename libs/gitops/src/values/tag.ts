import type { Alias, ParsedNode } from 'yaml';
import { refuse, type Lookup } from './lookup.ts';

const YAML = 'tag:yaml.org,2002:';

/** What a node may be tagged as: only what it already is. */
const OWN_TAGS: Readonly<Record<'map' | 'list' | 'string', readonly string[]>> = {
  map: [`${YAML}map`],
  list: [`${YAML}seq`],
  string: [`${YAML}str`],
};

/**
 * @throws ValuesError `explicit-tag` for a tag of YAML's own that changes the meaning (`!!int`, `!!set`, `!!binary`),
 * `custom-tag` for any other, whose meaning only one reader knows
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
    problem: `the tag ${custom ? tag : tag.replace(YAML, '!!')} decides what is read here`,
    remedy: 'Remove the tag, and write the value in its plain form.',
    value: tag,
  });
}
