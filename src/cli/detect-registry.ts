/** The organisation's agents, for commands that read a history: a file that is named, else what HEAD of the clone holds. */
import { err, ok, type Problem, type Result } from '../core/base/result.ts';
import { loadAgents } from '../core/policy/agents-file.ts';
import { NO_REGISTRY, type Registry } from '../core/provenance/registry.ts';
import { AGENTS_FILE } from '../flows/governance.ts';
import type { Repository } from '../flows/ports.ts';
import { fileOf } from './named-file.ts';

/** Owners are not looked up: nobody signs anything here. Where there is no such file, or no commit, nobody is registered. */
export async function registryAt(repository: Repository, named: string | undefined): Promise<Result<Registry, readonly Problem[]>> {
  const file = await fileOf('--registry', named);
  if (!file.ok) return err([file.error]);
  if (file.value !== null) return loadAgents(file.value.bytes, file.value.name, null);
  const head = await repository.resolve('HEAD').catch(() => null);
  const bytes = head === null ? null : await repository.file(head, AGENTS_FILE).catch(() => null);
  return bytes === null ? ok(NO_REGISTRY) : loadAgents(bytes, AGENTS_FILE, null);
}
