/** The organisation's agents, for commands that read a history: a file that is named, else what HEAD of the clone holds. */
import { err, ok, type Problem, type Result } from '../core/base/result.ts';
import { AGENTS_FILE, NO_REGISTRY, type Registry } from '../core/provenance/registry.ts';
import type { Repository } from '../flows/ports.ts';

/** Owners are not looked up: nobody signs anything here. Where there is no such file, or no commit, nobody is registered. */
export async function registryAt(repository: Repository, named: string | undefined): Promise<Result<Registry, readonly Problem[]>> {
  const file = named === undefined ? ok(null) : await (await import('./named-file.ts')).fileOf('--registry', named);
  if (!file.ok) return err([file.error]);
  if (file.value !== null) return load(file.value.bytes, file.value.name);
  const head = await repository.resolve('HEAD').catch(() => null);
  const bytes = head === null ? null : await repository.file(head, AGENTS_FILE).catch(() => null);
  return bytes === null ? ok(NO_REGISTRY) : load(bytes, AGENTS_FILE);
}

/** The reader of policy files takes longer to start than most histories to read: only where there is one. */
async function load(bytes: Uint8Array, name: string): Promise<Result<Registry, readonly Problem[]>> {
  const { loadAgents } = await import('../core/policy/agents-file.ts');
  return loadAgents(bytes, name, null);
}
