export { StackError, type StackErrorCode } from './error.ts';

export { graphHash, graphText } from './graph/canonical.ts';
export {
  SECRET,
  shortName,
  shortType,
  UNKNOWN,
  type Graph,
  type GraphResource,
  type Value,
} from './graph/graph.ts';
export type { Lookups } from './graph/lookup.ts';
export { placeholder } from './graph/placeholders.ts';
export { synth, type Program, type SynthOptions } from './graph/synth.ts';

export { diffGraphs, type Change, type GraphDiff, type PropertyChange } from './diff/diff-graphs.ts';
export { FORCING_PROPERTIES, type ForcingProperties } from './diff/forcing-properties.ts';
export { diffMarkdown, diffSummary, diffTable } from './diff/render-diff.ts';

export { mermaid } from './picture/mermaid.ts';
export { svg } from './picture/svg.ts';

export { at, must } from './policy/at.ts';
export { evaluate, type Finding } from './policy/evaluate.ts';
export { packPolicies, type PackPolicy } from './policy/policy-pack.ts';
export { resourcePolicy, type Policy, type ResourcePolicy, type Violation } from './policy/policy.ts';
export { withInput } from './policy/with-input.ts';
export { relaxationsOf, type Relaxation } from './policy/relaxations.ts';

export { loadProgram, synthStack, type StackModule } from './project/load-program.ts';
export { readStack, type StackProject } from './project/read-stack.ts';
export { assertFresh, CHECKED_IN, DIST, readGraph, record, writeDist } from './project/checked-in.ts';

export { Engine, type Applied, type Changes } from './engine/engine.ts';
export { openEngine, type EngineOptions } from './engine/open-engine.ts';
