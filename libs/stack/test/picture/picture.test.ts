import { describe, expect, it } from 'vitest';
import { mermaid, svg, type Graph } from '../../src/index.ts';
import { sceneOf } from '../../src/picture/scene.ts';
import { handmade } from '../programs.ts';

const trust = {
  Statement: [
    {
      Principal: { Federated: 'x' },
      Condition: {
        StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:<o>@1/"r"@2:environment:p' },
      },
    },
  ],
};

function network(): Graph {
  const graph = handmade(
    { type: 'aws:ec2/vpc:Vpc', name: 'net' },
    { type: 'aws:ec2/subnet:Subnet', name: 'a' },
    { type: 'aws:ec2/subnet:Subnet', name: 'b' },
    { type: 'aws:eks/cluster:Cluster', name: 'main' },
    { type: 'aws:iam/role:Role', name: 'deploy', inputs: { assumeRolePolicy: trust } },
    { type: 'aws:iam/rolePolicyAttachment:RolePolicyAttachment', name: 'tie' },
  );
  const [vpc, a, b, cluster] = graph.resources.map(({ urn }) => urn) as [string, string, string, string];
  const needs: Record<string, string[]> = { [a]: [vpc], [b]: [vpc], [cluster]: [vpc, a, b] };
  return {
    ...graph,
    resources: graph.resources.map((resource) => ({ ...resource, dependencies: needs[resource.urn] ?? [] })),
  };
}

describe('the picture of a graph', () => {
  it('groups resources of one type, leaves out attachments and draws direct dependencies only', () => {
    const { boxes, lines } = sceneOf(network());
    expect(boxes.map(({ group, title }) => `${group}: ${title}`)).toEqual([
      'network: ec2.Vpc',
      'identities: iam.Role',
      'network: ec2.Subnet × 2',
      'cluster: eks.Cluster',
      'outside: <o>/"r"',
    ]);
    expect(lines.filter(({ kind }) => kind === 'needs')).toHaveLength(2);
  });

  it('has one box with all names for each row of zones', () => {
    const rows = ['net-private-a', 'net-private-b', 'net-public-a', 'net-public-b', 'net-public-c'];
    const subnets = rows.map((name) => ({ type: 'aws:ec2/subnet:Subnet', name }));
    const { boxes } = sceneOf(handmade(...subnets));
    expect(boxes.map(({ title, subtitle }) => `${title}: ${subtitle}`)).toEqual([
      'ec2.Subnet × 2: net-private-a, -b',
      'ec2.Subnet × 3: net-public-a, -b, -c',
    ]);
  });

  it('has arrowheads and a legend for its lines', () => {
    const picture = svg(network());
    const tips = (kind: string) => picture.split(`marker-end="url(#${kind})"`).length - 1;
    expect([tips('needs'), tips('assumes')]).toEqual([2, 1]);
    expect(picture).toContain('is needed by');
    expect(picture).toContain('may assume →');
  });

  it('shows who may assume a role', () => {
    const { boxes, lines } = sceneOf(network());
    expect(lines.filter(({ kind }) => kind === 'assumes')).toHaveLength(1);
    expect(boxes.at(-1)?.subtitle).toBe('environment:p');
  });

  it('is well-formed for names with special characters', () => {
    const picture = svg(network());
    expect(picture).toMatch(/^<svg [^>]*>\n/);
    expect(picture).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/);
    const open = picture.match(/<[a-z]+(?: [^<>]*[^/<>])?>/g) ?? [];
    expect(open).toHaveLength((picture.match(/<\/[a-z]+>/g) ?? []).length);
    expect(picture).not.toContain('<o>');
  });

  it('has the same boxes as a Mermaid flowchart, each in a group', () => {
    const text = mermaid(network());
    expect(text.split('\n').filter((line) => line.includes('subgraph'))).toHaveLength(4);
    expect(text.match(/b\d+\[/g)).toHaveLength(5);
    expect(text).toContain('-. assumes .->');
    expect(text).not.toContain('undefined');
  });
});
