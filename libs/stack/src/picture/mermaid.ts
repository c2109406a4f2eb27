import type { Graph } from '../graph/graph.ts';
import { GROUPS, sceneOf, type Box } from './scene.ts';

/** Renders a graph as a Mermaid flowchart, for a README or a pull request. */
export function mermaid(graph: Graph): string {
  const { boxes, lines } = sceneOf(graph);
  const ids = new Map(boxes.map(({ id }, at) => [id, `b${at}`]));
  const groups = GROUPS.flatMap((group) => {
    const inside = boxes.filter((box) => box.group === group);
    if (inside.length === 0) return [];
    return [`  subgraph ${group}`, ...inside.map((box) => `    ${node(box, ids)}`), '  end'];
  });
  const arrows = lines.map(
    ({ from, to, kind }) =>
      `  ${ids.get(from)} ${kind === 'needs' ? '-->' : '-. assumes .->'} ${ids.get(to)}`,
  );
  return ['flowchart LR', ...groups, ...arrows, ''].join('\n');
}

function node({ id, title, subtitle }: Box, ids: ReadonlyMap<string, string>): string {
  return `${ids.get(id)}["${safe(title)}<br/>${safe(subtitle)}"]`;
}

/** Escapes markup, which Mermaid interprets inside labels. */
function safe(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
