import { findHelm } from '../../src/render/helm/find-helm.ts';

/** Whether the tests that render can run here; they are skipped by name where not. */
export const hasHelm = (await findHelm()) !== undefined;
