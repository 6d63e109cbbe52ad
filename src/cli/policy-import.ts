/** `countersign policy import`: rules of ours out of another product's file, with what could not be carried over. */
import { importCodeowners } from '../core/policy/import-codeowners.ts';
import { importedYaml } from '../core/policy/import-yaml.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { told } from './owners.ts';
import { openOwners } from './owners-file.ts';

export interface ImportOptions {
  readonly dialect: string;
  readonly json?: boolean;
}

/** A fragment of countersign.yml on standard output. Exit 0 printed, 2 nothing can be read. */
export async function policyImport(file: string, options: ImportOptions): Promise<Answer> {
  const owners = openOwners(file, options.dialect, ['github', 'gitlab']);
  if (!owners.ok) return refusal([owners.error], options.json);
  const imported = importCodeowners(owners.value, file);
  if (!imported.ok) return refusal([imported.error], options.json);
  const { problems } = owners.value;
  if (options.json === true)
    return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, file, dialect: options.dialect, ...imported.value, problems }, null, 2)}\n`, stderr: '' };
  return { code: EXIT.ok, stdout: importedYaml(imported.value), stderr: told(problems) };
}
