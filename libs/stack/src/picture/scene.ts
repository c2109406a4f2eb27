import { shortType, type Graph, type GraphResource, type Value } from '../graph/graph.ts';

/** The parts of a picture. */
export type Group = 'outside' | 'identities' | 'cluster' | 'network' | 'storage' | 'other';

/** From left to right, so that most lines lead to a neighbour: who may assume which role, which the cluster uses. */
export const GROUPS: readonly Group[] = ['outside', 'identities', 'cluster', 'network', 'storage', 'other'];

/** One box: a resource, or several of a kind that lie side by side. */
export interface Box {
  id: string;
  group: Group;
  title: string;
  subtitle: string;
}

/** A line from what is needed, or from who may assume a role. */
export interface Line {
  from: string;
  to: string;
  kind: 'needs' | 'assumes';
}

export interface Scene {
  title: string;
  boxes: readonly Box[];
  lines: readonly Line[];
}

/** What only ties two others together, or is a detail of one, is no box of its own. */
const DETAILS =
  /(Attachment|Association|Route|RolePolicy|Rule|Alias|AccessEntry|LifecyclePolicy)$|:Bucket[A-Z]/;

/** Each role is a box of its own, whoever its kin: who may assume it is what one looks for. */
const ROLE = 'aws:iam/role:Role';

const MODULES: Readonly<Record<string, Group>> = {
  ec2: 'network',
  vpc: 'network',
  firewall: 'network',
  'ec2/launchTemplate': 'cluster',
  eks: 'cluster',
  lkeCluster: 'cluster',
  iam: 'identities',
  kms: 'storage',
  s3: 'storage',
  ecr: 'storage',
  objectStorageBucket: 'storage',
  objectStorageKey: 'storage',
  cloudwatch: 'storage',
};

/** What there is to draw: boxes by group, direct needs only, and who may assume which role. */
export function sceneOf(graph: Graph): Scene {
  const drawn = graph.resources.filter(
    ({ custom, type }) => custom && !DETAILS.test(type) && !type.startsWith('pulumi:'),
  );
  const boxOf = new Map(drawn.map((resource) => [resource.urn, familyOf(resource, drawn)]));
  const families = Map.groupBy(drawn, ({ urn }) => boxOf.get(urn) as string);
  const boxes = [...families].map(([id, members]) => boxFor(id, members));
  const principals = drawn.flatMap((resource) => principalsOf(resource, boxOf.get(resource.urn) as string));
  const lines = needs(drawn, boxOf);
  const strangers = [...new Set(principals.map(({ from }) => from))].map((from) => stranger(from));
  return {
    title: `${graph.project} (${graph.stack})`,
    boxes: [...byDepth(boxes, lines), ...strangers],
    lines: [...directOnly(lines), ...principals],
  };
}

/**
 * Resources of one type under one parent share a box: ten endpoints are one thought. Where they come in rows over the
 * zones, as subnets do, each row is one.
 */
function familyOf(resource: GraphResource, drawn: readonly GraphResource[]): string {
  if (resource.type === ROLE) return resource.urn;
  const kin = drawn.filter(({ type, parent }) => type === resource.type && parent === resource.parent);
  if (kin.length === 1) return resource.urn;
  const family = `${resource.type}@${resource.parent ?? ''}`;
  const rows = Map.groupBy(kin, ({ name }) => rowOf(name));
  const isInRows = rows.size > 1 && [...rows.values()].some(({ length }) => length > 1);
  return isInRows ? `${family}@${rowOf(resource.name)}` : family;
}

/** `production-private` of `production-private-a`: the name without its zone. */
const rowOf = (name: string): string => name.replace(/-[a-z]$/, '');

function boxFor(id: string, members: readonly GraphResource[]): Box {
  const [{ type, name }] = members as [GraphResource];
  const module = type.split(':')[1] ?? '';
  const [first = '', second = ''] = module.split('/');
  const group = MODULES[module] ?? MODULES[first === 'index' ? second : first] ?? 'other';
  const title = members.length > 1 ? `${shortType(type)} × ${members.length}` : shortType(type);
  return { id, group, title, subtitle: members.length > 1 ? namesOf(members) : name };
}

/** `net-private-a, -b, -c` of a row, else the first names. */
function namesOf(members: readonly GraphResource[]): string {
  const names = members.map(({ name }) => name).sort();
  const [first = '', ...others] = names;
  const row = rowOf(first);
  if (row !== first && others.every((name) => rowOf(name) === row))
    return [first, ...others.map((name) => name.slice(row.length))].join(', ');
  return names.length > 3 ? `${names.slice(0, 2).join(', ')}, …` : names.join(', ');
}

function needs(drawn: readonly GraphResource[], boxOf: ReadonlyMap<string, string>): Line[] {
  const pairs = new Set<string>();
  for (const { urn, dependencies } of drawn) {
    for (const dependency of dependencies) {
      const [from, to] = [boxOf.get(dependency), boxOf.get(urn)];
      if (from !== undefined && from !== to) pairs.add(JSON.stringify([from, to]));
    }
  }
  return [...pairs].map((pair) => {
    const [from, to] = JSON.parse(pair) as [string, string];
    return { from, to, kind: 'needs' };
  });
}

/** Leaves out a line where another way leads to the same box. */
function directOnly(lines: readonly Line[]): Line[] {
  const next = Map.groupBy(lines, ({ from }) => from);
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    (next.get(from) ?? []).some((line) => {
      if (line.to === to) return true;
      if (seen.has(line.to)) return false;
      seen.add(line.to);
      return reaches(line.to, to, seen);
    });
  return lines.filter(
    ({ from, to }) =>
      !(next.get(from) ?? []).some((line) => line.to !== to && reaches(line.to, to, new Set([from]))),
  );
}

/** Who a role's trust policy names. */
function principalsOf({ type, inputs }: GraphResource, box: string): Line[] {
  if (type !== ROLE) return [];
  return trusted(inputs['assumeRolePolicy']).map((from) => ({ from, to: box, kind: 'assumes' }));
}

/** Who a trust policy names: services, and the subjects that it asks of tokens. */
function trusted(policy: Value | undefined): string[] {
  const document = typeof policy === 'string' ? (JSON.parse(policy) as Value) : (policy ?? null);
  return [...new Set(namedIn(document))];
}

function namedIn(value: Value): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, Value]) =>
    key === 'Service' || key.endsWith(':sub') ? [inner].flat().map(String) : namedIn(inner),
  );
}

/** A repository's subject in parts: `acme/slipway` and `environment:production`. */
function stranger(from: string): Box {
  const [, owner, repository, subtitle] = /^repo:([^@/]+)[^/]*\/([^@:]+)[^:]*:(.*)$/.exec(from) ?? [];
  const title = owner === undefined ? 'may assume a role' : `${owner}/${repository}`;
  return { id: from, group: 'outside', title, subtitle: subtitle ?? from };
}

/** What others stand on comes first. */
function byDepth(boxes: readonly Box[], lines: readonly Line[]): Box[] {
  const into = Map.groupBy(lines, ({ to }) => to);
  const depths = new Map<string, number>();
  const depth = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    depths.set(id, 0); // boxes of kin may stand on each other
    const found = Math.max(0, ...(into.get(id) ?? []).map(({ from }) => depth(from) + 1));
    depths.set(id, found);
    return found;
  };
  return boxes.toSorted((a, b) => depth(a.id) - depth(b.id));
}
