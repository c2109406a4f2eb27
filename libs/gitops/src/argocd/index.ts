export { argoCdApi, type ArgoCdApiOptions } from './argocd-api.ts';
export { type Application, type Cause } from './application.ts';
export { type ArgoCd } from './argocd.ts';
export { argoCdByKubectl, findContext, type Kubectl } from './kubectl.ts';
export { runKubectl } from './run-kubectl.ts';
export { belongsTo, expectedOf, verdict, type Expected, type Verdict } from './application-verdict.ts';
export { waitForRelease, type WaitRequest, type WaitResult } from './wait-for-release.ts';
