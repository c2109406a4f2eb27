import type { Repository } from '../oci/reference.ts';
import type { TargetOptions, Target } from './push-target.ts';
import { folderTarget } from './folder-target.ts';
import { registryTarget } from './registry-target.ts';

/** Opens a repository for writing. */
export function openTarget(repository: Repository, options: TargetOptions): Target {
  return repository.kind === 'folder'
    ? folderTarget(repository.folder, options.signal)
    : registryTarget({ repository, ...options });
}
