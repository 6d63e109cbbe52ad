/** The organisation's agents, for commands that read a history: a file that is named, else what HEAD of the clone holds. */
import { err, ok, type Problem, problem, type Result } from '../core/base/result.ts';
import { AGENTS_FILE, NO_REGISTRY, type Registry } from '../core/provenance/registry.ts';
import type { Repository } from '../flows/ports.ts';

/** Owners are not looked up: nobody signs anything here. Where there is no such file, or no commit, nobody is registered. */
export async function registryAt(repository: Repository, named: string | undefined): Promise<Result<Registry, readonly Problem[]>> {
  const file = named === undefined ? ok(null) : await (await import('./named-file.ts')).fileOf('--registry', named);
  if (!file.ok) return err([file.error]);
  if (file.value !== null) return load(file.value.bytes, file.value.name);
  const head = await repository.resolve('HEAD').catch(() => null);
  if (head === null) return ok(NO_REGISTRY);
  try {
    const bytes = await repository.file(head, AGENTS_FILE);
    return bytes === null ? ok(NO_REGISTRY) : load(bytes, AGENTS_FILE);
  } catch (error) {
    // what it would add is what nobody else knows, so "not there" would be a wrong answer
    const why = error instanceof Error ? error.message : String(error);
    return err([
      problem('CONTENT_UNSEEN', `whether HEAD holds a registry cannot be read: ${why}`, { place: AGENTS_FILE, remedy: 'name one with --registry, or fetch what is missing' }),
    ]);
  }
}

/** The reader of policy files takes longer to start than most histories to read: only where there is one. */
async function load(bytes: Uint8Array, name: string): Promise<Result<Registry, readonly Problem[]>> {
  const { loadAgents } = await import('../core/policy/agents-file.ts');
  return loadAgents(bytes, name, null);
}
