import type { Graph } from '../graph/graph.ts';
import { GROUPS, sceneOf, type Box, type Group, type Scene } from './scene.ts';

// In pixels.
const BOX = { width: 250, height: 40 };
const GAP = { column: 80, row: 14 };
const MARGIN = { side: 24, top: 76 };

/** The number of characters that fit into a box at its font size. */
const FITS = 38;

const COLOURS: Readonly<Record<Group, string>> = {
  outside: '#ffffff',
  network: '#dbeafe',
  cluster: '#dcfce7',
  identities: '#fef3c7',
  storage: '#f3e8ff',
  other: '#e5e7eb',
};

const LINES: Readonly<
  Record<Scene['lines'][number]['kind'], { colour: string; dash: string; label: string }>
> = {
  needs: { colour: '#64748b', dash: '', label: '— is needed by →' },
  assumes: { colour: '#b45309', dash: ' stroke-dasharray="5 4"', label: '- - may assume →' },
};

interface Place {
  x: number;
  y: number;
}

/** Renders a graph as SVG: a column per group, solid lines for dependencies, dashed ones for roles. */
export function svg(graph: Graph): string {
  const scene = sceneOf(graph);
  const columns = GROUPS.map((group) => ({
    group,
    boxes: scene.boxes.filter((box) => box.group === group),
  })).filter(({ boxes }) => boxes.length > 0);
  const places = new Map(
    columns.flatMap(({ boxes }, column) => boxes.map(({ id }, row) => [id, place(column, row)] as const)),
  );
  const width = MARGIN.side * 2 + columns.length * (BOX.width + GAP.column);
  const rows = Math.max(...columns.map(({ boxes }) => boxes.length));
  const height = MARGIN.top + rows * (BOX.height + GAP.row) + MARGIN.side;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<title>${safe(scene.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ARROWS,
    `<text x="${MARGIN.side}" y="30" font-size="18" font-weight="600">${safe(scene.title)}</text>`,
    legend(width - MARGIN.side),
    ...columns.map(
      ({ group }, at) => `<text x="${place(at, 0).x}" y="60" font-size="13" fill="#475569">${group}</text>`,
    ),
    ...lines(scene, places),
    ...scene.boxes.map((box) => drawBox(box, places.get(box.id) as Place)),
    '</svg>',
    '',
  ].join('\n');
}

/** One arrowhead for each kind of line. */
const ARROWS = `<defs>${Object.entries(LINES)
  .map(
    ([kind, { colour }]) =>
      `<marker id="${kind}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 Z" fill="${colour}"/></marker>`,
  )
  .join('')}</defs>`;

/** The legend of the lines, right-aligned. */
function legend(right: number): string {
  const entries = Object.values(LINES).map(({ colour, label }, at) => {
    const y = 26 + at * 16;
    return `<text x="${right}" y="${y}" font-size="11" text-anchor="end" fill="${colour}">${label}</text>`;
  });
  return entries.join('');
}

function place(column: number, row: number): Place {
  return {
    x: MARGIN.side + column * (BOX.width + GAP.column),
    y: MARGIN.top + row * (BOX.height + GAP.row),
  };
}

function lines(scene: Scene, places: ReadonlyMap<string, Place>): string[] {
  return scene.lines.map(({ from, to, kind }) => {
    const { colour, dash } = LINES[kind];
    const path = curve(places.get(from) as Place, places.get(to) as Place);
    return `<path d="${path}" fill="none" stroke="${colour}"${dash} marker-end="url(#${kind})"/>`;
  });
}

/** Within a column, a curve on the right side; between columns, an S-curve between the facing sides. */
function curve(from: Place, to: Place): string {
  const middle = BOX.height / 2;
  const [y1, y2] = [from.y + middle, to.y + middle];
  if (from.x === to.x) {
    const x = from.x + BOX.width;
    const bow = x + Math.min(GAP.column - 10, 20 + Math.abs(y1 - y2) / 8);
    return `M${x},${y1} C${bow},${y1} ${bow},${y2} ${x},${y2}`;
  }
  const [x1, x2] = from.x < to.x ? [from.x + BOX.width, to.x] : [from.x, to.x + BOX.width];
  const half = (x1 + x2) / 2;
  return `M${x1},${y1} C${half},${y1} ${half},${y2} ${x2},${y2}`;
}

function drawBox({ id, group, title, subtitle }: Box, { x, y }: Place): string {
  const text = (size: number, below: number, label: string, colour: string) =>
    `<text x="${x + 10}" y="${y + below}" font-size="${size}" fill="${colour}">${safe(cut(label))}</text>`;
  return [
    `<g><title>${safe(id)}</title>`,
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="${COLOURS[group]}" stroke="#94a3b8"/>`,
    text(12, 17, title, '#0f172a'),
    text(11, 32, subtitle, '#475569'),
    '</g>',
  ].join('');
}

function cut(text: string): string {
  return text.length > FITS ? `${text.slice(0, FITS - 1)}…` : text;
}

function safe(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
