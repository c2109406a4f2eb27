import { ACCESS } from './access.ts';
import { DUPLICATES } from './duplicates.ts';
import { HARDENING } from './hardening.ts';
import { LIFECYCLE } from './lifecycle.ts';
import { NETWORK } from './network.ts';
import { PLATFORM } from './platform.ts';
import { POD_SECURITY } from './pod-security.ts';
import type { Rule } from './rule.ts';
import { SCHEMA } from './schema.ts';
import { WORKLOAD } from './workload.ts';

/** Every promise about what makes Argo CD work. */
export const PLATFORM_RULES: readonly Rule[] = [SCHEMA, DUPLICATES, ...PLATFORM];

/** Every promise about what a chart of apps renders, but for the fields: those are looked at in bulk, see known-fields.ts. */
export const RULES: readonly Rule[] = [
  SCHEMA,
  DUPLICATES,
  ...POD_SECURITY,
  ...HARDENING,
  ...LIFECYCLE,
  ...WORKLOAD,
  ...NETWORK,
  ...ACCESS,
];
