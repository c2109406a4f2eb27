import type { Graph, GraphResource, Value } from '../graph/graph.ts';
import { pairs } from './pairs.ts';
import { FORCING_PROPERTIES, type ForcingProperties } from './forcing-properties.ts';

/** A property that differs between two versions of a resource. */
export interface PropertyChange {
  /** As in `vpcConfig.subnetIds[0]`; options are under `options.`. */
  path: string;
  /** Absent if the property is new. */
  before?: Value;
  /** Absent if the property was removed. */
  after?: Value;
  /** Whether this change makes the cloud replace the resource. */
  forces: boolean;
}

/** The planned action for one resource. */
export interface Change {
  action: 'add' | 'remove' | 'change' | 'replace';
  resource: GraphResource;
  /** Empty if the resource is added or removed. */
  properties: readonly PropertyChange[];
}

/** The differences between two graphs. */
export interface GraphDiff {
  /** Sorted by URN; unchanged resources are left out. */
  changes: readonly Change[];
  outputs: readonly PropertyChange[];
  /** The number of unchanged resources. */
  same: number;
}

/**
 * Compares two graphs. Masked secrets compare as equal, so a changed secret is not detected.
 *
 * @param forcing the properties that force a replacement, by type. @default {@link FORCING_PROPERTIES}
 */
export function diffGraphs(
  before: Graph,
  after: Graph,
  forcing: ForcingProperties = FORCING_PROPERTIES,
): GraphDiff {
  const old = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const now = new Map(after.resources.map((resource) => [resource.urn, resource]));
  const urns = [...new Set([...old.keys(), ...now.keys()])].sort();
  const changes = urns.flatMap((urn) => changeOf(old.get(urn), now.get(urn), forcing) ?? []);
  return {
    changes,
    outputs: differences('', before.outputs, after.outputs, () => false),
    same: urns.length - changes.length,
  };
}

function changeOf(
  before: GraphResource | undefined,
  after: GraphResource | undefined,
  forcing: ForcingProperties,
): Change | undefined {
  if (before === undefined) return { action: 'add', resource: after as GraphResource, properties: [] };
  if (after === undefined) return { action: 'remove', resource: before, properties: [] };
  const ignored = namesIn(after.options['ignoreChanges']);
  const forces = new Set([...(forcing[after.type] ?? []), ...namesIn(after.options['replaceOnChanges'])]);
  const properties = [
    ...differences('', before.inputs, after.inputs, (path) => covers(forces, path)).filter(
      ({ path }) => !covers(ignored, path),
    ),
    ...differences('options.', before.options, after.options, () => false),
  ];
  if (properties.length === 0) return undefined;
  const action = after.custom && properties.some(({ forces }) => forces) ? 'replace' : 'change';
  return { action, resource: after, properties };
}

function namesIn(list: Value | undefined): ReadonlySet<string> {
  return new Set(Array.isArray(list) ? list.map(String) : []);
}

/** Whether the set contains a path or one of its parents. */
function covers(names: ReadonlySet<string>, path: string): boolean {
  const parts = path.replace(/\[\d+\]/g, '').split('.');
  return parts.some((_, at) => names.has(parts.slice(0, at + 1).join('.'))) || names.has('*');
}

function differences(
  prefix: string,
  before: { readonly [key: string]: Value },
  after: { readonly [key: string]: Value },
  forces: (path: string) => boolean,
): PropertyChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => valueDifferences(`${prefix}${key}`, before[key], after[key], forces));
}

function valueDifferences(
  path: string,
  before: Value | undefined,
  after: Value | undefined,
  forces: (path: string) => boolean,
): PropertyChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isPlain(before) && isPlain(after)) return differences(`${path}.`, before, after, forces);
  if (Array.isArray(before) && Array.isArray(after)) {
    return pairs(before, after).flatMap(({ at, before, after }) =>
      valueDifferences(`${path}[${at}]`, before, after, forces),
    );
  }
  return [
    {
      path,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
      forces: forces(path),
    },
  ];
}

function isPlain(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
