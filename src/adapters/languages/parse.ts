/** Text in a language into a tree. Runs in the thread that asks (small files) or in one of its own (bounded.ts). */
import type { Parsed } from '../../core/risk/evidence.ts';
import { parseJson, parseYaml } from './data.ts';
import { parseHcl } from './hcl.ts';
import { parseSql } from './sql.ts';
import { parseMigration } from './sql-migration.ts';
import type { Language as MigrationLanguage } from './sql-source.ts';
import { parseTerraformJson } from './terraform-json.ts';

export type Language = 'hcl' | 'terraform-json' | 'tfvars-json' | 'sql' | 'yaml' | 'json' | MigrationLanguage;

/** Never rejects; what cannot be read says why. */
export async function parseLanguage(language: Language, text: string): Promise<Parsed> {
  try {
    if (language === 'yaml') return parseYaml(text);
    if (language === 'json') return parseJson(text);
    if (language === 'terraform-json' || language === 'tfvars-json') return parseTerraformJson(text, language === 'tfvars-json');
    if (language === 'hcl') return await parseHcl(text);
    return await (language === 'sql' ? parseSql(text) : parseCalls(language, text));
  } catch (error) {
    return { kind: 'unreadable', why: `the parser failed: ${error instanceof Error ? error.message : 'unknown'}`.slice(0, 300) };
  }
}

/** Text as any other, with what its calls come to; a reader that fails leaves the text. */
async function parseCalls(language: MigrationLanguage, text: string): Promise<Parsed> {
  try {
    const migration = await parseMigration(language, text);
    return migration.statements.length === 0 ? { kind: 'text', text } : { kind: 'text', text, migration };
  } catch {
    return { kind: 'text', text };
  }
}
