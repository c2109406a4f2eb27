import { shortType, type Graph, type GraphResource, type Value } from '../graph/graph.ts';

/** The columns of a picture. */
export type Group = 'outside' | 'identities' | 'cluster' | 'network' | 'storage' | 'other';

/** Left to right. Most lines then connect neighbours: principals, roles, the cluster that uses them. */
export const GROUPS: readonly Group[] = ['outside', 'identities', 'cluster', 'network', 'storage', 'other'];

/** A box: one resource, or several of the same type. */
export interface Box {
  id: string;
  group: Group;
  title: string;
  subtitle: string;
}

/** A line from a dependency to its dependent, or from a principal to a role that it may assume. */
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

/** Types without a box: they connect two other resources or are a detail of one. */
const DETAILS =
  /(Attachment|Association|Route|RolePolicy|Rule|Alias|AccessEntry|LifecyclePolicy)$|:Bucket[A-Z]/;

/** Roles are never grouped: the picture must show who may assume each of them. */
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

/** Lays out a graph: boxes by group, direct dependencies, and the principals that may assume each role. */
export function sceneOf(graph: Graph): Scene {
  const drawn = graph.resources.filter(
    ({ custom, type }) => custom && !DETAILS.test(type) && !type.startsWith('pulumi:'),
  );
  const boxOf = new Map(drawn.map((resource) => [resource.urn, familyOf(resource, drawn)]));
  const families = Map.groupBy(drawn, ({ urn }) => boxOf.get(urn) as string);
  const boxes = [...families].map(([id, members]) => boxFor(id, members));
  const principals = drawn.flatMap((resource) => principalsOf(resource, boxOf.get(resource.urn) as string));
  const lines = needs(drawn, boxOf);
  const outside = [...new Set(principals.map(({ from }) => from))].map((from) => principalBox(from));
  return {
    title: `${graph.project} (${graph.stack})`,
    boxes: [...byDepth(boxes, lines), ...outside],
    lines: [...directOnly(lines), ...principals],
  };
}

/**
 * Resources of the same type and parent share a box, such as the VPC endpoints. If their names form rows over
 * the zones, as subnets do, each row gets a box.
 */
function familyOf(resource: GraphResource, drawn: readonly GraphResource[]): string {
  if (resource.type === ROLE) return resource.urn;
  const siblings = drawn.filter(({ type, parent }) => type === resource.type && parent === resource.parent);
  if (siblings.length === 1) return resource.urn;
  const family = `${resource.type}@${resource.parent ?? ''}`;
  const rows = Map.groupBy(siblings, ({ name }) => rowOf(name));
  const isInRows = rows.size > 1 && [...rows.values()].some(({ length }) => length > 1);
  return isInRows ? `${family}@${rowOf(resource.name)}` : family;
}

/** The name without its zone: `production-private` for `production-private-a`. */
const rowOf = (name: string): string => name.replace(/-[a-z]$/, '');

function boxFor(id: string, members: readonly GraphResource[]): Box {
  const [{ type, name }] = members as [GraphResource];
  const module = type.split(':')[1] ?? '';
  const [first = '', second = ''] = module.split('/');
  const group = MODULES[module] ?? MODULES[first === 'index' ? second : first] ?? 'other';
  const title = members.length > 1 ? `${shortType(type)} × ${members.length}` : shortType(type);
  return { id, group, title, subtitle: members.length > 1 ? namesOf(members) : name };
}

/** `net-private-a, -b, -c` for a row, else the first names. */
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

/** Drops a line if another path leads to the same box. */
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

/** Lines from the principals in a role's trust policy. */
function principalsOf({ type, inputs }: GraphResource, box: string): Line[] {
  if (type !== ROLE) return [];
  return trusted(inputs['assumeRolePolicy']).map((from) => ({ from, to: box, kind: 'assumes' }));
}

/** The principals in a trust policy: services, and the token subjects that it requires. */
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

/** A box for a principal. A GitHub subject is split into `acme/slipway` and `environment:production`. */
function principalBox(from: string): Box {
  const [, owner, repository, subtitle] = /^repo:([^@/]+)[^/]*\/([^@:]+)[^:]*:(.*)$/.exec(from) ?? [];
  const title = owner === undefined ? 'may assume a role' : `${owner}/${repository}`;
  return { id: from, group: 'outside', title, subtitle: subtitle ?? from };
}

/** Sorts boxes by depth: dependencies come first. */
function byDepth(boxes: readonly Box[], lines: readonly Line[]): Box[] {
  const into = Map.groupBy(lines, ({ to }) => to);
  const depths = new Map<string, number>();
  const depth = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    depths.set(id, 0); // grouped boxes can depend on each other
    const found = Math.max(0, ...(into.get(id) ?? []).map(({ from }) => depth(from) + 1));
    depths.set(id, found);
    return found;
  };
  return boxes.toSorted((a, b) => depth(a.id) - depth(b.id));
}
